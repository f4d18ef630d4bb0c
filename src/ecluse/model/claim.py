"""What is a claim? Somebody says that persons leaked: what was posted, what was tested, and whose the sample is."""

from enum import StrEnum

import msgspec

from ecluse.model.exposure import LedgerState
from ecluse.model.incident import Confidence

__all__ = [
    "TESTS",
    "Bounds",
    "Claim",
    "Overlap",
    "Posted",
    "Sample",
    "Suspect",
    "Test",
    "Thresholds",
    "Value",
    "Verdict",
]

TESTS = ("canary", "versions", "order", "columns", "coverage", "residue", "overlap", "plausibility")
"""The eight tests, strongest first; a report tells the outcome of each, or why it was not made."""

Value = int | float | str
"""A fact of a test; the ending of its name says what it is: `_at` microseconds, `_p` a chance."""


class Verdict(StrEnum):
    """Whose a sample is. A verdict stands with its tests and with what would change it, never alone."""

    OURS_NEW = "ours-new"
    OURS_RECYCLED = "ours-recycled"
    OURS_MIXED = "ours-mixed"
    OWN_ACCOUNTS = "end-user-side"
    NOT_OURS = "not-ours"
    FABRICATED = "fabricated"
    UNDETERMINED = "undetermined"


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the rule of a verdict draws its lines.

    Attributes:
        coincidence: a session explains a sample when luck would let any session do so less often than this.
        doubt: above this, what a session explains cannot be told from luck.
        residue: the largest share of persons that nothing explains.
        overlap: the share of persons in an earlier leak from which that leak explains the sample.
        foreign: the largest share of persons who are in the base in a sample that is not ours.
        implausible: the share of rows with impossible values from which a sample is fabricated.
        elsewhere: the chance that a record came from elsewhere (p of the guilt model); it moves the guilt, hardly the rank.
        versions: the fewest values that must be newer than a leak to show that it is not that leak.
        alone: the share of persons, each seen by their own account, that makes a sample of the end users' side.
        crowd: accounts that saw a person, from which that person says little about who leaked it.
    """

    coincidence: float = 1e-6
    doubt: float = 1e-2
    residue: float = 0.2
    overlap: float = 0.8
    foreign: float = 0.2
    implausible: float = 0.5
    elsewhere: float = 0.5
    versions: int = 2
    alone: float = 0.8
    crowd: int = 20


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """The claim as it was posted; of its address only the SHA-256 is kept.

    Attributes:
        at, since, until: when it was posted, and the period that it claims; microseconds, None when not said.
        persons: how many it claims.
    """

    group: str = ""
    at: int | None = None
    url_sha256: str = ""
    since: int | None = None
    until: int | None = None
    persons: int | None = None


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What was in the sample, without any of it.

    Attributes:
        sha256: of the file, by which another copy is recognised.
        key: eight bytes that name the pseudonym key (hex).
        rows: of the sample; `unread` could not be read as rows, `nameless` have no identifier that could be used.
        persons: distinct persons; `repeated` rows are about a person who came before.
        held: of the persons, how many the organization's own file has; None without that file.
        compared, agreeing: values that could be compared with that file, and that were the same.
        columns: how many; their names are not kept.
        sorted_by: the mapped columns, or `column N`, by which the rows stand in order.
        dated: dates of change that stand in the sample itself; `first_at` and `last_at` are the earliest and the latest, microseconds.
        impossible: rows with a value that cannot exist; `masked` have one that was blacked out; `invented` hold reserved values, as test data does.
    """

    sha256: str
    form: str
    bytes: int
    key: str
    rows: int
    persons: int
    unread: int = 0
    nameless: int = 0
    repeated: int = 0
    held: int | None = None
    compared: int = 0
    agreeing: int = 0
    columns: int = 0
    sorted_by: tuple[str, ...] = ()
    dated: int = 0
    first_at: int | None = None
    last_at: int | None = None
    impossible: int = 0
    masked: int = 0
    invented: int = 0


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """One of the eight tests: its outcome is a word of `languages/claim`, its values stand in that sentence."""

    name: str
    outcome: str
    values: dict[str, Value] = {}


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """A session or an account that saw persons of the sample.

    Attributes:
        records: persons of the sample whom it saw; `own` are those that no suspect named before it explains.
        size: distinct persons whom it saw in all.
        guilt: of the guilt model, between 0 and 1; never shown alone.
        innocence: log10 of 1 - guilt; by it the rank is made.
        luck: how often a session of this size would by luck have seen as many persons of the sample.
        any_luck: how often any session of the ledger would have.
        run: the longest run of rows that stand in the order in which it saw them; `run_luck` how often luck makes one so long.
        named: whether it is one of the fewest that together explain the sample.
    """

    rank: int
    account: str
    session: str
    records: int
    own: int
    size: int
    guilt: float
    innocence: float
    luck: float
    any_luck: float
    first_at: int | None = None
    last_at: int | None = None
    run: int = 0
    run_luck: float = 1.0
    applications: tuple[str, ...] = ()
    named: bool = False
    decoys: int = 0


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """A registered earlier leak, held against the sample.

    Attributes:
        until: the latest instant from which the leak's data can be.
        share: the least share of the leaked persons that is registered.
        size: persons registered.
        persons: of the sample, in the leak; `values` of `compared` values were the same in it.
        luck: how often a sample drawn from the whole base would overlap as much.
        missing_luck: how often a sample of this leak would lack as many persons of the registered ones.
        outside: the named sessions' persons who are not in it, and how often luck would let a session explain those.
        run_luck: how often luck would make the sample stand so in the order of the leak.
    """

    leak: str
    until: int
    share: float
    size: int
    persons: int
    values: int = 0
    compared: int = 0
    luck: float = 1.0
    missing_luck: float = 1.0
    outside: int = 0
    outside_luck: float = 1.0
    run_luck: float = 1.0


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Between which instants the values of the sample were what they are; microseconds, None where it is open.

    Attributes:
        compared: values that the change history knows; `unknown` are values that it never had.
        earliest: the sample has a value that was not so before. latest: and one that was no longer so after.
        newer: how many values became so only after each leak's last instant, by its name.
        stale: how many values were no longer so at the end of the history.
    """

    compared: int
    unknown: int
    earliest: int | None
    latest: int | None
    newer: dict[str, int] = {}
    stale: int = 0

    @property
    def one_moment(self) -> bool:
        """Whether there is an instant at which all the values were so."""
        return self.earliest is None or self.latest is None or self.earliest < self.latest


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A claim with everything that was found, as it is kept in the register.

    Attributes:
        unit: `session` or `account`, whichever was looked at.
        candidates: sessions or accounts that saw anybody in the period.
        population: persons in the base, over whom luck is reckoned.
        suspects: the first ten, and all that are named.
        margin: persons of the sample by which the first explains more than the second; `lead` is log10 of how much more
            innocent the second is.
        explained: persons whom the named ones explain together. residue: whom neither these nor a leak explain.
        ledger_residue: persons of the sample whom nobody was shown in the period.
        alone: persons of the sample who were seen by an account that saw nobody else.
        leak: the leak that explains the sample, for `ours-recycled` and `ours-mixed`.
        because, settle: why, and what would change it; words of `languages/claim`.
        gaps: what the ledger could not tell.
        crowded: whether most of the persons were seen by so many that each says little.
    """

    number: int
    made_at: int
    made_by: str
    posted: Posted
    sample: Sample
    ledgers: tuple[LedgerState, ...]
    unit: str
    candidates: int
    population: int
    since: int | None
    until: int | None
    tests: tuple[Test, ...]
    suspects: tuple[Suspect, ...]
    margin: int
    lead: float
    explained: int
    residue: int
    ledger_residue: int
    alone: int
    overlaps: tuple[Overlap, ...]
    bounds: Bounds | None
    verdict: Verdict
    leak: str
    confidence: Confidence
    because: tuple[str, ...]
    settle: tuple[str, ...]
    thresholds: Thresholds
    gaps: tuple[str, ...] = ()
    crowded: bool = False

    @property
    def named(self) -> tuple[Suspect, ...]:
        """The fewest that together explain the sample."""
        return tuple(s for s in self.suspects if s.named)

    def test(self, name: str) -> Test:
        """The outcome of one of the eight tests."""
        return next(t for t in self.tests if t.name == name)
