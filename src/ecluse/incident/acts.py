"""Which acts does the log of an incident know, and what does each say? Others are lines of the time line, nothing more."""

from typing import Annotated, Any, Final, Literal, Protocol, TypeAlias

import msgspec

from ecluse.model.incident import InstantKind, State

__all__ = [
    "ACTS",
    "Added",
    "Assigned",
    "Countersigned",
    "Detail",
    "Members",
    "Moved",
    "Noted",
    "Opened",
    "Said",
    "Settled",
    "Told",
    "Warned",
    "Why",
    "Written",
]

_Text = Annotated[str, msgspec.Meta(max_length=20_000)]
_Word = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_At = Annotated[int, msgspec.Meta(ge=-(1 << 53), le=1 << 53)]

SeverityWord: TypeAlias = Literal["informational", "low", "medium", "high", "critical"]
ConfidenceWord: TypeAlias = Literal["unknown", "low", "medium", "high"]


class Written(Protocol):
    """A line of the log, as `registers.log` reads it."""

    @property
    def n(self) -> int: ...
    @property
    def at(self) -> int: ...
    @property
    def by(self) -> str: ...
    @property
    def act(self) -> str: ...
    @property
    def detail(self) -> dict[str, Any]: ...


class Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why something belongs to the incident."""

    what: _Word
    rule: _Word
    reason: _Text


class Members(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to the one actor."""

    findings: tuple[_Word, ...] = ()
    accounts: tuple[_Word, ...] = ()
    sessions: tuple[_Word, ...] = ()
    sources: tuple[_Word, ...] = ()
    lineages: tuple[_Word, ...] = ()
    applications: tuple[_Word, ...] = ()
    links: tuple[Why, ...] = ()


class Opened(Members, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`opened`: a person opened the incident."""

    id: _Word
    title: _Word
    severity: SeverityWord = "medium"
    confidence: ConfidenceWord = "unknown"
    owner: _Word
    suspected: bool = True


class Noted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`note`: what happened, in a person's words."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    happened_at: _At | None = None
    source: _Text = ""


class Added(Members, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`added`: more belongs to the actor."""


class Warned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`warning`: somebody outside told the organization."""

    warning: _Word
    source: _Word
    summary: _Text
    received_at: _At
    digest: _Text = ""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`instant`: one of the instants. `waits` when a second person has to sign before it counts."""

    kind: InstantKind
    happened_at: _At
    source: _Text = ""
    reasons: _Text = ""
    corrects: bool = False
    warning: _Text = ""
    waits: bool = False


class Countersigned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`countersigned`: a second person signed an instant that waits; `line` is the line in which it was said."""

    line: int
    kind: InstantKind
    happened_at: _At
    reasons: _Text = ""


class Settled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`decided`: a named person decided something."""

    what: _Word
    answer: _Word
    reasons: _Text = ""


class Assigned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`assigned`: who answers for the incident from now on."""

    owner: _Word
    reasons: _Text = ""


class Moved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`moved`: the incident stands elsewhere in its life cycle."""

    state: State
    reasons: _Text = ""


class Told(msgspec.Struct, frozen=True):
    """An act that this room does not know: of documents, exposures, letters."""

    name: str = ""


Detail: TypeAlias = (
    Opened | Noted | Added | Warned | Said | Countersigned | Settled | Assigned | Moved
)

ACTS: Final[dict[str, type[Detail]]] = {
    "opened": Opened,
    "note": Noted,
    "added": Added,
    "warning": Warned,
    "instant": Said,
    "countersigned": Countersigned,
    "decided": Settled,
    "assigned": Assigned,
    "moved": Moved,
}
"""Acts that change what is known of an incident."""
