"""What does an exposure come to? The numbers of a version, from its list of persons."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ecluse.model.exposure import CategoryCount, CategorySet, Manner

__all__ = ["Numbers", "numbers_of"]

_GRAVEST = ("exported", "shown", "listed")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of persons, named as in `model.exposure.ExposureVersion`."""

    persons: int
    shown: int
    exported: int
    listed: int
    linked: int
    categories: tuple[CategoryCount, ...]
    sets: tuple[CategorySet, ...]
    minors: int | None
    protected: int | None
    member_states: tuple[tuple[str, int], ...] | None


def numbers_of(table: pa.Table, *, home: str, told: bool) -> Numbers:
    """Counts a list of persons (`incident.exposure_digest.SCHEMA`).

    Args:
        table: the list.
        home: the controller's own member state, which is not counted.
        told: whether a source says who is a minor, protected or abroad; without it these numbers are unknown, not 0.
    """
    own = table.filter(pc.invert(table["linked"]))
    manners = _tally(own, "manner")
    sets = Counter[str]()
    categories: dict[str, Counter[str]] = {}
    for row, count in _groups(own, ("categories", *_GRAVEST)):
        sets[row["categories"]] += count
        seen: set[str] = set()
        for manner in _GRAVEST:
            for word in row[manner].split():
                if word not in seen:
                    seen.add(word)
                    categories.setdefault(word, Counter())[manner] += count
    states = _tally(own, "member_state")
    return Numbers(
        persons=own.num_rows,
        shown=manners[Manner.SHOWN],
        exported=manners[Manner.EXPORTED],
        listed=manners[Manner.LISTED],
        linked=table.num_rows - own.num_rows,
        categories=tuple(
            CategoryCount(word, n.total(), n["shown"], n["exported"], n["listed"])
            for word, n in sorted(categories.items())
        ),
        sets=tuple(
            CategorySet(tuple(words.split()), count)
            for words, count in sorted(sets.items(), key=lambda item: (-item[1], item[0]))
        ),
        minors=_tally(own, "minor")[True] if told else None,
        protected=_tally(own, "protected")[True] if told else None,
        member_states=tuple(
            sorted((state, count) for state, count in states.items() if state not in {None, home})
        )
        if told
        else None,
    )


def _tally(table: pa.Table, column: str) -> Counter[Any]:
    return Counter({row[column]: count for row, count in _groups(table, (column,))})


def _groups(table: pa.Table, columns: tuple[str, ...]) -> Iterable[tuple[dict[str, Any], int]]:
    """The different rows of some columns, and how often each stands."""
    grouped = table.select(columns).group_by(list(columns)).aggregate([([], "count_all")])
    return [(row, row["count_all"]) for row in grouped.to_pylist()]
