"""The guilt model, against its formula written out."""

import numpy as np
import pytest

from ecluse.incident.attribution.guilt import guilt
from ecluse.incident.attribution.views import Views, Who


def views(pairs, count):
    candidate, record = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    zero = np.zeros(len(record), dtype=np.int64)
    return Views(
        record,
        candidate,
        zero,
        zero,
        tuple(Who(str(n)) for n in range(count)),
        np.ones(count, dtype=np.int64),
    )


PAIRS = [(0, 0), (0, 1), (0, 2), (1, 1), (2, 2), (2, 3), (0, 0)]


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_it_is_the_formula_of_the_paper(p):
    found = guilt(views(PAIRS, 3), 5, elsewhere=p)
    have = {0: {0, 1, 2}, 1: {1}, 2: {2, 3}}
    seen_by = {0: 1, 1: 2, 2: 2, 3: 1}
    for who, records in have.items():
        innocent = np.prod([1 - (1 - p) / seen_by[t] for t in records])
        assert found.probability[who] == pytest.approx(1 - innocent)
    assert found.seen_by.tolist() == [1, 2, 2, 1, 0]
    assert found.records.tolist() == [3, 1, 2]


def test_the_rank_does_not_depend_on_p_here():
    assert {
        tuple(guilt(views(PAIRS, 4), 5, elsewhere=p).ranked().tolist()) for p in (0.1, 0.5, 0.9)
    } == {(0, 2, 1)}


def test_whoever_saw_nothing_has_no_rank():
    assert 3 not in guilt(views(PAIRS, 4), 5, elsewhere=0.5).ranked()
