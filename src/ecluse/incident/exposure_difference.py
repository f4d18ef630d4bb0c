"""What changed from one version of an exposure to a later one, and why? Persons added and removed, by manner, and the causes."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ecluse.incident.persons import pairs_in, places
from ecluse.model.exposure import ExposureVersion

__all__ = ["Difference", "difference"]

_MANNERS = ("exported", "shown", "listed", "linked")


@dataclass(frozen=True, slots=True)
class Difference:
    """From `old` to `new`.

    Attributes:
        added, removed: persons by manner; those who are linked only count as `linked`.
        moved: persons who stand in both, by (old manner, new manner).
        causes: `selection`, `ledger`, `gaps`, `retention`, `persons`, each with a sentence; empty when nothing changed.
        added_rows, removed_rows: places in the new and in the old list.
    """

    added: dict[str, int]
    removed: dict[str, int]
    moved: dict[tuple[str, str], int]
    causes: tuple[tuple[str, str], ...]
    added_rows: npt.NDArray[np.int64]
    removed_rows: npt.NDArray[np.int64]


def difference(
    old: ExposureVersion, new: ExposureVersion, *, old_list: pa.Table, new_list: pa.Table
) -> Difference:
    """Compares two versions by their lists, both sorted by person; of the lists `person`, `linked` and `manner` are needed."""
    before, after = pairs_in(old_list["person"]), pairs_in(new_list["person"])
    at = places(before, after)
    known = at >= 0
    kept = np.zeros(len(before), bool)
    kept[at[known]] = True
    manner_old, manner_new = _manners(old_list), _manners(new_list)
    pairs = zip(manner_old[at[known]].tolist(), manner_new[known].tolist(), strict=True)
    moved = Counter((a, b) for a, b in pairs if a != b)
    return Difference(
        _counted(manner_new[~known]),
        _counted(manner_old[~kept]),
        {(_MANNERS[a], _MANNERS[b]): n for (a, b), n in sorted(moved.items())},
        _causes(old, new),
        np.flatnonzero(~known),
        np.flatnonzero(~kept),
    )


def _manners(table: pa.Table) -> npt.NDArray[np.int8]:
    places = pc.index_in(table["manner"], pa.array(_MANNERS))
    codes: npt.NDArray[np.int8] = places.to_numpy().astype(np.int8)
    codes[table["linked"].to_numpy()] = _MANNERS.index("linked")
    return codes


def _counted(codes: npt.NDArray[np.int8]) -> dict[str, int]:
    counts = np.bincount(codes, minlength=len(_MANNERS))
    return {name: int(n) for name, n in zip(_MANNERS, counts, strict=True)}


def _causes(old: ExposureVersion, new: ExposureVersion) -> tuple[tuple[str, str], ...]:
    found = []
    if old.selections != new.selections:
        found.append(("selection", "other accesses were asked for"))
    before = {state.origin: state for state in old.ledgers}
    for state in new.ledgers:
        known = before.pop(state.origin, None)
        if known is None:
            found.append(("ledger", f"`{state.origin}` was not asked before"))
        elif state.entries != known.entries or state.size != known.size:
            what = f"`{state.origin}` has {state.entries} entries under a checkpoint of {state.size}, and had {known.entries} under {known.size}"
            found.append(("ledger", what))
    found += [("ledger", f"`{origin}` is not asked any more") for origin in before]
    if old.gaps != new.gaps:
        fewer = [gap.what for gap in old.gaps if gap not in new.gaps]
        more = [gap.what for gap in new.gaps if gap not in old.gaps]
        found += [("gaps", f"gone: {what}") for what in fewer]
        found += [("gaps", f"new: {what}") for what in more]
    if old.most_per_access != new.most_per_access:
        found.append(("bounds", "another number of persons per access was vouched for"))
    if not found and old.list_digest != new.list_digest:
        found.append(("persons", "what a source says of the persons changed, or how the list is made"))  # fmt: skip
    return tuple(found)
