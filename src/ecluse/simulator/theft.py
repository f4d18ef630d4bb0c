"""What does a thief read, and when: one raid cut into pieces that can each be made alone.

A raid is cut at every full hour. How many requests fall into a piece follows from the lengths of
the pieces before it, rounded once, so that the pieces add up to the documented number exactly and
a theft of 36.8 million persons needs no more memory than its busiest hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ecluse.model.time import HOUR
from ecluse.simulator.plan import Pace, Raid, Walk
from ecluse.simulator.population import Population
from ecluse.simulator.requests import SCREENS, Requests, make, merge, operation_code
from ecluse.simulator.walks import Walker
from ecluse.simulator.world import session_number

__all__ = ["Piece", "Thief", "pieces_of"]

_DOCUMENT_REQUESTS: Final = 3
_FIND: Final = np.int16(200)
_MISS: Final = np.int16(404)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a raid within one hour of the clock: requests `first_request` up to, not including, `last_request`."""

    number: int
    span: int
    first_at: int
    last_at: int
    first_request: int
    last_request: int


def pieces_of(raid: Raid) -> Iterator[Piece]:
    """Cuts a raid at the full hours and shares its requests out by length."""
    total = sum(last - first for first, last in raid.spans)
    requests = raid.requests
    before, number = 0, 0
    for span, (first, last) in enumerate(raid.spans):
        at = first
        while at < last:
            end = min(last, (at // HOUR + 1) * HOUR)
            begin_request = requests * before // total
            before += end - at
            yield Piece(number, span, at, end, begin_request, requests * before // total)
            at, number = end, number + 1


class Thief:
    """Plays one raid, piece by piece, in any order."""

    def __init__(
        self,
        raid: Raid,
        *,
        number: int,
        seed: int,
        population: Population,
        persons: int,
        needed: int,
        application: int,
        sources: tuple[int, ...],
    ) -> None:
        """`persons` is the size of the base, `needed` how many all raids on the same walk take together."""
        self.raid = raid
        self.number = number
        self.pieces = tuple(pieces_of(raid))
        self._seed = seed
        self._people = population
        self._base = persons
        self._application = application
        self._row = population.row(raid.account)
        self._sources = sources or (int(population.source[self._row]),)
        walk = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 2])))
        self._walker = Walker(persons, walk=raid.walk, block=raid.block, rng=walk, needed=needed)

    @property
    def session(self) -> int:
        """Number of the session that lasts through the whole raid."""
        return int(session_number(self._seed, np.array([self._row]), 10_000_000 + self.number)[0])

    def play(self, piece: Piece) -> Requests:
        """The requests of one piece in time order."""
        rng = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([self._seed, 3, self.number, piece.number]))
        )
        if self.raid.walk is Walk.OWN:
            return self._own_files(piece, rng=rng)
        persons, counts = self._shown(piece)
        hits = len(counts)
        misses = round(hits * self.raid.misses / (1 - self.raid.misses))
        found = np.ones(hits + misses, np.bool_)
        found[rng.permutation(hits + misses)[:misses]] = False
        all_counts, all_persons = np.ones(hits + misses, np.int64), persons
        all_counts[found] = counts
        if misses:
            owner = np.repeat(np.arange(hits + misses), all_counts)
            all_persons = np.empty(len(owner), np.int64)
            all_persons[found[owner]] = persons
            all_persons[~found[owner]] = self._base + 1 + rng.integers(0, self._base, misses)
        row_size = (
            all_counts * self.raid.size
            if self.raid.operation == "view"
            else 400 + all_counts * self.raid.size
        )
        return self._requests(
            self._moments(piece, hits + misses, rng=rng),
            persons=all_persons, counts=all_counts, span=piece.span, actor=self._row,
            session=self.session, operation=operation_code(self.raid.operation),
            status=np.where(found, _FIND, _MISS), size=np.where(found, row_size, 162),
        )  # fmt: skip

    def _shown(self, piece: Piece) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Persons of the piece's requests that find someone, with the linked persons beside them."""
        raid = self.raid
        first, last = (
            min(raid.persons, n * raid.page) for n in (piece.first_request, piece.last_request)
        )
        places = np.arange(first, last)
        counts = np.diff(np.minimum(np.arange(first, last + raid.page, raid.page), last)).astype(
            np.int64
        )
        counts = counts[counts > 0]
        persons = self._walker.persons(raid.first + places)
        if raid.linked == 0:
            return persons, counts
        assert raid.page == 1, "linked persons are shown with one file at a time"
        link = places * raid.linked // raid.persons
        has = (places + 1) * raid.linked // raid.persons > link
        both = np.insert(persons, np.flatnonzero(has) + 1, 2 * self._base + 1 + link[has])
        return both, counts + has

    def _moments(self, piece: Piece, number: int, *, rng: np.random.Generator) -> NDArray[np.int64]:
        length = piece.last_at - piece.first_at
        if self.raid.pace is Pace.HUMAN:
            gap = min(6_000_000, length // (2 * max(number, 1)))
            free = np.sort(rng.integers(0, length - gap * max(number - 1, 0), number))
            return (piece.first_at + free + gap * np.arange(number)).astype(np.int64)
        slot = length / max(number, 1)
        at = piece.first_at + ((np.arange(number) + 0.6 * rng.random(number)) * slot).astype(
            np.int64
        )
        if number and piece.number == 0:
            at[0] = piece.first_at  # the theft begins and ends when it did
        if number and piece.last_at == self.raid.spans[-1][1]:
            at[-1] = (
                piece.last_at - 1_000_000 if number == 1 else max(at[-1], piece.last_at - 1_000_000)
            )
        return at

    def _own_files(self, piece: Piece, *, rng: np.random.Generator) -> Requests:
        """Many accounts in turn, each opening its own file and its documents, all in the same order (S10)."""
        raid, people = self.raid, self._people
        rows = self._row + np.arange(piece.first_request, piece.last_request)
        person = people.caseload[people.caseload_start[rows]]
        length = min(60_000_000, (piece.last_at - piece.first_at) // 2)
        begin = piece.first_at + np.sort(
            rng.integers(0, piece.last_at - piece.first_at - length, len(rows))
        )
        first, each = raid.size % _DOCUMENT_REQUESTS, raid.size // _DOCUMENT_REQUESTS
        given: dict[str, Any] = {
            "persons": person,
            "counts": np.ones(len(rows), np.int64),
            "span": piece.span,
            "actor": rows,
            "session": session_number(self._seed, rows, 10_000_000 + self.number),
            "operation": operation_code(raid.operation),
            "source": np.array(self._sources)[rows % len(self._sources)],
        }
        steps = [
            self._requests(
                begin + step * length // (_DOCUMENT_REQUESTS + 1),
                screen=0 if step == 0 else SCREENS.index("documents"),
                size=each + first if step == 0 else each,
                **given,
            )
            for step in range(_DOCUMENT_REQUESTS)
        ]
        return merge(steps).in_time_order()

    def _requests(self, at: NDArray[Any], *, span: int, **given: Any) -> Requests:
        given.setdefault("source", self._sources[span % len(self._sources)])
        return make(at, application=self._application, mark=-self.number, **given)
