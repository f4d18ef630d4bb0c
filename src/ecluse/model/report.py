"""What a replay found: the numbers that the terminal, the HTML page and `--json` all show."""

from dataclasses import dataclass

from ecluse.model.finding import Finding

__all__ = ["Bucket", "PolicyCount", "ReplayReport", "Stopped", "WindowCurve"]


@dataclass(frozen=True, slots=True)
class Stopped:
    """An account that was refused at least once.

    Attributes:
        at: first refusal, microseconds.
        policy, window, limit, effect: what refused it first (window in microseconds; 0 when its session was closed
            before by what another account did in it).
        persons_read: distinct persons released to it over the whole replay.
        persons_read_before: distinct persons released to it until that first refusal.
        persons_attempted: distinct persons that it would have read without any policy.
        accesses_refused: its refused events.
        organization, kind: as the directory knows them, empty when unknown.
        curve: persons over time, for a chart: (microseconds, attempted so far, read so far), at most 200 points.
    """

    account: str
    at: int
    policy: str
    window: int
    limit: int
    effect: str
    persons_read: int
    persons_read_before: int
    persons_attempted: int
    accesses_refused: int
    organization: str = ""
    kind: str = ""
    curve: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyCount:
    """How often a budget determined, or (in shadow) would have determined, an effect."""

    policy: str
    effect: str
    shadow: bool
    events: int
    accounts: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """Events of one stretch of time, for the timeline; all buckets of a report have the same length."""

    at: int
    permitted: int
    refused: int


@dataclass(frozen=True, slots=True)
class WindowCurve:
    """How near accounts came to one window of one budget.

    Attributes:
        peaks: for each tenth of the limit up to and beyond it, how many keys had their peak there (11 numbers).
    """

    policy: str
    window: int
    limit: int
    peaks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """Everything that `ecluse replay` reports.

    Attributes:
        lines: lines read. events: events decided. rejects, ignored: the other lines by reason.
        reject_samples: for each reject reason, up to three places `file:line`.
        permitted, refused: events; they add up to `events`.
        effects: events by effect word, `permit` included.
        accounts, persons: distinct ones seen in the events.
        first_at, last_at: microseconds, or None without events.
        bucket: length of the buckets in microseconds.
        stopped: in the order in which they were stopped.
        warned: accounts that reached a warning share and were never refused.
        policy_digest: SHA-256 of the policy file.
        ledger: directory and number of entries written, or None.
        seconds: wall time that the replay took.
    """

    sources: tuple[str, ...]
    lines: int
    events: int
    rejects: dict[str, int]
    ignored: dict[str, int]
    reject_samples: dict[str, tuple[str, ...]]
    permitted: int
    refused: int
    effects: dict[str, int]
    accounts: int
    persons: int
    first_at: int | None
    last_at: int | None
    bucket: int
    timeline: tuple[Bucket, ...]
    policies: tuple[PolicyCount, ...]
    curves: tuple[WindowCurve, ...]
    stopped: tuple[Stopped, ...]
    warned: int
    findings: tuple[Finding, ...]
    policy_file: str
    policy_digest: str
    ledger: tuple[str, int] | None
    seconds: float
