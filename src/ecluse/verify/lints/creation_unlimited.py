"""An account may create others, and nothing counts them together."""

from collections.abc import Iterator

from ecluse.model.estate import AccountKind
from ecluse.model.finding import Severity
from ecluse.model.policy import Budget, Key
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_kind
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE, POLICY
from ecluse.verify.lint.targets import concerns

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    lineages = [b for b in inspected.refusing if Key.LINEAGE in b.per]
    kinds = {kind.id: kind for kind in inspected.estate.kinds}
    for kind in inspected.estate.kinds:
        loose = [
            f"`{name}`" for name in kind.creates if not _counted(kinds[name], lineages, inspected)
        ]
        if loose and inspected.accounts.get(kind.id):
            yield Remark(
                on_kind(kind.id, "creates"),
                f"`{kind.id}` accounts create {' and '.join(loose)} accounts, each with limits of its own, and no budget per lineage counts them together",
                "add a budget with `per: lineage`, such as `limits: {10m: 120, 24h: 1000, 30d: 4000}`",
                kind.id,
            )


def _counted(kind: AccountKind, lineages: list[Budget], inspected: Inspected) -> bool:
    """Whether in each application that the kind opens some budget per lineage counts its new accounts."""
    return all(
        any(concerns(b, a.id) and _new_accounts_of(b, kind.id) for b in lineages)
        for a in inspected.reached(kind)
    )


def _new_accounts_of(budget: Budget, kind: str) -> bool:
    target = budget.target
    return (target.kinds is None or kind in target.kinds) and target.older_than is None


_ESTATE = (
    ESTATE.replace(
        "[totp]}", "[totp]}\n  - {id: manager, factors: [totp], creates: [adviser]}"
    ).replace("adviser: 40", "adviser: 40, manager: 2")
    + "tables: {accounts: accounts.csv}\n"
)
_GOOD = f"{POLICY}  - id: lineage\n    per: lineage\n    limits: {{10m: 120, 24h: 1000, 30d: 4000, 360d: 6000}}\n"

LINT = Lint(
    title="Accounts that create accounts without end",
    severity=Severity.MEDIUM,
    what="A kind of account creates accounts of other kinds, and no budget per lineage that enforces and refuses counts the new ones together with "
    "their creator.",
    why="Whoever steals such an account multiplies every limit per account by the accounts that he creates.",
    source="Ouiform, December 2025: one manager's account, two accounts created, 1.6 million people",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=_check,
    bad=Sample(policy=POLICY, estate=_ESTATE),
    good=Sample(policy=_GOOD, estate=_ESTATE),
)
