"""Laws of the engine that hold whatever the policies and the history."""

from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.engine.evaluate import Engine
from ecluse.engine.snapshot import snapshot
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, PolicySet, Window
from ecluse.model.time import DAY, HOUR
from reference.meaning import items, key, matches
from strategies.histories import START, UNIT, policy_sets, requests, steps

quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def histories(draw, size=60):
    asked = draw(st.lists(requests(), min_size=1, max_size=8))
    at, found = START, []
    for step, request in draw(
        st.lists(st.tuples(steps, st.sampled_from(asked)), min_size=1, max_size=size)
    ):
        at += step
        found.append((at, request))
    return found


def one(limits, effect=Effect.DENY, per=(Key.ACCOUNT,)):
    return PolicySet((Budget("b", per, tuple(Window(*w) for w in limits), effect=effect),))


def read(person, account="a"):
    return AccessRequest(account=account, application="x", persons=(person,))


class TestNothingAboveTheLimit:
    """Promise 3: what is released never exceeds a refusing budget, in any window that ends at any event."""

    @given(policy_sets(counts=(Count.PERSONS, Count.ACCESSES)), histories())
    @quick
    def test_every_window_of_what_was_released_is_within_the_limit(self, policies, history):
        engine = Engine(policies)
        released = defaultdict(list)
        for number, (at, request) in enumerate(history):
            if engine.check(request, at).permitted:
                for budget in policies.budgets:
                    drawn = items(budget, request, number)
                    if matches(budget, request, engine.clock) and drawn:
                        released[budget.id, key(budget, request)].append((engine.clock, drawn))
        for budget in policies.budgets:
            if budget.mode is Mode.SHADOW or budget.effect.releases:
                continue
            for (name, _), accesses in released.items():
                if name == budget.id:
                    self._check(budget, accesses)

    def _check(self, budget, accesses):
        for end, _ in accesses:
            for window in budget.windows:
                inside = {
                    i for at, drawn in accesses if end - window.length < at <= end for i in drawn
                }
                assert len(inside) <= window.limit

    def test_two_persons_read_in_turn_ten_thousand_times_count_as_two(self):
        engine = Engine(one([(HOUR, 2)]))
        for n in range(10_000):
            assert engine.check(read(1 + n % 2), START + n * 1000).permitted
        assert not engine.check(read(3), START + 10_000_000).permitted

    def test_the_edge_of_a_window_gives_nothing_away(self):
        engine = Engine(one([(HOUR, 10)]))
        for n in range(10):  # just before the edge
            assert engine.check(read(n), START + HOUR - 10 + n).permitted
        assert not engine.check(read(10), START + HOUR).permitted
        assert not engine.check(read(10), START + 2 * HOUR - 11).permitted
        assert engine.check(
            read(10), START + 2 * HOUR - 10
        ).permitted  # half open: the first one has just left
        assert not engine.check(read(11), START + 2 * HOUR - 10).permitted

    def test_a_clock_that_jumps_back_opens_nothing(self):
        engine = Engine(one([(HOUR, 1)]))
        assert engine.check(read(1), START + DAY).permitted
        assert not engine.check(read(2), START).permitted
        assert not engine.check(read(2), START + DAY + HOUR - 1).permitted


class TestDeterminism:
    @given(policy_sets(), histories())
    @quick
    def test_the_same_calls_give_the_same_bytes(self, policies, history):
        first, second = Engine(policies), Engine(policies)
        for at, request in history:
            assert first.check(request, at) == second.check(request, at)
        assert snapshot(first) == snapshot(second)

    @given(policy_sets(counts=(Count.PERSONS, Count.ACCOUNTS)), histories())
    @quick
    def test_an_access_repeated_at_once_changes_nothing(self, policies, history):
        engine = Engine(policies)
        for at, request in history:
            before = engine.check(request, at)
            if before.permitted:
                assert engine.check(request, at) == before

    @given(st.permutations(range(8)), st.integers(0, 8))
    @quick
    def test_the_order_of_simultaneous_reads_does_not_change_how_many_pass(self, order, limit):
        engine = Engine(one([(HOUR, limit)]))
        assert sum(engine.check(read(n), START).permitted for n in order) == min(8, limit)


class TestMonotony:
    reads = st.lists(st.integers(0, 20), min_size=1, max_size=60).map(
        lambda gaps: [(START + sum(gaps[: i + 1]) * UNIT // 4, i) for i in range(len(gaps))]
    )

    def _passed(self, windows, reads, account=lambda n: "a", per=(Key.ACCOUNT,)):
        engine = Engine(one(windows, per=per))
        return sum(engine.check(read(n, account(n)), at).permitted for at, n in reads)

    @given(reads, st.integers(1, 6), st.integers(1, 40), st.integers(0, 40))
    @quick
    def test_a_wider_window_never_lets_more_through(self, reads, limit, length, more):
        narrow = self._passed([(length * UNIT, limit)], reads)
        assert self._passed([((length + more) * UNIT, limit)], reads) <= narrow

    @given(reads, st.integers(0, 6), st.integers(0, 3), st.integers(1, 40))
    @quick
    def test_a_lower_limit_never_lets_more_through(self, reads, limit, more, length):
        assert self._passed([(length * UNIT, limit)], reads) <= self._passed(
            [(length * UNIT, limit + more)], reads
        )

    @given(reads, st.integers(0, 6), st.integers(1, 40))
    @quick
    def test_merging_two_accounts_never_lets_more_through(self, reads, limit, length):
        apart = self._passed([(length * UNIT, limit)], reads, account=lambda n: f"a{n % 2}")
        assert self._passed([(length * UNIT, limit)], reads) <= apart


class TestState:
    @given(policy_sets(), histories(size=120))
    @quick
    def test_no_key_holds_more_than_its_limit_and_one(self, policies, history):
        engine = Engine(policies)
        for at, request in history:
            engine.observe(request, at)
            for detector in engine.detectors:
                for log in detector.logs.values():
                    if detector.counts is not Count.BYTES:
                        assert len(log) <= detector.spans.cap

    def test_idle_keys_are_forgotten(self):
        engine = Engine(one([(HOUR, 5)]))
        for n in range(500):
            engine.check(read(n, f"a{n}"), START + n)
        for n in range(20_000):
            engine.check(read(1, "z"), START + 2 * HOUR + n)
        assert len(engine.detectors[0].logs) == 1
