"""What is the whole log: honest days and thefts together, hour after hour, in time order and bounded memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from ecluse.model.time import HOUR
from ecluse.simulator.frames import Namer
from ecluse.simulator.plan import Scenario, Walk
from ecluse.simulator.population import ADDRESSES
from ecluse.simulator.requests import Requests, merge
from ecluse.simulator.theft import Piece, Thief
from ecluse.simulator.truth import Tally, stolen_rows
from ecluse.simulator.workdays import days_between, instant
from ecluse.simulator.world import Day, World

__all__ = ["Chunk", "Simulation"]

Rows = Callable[[pl.DataFrame], pl.DataFrame]

_CHUNK: Final = 200_000
"""Requests of theft after which a chunk is closed at the next full hour."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of one stretch of time, and what was stolen in it: account, person and instant of each first read."""

    frame: pl.DataFrame
    stolen: pl.DataFrame


class Simulation:
    """One scenario played with one seed; the same seed gives the same rows.

    `chunks()` gives all rows in time order and fills `tally` on the way; it is used once.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int,
        resolution: int = 1,
        rows: Rows = lambda frame: frame,
    ) -> None:
        """`resolution` is the smallest step of time that the log shows, in microseconds; `rows` leaves out what it lacks."""
        self.scenario = scenario
        self.seed = seed
        linked = any(raid.linked for raid in scenario.raids)
        self.tally = Tally(
            story=scenario.story, linked_from=2 * scenario.world.population + 1 if linked else None
        )
        self._resolution = resolution
        self._rows = rows
        self.world = World(scenario.world, seed=seed, before=instant(scenario.first_day))
        self._addresses: tuple[str, ...] = tuple(
            dict.fromkeys((*ADDRESSES, *(s for raid in scenario.raids for s in raid.sources)))
        )
        self._namer = Namer(scenario, self.world.population, self._addresses)
        self._thieves = self._make_thieves()

    def chunks(self) -> Iterator[Chunk]:
        """All rows in time order, a day or less at a time."""
        mark = 1
        for day in days_between(self.scenario.first_day, self.scenario.last_day):
            working = True if self.scenario.working_day else None
            honest = self.world.day(day, working=working, first_mark=mark)
            for number, peak in enumerate(honest.peaks):
                self.tally.peaks.append((mark + number, peak))
            mark += len(honest.peaks)
            for requests in self._stretches(day, honest):
                yield self._chunk(requests)

    def _chunk(self, requests: Requests) -> Chunk:
        frame = self._namer.frame(requests)
        frame = self._rows(
            frame.with_columns(at=pl.col("at") // self._resolution * self._resolution)
        )
        stolen = stolen_rows(frame)
        self.tally.add(frame, stolen)
        return Chunk(frame, stolen)

    def _stretches(self, day: date, honest: Day) -> Iterator[Requests]:
        """Cuts a day at full hours so that no stretch holds much more theft than fits in memory."""
        begin, end = instant(day), instant(day + timedelta(days=1))
        pieces = [
            (thief, piece) for thief in self._thieves for piece in thief.pieces
            if begin <= piece.first_at < end and piece.last_request > piece.first_request
        ]  # fmt: skip
        pieces.sort(key=lambda pair: (pair[1].first_at, pair[0].number))
        waiting: list[tuple[Thief, Piece]] = []
        held, first = 0, begin
        for thief, piece in pieces:
            hour = piece.first_at // HOUR * HOUR
            if held >= _CHUNK and hour > first:
                yield _together(honest.requests.between(first, hour), waiting)
                waiting, held, first = [], 0, hour
            waiting.append((thief, piece))
            shown = (piece.last_request - piece.first_request) * max(1, thief.raid.page // 4)
            held += round(shown / (1 - thief.raid.misses))
        yield _together(honest.requests.between(first, end + HOUR), waiting)

    def _make_thieves(self) -> tuple[Thief, ...]:
        plan = self.scenario.world
        applications = [application.id for application in plan.applications]
        needed = sum(raid.persons for raid in self.scenario.raids if raid.walk is not Walk.OWN)
        return tuple(
            Thief(
                raid,
                number=number,
                seed=self.seed,
                population=self.world.population,
                persons=plan.population,
                needed=needed,
                application=applications.index(raid.application),
                sources=tuple(self._addresses.index(source) for source in raid.sources),
            )
            for number, raid in enumerate(self.scenario.raids, 1)
        )


def _together(honest: Requests, pieces: list[tuple[Thief, Piece]]) -> Requests:
    return merge([honest, *(thief.play(piece) for thief, piece in pieces)]).in_time_order()
