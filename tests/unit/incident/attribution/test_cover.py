"""The fewest that explain a sample."""

import numpy as np

from claim_factory import BASE, World
from ecluse.incident.attribution.cover import cover
from ecluse.incident.attribution.guilt import guilt
from ecluse.incident.attribution.views import Views, Who


def covered(sets, records, **options):
    pairs = [(c, r) for c, held in enumerate(sets) for r in held]
    candidate, record = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    zero = np.zeros(len(record), dtype=np.int64)
    views = Views(
        record,
        candidate,
        zero,
        zero,
        tuple(Who(str(n)) for n in range(len(sets))),
        np.full(len(sets), 50),
    )
    return cover(views, guilt(views, records, elsewhere=0.5), records, **options)


def test_what_others_make_needless_is_left_out():
    found = covered([{0, 1, 2, 3}, {0, 1, 4, 5}, {2, 3, 6, 7}], 8)
    assert set(found.chosen) == {1, 2}, "the greedy way alone takes all three"
    assert found.explained.all()


def test_one_record_names_nobody():
    found = covered([{0, 1, 2}, {3}, {4}], 5)
    assert found.chosen == (0,)
    assert found.explained.tolist() == [True, True, True, False, False]


def test_what_luck_gives_is_not_named():
    assert covered([{0, 1, 2}, {3, 4}], 5, lucky=lambda _, own: own <= 2).chosen == (0,)
    assert covered([{0, 1}], 5, lucky=lambda _, own: own <= 2).chosen == ()


def test_a_tie_is_told():
    assert covered([{0, 1}, {0, 1}], 2).tied
    assert not covered([{0, 1, 2}, {0, 1}], 3).tied


def test_three_thieves_are_found_among_ordinary_sessions():
    exact = 0
    for seed in range(10):
        world = World(seed)
        thieves = [world.thief(f"thief-{n}", size) for n, size in enumerate((2_000, 800, 500))]
        sample = world.random.choice(np.unique(np.concatenate(thieves)), 60, replace=False)
        views = world.views(sample)
        found = cover(views, guilt(views, 60, elsewhere=0.5), 60)
        exact += {views.who[c].account for c in found.chosen} == {"thief-0", "thief-1", "thief-2"}
    assert exact >= 9
    assert BASE == 100_000
