import numpy as np
import pytest

from ecluse.simulator.plan import Walk
from ecluse.simulator.walks import Walker


def walker(population: int, walk: Walk, *, block: int = 10, needed: int | None = None) -> Walker:
    rng = np.random.Generator(np.random.PCG64(5))
    return Walker(population, walk=walk, block=block, rng=rng, needed=needed or population // 2)


@pytest.mark.parametrize("walk", [Walk.SEQUENTIAL, Walk.SCATTERED, Walk.BLOCKS])
@pytest.mark.parametrize("population", [1, 2, 97, 1_000, 1_024, 9_973])
def test_a_walk_over_everybody_meets_everybody_once(walk: Walk, population: int) -> None:
    persons = walker(population, walk, needed=population).persons(np.arange(population))
    assert sorted(persons.tolist()) == list(range(1, population + 1))


def test_a_stretch_of_a_walk_is_the_same_alone() -> None:
    whole = walker(5_000, Walk.SCATTERED).persons(np.arange(1_000))
    part = walker(5_000, Walk.SCATTERED).persons(np.arange(300, 400))
    assert whole[300:400].tolist() == part.tolist()


def test_blocks_are_runs_of_neighbours() -> None:
    persons = walker(1_000, Walk.BLOCKS, block=10).persons(np.arange(100))
    steps = np.diff(persons)
    assert (steps == 1).sum() >= 90
    assert (steps != 1).sum() >= 5


def test_a_scattered_walk_is_not_in_sequence() -> None:
    persons = walker(43_000_000, Walk.SCATTERED).persons(np.arange(10_000))
    assert len(np.unique(persons)) == 10_000
    assert (np.diff(persons) == 1).sum() == 0


def test_the_largest_theft_does_not_overflow() -> None:
    places = np.array([0, 36_820_827])
    persons = walker(300_000_000, Walk.SCATTERED, needed=36_820_828).persons(places)
    assert (persons >= 1).all()
    assert (persons <= 300_000_000).all()


def test_more_persons_than_there_are_is_refused() -> None:
    with pytest.raises(AssertionError):
        walker(10, Walk.SEQUENTIAL, needed=11)
