"""Does the accounts table speak of the same people as the estate file? Kinds, organizations and numbers of accounts."""

from collections import Counter
from collections.abc import Mapping

from ecluse.model.estate import Estate
from ecluse.model.finding import Finding, Severity

__all__ = ["compare_headcounts"]


def compare_headcounts(
    estate: Estate, counted: Mapping[tuple[str | None, str | None], int]
) -> tuple[Finding, ...]:
    """Findings where the table (accounts by kind and organization) and the estate disagree.

    An empty table says nothing; accounts of unknown kind or organization are told once.
    """
    if not counted:
        return ()
    written = {(h.kind, o.id): h.count for o in estate.organizations for h in o.accounts}
    found = []
    vague = sum(n for (kind, body), n in counted.items() if kind is None or body is None)
    if vague:
        what = f"{_accounts(vague)} of the accounts table without a kind or an organization"
        advice = "fill the table: an unknown kind or organization satisfies every condition of every budget"
        found.append(Finding("account-incomplete", Severity.LOW, what, advice))
    known = {pair: n for pair, n in counted.items() if None not in pair}
    for (kind, body), number in sorted(known.items(), key=str):
        said = written.get((str(kind), str(body)))
        if said is None:
            what = f"{_accounts(number)} of kind `{kind}` in `{body}`, which the estate file does not have"
            advice = "add them to `accounts` of the organization, or correct the table"
            found.append(
                Finding("accounts-not-in-estate", Severity.MEDIUM, what, advice, str(body))
            )
        elif not said / 2 <= number <= said * 2:
            what = (
                f"{_accounts(number)} of kind `{kind}` in `{body}`, and the estate file says {said}"
            )
            found.append(
                Finding("accounts-miscounted", Severity.LOW, what, "correct the number", str(body))
            )
    missing = Counter({pair: n for pair, n in written.items() if pair not in known})
    for (kind, body), number in sorted(missing.items()):
        what = f"the estate file says {number} accounts of kind `{kind}` in `{body}`, and the table has none"
        found.append(
            Finding("accounts-not-in-table", Severity.LOW, what, "add them to the table", body)
        )
    return tuple(found)


def _accounts(number: int) -> str:
    return "there is 1 account" if number == 1 else f"there are {number} accounts"
