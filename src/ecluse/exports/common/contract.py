"""What does a way out give? A name, what it carries, and the text that another tool reads."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

import ecluse.exports
from ecluse.exports.common.material import Material, Passage
from ecluse.model.errors import CallerError

__all__ = ["Carried", "Export", "find", "names"]


class Carried(StrEnum):
    """What can be carried out."""

    INCIDENT = "incident"
    FINDINGS = "findings"
    ACCESSES = "accesses"


@dataclass(frozen=True, slots=True)
class Export:
    """A way out to another tool or standard.

    Attributes:
        name: on the command line; also the name of the file in `exports`.
        schema: by what a reader checks it.
        reveals: what leaves in it, for whoever decides; one sentence.
        carries: what it can carry, in the order in which it writes.
        document: incident or findings as text, piece by piece.
        passage: one access as text; None where the tool has no place for accesses.
        names_persons: whether pseudonyms of persons can leave in it, once that is asked.
        options: what can be said besides, with what it means and its default.
        inner: whether what stays in the organization is in it: owner, decisions, sessions, time line.
    """

    name: str
    title: str
    schema: str
    reveals: str
    carries: tuple[Carried, ...]
    document: Callable[[Material, frozenset[Carried]], Iterator[str]]
    passage: Callable[[Passage, Material], Iterator[str]] | None = None
    names_persons: bool = False
    options: dict[str, tuple[str, str]] = field(default_factory=dict)
    inner: bool = False

    def __post_init__(self) -> None:
        assert (self.passage is not None) == (Carried.ACCESSES in self.carries)
        assert not self.names_persons or self.passage is not None


@cache
def names() -> tuple[str, ...]:
    """Every way out, by the names of the files that define `EXPORT`."""
    modules = [m.name for m in pkgutil.iter_modules(ecluse.exports.__path__) if not m.ispkg]
    return tuple(sorted(m for m in modules if hasattr(_module(m), "EXPORT")))


def find(name: str) -> Export:
    """The way out of a name.

    Raises:
        CallerError: when there is none.
    """
    if name not in names():
        raise CallerError(f"there is no way out `{name}`", help=f"choose of {', '.join(names())}")
    export: Export = _module(name).EXPORT  # type: ignore[attr-defined]
    return export


def _module(name: str) -> object:
    return importlib.import_module(f"ecluse.exports.{name}")
