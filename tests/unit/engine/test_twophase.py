"""What random histories of some dozen events do not reach; the rest is in `tests/agreement`."""

import random
from dataclasses import fields, replace

import numpy as np
import pytest

from ecluse.engine import twophase
from ecluse.engine.history import from_requests
from ecluse.engine.outcome import Outcome, by_event
from ecluse.engine.twophase import TwoPhase
from ecluse.model.access import AccessRequest
from ecluse.model.errors import SourceError
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import HOUR, MINUTE

ACCOUNT = (Key.ACCOUNT,)


def read(*persons, account="a", **facts):
    return AccessRequest(account=account, application="x", persons=persons, **facts)


def budget(limit, length=HOUR, name="b", per=ACCOUNT, **fields):
    return Budget(name, per, (Window(length, limit),), **fields)


def agree(history, *budgets):
    policies = PolicySet(budgets)
    expected = by_event(history, policies)
    for keep in (True, False):
        got = TwoPhase(history, keep=keep).decide(policies)
        for f in fields(Outcome):
            np.testing.assert_array_equal(getattr(got, f.name), getattr(expected, f.name), f.name)
    return expected


def test_two_budgets_of_one_key_do_not_hide_each_other_s_keys():
    accesses = [(n, read(n, account="busy")) for n in range(20)]
    accesses += [(n, read(n, account="calm")) for n in range(20, 25)]
    outcome = agree(from_requests(accesses), budget(8), budget(2, HOUR // 2, "c"))
    assert outcome.refused.tolist() == [*range(2, 20), 22, 23, 24]


def test_times_before_1970_are_taken_as_1970():
    outcome = agree(from_requests([(n * HOUR, read(n + 9)) for n in (-9, -5, 0, 1)]), budget(1))
    assert outcome.event.tolist() == [1, 2]


@pytest.mark.parametrize("size", [-1000, 0, 90, 2**61, 2**63 - 1])
def test_bytes_of_every_size_are_summed(size):
    history = from_requests([(n, read(1, bytes=b)) for n, b in enumerate((size, 90, size, 90))])
    for limit in (100, 2**62, 2**63 - 2):
        agree(history, budget(limit, counts=Count.BYTES, mode=Mode.SHADOW), budget(3, name="c"))


@pytest.mark.parametrize("size", [1, 90, 2**52 + 1, 2**60 + 1])
def test_the_last_byte_that_is_too_much_is_found(size):
    history = from_requests([(n, read(1, bytes=size)) for n in range(2)])
    one = budget(2 * size - 1, counts=Count.BYTES)
    assert agree(history, one).refused.tolist() == [1]
    assert not agree(history, budget(2 * size, counts=Count.BYTES)).event.size


@pytest.mark.parametrize("limit", [0, 1, 2**31 - 1, 2**31, 2**62, 2**63 - 1])
def test_limits_of_every_size_are_compared(limit):
    history = from_requests([(n, read(n)) for n in range(5)])
    both = (
        budget(limit, warn_share=0.5),
        Budget("c", ACCOUNT, (Window(1, 1), Window(HOUR, 2**63 - 1))),
    )
    agree(history, *both)
    peaks = TwoPhase(history, keep=True).peaks(both[0])
    assert [sum(p) for p in peaks] == [1]
    assert peaks[0].index(1) == (10 if limit < 5 else 0)


def test_an_event_with_a_person_of_unknown_caseload_counts_whole():
    history = replace(
        from_requests([(0, read(1, 2, 3)), (1, read(4))]), own=np.array([1, 1, 2, 1], np.uint8)
    )
    for own in (True, False):
        agree(history, budget(2, target=Target(own=own)))


@pytest.mark.parametrize("fact", ["justified", "stepped_up"])
def test_a_log_draws_on_what_needs_no_justification_and_never_on_what_opens_by_it(fact):
    history = from_requests([(n, read(n)) for n in range(9)])
    for other in (Target(), Target(kinds=frozenset({"k"}))):
        before = budget(4, target=replace(other, **{fact: False}))
        after = budget(0, name="c", target=replace(other, **{fact: True}))
        assert agree(history, before, after).refused.tolist() == [4, 5, 6, 7, 8]
        assert not agree(history, after).event.size
        replay = TwoPhase(history, keep=True)
        assert replay.peaks(before) == replay.peaks(budget(4))
        assert sum(replay.peaks(after)[0]) == 0


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(twophase, "_ROWS_MAX", 2)
    TwoPhase(from_requests([(0, read(1, 2))]))
    with pytest.raises(SourceError, match="at most 2 events"):
        TwoPhase(from_requests([(0, read(1, 2, 3))]))
    with pytest.raises(SourceError, match="at most 2 events"):
        TwoPhase(from_requests([(n, read()) for n in range(3)]))


def test_no_events_have_no_outcome():
    assert not agree(
        from_requests([]), budget(0), budget(0, name="s", per=(Key.SYSTEM,))
    ).event.size


def test_sixty_four_budgets_have_a_bit_each():
    history = from_requests([(n, read(n)) for n in range(3)])
    outcome = agree(history, *(budget(n, name=f"b{n}") for n in range(64)))
    assert outcome.over.tolist() == [1, 1, 1]
    agree(history, *(budget(63 - n, name=f"b{n}", mode=Mode.SHADOW) for n in range(64)))
    with pytest.raises(AssertionError):
        TwoPhase(history).decide(PolicySet(tuple(budget(1, name=f"b{n}") for n in range(65))))


@pytest.mark.parametrize("rounds", [1, 2, 4])
def test_what_a_refusal_lets_through_elsewhere_is_counted_there(monkeypatch, rounds):
    """Each account may read one person: refused in x by its organization, it reads one in y."""
    monkeypatch.setattr(twophase, "_ROUNDS_MAX", rounds)
    accesses = [
        (
            n,
            AccessRequest(
                account=f"a{n % 4}", application="xy"[n // 4], persons=(n,), organization="o"
            ),
        )
        for n in range(8)
    ]
    outcome = agree(
        from_requests(accesses),
        budget(1),
        budget(0, name="o", per=(Key.ORGANIZATION,), target=Target(applications=frozenset("x"))),
        budget(2, name="y", per=(Key.APPLICATION,), target=Target(applications=frozenset("y"))),
    )
    assert outcome.refused.tolist() == [0, 1, 2, 3, 6, 7]


def test_peaks_are_the_highest_counts_when_nothing_is_refused():
    accesses = [(n * MINUTE, read(n % 7, account=f"a{n % 3}")) for n in range(300)]
    replay = TwoPhase(from_requests(accesses), keep=True)
    one = Budget(
        "b", ACCOUNT, (Window(MINUTE, 10), Window(15 * MINUTE, 10), Window(600 * MINUTE, 6))
    )
    assert replay.peaks(one) == (
        (3, *[0] * 10),  # 1 of 10
        (0, 0, 0, 0, 3, *[0] * 6),  # 5 of 10
        (*[0] * 10, 3),  # 7 of 6
    )
    assert replay.peaks(budget(5, counts=Count.BYTES)) == ((0,) * 11,)


@pytest.mark.parametrize("limit", [0, 1, 3, 7, 10, 12, 45])
def test_a_peak_lies_in_the_tenth_of_the_limit_that_it_reaches(limit):
    """One key with each peak from 1 to 50; the third tenth of 12 holds what is above 2.4 and at most 3.6."""
    accesses = [(n, read(n, account=f"a{k}")) for k in range(1, 51) for n in range(k)]
    expected = [0] * 11
    for peak in range(1, 51):
        expected[next((i for i in range(10) if peak * 10 <= limit * (i + 1)), 10)] += 1
    history = from_requests(sorted(accesses, key=lambda one: one[0]))
    assert TwoPhase(history, keep=True).peaks(budget(limit)) == (tuple(expected),)


def test_a_peak_is_half_open_too():
    history = from_requests([(0, read(1)), (HOUR, read(2))])
    limits = Budget("b", ACCOUNT, (Window(HOUR, 2), Window(HOUR + 1, 2)))
    one, two = TwoPhase(history, keep=True).peaks(limits)
    assert (one.index(1), two.index(1)) == (4, 9)  # one of two, two of two


def _busy(seed, number):
    """Some hundred keys, a few of them busy, ties in time, lists, and everything that a target names."""
    numbers = random.Random(seed)
    accounts = [f"a{n}" for n in range(150)]
    facts = {
        a: {
            "organization": numbers.choice([None, "o1", "o2", "o3"]),
            "kind": numbers.choice([None, "adviser", "partner"]),
            "lineage": numbers.choice([None, None, "a0", "a1"]),
            "created_at": numbers.choice([None, 0, 5 * HOUR]),
        }
        for a in accounts
    }
    at, found = 10**15, []
    for _ in range(number):
        at += numbers.choice([0, 0, 1, 1000, MINUTE, MINUTE // 3])
        account = accounts[int(150 * numbers.random() ** 4)]
        crowd = 40 if account in accounts[:5] else 4000
        persons = tuple(
            {numbers.randrange(crowd) for _ in range(numbers.choice([0, 1, 1, 1, 1, 2, 12]))}
        )
        found.append(
            (
                at,
                AccessRequest(
                    account=account,
                    application=numbers.choice("xyz"),
                    persons=persons,
                    session=numbers.choice([None, f"{account}-{at // (4 * HOUR)}"]),
                    source=numbers.choice([None, f"i{numbers.randrange(40)}"]),
                    operation=numbers.choice([None, "view", "export"]),
                    bytes=numbers.choice([0, 100, 5000]),
                    own=None if numbers.random() < 0.3 else tuple(p % 2 == 0 for p in persons),
                    **facts[account],
                ),
            )
        )
    return from_requests(found)


def _policies(seed):
    numbers = random.Random(seed)
    pers = [
        ACCOUNT, (Key.SESSION,), (Key.LINEAGE,), (Key.ORGANIZATION,), (Key.SYSTEM,), (Key.SOURCE,),
        (Key.APPLICATION,), (Key.ACCOUNT, Key.APPLICATION), (Key.ORGANIZATION, Key.APPLICATION),
    ]  # fmt: skip
    found = []
    for n in range(numbers.randrange(3, 9)):
        per = numbers.choice(pers)
        private = {Key.ACCOUNT, Key.SESSION} & set(per)
        counts = numbers.choice([Count.PERSONS] * 4 + [Count.ACCESSES, Count.BYTES, Count.ACCOUNTS])
        base = numbers.choice([30, 80, 200]) * (1 if private or Key.LINEAGE in per else 8)
        base *= {Count.BYTES: 1000, Count.ACCOUNTS: 0.1}.get(counts, 1)
        lengths = sorted(numbers.sample([MINUTE, 20 * MINUTE, HOUR, 8 * HOUR, 40 * HOUR], 3))
        effects = [Effect.DENY, Effect.DENY, Effect.SLOW, Effect.JUSTIFY, Effect.WARN]
        found.append(
            Budget(
                f"b{n}",
                per,
                tuple(
                    Window(length, int(base * (i + 1) ** 1.5)) for i, length in enumerate(lengths)
                ),
                counts=counts,
                warn_share=numbers.choice([None, 0.7, 0.333]),
                effect=numbers.choice([*effects, *[Effect.HOLD] * 2 * bool(private)]),
                mode=numbers.choice([Mode.ENFORCE, Mode.ENFORCE, Mode.SHADOW]),
                target=numbers.choice(
                    [
                        Target(),
                        Target(),
                        Target(own=numbers.random() < 0.5),
                        Target(operations=frozenset({"view"}), younger_than=20 * HOUR),
                        Target(kinds=frozenset({"adviser"}), applications=frozenset("xy")),
                    ]
                ),
            )
        )
    return tuple(found)


@pytest.mark.parametrize("seed", range(4))
def test_busy_histories_are_decided_alike(seed):
    outcome = agree(_busy(seed, 5000), *_policies(seed))
    assert outcome.event.size
