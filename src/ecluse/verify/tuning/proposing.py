"""What is proposed for each kind, and why, in sentences that stand in the policy file?"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ecluse.model.time import DAY, format_duration
from ecluse.model.tuning import CurvePoint, KindProposal, Proposal
from ecluse.verify.tuning.kinds import KindDays
from ecluse.verify.tuning.limits import (
    Chosen,
    Limit,
    Limits,
    Models,
    Signed,
    chosen,
    limits_at,
    passed,
)
from ecluse.verify.tuning.models import WindowModel

__all__ = ["PRICES", "curve", "kept", "proposals"]

PRICES: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""Prices of the curve, honest account-days in a thousand."""


def proposals(
    kinds: Sequence[KindDays], models: Models, signed: Signed, found: Chosen, *, ids: Mapping[tuple[str, str], str], price: float
) -> list[KindProposal]:  # fmt: skip
    """The limits of each kind and budget, with their reasons."""
    made = []
    for days in kinds:
        for budget in days.peaks:
            held = signed.get((days.kind, budget), {})
            limits = found.limits[days.kind, budget]
            rows = zip(models[days.kind, budget], limits, strict=True)
            above = passed(_only(days, budget), {(days.kind, budget): limits})
            made.append(
                KindProposal(
                    budget=budget, id=ids[days.kind, budget], kind=days.kind, kept="", accounts=days.accounts,
                    days=int(days.honest.sum()), disturbed=int(above.sum()),
                    limits=tuple(_proposal(days, model, limit, held.get(limit.window), price) for model, limit in rows),
                )
            )  # fmt: skip
    return made


def _only(days: KindDays, budget: str) -> KindDays:
    part = days.part(np.ones(len(days), np.bool_))
    part.peaks = {budget: part.peaks[budget]}
    return part


def kept(
    days: KindDays, signed: Signed, why: str, *, ids: Mapping[tuple[str, str], str], lengths: Mapping[str, Sequence[int]]
) -> list[KindProposal]:  # fmt: skip
    """The signed limits of a kind of which nothing can be said."""
    made = []
    for budget, windows in lengths.items():
        held = signed[days.kind, budget]
        told = f"Kept as it was signed: {why}."
        limits = [
            Proposal(w, held[w], held[w], "signed", held[w], 0, 0, told)
            for w in windows
            if w in held
        ]
        made.append(
            KindProposal(
                budget,
                ids[days.kind, budget],
                days.kind,
                why,
                days.accounts,
                int(days.honest.sum()),
                0,
                tuple(limits),
            )
        )
    return made


def _proposal(
    days: KindDays, model: WindowModel, limit: Limit, signed: int | None, price: float
) -> Proposal:
    way = limit.way
    if signed is not None and limit.limit == signed < limit.wanted:
        way = "signed"
    return Proposal(
        window=limit.window,
        limit=limit.limit,
        signed=signed,
        way=way,
        wanted=limit.wanted,
        typical=model.typical,
        largest=model.largest,
        why=_why(days, model, limit, signed, price),
    )


def _why(days: KindDays, model: WindowModel, limit: Limit, signed: int | None, price: float) -> str:
    number, span = int(days.honest.sum()), int(days.day.max()) - int(days.day.min()) + 1
    window = format_duration(limit.window)
    who = f"{days.accounts} accounts of kind {days.kind} on {number} account-days of {span} days"
    unit = "day" if limit.window <= DAY else "window"
    seen = f"an ordinary {unit} reaches {model.typical}, the highest seen is {model.largest}"
    told = {
        "quantile": f"{limit.wanted} is what the predictions for {who} pass often enough to cost {price:g} in 1,000 disturbed days in all",
        "ranks": f"{limit.wanted} is what so few of the days of {who} were above that all limits together cost at most {price:g} in 1,000",
        "largest": f"{limit.wanted} lies at or a quarter above the highest of {who}, which are too few to say what is rarer",
        "extrapolated": (
            f"{limit.wanted} is extrapolated from {span} days of {days.accounts} accounts of kind {days.kind}: "
            "each goes on meeting new people at the pace of the last third"
        ),
    }[limit.way]  # fmt: skip
    ends = ""
    if limit.limit < limit.wanted:
        by = (
            "the signed limit, which is not raised unless asked"
            if limit.limit == signed
            else "what the shorter windows let through"
        )
        ends = f" Held at {limit.limit} by {by}."
    elif signed is not None and limit.limit > signed:
        ends = f" RAISED above the signed {signed}."
    elif signed is not None and limit.limit < signed:
        ends = f" Was {signed}."
    return f"Tuned for {window}: {told}; {seen}.{ends}"


def curve(
    kinds: Sequence[KindDays], models: Models, signed: Signed, *, price: float, factor: float, may_raise: bool, budget: str, ceiling: int
) -> tuple[CurvePoint, ...]:  # fmt: skip
    """What other prices would buy, each with the limits of its own, from the same models.

    Args:
        kinds: see `limits.chosen`.
        models: idem.
        signed: idem.
        price: the one that was asked for, which is in the curve as well.
        factor: by which its limits were made stricter.
        may_raise: see `limits.chosen`.
        budget: id of the budget per account whose limits are what a thief takes.
        ceiling: see `limits.chosen`.
    """
    points = []
    for asked in sorted({*PRICES, price}):
        if asked == price:
            limits = limits_at(
                models,
                signed,
                share=asked / 1000 * factor,
                may_raise=may_raise,
                kinds=kinds,
                ceiling=ceiling,
            )
        else:
            limits = chosen(
                kinds, models, signed, price=asked, may_raise=may_raise, ceiling=ceiling
            ).limits
        points.append(_point(kinds, limits, asked, budget))
    return tuple(points)


def _point(kinds: Sequence[KindDays], limits: Limits, price: float, budget: str) -> CurvePoint:
    whole = sum(int(days.honest.sum()) for days in kinds)
    disturbed = sum(int(passed(days, limits).sum()) for days in kinds)
    persons = tuple(
        (days.kind, tuple((limit.window, limit.limit) for limit in limits[days.kind, budget]))
        for days in kinds
        if (days.kind, budget) in limits
    )
    return CurvePoint(price, 1000 * disturbed / whole if whole else 0.0, persons)
