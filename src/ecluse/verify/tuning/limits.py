"""Which limits are proposed for all kinds together, so that no more honest days are disturbed than the price allows?

Each window alone would be passed at the price; five windows of two budgets together are passed more often. So all are made stricter by
one common factor, tried from 1 downwards, until the account-days that pass any limit stay within the price. A limit at the highest day
seen is passed by none of these days, and yet the next day is higher once in n + 1: one day is added for each kind. And so
few days may be luck: what is held against the price is the largest share that nine chances in ten leave.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ecluse.counting.closure import most_in
from ecluse.model.policy import Window
from ecluse.verify.tuning.kinds import Flags, KindDays
from ecluse.verify.tuning.models import WindowModel, rounded
from ecluse.verify.tuning.ranks import at_most

__all__ = ["CEILING", "Chosen", "Limit", "Signed", "chosen", "limits_at", "passed"]

CEILING: Final = 1 << 60
"""The most that a limit may be where no population says so."""

STEPS: Final = (1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05, 0.02)

Signed = Mapping[tuple[str, str], Mapping[int, int]]
"""By kind and budget id: the limit in force for each window length."""

Models = Mapping[tuple[str, str], Sequence[WindowModel]]
Limits = dict[tuple[str, str], tuple["Limit", ...]]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    Attributes:
        wanted: what the models ask for. limit: the same, held down by the signed one and to what can bind.
        way: what decided `wanted`.
    """

    window: int
    wanted: int
    limit: int
    way: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The limits at a price, and how the past does under them."""

    limits: Limits
    factor: float
    days: int
    disturbed: int
    at_most: float


def chosen(
    kinds: Sequence[KindDays],
    models: Models,
    signed: Signed,
    *,
    price: float,
    may_raise: bool,
    ceiling: int = CEILING,
) -> Chosen:
    """The least strict limits that keep the price; the strictest tried where none does. No limit is above `ceiling`."""
    best: Chosen | None = None
    for factor in STEPS:
        limits = limits_at(
            models,
            signed,
            share=price / 1000 * factor,
            may_raise=may_raise,
            kinds=kinds,
            ceiling=ceiling,
        )
        above = [int(passed(days, limits).sum()) for days in kinds]
        whole = sum(int(days.honest.sum()) for days in kinds)
        disturbed = sum(above)
        share = at_most(disturbed + len(kinds), whole) if whole else 1.0
        found = Chosen(limits, factor, whole, disturbed, 1000 * share)
        if best is None or found.at_most < best.at_most:
            best = found
        if found.at_most <= price:
            return found
    assert best is not None
    return best


def limits_at(
    models: Models,
    signed: Signed,
    *,
    share: float,
    may_raise: bool,
    kinds: Sequence[KindDays],
    ceiling: int = CEILING,
) -> Limits:
    """Limits that each window alone would pass on this share of account-days."""
    limits: Limits = {}
    for days in kinds:
        for budget, peaks in days.peaks.items():
            found = [model.limit(share) for model in models[days.kind, budget]]
            held = signed.get((days.kind, budget), {})
            wanted = [min(rounded(number), ceiling) for number, _ in found]
            fitted = _fitted(peaks.lengths, wanted, held, may_raise=may_raise)
            limits[days.kind, budget] = tuple(
                Limit(length, want, limit, way)
                for length, want, limit, (_, way) in zip(
                    peaks.lengths, wanted, fitted, found, strict=True
                )
            )
    return limits


def _fitted(
    lengths: Sequence[int], wanted: Sequence[int], signed: Mapping[int, int], *, may_raise: bool
) -> list[int]:
    """Never above the signed limit unless that is asked for; longer windows allow no less, and never so much that they cannot bind."""
    windows: list[Window] = []
    for length, want in zip(lengths, wanted, strict=True):
        limit = max(want, 1) if may_raise else min(max(want, 1), signed.get(length, max(want, 1)))
        if windows:
            limit = max(limit, windows[-1].limit)
            most = most_in(windows, length)
            if limit >= most > windows[-1].limit:
                limit = most - 1
        windows.append(Window(length, limit))
    return [w.limit for w in windows]


def passed(days: KindDays, limits: Limits) -> Flags:
    """The honest account-days with a peak above any limit."""
    above = np.zeros(len(days), np.bool_)
    for budget, peaks in days.peaks.items():
        bars = np.array([limit.limit for limit in limits[days.kind, budget]])
        above |= (peaks.count > bars).any(axis=1)
    return above & days.honest
