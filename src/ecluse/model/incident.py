"""What does a human being work on? An incident: one actor's findings and warnings, its instants, decisions and clocks."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from ecluse.model.finding import Severity

__all__ = [
    "Confidence",
    "Deadline",
    "Decided",
    "Incident",
    "Instant",
    "InstantKind",
    "Link",
    "OutsideWarning",
    "Signed",
    "State",
    "Step",
]


class Confidence(IntEnum):
    """How sure it is; the levels of OCSF 1.8 `confidence_id`."""

    UNKNOWN = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class State(StrEnum):
    """Where an incident stands; `incident.lifecycle` is the table of what may follow what. OCSF 1.8 `status_id`."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"


class InstantKind(StrEnum):
    """The instants that the law looks at, kept apart. Each is written once; a correction stands beside it.

    `conclusive`: evidence came that leaves no reasonable doubt (EDPB 9/2022, 31-34). `processor_told`: our processor told us;
    `controller_told`: we, as a processor, told the controller. `complemented`: the authority got what was still missing.
    `csirt_told`, `csirt_notified`, `csirt_reported`: early warning, notification and final report of NIS 2 art. 23(4).
    """

    BEGAN = "began"
    ENDED = "ended"
    FIRST_INDICATOR = "first_indicator"
    WARNING_RECEIVED = "warning_received"
    WARNING_READ = "warning_read"
    CONCLUSIVE = "conclusive"
    AWARE = "aware"
    PROCESSOR_TOLD = "processor_told"
    CONTAINED = "contained"
    AUTHORITY_TOLD = "authority_told"
    CONTROLLER_TOLD = "controller_told"
    COMPLEMENTED = "complemented"
    CSIRT_TOLD = "csirt_told"
    CSIRT_NOTIFIED = "csirt_notified"
    CSIRT_REPORTED = "csirt_reported"
    COMPLAINT_FILED = "complaint_filed"
    PERSONS_TOLD = "persons_told"


@dataclass(frozen=True, slots=True)
class Signed:
    """Who wrote it, and when it was written (microseconds)."""

    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Instant:
    """One of the instants.

    Attributes:
        at: when it was, microseconds.
        source: from where it is known.
        reasons: why, for a decision of a named person (`aware` needs them).
        signed: who wrote it; the second signature of an `aware` moved later than conclusive evidence is `second`.
        corrects: whether it stands in for what was said before of the same kind (and of the same warning).
        warning: for an instant of a warning, which one.
    """

    kind: InstantKind
    at: int
    source: str
    signed: Signed
    reasons: str = ""
    second: Signed | None = None
    corrects: bool = False
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A named person's decision.

    Attributes:
        what: `breach`, `notify_authority`, `tell_persons`, `severity`, …
        answer: `yes`, `no`, `later`, or a value such as `high`.
    """

    what: str
    answer: str
    reasons: str
    signed: Signed


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the time line: something that happened at `at` (microseconds), and who wrote it down.

    Attributes:
        what: in the words of the person who wrote it, or the values that the act set.
        act: name of the act of the log.
    """

    at: int
    what: str
    signed: Signed
    source: str = ""
    act: str = "note"


@dataclass(frozen=True, slots=True)
class OutsideWarning:
    """A warning from outside that somebody told the organization.

    Attributes:
        id: `w1`, `w2`, … within the incident.
        source: who warned.
        digest: SHA-256 (hex) of the raw item, kept elsewhere; empty when there is none.
    """

    id: str
    source: str
    summary: str
    signed: Signed
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Why something belongs to an incident: a rule of `incident.grouping` and its numbers, or a person's reasons."""

    what: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock of the law.

    Attributes:
        name: `gdpr_33_1`, `gdpr_33_2`, `gdpr_33_4`, `nis2_early`, `nis2_notification`, `nis2_final`, `lopmi_complaint`, or another
            of the settings.
        begins: the instant from which it runs; None while that is not known.
        due: microseconds; None while it does not run.
        shadow_due: the same, counted from the first warning; None without a warning that came before.
        met_at: when what it asks for was done.
        hours, months: its length, one of the two.
        begun_at: when it began to run, microseconds.
        waived: the decision that says that it need not be met; empty when none does.
    """

    name: str
    begins: InstantKind | None
    due: int | None
    shadow_due: int | None
    met_at: int | None = None
    hours: int | None = None
    months: int | None = None
    begun_at: int | None = None
    waived: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """What is known of an incident at an instant.

    Attributes:
        id: `2026-0001`.
        head: SHA-256 (hex) of the last line of its log.
        findings: identifiers of findings and warnings.
        timeline: in order of time; what happened at the same instant in order of writing.
        pending: instants that a second person has yet to sign; they do not count before.
        accounts, sessions, sources, lineages: of the one actor.
        suspected: whether a breach of personal data is only supposed.
    """

    id: str
    title: str
    state: State
    severity: Severity
    confidence: Confidence
    owner: str
    opened: Signed
    head: str = ""
    findings: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    lineages: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    instants: tuple[Instant, ...] = ()
    decisions: tuple[Decided, ...] = ()
    timeline: tuple[Step, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    suspected: bool = True
    warnings: tuple[OutsideWarning, ...] = ()
    links: tuple[Link, ...] = ()
    pending: tuple[Instant, ...] = ()

    def instant(self, kind: InstantKind) -> Instant | None:
        """The last word on an instant; None when it is not known.

        A correction stands in for what was said before. Of several warnings, and of several pieces of evidence, the first counts.
        """
        last: dict[tuple[str, int], Instant] = {}
        for number, said in enumerate(i for i in self.instants if i.kind is kind):
            if said.corrects:
                last = {
                    key: i for key, i in last.items() if said.warning and key[0] != said.warning
                }
            last[said.warning, number] = said
        return min(last.values(), key=lambda i: i.at, default=None)

    def decision(self, what: str) -> Decided | None:
        """The last decision on something; None when there is none."""
        found = [d for d in self.decisions if d.what == what]
        return found[-1] if found else None
