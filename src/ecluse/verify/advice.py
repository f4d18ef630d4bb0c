"""What is allowed in a policy set, and probably not meant? Advice that does not refuse the file."""

from itertools import pairwise
from typing import Final

from ecluse.detectors.targets import GIVEN, when_given
from ecluse.model.estate import Estate
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, PolicySet, Window
from ecluse.model.time import format_duration

__all__ = ["advise"]


def advise(policies: PolicySet, *, estate: Estate | None = None) -> tuple[Finding, ...]:
    """Advice about each budget, in the order of the policy set; with an estate, also about its tables."""
    return tuple(
        f
        for b in policies.budgets
        for f in (
            *_on_windows(b),
            *_on_effect(b),
            *_on_what_opens(b, policies),
            *_on_tables(b, estate),
        )
    )


def _on_windows(budget: Budget) -> list[Finding]:
    found = []
    for shorter, longer in pairwise(budget.windows):
        short, long = format_duration(shorter.length), format_duration(longer.length)
        if shorter.limit == longer.limit:
            what = (
                f"`{budget.id}`: the window {short} never decides, since {long} has the same limit"
            )
            found.append(_low("window-idle", budget, what, f"remove {short}, or lower its limit"))
        elif longer.length % shorter.length:
            what = f"`{budget.id}`: {short} does not divide {long}, so the most that a thief can take is a bound, not a number"
            advice = "choose windows that divide each other: 10m, 1h, 24h, 30d, 360d"
            found.append(
                Finding("windows-do-not-divide", Severity.INFORMATIONAL, what, advice, budget.id)
            )
    return found


def _on_effect(budget: Budget) -> list[Finding]:
    found = []
    if budget.effect is Effect.WARN and budget.warn_share is not None:
        what = f"`{budget.id}` warns from a share of its limit on, and beyond the limit it only warns again"
        found.append(
            _low("warning-doubled", budget, what, "remove `warn_at`, or choose a stronger effect")
        )
    if budget.counts is Count.PERSONS and {Key.SESSION, Key.SOURCE} & set(budget.per):
        key = "session" if Key.SESSION in budget.per else "source"
        what = f"`{budget.id}` is counted per {key}, of which a thief can have as many as he likes"
        advice = "keep it if you like it, and have a budget per account beside it"
        found.append(Finding("key-of-the-thief", Severity.INFORMATIONAL, what, advice, budget.id))
    if budget.mode is Mode.SHADOW:
        what = f"`{budget.id}` only watches"
        advice = "write `mode: enforce` once the replay of your logs shows that nobody honest is disturbed"
        found.append(Finding("budget-in-shadow", Severity.INFORMATIONAL, what, advice, budget.id))
    return found


_ASKED: Final = {Effect.JUSTIFY: "a justification", Effect.STEP_UP: "a second factor"}


def _on_what_opens(budget: Budget, policies: PolicySet) -> list[Finding]:
    """What follows when the budget asks for something and it is given: nothing, so much more, or no limit of its own."""
    if budget.effect not in GIVEN:
        return []
    asked = _ASKED[budget.effect]
    target = when_given(budget.target, budget.effect, given=None)
    if budget.target == target:
        what = f"`{budget.id}` asks for {asked}, and nothing opens by it"
        advice = "write what it opens, such as `afterwards: {24h: 20}`, or `effect: deny`"
        return [_low("nothing-opens", budget, what, advice)]
    given = when_given(target, budget.effect, given=True)
    after = [b for b in policies.budgets if b.target == given and _stands_in(b, budget)]
    if not after:
        what = (
            f"`{budget.id}` does not count what is read with {asked}: only other budgets limit it"
        )
        advice = f"write `afterwards: {{24h: 20}}` instead of `{GIVEN[budget.effect]}: false`"
        return [_low("opens-without-limit", budget, what, advice)]
    more = " and ".join(f"{_listed(b.windows)} more (`{b.id}`)" for b in after)
    what = f"`{budget.id}`: {_listed(budget.windows)}, and with {asked} {more}"
    advice = "the most that may be read is the sum of both"
    return [Finding("opens-more", Severity.INFORMATIONAL, what, advice, budget.id)]


def _stands_in(other: Budget, budget: Budget) -> bool:
    """Whether it counts the same by the same keys, and refuses at least where the budget does."""
    acts = not other.effect.releases and other.mode in {Mode.ENFORCE, budget.mode}
    return acts and (other.per, other.counts) == (budget.per, budget.counts)


def _listed(windows: tuple[Window, ...]) -> str:
    return ", ".join(f"{w.limit} in {format_duration(w.length)}" for w in windows)


def _on_tables(budget: Budget, estate: Estate | None) -> list[Finding]:
    if estate is None:
        return []
    found, target = [], budget.target
    if estate.accounts_table is None and target.younger_than is not None:
        what = f"`{budget.id}` is for young accounts, and without an accounts table none is known to be young"
        found.append(
            _low("budget-without-table", budget, what, "add `tables: {accounts: …}` to the estate")
        )
    if estate.accounts_table is None and Key.LINEAGE in budget.per:
        what = f"`{budget.id}` is counted per lineage, and without an accounts table each account is its own"
        found.append(
            _low("budget-without-table", budget, what, "add `tables: {accounts: …}` to the estate")
        )
    if estate.caseload_table is None and target.own is not None:
        what = f"`{budget.id}` asks for the caseload, and without its table every person satisfies that"
        found.append(
            _low("budget-without-table", budget, what, "add `tables: {caseload: …}` to the estate")
        )
    return found


def _low(code: str, budget: Budget, what: str, advice: str) -> Finding:
    return Finding(code, Severity.LOW, what, advice, budget.id)
