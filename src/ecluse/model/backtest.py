"""What a backtest tells: who would have been warned, refused or held under each policy set, and by which cases."""

from dataclasses import dataclass, field
from typing import Final

from ecluse.model.bound import Bound
from ecluse.model.finding import Finding

__all__ = [
    "GUARDED",
    "LABEL_COLUMNS",
    "Backtest",
    "BudgetRow",
    "Case",
    "Disturbed",
    "Label",
    "Tried",
]

LABEL_COLUMNS: Final = (
    "account", "organization", "from", "to", "reason", "honest",
    "kind", "policy", "window", "limit", "used", "effect", "refused", "released", "persons", "opened",
)  # fmt: skip
"""What a cases file says of a case; from `kind` on it is for the reader, and not read again."""

GUARDED: Final = "=+-@\t\r"
"""Beginnings by which a spreadsheet takes a cell for a formula; in a table they stand behind `'`."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says of cases: "that was the job fair".

    Attributes:
        account, organization: whose cases; empty for any, never both.
        since, until: instants in microseconds, both included, between which the case must have a refusal; None where it is open.
        reason: in the person's words.
        honest: False when it was a theft after all, so that nobody honest was disturbed.
        place: `file:line` where it is written.
    """

    account: str
    organization: str
    since: int | None
    until: int | None
    reason: str
    honest: bool = True
    place: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Refusals of one account with less than a day between one and the next.

    Attributes:
        first_at, last_at: of the refusals.
        opened_at: the first request let through after the last refusal; None when there was none.
        policy, window, limit, used: what decided the first refusal; window is 0 after an earlier hold; `used` stops at one more
            than the limit, since the engine counts no further.
        effect: the most severe one of the case.
        refused: requests refused. released: requests let through between the first refusal and the last.
        persons: distinct persons in the refused requests.
        reason: what a label says of it, or empty. honest: what that label says.
    """

    account: str
    kind: str
    organization: str
    first_at: int
    last_at: int
    opened_at: int | None
    policy: str
    window: int
    limit: int
    used: int
    effect: str
    refused: int
    released: int
    persons: int
    reason: str = ""
    honest: bool = True

    @property
    def closed(self) -> int | None:
        """Microseconds from the first refusal to the next request let through after the last; None when there was none."""
        return None if self.opened_at is None else self.opened_at - self.first_at


@dataclass(frozen=True, slots=True)
class Disturbed:
    """One row of a table: a kind of account, a week, an organization, or all.

    Attributes:
        name: of the kind or organization, or the Monday of the week; empty for unknown.
        kind: where a row is a kind in a week; otherwise empty.
        requests: asked. days: account-days, that is days on which an account asked for anything.
        warned, refused, held: accounts; who was refused is not also warned, who was held not also refused.
        stopped: requests refused.
        disturbed: account-days with a refusal. explained: those of cases that a label explains.
        hostile: those of cases of which a label says that they were not honest.
    """

    name: str
    kind: str
    requests: int
    accounts: int
    days: int
    warned: int
    refused: int
    held: int
    stopped: int
    disturbed: int
    explained: int
    hostile: int

    @property
    def price(self) -> float:
        """Honest account-days disturbed in a thousand."""
        return 1000 * (self.disturbed - self.hostile) / self.days if self.days else 0.0


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """What one budget did: requests and accounts beyond its limits, and those that it warned."""

    policy: str
    effect: str
    shadow: bool
    over: int
    over_accounts: int
    warned: int
    warned_accounts: int


@dataclass(frozen=True, slots=True)
class Tried:
    """One policy set over the history.

    Attributes:
        policy_file, digest: which one.
        total, by_kind, by_week, by_kind_week, by_organization: the same numbers, cut differently.
        cases: in the order of their first refusal.
        unused: labels that explain no case under this policy set.
        seconds: wall time that this set took, without what all sets share.
    """

    policy_file: str
    digest: str
    total: Disturbed
    by_kind: tuple[Disturbed, ...]
    by_week: tuple[Disturbed, ...]
    by_kind_week: tuple[Disturbed, ...]
    by_organization: tuple[Disturbed, ...]
    budgets: tuple[BudgetRow, ...]
    cases: tuple[Case, ...]
    unused: tuple[Label, ...]
    bounds: tuple[Bound, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Backtest:
    """Everything that `ecluse backtest` reports.

    Attributes:
        sources: ledgers or logs. requests: all that was asked, released or not. first_at, last_at: of them; None without any.
        since: where reporting begins, microseconds; what came before is counted and not reported. None for everything.
        zone: IANA name by which days and weeks are cut.
        tried: the policy sets, the first one is what the others are compared with.
        seconds: wall time of all.
    """

    sources: tuple[str, ...]
    requests: int
    first_at: int | None
    last_at: int | None
    since: int | None
    zone: str
    tried: tuple[Tried, ...]
    findings: tuple[Finding, ...] = field(default=())
    seconds: float = 0.0
