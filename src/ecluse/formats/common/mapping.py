"""Where do the account, the persons and the other facts of an access sit in a row? The nouns of a mapping file."""

from dataclasses import dataclass, field
from typing import Final, Literal

__all__ = [
    "FACTS",
    "NOT_BEFORE",
    "Condition",
    "Ignore",
    "Mapping",
    "Operator",
    "Rule",
    "TimeSource",
    "Value",
]

FACTS: Final = (
    "account",
    "person",
    "session",
    "organization",
    "application",
    "source",
    "operation",
    "categories",
    "factor",
    "bytes",
)
"""What can be taken from a row, besides its time; also the names that groups of a regular expression can have."""

NOT_BEFORE: Final = 946_684_800_000_000
"""2000-01-01, in microseconds: before that the logs read here did not exist."""

Operator = Literal[
    "matches", "not_matches", "in", "not_in", "starts_with", "present", "at_least", "below"
]


@dataclass(frozen=True, slots=True)
class Value:
    """One place where a fact can sit.

    Attributes:
        field: the field to take it from; None for a constant.
        constant: the value itself.
        matches: regular expression (Rust syntax, linear time) to apply to the field.
        group: number of the group of `matches` that holds the value.
        every: take all matches, not only the first.
        parameter: name of the query-string parameter to take from the field.
        split: separator between several values.
        decode: percent-decode the value; None decides by the field.
        fields: several fields that only together tell who it is, instead of `field`.
        lower: write it in lower case, where the system does not tell `Dupont` from `dupont`.
    """

    field: str | None = None
    constant: str | None = None
    matches: str | None = None
    group: int = 1
    every: bool = False
    parameter: str | None = None
    split: str | None = None
    decode: bool | None = None
    lower: bool = False
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one field; it is never true for an absent field, except `present: false`."""

    field: str
    operator: Operator
    operands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Facts that hold for the rows that meet all conditions; the first rule that sets a fact wins."""

    when: tuple[Condition, ...]
    facts: tuple[tuple[str, str], ...]
    """Fact and value; categories are comma-separated and sorted."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Rows to leave out on purpose: those that meet all conditions."""

    when: tuple[Condition, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class TimeSource:
    """Where the time sits.

    Attributes:
        fields: joined with a space.
        format: `rfc3339`, `clf`, `unix`, `unix_ms`, `unix_us`, `unix_ns`, or a strftime pattern with `%`.
        zone: IANA name of the zone of times written without an offset.
    """

    fields: tuple[str, ...]
    format: str = "rfc3339"
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the rows of a log become access events.

    Attributes:
        format: name of the format that it is for; None for any.
        options: settings of the format.
        time: tried in turn.
        facts: for each fact, the places to look at: the first that has a value, but all of them for persons.
        rules, ignore: in the order of the file.
        max_reject_share: share of unusable events above which a run fails.
        not_before: microseconds; an earlier event is a reject.
        max_line: bytes beyond which a line is a reject.
    """

    time: tuple[TimeSource, ...]
    facts: tuple[tuple[str, tuple[Value, ...]], ...]
    format: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    rules: tuple[Rule, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    max_reject_share: float = 0.01
    not_before: int = NOT_BEFORE
    max_line: int = 1024 * 1024
    file: str = field(default="", compare=False)

    def fields(self, facts: frozenset[str] | None = None) -> frozenset[str]:
        """The fields that must be read, for these facts or for all."""
        whens = [r.when for r in self.rules] + [i.when for i in self.ignore]
        conditions = [c for when in whens for c in when]
        values = [
            v for fact, places in self.facts if facts is None or fact in facts for v in places
        ]
        return frozenset(
            {name for t in self.time for name in t.fields}
            | {c.field for c in conditions}
            | {v.field for v in values if v.field is not None}
            | {name for v in values for name in v.fields}
        )

    def places(self, fact: str) -> tuple[Value, ...]:
        """The places of a fact."""
        return dict(self.facts).get(fact, ())
