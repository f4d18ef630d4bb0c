"""Which accounts could read without end? The flows of an estate that no budget of a policy set bounds.

A flow is bounded by budgets that count persons, enforce, do not release beyond their limit, and are counted
per account or lineage (alone, with each other, or with the application). Limits per session or source are not
counted: whoever steals an account opens as many sessions, from as many addresses, as he likes. Limits of
an organization, an application or the system as a whole say nothing of one account.

Conditions on the second factor, the hour, the age of the account and the caseload split a flow into cells, and
each cell must be bounded: a budget for young accounts and one for old ones bound all accounts together. So do
conditions on a justification and on a second factor given again: a thief writes any justification, or gives none.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Final, TypeVar

from ecluse.counting.closure import most_in
from ecluse.detectors.targets import GIVEN
from ecluse.model.estate import AccountKind, Estate, LifeCycle
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import Budget, Count, Key, Mode, PolicySet, Target
from ecluse.model.time import DAY, format_instant
from ecluse.verify.flows import SIDES, Flow, allows, merge, split

__all__ = ["bounds_an_account", "open_flows", "tell", "uncovered"]

Cell = TypeVar("Cell")
Matching = frozenset[int]
"""Which budgets of a list match a cell, by their place in it."""

MONTH: Final = 30 * DAY
YEAR: Final = 360 * DAY
CALENDAR_YEAR: Final = 365 * DAY
_OWN_KEYS: Final = frozenset({Key.ACCOUNT, Key.LINEAGE})
_MINUTES: Final = 1440


def uncovered(
    estate: Estate, policies: PolicySet, *, now: int | None = None
) -> tuple[Finding, ...]:
    """What the estate has and the policy set does not bound, most severe first; with `now`, also what should be closed."""
    found = open_flows(estate, policies)
    return tell(found, estate, policies, now=now)


def open_flows(estate: Estate, policies: PolicySet) -> dict[tuple[str, int], list[Flow]]:
    """The flows of each finding: by its code, and the most that an account reads in a year."""
    found: dict[tuple[str, int], list[Flow]] = {}
    judge = _Judge(estate, policies)
    for flow, kind in split(estate, policies.budgets):
        code, yearly = judge.verdict(flow, kind)
        if code:
            found.setdefault((code, yearly), []).append(flow)
    return found


def tell(
    found: Mapping[tuple[str, int], list[Flow]],
    estate: Estate,
    policies: PolicySet,
    *,
    now: int | None = None,
) -> tuple[Finding, ...]:
    """The findings about these flows in few readable groups, and with `now` those about closing dates."""
    findings = [
        _tell(code, flow, policies, yearly)
        for (code, yearly), flows in found.items()
        for flow in merge(flows, estate)
    ]
    findings += _past_closing(estate, now)
    return tuple(sorted(findings, key=lambda f: (-f.severity, f.code, f.about)))


def bounds_an_account(budget: Budget) -> bool:
    """Whether one account is stopped by the budget, once it enforces."""
    keys = frozenset(budget.per)
    own = bool(keys & _OWN_KEYS) and keys <= _OWN_KEYS | {Key.APPLICATION}
    return own and budget.counts is Count.PERSONS and not budget.effect.releases


class _Judge:
    """Says what is wrong with a flow; flows that the same budgets concern are judged once."""

    def __init__(self, estate: Estate, policies: PolicySet) -> None:
        self._estate = estate
        self._budgets = [b for b in policies.budgets if bounds_an_account(b)]
        self._concerned: dict[tuple[str, frozenset[str]], int] = {}
        self._judged: dict[tuple[int, str], tuple[str, int]] = {}

    def verdict(self, flow: Flow, kind: AccountKind) -> tuple[str, int]:
        """The code of the finding about a flow, empty when all is well; and the most that an account reads in a year."""
        concerned = self._all_sides(flow)
        key = (concerned, kind.id)
        if key not in self._judged:
            candidates = [b for i, b in enumerate(self._budgets) if concerned >> i & 1]
            self._judged[key] = _judge(candidates, kind, self._estate)
        return self._judged[key]

    def _all_sides(self, flow: Flow) -> int:
        """The budgets whose target holds for all of the flow, as bits by their place."""
        concerned = -1
        for side in SIDES:
            names = getattr(flow, side)
            if (side, names) not in self._concerned:
                bits = (allows(b.target, side, names) << i for i, b in enumerate(self._budgets))
                self._concerned[side, names] = sum(bits)
            concerned &= self._concerned[side, names]
        return concerned


def _judge(candidates: list[Budget], kind: AccountKind, estate: Estate) -> tuple[str, int]:
    enforcing = [b for b in candidates if b.mode is Mode.ENFORCE]
    cells = _cells(enforcing, kind, estate)
    horizon = _horizon(enforcing, cells)
    if horizon == 0:
        watched = _horizon(candidates, _cells(candidates, kind, estate))
        return ("flow-only-watched" if watched else "flow-unbounded"), 0
    if horizon >= YEAR:
        return "", 0
    yearly = max(min(most_in(enforcing[i].windows, CALENDAR_YEAR) for i in cell) for cell in cells)
    code = "flow-unbounded-over-a-month" if horizon < MONTH else "flow-unbounded-over-a-year"
    return code, yearly


def _horizon(budgets: list[Budget], cells: set[Matching]) -> int:
    """The longest window that bounds every cell of a flow, in microseconds; 0 when a cell has none."""
    longest = [b.windows[-1].length for b in budgets]
    return min(max((longest[i] for i in cell), default=0) for cell in cells)


def _cells(budgets: list[Budget], kind: AccountKind, estate: Estate) -> set[Matching]:
    """The different sets of budgets that match an access of a flow, whatever its circumstances."""
    sides = (
        _by_factor(budgets, kind),
        _by_own(budgets, estate),
        _by_age(budgets, estate),
        *(_by_given(budgets, fact) for fact in GIVEN.values()),
        *_by_hours(budgets),
    )
    return {frozenset.intersection(*cell) for cell in product(*sides)}


def _by_factor(budgets: list[Budget], kind: AccountKind) -> set[Matching]:
    def holds(budget: Budget, factor: str) -> bool:
        return budget.target.factors is None or factor in budget.target.factors

    return _sort(budgets, kind.factors or ("",), holds)


def _by_own(budgets: list[Budget], estate: Estate) -> set[Matching]:
    def holds(budget: Budget, own: bool | None) -> bool:  # noqa: FBT001 - a cell
        return own is None or budget.target.own is None or budget.target.own == own

    # Without a caseload table the fact is unknown, and satisfies every condition.
    return _sort(budgets, (None,) if estate.caseload_table is None else (True, False), holds)


def _by_given(budgets: list[Budget], fact: str) -> set[Matching]:
    def holds(budget: Budget, given: bool) -> bool:  # noqa: FBT001 - a cell
        return getattr(budget.target, fact) in {None, given}

    return _sort(budgets, (False, True), holds)


def _by_age(budgets: list[Budget], estate: Estate) -> set[Matching]:
    def holds(budget: Budget, age: int) -> bool:
        under, over = budget.target.younger_than, budget.target.older_than
        return (under is None or age < under) and (over is None or age >= over)

    bars = {bar for b in budgets for bar in (b.target.younger_than, b.target.older_than) if bar}
    # Without an accounts table every account is older than any bar.
    ages = {0} | bars if estate.accounts_table is not None else {max(bars, default=0)}
    return _sort(budgets, ages, holds)


def _by_hours(budgets: list[Budget]) -> list[set[Matching]]:
    """One side a time zone; hours of different zones are taken as independent, which can only find too much."""
    named = [b.target.hours for b in budgets if b.target.hours is not None]
    sides = []
    for zone in sorted({h.zone for h in named}):
        edges = {0} | {
            edge % _MINUTES for h in named if h.zone == zone for span in h.spans for edge in span
        }

        def holds(budget: Budget, moment: tuple[int, int], zone: str = zone) -> bool:
            hours = budget.target.hours
            if hours is None or hours.zone != zone:
                return True
            weekday, minute = moment
            return weekday in hours.weekdays and any(a <= minute < b for a, b in hours.spans)

        sides.append(_sort(budgets, product(range(7), edges), holds))
    return sides


def _sort(
    budgets: list[Budget], cells: Iterable[Cell], holds: Callable[[Budget, Cell], bool]
) -> set[Matching]:
    """The different sets of budgets that match the cells of one side."""
    return {frozenset(i for i, b in enumerate(budgets) if holds(b, cell)) for cell in cells}


_TOLD: Final = {
    "flow-unbounded": (Severity.HIGH, "may read any number of persons: no budget bounds them"),
    "flow-only-watched": (
        Severity.MEDIUM,
        "may read any number of persons: their budgets only watch",
    ),
    "flow-unbounded-over-a-month": (Severity.MEDIUM, "have no limit over a month"),
    "flow-unbounded-over-a-year": (Severity.LOW, "have no limit over a year"),
}


def _tell(code: str, flow: Flow, policies: PolicySet, yearly: int) -> Finding:
    severity, what = _TOLD[code]
    more = _thief(policies) if code == "flow-unbounded" else ""
    if yearly:
        more = f": one account may read up to {yearly:,} persons in a year"
    return Finding(
        code=code,
        severity=severity,
        what=f"{_words(flow)} {what}{more}",
        help=_advice(code, flow),
        about=next(iter(sorted(flow.applications)), "") if len(flow.applications) == 1 else "",
    )


def _words(flow: Flow) -> str:
    accounts = f"{_named('kind', flow.kinds)} accounts" if flow.kinds else "all accounts"
    where = f" of {_named('organization', flow.organizations)}" if flow.organizations else ""
    through = f" in {_named('application', flow.applications)}" if flow.applications else ""
    by = f" by {_named('operation', flow.operations)}" if flow.operations else ""
    seeing = f" in {_named('category', flow.categories)}" if flow.categories else ""
    return f"{accounts}{where}{through}{by}{seeing}"


def _named(what: str, names: frozenset[str]) -> str:
    shown = sorted(name for name in names if name)
    if len(shown) > 3:
        plural = "categories" if what == "category" else f"{what}s"
        return f"{len(shown)} {plural} ({', '.join(shown[:3])}, …)"
    return " and ".join(f"`{name}`" for name in shown)


def _thief(policies: PolicySet) -> str:
    chosen = [
        b.id
        for b in policies.budgets
        if {Key.SESSION, Key.SOURCE} & set(b.per) and b.target == Target()
    ]
    if not chosen:
        return ""
    return f" (`{chosen[0]}` is counted by a key that a thief can have as many of as he likes)"


def _advice(code: str, flow: Flow) -> str:
    if code == "flow-only-watched":
        return "write `mode: enforce` once the replay of your logs shows that nobody honest is disturbed"
    if code != "flow-unbounded":
        window = "30d" if code.endswith("month") else "360d"
        return f"add the window {window} to the limits of their budget per account"
    conditions = (
        ("kind", flow.kinds),
        ("organization", flow.organizations if len(flow.organizations) <= 3 else frozenset()),
        ("application", flow.applications),
    )
    named = [f"{key}: [{', '.join(sorted(names))}]" for key, names in conditions if names]
    target = f", `target: {{{', '.join(named)}}}`" if named else ""
    return f"add a budget with `per: account`{target} and `limits: {{10m: 60, 1h: 150, 24h: 500, 30d: 4000, 360d: 6000}}`"


def _past_closing(estate: Estate, now: int | None) -> list[Finding]:
    return [
        Finding(
            code="application-past-closing",
            severity=Severity.HIGH,
            what=f"`{a.id}` was to close on {format_instant(a.closes_at)} and is still `{a.state.value}`",
            help=f"close it and write `state: closed`, or ask {a.owner} for a new date",
            about=a.id,
        )
        for a in estate.applications
        if now is not None
        and a.closes_at is not None
        and a.closes_at <= now
        and a.state is not LifeCycle.CLOSED
    ]
