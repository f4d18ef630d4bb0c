"""How is the truth told: one document with who stole what and when, what was reduced, and the honest peaks."""

from typing import Any

from ecluse import __version__
from ecluse.model.time import format_instant
from ecluse.simulator.plan import Card, Raid, Walk
from ecluse.simulator.simulation import Simulation
from ecluse.simulator.truth import Reading

__all__ = ["truth_document"]


def truth_document(
    simulation: Simulation,
    card: Card,
    *,
    parameters: dict[str, Any],
    form: str,
    lines: dict[str, int],
    files: list[str],
) -> dict[str, Any]:
    """The truth of a simulation whose chunks have all been taken; times are RFC 3339."""
    tally, scenario = simulation.tally, simulation.scenario
    thieves = sorted(tally.thieves.items())
    first = [reading.first_at for _, reading in thieves if reading.first_at is not None]
    last = [reading.last_at for _, reading in thieves if reading.last_at is not None]
    stolen = sum(reading.persons for _, reading in thieves)
    return {
        "scenario": card.name,
        "number": card.number,
        "title": card.title,
        "version": __version__,
        "seed": simulation.seed,
        "format": form,
        "parameters": parameters,
        "first_day": scenario.first_day.isoformat(),
        "last_day": scenario.last_day.isoformat(),
        "facts": list(card.facts),
        "assumptions": list(card.assumptions),
        "reduced": _reduced(simulation, parameters, stolen),
        "lines": lines,
        "events": tally.events,
        "honest_events": tally.honest_events,
        "theft_events": tally.events - tally.honest_events,
        "lines_that_show_nobody": tally.other_lines,
        "misses": tally.misses,
        "events_by_application": dict(sorted(tally.events_by_application.items())),
        "accounts": len(simulation.world.population.rosters),
        "persons_stolen": stolen,
        "persons_planned": scenario.persons,
        "first_theft_at": _when(min(first, default=None)),
        "last_theft_at": _when(max(last, default=None)),
        "thieves": [_thief(simulation, account, reading) for account, reading in thieves],
        "timeline": _timeline(simulation),
        "peaks": _peaks(simulation),
        "files": files,
    }


def _reduced(simulation: Simulation, parameters: dict[str, Any], stolen: int) -> list[str]:
    said = []
    scale = parameters["scale"]
    planned = simulation.scenario.persons
    if scale < 1 and planned:
        said.append(
            f"the theft is played at {scale:g} of its size: fewer persons and requests, so a lower rate; "
            "hours, dates, accounts and page size stay as documented"
        )
    if stolen != planned:
        said.append(f"the days played end before the theft: {stolen} of {planned} persons")
    return said


def _thief(simulation: Simulation, account: str, reading: Reading) -> dict[str, Any]:
    people = simulation.world.population
    roster = people.rosters[people.row(account)]
    raids = [raid for raid in simulation.scenario.raids if _takes_part(simulation, raid, account)]
    sources = dict.fromkeys(source for raid in raids for source in raid.sources)
    return {
        "account": account,
        "kind": roster.kind,
        "organization": roster.organization,
        "created_by": roster.created_by,
        "persons": reading.persons,
        "linked_persons": reading.linked,
        "requests": reading.requests,
        "misses": reading.misses,
        "bytes": reading.bytes,
        "first_at": _when(reading.first_at),
        "last_at": _when(reading.last_at),
        "sessions": sorted(reading.sessions),
        "sources": list(sources) if len(raids[0].sources) < 20 else [],
        "own_post": not sources,
        "true_user_works_too": bool(people.mean[people.row(account)] > 0),
    }


def _takes_part(simulation: Simulation, raid: Raid, account: str) -> bool:
    if raid.walk is not Walk.OWN:
        return raid.account == account
    people = simulation.world.population
    return 0 <= people.row(account) - people.row(raid.account) < raid.accounts


def _timeline(simulation: Simulation) -> list[dict[str, Any]]:
    counts = simulation.tally.taken_before or [0] * len(simulation.scenario.story)
    return [
        {
            "at": _when(happening.at),
            "what": happening.what,
            "account": happening.account,
            "detail": happening.detail,
            "persons_stolen_before": before,
        }
        for happening, before in zip(simulation.scenario.story, counts, strict=True)
    ]


def _peaks(simulation: Simulation) -> list[dict[str, Any]]:
    names = simulation.world.population.names
    return [
        {
            "kind": peak.kind,
            "accounts": [names[row] for row in peak.rows],
            "first_at": _when(peak.first_at // 1_000_000 * 1_000_000),
            "last_at": _when(peak.last_at // 1_000_000 * 1_000_000),
            "persons": peak.persons,
        }
        for _, peak in simulation.tally.peaks
    ]


def _when(at: int | None) -> str | None:
    return None if at is None else format_instant(at)
