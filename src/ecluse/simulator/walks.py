"""Which person is the i-th of a walk: exact, without repeats and without memory of the earlier ones."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecluse.simulator.plan import Walk

__all__ = ["Walker"]


class Walker:
    """Gives distinct person numbers by their place in a walk over `1..population`.

    A scattered walk is the affine bijection `(a * i + b) mod n` with `a` prime to `n`: every person
    comes once, and any stretch of it can be computed alone. A walk by blocks scatters blocks of
    consecutive numbers, as one goes through a country by agency or commune.
    """

    def __init__(
        self, population: int, *, walk: Walk, block: int, rng: np.random.Generator, needed: int
    ) -> None:
        assert needed <= population, "a theft takes no more persons than there are"
        self._walk = walk
        self._block = min(block, population) if walk is Walk.BLOCKS else 1
        if walk is Walk.BLOCKS and needed > population // self._block * self._block:
            self._block = 1
        self._places = population // self._block
        room = population - needed
        self._start = int(rng.integers(0, room // 3 + 1))
        self._step = _prime_to(self._places, int(self._places * 0.618) + int(rng.integers(1, 1000)))

    def persons(self, places: NDArray[Any]) -> NDArray[np.int64]:
        """The person numbers at these places, each place below the number announced."""
        if self._walk is Walk.SEQUENTIAL:
            return (self._start + 1 + places).astype(np.int64)
        block, within = np.divmod(places.astype(np.uint64), np.uint64(self._block))
        scattered = (block * np.uint64(self._step) + np.uint64(self._start)) % np.uint64(
            self._places
        )
        return (scattered * np.uint64(self._block) + within + np.uint64(1)).astype(np.int64)


def _prime_to(number: int, near: int) -> int:
    candidate = max(1, near % max(number, 1))
    while math.gcd(candidate, number) != 1:
        candidate += 1
    return candidate
