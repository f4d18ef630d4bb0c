import numpy as np
import pytest
from msgspec.structs import replace

from ecluse.detectors.budget import BudgetDetector
from ecluse.detectors.targets import Clockwork, words_match
from ecluse.engine.columns import event_keys, event_mask, in_a_log
from ecluse.engine.history import Column, History, from_requests
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Budget, Hours, Key, Target, Window
from ecluse.model.time import HOUR

SOME = [
    (
        n * 5 * HOUR,
        AccessRequest(
            account=f"a{n % 3}",
            application="xy"[n % 2],
            persons=(1,),
            session=(None, "s", "")[n % 3],
            organization=(None, "o1", "o2")[n % 5 % 3],
            kind=(None, "k", "m")[n % 4 % 3],
            operation=(None, "view", "export")[n % 7 % 3],
            factor=(None, "key")[n % 3 % 2],
            categories=((), ("health",), ("health", "identity"))[n % 3],
            created_at=(None, 0, 90 * HOUR)[n % 11 % 3],
        ),
    )
    for n in range(60)
]


@pytest.mark.parametrize(
    "target",
    [
        Target(kinds=frozenset({"k"})),
        Target(kinds=frozenset({"other"})),
        Target(organizations=frozenset({"o2"})),
        Target(applications=frozenset({"x"})),
        Target(operations=frozenset({"view"})),
        Target(factors=frozenset({"none"})),
        Target(categories=frozenset({"identity"})),
        Target(younger_than=50 * HOUR),
        Target(older_than=50 * HOUR),
        Target(younger_than=80 * HOUR, older_than=20 * HOUR, kinds=frozenset({"k"})),
        Target(hours=Hours("Europe/Paris", ((60, 500), (700, 1000)), frozenset({1, 3, 5}))),
    ],
)
def test_a_mask_says_what_the_detector_says(target):
    mask = event_mask(from_requests(SOME), target)
    expected = [
        words_match(target, request) and Clockwork(target).matches(request, at)
        for at, request in SOME
    ]
    assert mask.tolist() == expected
    assert 0 < sum(expected) < len(expected)


def test_a_target_of_everything_has_no_mask():
    assert event_mask(from_requests(SOME), Target(own=True)) is None


@pytest.mark.parametrize("fact", ["justified", "stepped_up"])
def test_nothing_in_a_log_is_justified_or_stepped_up(fact):
    history = from_requests([(at, replace(request, **{fact: True})) for at, request in SOME])
    assert event_mask(history, Target(**{fact: False})) is None
    assert not event_mask(history, Target(**{fact: True})).any()
    assert not event_mask(history, Target(**{fact: True}, kinds=frozenset({"k"}))).any()
    assert in_a_log(Target(**{fact: False}, own=True)) == Target(own=True)
    assert in_a_log(Target(**{fact: True})) == Target(**{fact: True})


@pytest.mark.parametrize(
    "per",
    [
        (Key.SYSTEM,),
        (Key.SESSION,),
        (Key.LINEAGE,),
        (Key.ACCOUNT, Key.SESSION),
        (Key.ACCOUNT, Key.ORGANIZATION, Key.APPLICATION),
    ],
)
def test_codes_tell_keys_apart_as_the_detector_does(per):
    codes, number = event_keys(from_requests(SOME), per)
    key = BudgetDetector(Budget("b", per, (Window(1, 1),))).key
    keys = [key(request) for _, request in SOME]
    assert [c < 0 for c in codes] == [k is None for k in keys]
    assert codes.dtype == np.int32
    assert codes.max() < number
    pairs = {(k, int(c)) for k, c in zip(keys, codes, strict=True) if k is not None}
    assert len(pairs) == len({k for k, _ in pairs}) == len({c for _, c in pairs})


def test_keys_of_many_words_are_numbered_anew():
    words = tuple(map(str, range(50_000)))
    codes = np.array([49_999, 0, 49_999, -1, 49_999], np.int32)
    column = Column(codes, words)
    account = Column(np.abs(codes), words)
    history = History(
        np.arange(5), account, account, np.arange(5).astype(np.uint64), session=column
    )
    found, number = event_keys(history, (Key.ACCOUNT, Key.SESSION))
    assert found.tolist() == [1, 0, 1, -1, 1]
    assert number == 2


def test_an_unknown_column_is_an_unknown_key():
    words = Column(np.zeros(3, np.int32), ("a",))
    history = History(np.arange(3), words, words, np.arange(3).astype(np.uint64))
    assert event_keys(history, (Key.SESSION,))[0].tolist() == [-1, -1, -1]
    assert event_keys(history, (Key.LINEAGE,))[0].tolist() == [0, 0, 0]
    assert event_keys(history, (Key.ACCOUNT, Key.SOURCE))[0].tolist() == [-1, -1, -1]
