"""How is a loss bound told? As a JSON document, as a table of thieves, and one bound in sentences."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from ecluse.model.bound import Binding, Bound, Reached, Take
from ecluse.model.time import SECOND, format_duration

__all__ = ["document", "number", "sentences"]

_SHOWN = 6


def document(bounds: Sequence[Bound]) -> dict[str, Any]:
    """The bounds of several adversaries; `horizons` are those of the first."""
    first = bounds[0]
    return {
        "policy": first.policy,
        "adversary": first.adversary.id,
        "horizons": [_horizon(r) for r in first.horizons],
        "adversaries": [
            {
                "id": b.adversary.id,
                "description": b.adversary.description,
                "horizons": [_horizon(r) for r in b.horizons],
            }
            for b in bounds
        ],
    }


def number(persons: int | None) -> str:
    """`1,200`, or `unbounded`."""
    return "unbounded" if persons is None else f"{persons:,}"


def sentences(bound: Bound, reached: Reached) -> Iterator[str]:
    """One bound over one horizon: the number, what binds it, the plan, what nothing covers."""
    over = format_duration(reached.horizon)
    if reached.persons is None:
        yield f"{bound.adversary.id}, over {over}: unbounded; {reached.population:,} persons can be reached"
        for flow in reached.unbounded:
            yield f"  nothing bounds  {flow}"
    else:
        yield f"{bound.adversary.id}, over {over}: {reached.persons:,} persons ({reached.why})"
    for binding in reached.binding[:_SHOWN]:
        yield f"  held by  {_binding(binding)}"
    for take in reached.plan[:_SHOWN]:
        yield f"  plan  {_take(take)}"
    if len(reached.plan) > _SHOWN:
        yield f"  plan  … and {len(reached.plan) - _SHOWN} more (--json has all)"
    for words in reached.adds:
        yield f"  contains  {words}"
    if reached.silent is not None:
        yield f"  unseen  {reached.silent:,} persons before any budget says a word"
    if reached.stopped is not None and bound.adversary.acts_within is not None:
        within = format_duration(bound.adversary.acts_within)
        yield f"  stopped  {reached.stopped:,} persons when a human acts within {within} of the first word"


def _binding(binding: Binding) -> str:
    worth = binding.worth
    each = f"{worth}" if worth.denominator == 1 else f"{float(worth):.2f}"
    if not binding.window:
        return f"the population of {binding.limit:,} {binding.keys}"
    limit = f"{binding.limit:,} in {format_duration(binding.window)}"
    return f"`{binding.budget}` {limit} ({binding.keys}); one less is worth {each}"


def _take(take: Take) -> str:
    kind = f"of kind {take.kind}" if take.kind else "that nobody knows"
    number = f"{take.accounts:,} " if take.accounts else ""
    accounts = f"{number}account{'s' if take.accounts != 1 else ''} {kind}"
    by = f" by {take.operation}" if take.operation else ""
    seeing = f" seeing {take.category}" if take.category else ""
    pace = ", ".join(f"{most:,} in {format_duration(length)}" for length, most in take.pace)
    paced = f" ({pace})" if pace else ""
    return f"{accounts} through `{take.application}`{by}{seeing}: {take.persons:,}{paced}"


def _horizon(reached: Reached) -> dict[str, Any]:
    return {
        "horizon": format_duration(reached.horizon),
        "seconds": reached.horizon / SECOND,
        "persons": reached.persons,
        "exact": reached.exact,
        "why": reached.why,
        "plan_takes": reached.reached,
        "population": reached.population,
        "binding": [
            {
                "budget": b.budget,
                "window": format_duration(b.window) if b.window else None,
                "limit": b.limit,
                "counted": b.keys,
                "worth": _plain(b.worth),
            }
            for b in reached.binding
        ],
        "plan": [_taken(t) for t in reached.plan],
        "unbounded": list(reached.unbounded),
        "silent": reached.silent,
        "stopped": reached.stopped,
        "adds": list(reached.adds),
    }


def _taken(take: Take) -> dict[str, Any]:
    return {
        "accounts": take.accounts,
        "kind": take.kind,
        "organization": take.organization,
        "application": take.application,
        "operation": take.operation,
        "category": take.category,
        "persons": take.persons,
        "windows": {format_duration(length): most for length, most in take.pace},
    }


def _plain(fraction: Fraction) -> float | int:
    return fraction.numerator if fraction.denominator == 1 else float(fraction)
