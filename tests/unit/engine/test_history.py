from dataclasses import replace

import numpy as np

from ecluse.engine.history import UNKNOWN_INSTANT, Column, History, from_requests
from ecluse.model.access import AccessRequest


def read(*persons, account="a", **facts):
    return AccessRequest(account=account, application="x", persons=persons, **facts)


FULL = read(
    3,
    2**64 - 1,
    session="s",
    organization="o",
    source="192.0.2.1",
    lineage="root",
    kind="k",
    factor="key",
    created_at=-5,
    operation="view",
    categories=("health", "identity"),
    bytes=12,
    own=(True, False),
)


def test_columns_give_the_requests_that_they_were_made_of():
    accesses = [
        (1, FULL),
        (1, read(4, lineage="a", account="a")),
        (2, read(0, 7, lineage="b", account="b")),
    ]
    assert list(from_requests(accesses).requests()) == accesses


def test_a_log_knows_of_no_justification_and_no_second_factor():
    given = from_requests([(1, read(3, justified=True, stepped_up=True))])
    assert list(given.requests()) == list(from_requests([(1, read(3))]).requests())


def test_a_person_named_twice_counts_once_with_its_own_flag():
    history = from_requests([(1, read(5, 5, 6, own=(True, True, False)))])
    assert history.person.tolist() == [5, 6]
    assert history.own.tolist() == [1, 0]


def test_some_events_are_taken_with_all_that_belongs_to_them():
    accesses = [(n, read(*range(n + 1), account=f"a{n}", lineage="r", bytes=n)) for n in range(5)]
    part = from_requests(accesses).take(np.array([4, 0, 2]))
    assert list(part.requests()) == [accesses[4], accesses[0], accesses[2]]


def test_columns_may_be_missing():
    word = Column(np.zeros(2, np.int32), ("a",))
    history = History(np.array([1, 2]), word, word, np.array([8, 9], np.uint64))
    expected = [
        (n, AccessRequest(account="a", application="a", persons=(p,))) for n, p in ((1, 8), (2, 9))
    ]
    assert list(history.requests()) == expected
    assert list(history.take(np.array([1])).requests()) == expected[1:]
    silent = replace(history, created_at=np.array([UNKNOWN_INSTANT, 3]))
    assert [r.created_at for _, r in silent.requests()] == [None, 3]


def test_the_engine_starts_at_1970_sums_what_is_more_than_nothing_and_knows_whole_caseloads():
    history = from_requests([(-9, read(1, bytes=-4)), (-2, read(2, 3, bytes=5)), (7, read(4))])
    history = replace(history, own=np.array([0, 1, 2, 1], np.uint8))
    taken = history.as_the_engine_takes_it()
    assert taken.at.tolist() == [0, 0, 7]
    assert taken.bytes.tolist() == [0, 5, 0]
    assert taken.own.tolist() == [0, 2, 2, 1]
    assert history.at.tolist() == [-9, -2, 7]
