"""What does a person write about a claim? How the sample is written, which columns are what, and what the organization knows."""

from dataclasses import dataclass, field

import msgspec

from ecluse.model.claim import Posted, Thresholds

__all__ = [
    "FORMS",
    "KINDS",
    "Changes",
    "ClaimFile",
    "Column",
    "People",
    "RegisteredLeak",
    "Screen",
    "Written",
]

FORMS = ("csv", "json", "jsonl", "parquet")
"""Forms in which a sample is read."""

KINDS = ("exact", "upper", "digits", "name", "mail", "phone", "date", "nir")
"""Kinds of values; `incident.sample.canonical` has the one spelling of each."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sample: the field it holds, and the kind of its values."""

    name: str
    column: str
    kind: str


@dataclass(frozen=True, slots=True)
class Written:
    """How the sample is written; what is empty is found out."""

    form: str = ""
    delimiter: str = ""
    encoding: str = ""
    header: bool = True
    rows_max: int = 1_000_000
    member: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """The organization's own file: everybody in the base, with the columns of some fields."""

    file: str
    identifier: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """A file with each value that a field of a person had, and from when to when; names of its columns."""

    file: str
    identifier: str
    field: str
    value: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Screen:
    """What one screen or version of an API shows, and since when it has done so (microseconds)."""

    name: str
    columns: tuple[str, ...]
    application: str = ""
    since: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """The file `claim.yaml`.

    Attributes:
        identifier: the ledger's identifier in the sample; None when it is not there, and persons are found by `match`.
        match: fields, or several together, by which a person is found in `people`; the first that finds one person decides.
        times: columns with instants at which a row was changed.
        population: persons in the base; 0 when `people` says it.
    """

    posted: Posted = field(default_factory=Posted)
    written: Written = field(default_factory=Written)
    identifier: Column | None = None
    fields: tuple[Column, ...] = ()
    match: tuple[tuple[str, ...], ...] = ()
    times: tuple[str, ...] = ()
    people: People | None = None
    changes: Changes | None = None
    honey: str | None = None
    screens: tuple[Screen, ...] = ()
    population: int = 0
    thresholds: Thresholds = field(default_factory=Thresholds)


class RegisteredLeak(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier leak in the register: what it is, and how its fingerprints are to be read.

    Attributes:
        until: the latest instant from which its data can be, microseconds.
        share: the least share of the leaked persons that is registered.
        size: persons registered. fields: whose values are registered beside them, in their order.
        ordered: whether its rows are in the order of the leak.
        key: eight bytes that name the pseudonym key (hex).
    """

    name: str
    until: int
    share: float
    size: int
    fields: tuple[str, ...]
    ordered: bool
    key: str
    registered_at: int
    registered_by: str
    origin: str = ""
    note: str = ""
