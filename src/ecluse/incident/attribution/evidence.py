"""What is an attribution made from? Fingerprints of the sample, views of the ledger, and what the organization knows besides."""

from dataclasses import dataclass
from typing import Literal

from ecluse.incident.attribution.views import Ints, Views
from ecluse.model.claim import Sample

__all__ = ["Columns", "Decoy", "Evidence", "Leak", "Version"]


@dataclass(frozen=True, slots=True)
class Decoy:
    """A honey person in the sample: which record, the account that alone was given it, and since when it existed."""

    record: int
    account: str = ""
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A value of the sample that the change history knows: of which record, and that it was so in `[since, until)`."""

    record: int
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Columns:
    """How the sample's columns lie to the screens that the organization described.

    Attributes:
        fit: screens that show all of them.
        known: of so many columns, those that some screen shows.
        since: for each of the fitting screens, from when it existed.
    """

    columns: int
    known: int
    fit: tuple[str, ...] = ()
    since: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Leak:
    """A registered earlier leak as it lies to the sample.

    Attributes:
        until: the latest instant from which its data can be.
        share: the least share of the leaked persons that is registered.
        size: persons registered.
        places: for each record of the sample its place in the leak, or -1.
        ordered: whether these places are the order of the leak itself.
        same, compared: values of the sample that are the same in the leak, of how many that could be compared.
    """

    name: str
    until: int
    share: float
    size: int
    places: Ints
    ordered: bool = True
    same: int = 0
    compared: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the eight tests look at.

    Attributes:
        records: distinct persons of the sample; they are numbered in the order of their first rows.
        sample: what was in it.
        views: who saw them.
        population: persons in the base.
        unit: what `views` tells candidates by.
        versions: None when there is no change history; `unknown` values were never in it.
        honey: None when there is no list of honey persons.
        columns: None when no screen is described.
    """

    records: int
    sample: Sample
    views: Views
    population: int
    unit: Literal["session", "account"] = "session"
    versions: tuple[Version, ...] | None = None
    unknown: int = 0
    honey: tuple[Decoy, ...] | None = None
    columns: Columns | None = None
    leaks: tuple[Leak, ...] = ()
    gaps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.records >= 2, "one person names nobody"
        assert self.population >= 1
