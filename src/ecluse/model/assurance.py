"""What a report for a director or an auditor is made of: what could be taken, what was tried, what was changed and by whom."""

from dataclasses import dataclass
from typing import Literal

from ecluse.model.bound import Bound
from ecluse.model.estate import Estate
from ecluse.model.finding import Finding
from ecluse.model.policy import PolicySet

__all__ = [
    "Assurance",
    "BudgetChange",
    "Cover",
    "Decided",
    "Disturbance",
    "DisturbedKind",
    "DisturbedWeek",
    "DrillRun",
    "EarlierReport",
    "LedgerState",
    "LimitChange",
    "Past",
    "PolicyChange",
    "RefusalCase",
    "Turn",
]

Turn = Literal["looser", "stricter", "both", "other"]
"""Which way a change goes, by its numbers alone; `other` when a target or a key changed, of which numbers say nothing."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What one stolen account of a kind can read in one application.

    Attributes:
        accounts: of the kind, as the estate says.
        short, long: persons in 24 hours and in 360 days; None when no budget bounds them.
    """

    application: str
    kind: str
    accounts: int
    short: int | None
    long: int | None


@dataclass(frozen=True, slots=True)
class DrillRun:
    """One rehearsed theft, as the ledger tells it.

    Attributes:
        at: when it began, microseconds.
        state: `waiting` when a person has yet to acknowledge its alarm, `broken` when it began and never ended.
        read, printed: persons shown to the synthetic account, and the number printed beforehand, over all applications; None
            where it was not told.
        told_after, acknowledged_after: seconds from the stop to the alarm in a channel, and to a person's word.
        failed: codes of the checks that it did not pass.
    """

    drill: str
    at: int
    state: Literal["passed", "failed", "waiting", "broken"]
    by: str = ""
    owner: str = ""
    applications: tuple[str, ...] = ()
    read: int | None = None
    printed: int | None = None
    told_after: int | None = None
    acknowledged_after: int | None = None
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A limit before and after; None where there was none."""

    window: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """How one budget differs from before.

    Attributes:
        what: whether it is new, gone, or has other terms.
        others: which other terms differ: `effect`, `mode`, `rest` (keys, targets, what it counts).
    """

    budget: str
    what: Literal["added", "removed", "changed"]
    turn: Turn
    limits: tuple[LimitChange, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """Another policy set came into force.

    Attributes:
        seq: of the entry.
        before, after: digests; `before` is empty for the first one of the ledger.
        by: who brought it into force, or how: `start`, `SIGHUP`.
        signed: the person who had the gate read it, then or later, with a token of their own; empty when nobody did.
        budgets: how they differ; None when the entries do not tell.
        approved: the person named as the one who approves the file, by whoever holds the keys of the ledger.
        approved_by: the user of the operating system who wrote that name. reason: given with it.
    """

    seq: int
    at: int
    before: str
    after: str
    file: str
    by: str
    signed: str
    budgets: tuple[BudgetChange, ...] | None
    approved: str = ""
    approved_by: str = ""
    reason: str = ""

    @property
    def unsigned(self) -> bool:
        """Whether no person put a name to it in either way."""
        return not self.signed and not self.approved


@dataclass(frozen=True, slots=True)
class Decided:
    """Another decision of a person: an application's state, an account closed or opened again, the retention.

    Attributes:
        about: the application concerned; empty for accounts, which a report does not name.
    """

    at: int
    kind: str
    about: str
    what: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class EarlierReport:
    """A report that was made before.

    Attributes:
        at: when it was recorded. size: entries of the ledger that it was made from.
        files: SHA-256 of what was written, by form (`html`, `pdf`).
    """

    at: int
    by: str
    size: int
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Past:
    """What the ledger tells of the time since the last report.

    Attributes:
        since: where that time begins, microseconds; None for the ledger's first entry.
        after: why it begins there: after a `report`, as `asked`, or at the `start` of the ledger.
        drills: of that time, oldest first; the last one of before as well, when there was none since.
        reports: all earlier ones, oldest first.
        unreadable: entries of these kinds that do not say what they must.
    """

    since: int | None
    after: Literal["report", "asked", "start"]
    drills: tuple[DrillRun, ...] = ()
    changes: tuple[PolicyChange, ...] = ()
    decided: tuple[Decided, ...] = ()
    reports: tuple[EarlierReport, ...] = ()
    in_force: str = ""
    """Digest of the policy file that the last entry about policies names."""
    in_force_since: int | None = None
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What the ledger is, so that a reader can check the report against it.

    Attributes:
        key: of its signatures. fingerprint: of the key of pseudonyms.
        size, root, signed_at: of the last signed checkpoint; `size` is 0 and `root` empty when there is none.
        entries: all of them, signed or not.
        destroyed: entries whose persons were destroyed at the end of their retention.
    """

    folder: str
    origin: str
    key: str
    fingerprint: str
    created: str
    entries: int
    size: int
    root: str
    signed_at: str
    months: int
    reason: str
    destroyed: int


@dataclass(frozen=True, slots=True)
class DisturbedKind:
    """What honest accounts of a kind would have noticed: account-days, and those with a refusal."""

    kind: str
    accounts: int
    days: int
    disturbed: int
    refused: int
    held: int


@dataclass(frozen=True, slots=True)
class DisturbedWeek:
    """The same for the week that begins on a Monday (`2026-11-23`)."""

    week: str
    days: int
    disturbed: int
    requests: int
    stopped: int


@dataclass(frozen=True, slots=True)
class RefusalCase:
    """A case of the backtest: refusals of one account close together; the account itself is not named."""

    kind: str
    organization: str
    at: int
    policy: str
    effect: str
    refused: int
    persons: int
    reason: str
    honest: bool


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What a backtest said of the policies: whom they would have disturbed.

    Attributes:
        digest: of the policy set that was tried.
        first_at, last_at: of what it was tried on.
        total, kinds, weeks, cases: of honest accounts and others alike; a case says which.
    """

    digest: str
    requests: int
    first_at: int | None
    last_at: int | None
    total: DisturbedKind
    kinds: tuple[DisturbedKind, ...]
    weeks: tuple[DisturbedWeek, ...]
    cases: tuple[RefusalCase, ...]


@dataclass(frozen=True, slots=True)
class Assurance:
    """Everything that the report tells.

    Attributes:
        made_at: microseconds. by: who made it.
        policy_at: since when the policies are in force by the ledger; None when it does not say.
        covers: each application with each kind of account that can open it.
        bounds: one an adversary; the first is one stolen account of whichever kind.
        past, ledger: None without a ledger.
        disturbance: None without a backtest.
        findings: open ones, most severe first; None when they were not looked for.
        accepted: those that the files let pass in writing, each with its reason.
    """

    made_at: int
    by: str
    estate_file: str
    policy_file: str
    estate: Estate
    policies: PolicySet
    covers: tuple[Cover, ...]
    bounds: tuple[Bound, ...]
    policy_at: int | None = None
    past: Past | None = None
    ledger: LedgerState | None = None
    disturbance: Disturbance | None = None
    findings: tuple[Finding, ...] | None = None
    accepted: tuple[tuple[Finding, str], ...] = ()

    @property
    def unbounded(self) -> tuple[Cover, ...]:
        """The ways that no budget bounds over 24 hours, or over 360 days."""
        return tuple(c for c in self.covers if c.short is None or c.long is None)
