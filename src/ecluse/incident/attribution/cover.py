"""Which are the fewest candidates that together explain a sample? Greedy, then what the greedy way got wrong is put right.

A candidate that adds one record only is never taken: somebody has seen nearly every record, so one names nobody. Nor is one
that adds no more than luck gives to a candidate of its size.
Of candidates that add equally many, the one that saw more of the whole sample is taken, then the more guilty one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecluse.incident.attribution.guilt import Guilt
from ecluse.incident.attribution.views import Views

__all__ = ["Cover", "cover"]

_LEAST = 2
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cover:
    """The fewest candidates, in the order in which they add most, with what each adds.

    Attributes:
        own: records that no candidate before explains.
        explained: whether each record of the sample is explained.
        tied: whether another choice would have explained as much with as few.
    """

    chosen: tuple[int, ...]
    own: tuple[int, ...]
    explained: Flags
    tied: bool = False


def cover(
    views: Views,
    ranking: Guilt,
    records: int,
    *,
    lucky: Callable[[int, int], bool] = lambda _candidate, _own: False,
    most: int = 50,
) -> Cover:
    """Finds at most so many candidates that explain a sample of so many records.

    Options:
        lucky: whether luck may well let this candidate add so many records.
    """
    sets = _sets(views, ranking, records)
    chosen, tied = _greedy(sets, ranking, records, most)
    chosen = _without_idle(sets, chosen, records)
    chosen = _exchanged(sets, chosen, ranking, records)
    told = _told(sets, chosen, records, tied=tied)
    while told.chosen and lucky(told.chosen[-1], told.own[-1]):  # the last one adds least
        told = _told(sets, list(told.chosen[:-1]), records, tied=tied)
    return told


def _sets(views: Views, ranking: Guilt, records: int) -> dict[int, Flags]:
    """Which records each candidate with at least two had."""
    candidate, record = views.pairs()
    keep = ranking.records[candidate] >= _LEAST
    sets: dict[int, Flags] = {}
    for c, r in zip(candidate[keep].tolist(), record[keep].tolist(), strict=True):
        sets.setdefault(c, np.zeros(records, dtype=np.bool_))[r] = True
    return sets


def _greedy(
    sets: dict[int, Flags], ranking: Guilt, records: int, most: int
) -> tuple[list[int], bool]:
    left = np.ones(records, dtype=np.bool_)
    chosen: list[int] = []
    tied = False
    while len(chosen) < most and sets:
        gains = {c: int((held & left).sum()) for c, held in sets.items() if c not in chosen}
        if not gains or (best := max(gains.values())) < _LEAST:
            break
        equal = sorted((c for c, g in gains.items() if g == best), key=lambda c: _worth(ranking, c))
        tied = tied or (len(equal) > 1 and _worth(ranking, equal[0])[:2] == _worth(ranking, equal[1])[:2])  # fmt: skip
        chosen.append(equal[0])
        left &= ~sets[equal[0]]
    return chosen, tied


def _worth(ranking: Guilt, candidate: int) -> tuple[int, float, int]:
    return -int(ranking.records[candidate]), float(ranking.innocence[candidate]), candidate


def _without_idle(sets: dict[int, Flags], chosen: list[int], records: int) -> list[int]:
    """Leaves out whom the others make needless: who explains less than two records that no other does."""
    kept = list(chosen)
    for candidate in reversed(chosen):
        others = _union(sets, [c for c in kept if c != candidate], records)
        if int((sets[candidate] & ~others).sum()) < _LEAST:
            kept.remove(candidate)
    return kept


def _exchanged(
    sets: dict[int, Flags], chosen: list[int], ranking: Guilt, records: int
) -> list[int]:
    """Exchanges one of them for another, as long as that explains more records."""
    kept = list(chosen)
    for _ in range(len(chosen) + 1):
        whole = int(_union(sets, kept, records).sum())
        better = None
        for place in range(len(kept)):
            rest = _union(sets, kept[:place] + kept[place + 1 :], records)
            for other, held in sets.items():
                gain = int((rest | held).sum())
                if other not in kept and gain > whole:
                    offer = (-gain, _worth(ranking, other), place, other)
                    better = offer if better is None or offer < better else better
        if better is None:
            return kept
        kept[better[2]] = better[3]
    return kept


def _told(sets: dict[int, Flags], chosen: list[int], records: int, *, tied: bool) -> Cover:
    explained = np.zeros(records, dtype=np.bool_)
    order: list[int] = []
    own: list[int] = []
    left = list(chosen)
    while left:
        best = max(left, key=lambda c: (int((sets[c] & ~explained).sum()), -chosen.index(c)))
        own.append(int((sets[best] & ~explained).sum()))
        order.append(best)
        explained |= sets[best]
        left.remove(best)
    return Cover(tuple(order), tuple(own), explained, tied)


def _union(sets: dict[int, Flags], chosen: list[int], records: int) -> Flags:
    whole = np.zeros(records, dtype=np.bool_)
    for candidate in chosen:
        whole |= sets[candidate]
    return whole
