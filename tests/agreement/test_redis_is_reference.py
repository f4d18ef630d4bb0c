"""The shared counter in Redis gives the reference's answer and the engine's, whatever is asked in whatever order."""

import asyncio
import itertools
import os
import random
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.counters.keys import Keys, value_text
from ecluse.counters.redis import RedisCounter
from ecluse.counters.tallies import Tally
from ecluse.engine.evaluate import Engine
from ecluse.engine.explain import usage
from ecluse.engine.opening import opens_at
from ecluse.model.access import AccessRequest
from ecluse.model.call import Call
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, PolicySet, Window
from ecluse.model.settings import SharedCounter
from reference.meaning import Reference
from servers.redis import RedisCluster, redis_cluster, shared_redis
from strategies.histories import START, UNIT, policy_sets, requests, steps

__all__ = ["redis_cluster", "shared_redis"]  # fixtures

ACTS = (
    "check", "check", "check", "batch", "observe", "reserve", "reserve", "reserve",
    "post", "part", "release", "release", "reopen", "usage",
)  # fmt: skip
EXAMPLES = int(os.environ.get("ECLUSE_EXAMPLES", "100"))


@st.composite
def plays(draw, acts=ACTS):
    policies = draw(policy_sets() | policy_sets(counts=(Count.PERSONS,)))
    asked = draw(st.lists(requests(), min_size=1, max_size=6))
    move = st.tuples(st.sampled_from(acts), steps, st.sampled_from(asked), st.integers(0, 5))
    return policies, draw(st.lists(move, min_size=5, max_size=40)), draw(st.integers(1, 6)) * UNIT


@st.composite
def narrow_plays(draw):
    """One account that reserves and takes back the same few persons over and over."""
    lengths = sorted(draw(st.sets(st.sampled_from([1, 2, 3, 5, 8]), min_size=1, max_size=3)))
    limits = sorted(draw(st.lists(st.integers(0, 3), min_size=len(lengths), max_size=len(lengths))))
    count = draw(st.sampled_from([Count.PERSONS, Count.PERSONS, Count.ACCOUNTS, Count.BYTES]))
    windows = tuple(Window(n * UNIT, q) for n, q in zip(lengths, limits, strict=True))
    policies = PolicySet((Budget("b", (Key.ACCOUNT,), windows, counts=count),))
    asked = st.builds(
        AccessRequest,
        account=st.just("a"),
        application=st.just("x"),
        persons=st.sampled_from([(1,), (2,), (3,), (1, 2), (2, 3, 4)]),
        bytes=st.integers(0, 2),
    )
    acts = ("check", "batch", "reserve", "reserve", "reserve", "part", "post", "release", "release")
    move = st.tuples(
        st.sampled_from(acts),
        st.sampled_from([0, 1, UNIT // 2, UNIT]),
        asked,
        st.integers(0, 3),
    )
    return policies, draw(st.lists(move, min_size=8, max_size=40)), 6 * UNIT


class Three:
    """A reference, an engine and a shared counter that are told the same things."""

    def __init__(self, policies, server, lifetime):
        self.reference, self.engine = Reference(policies), Engine(policies)
        self.lifetime, self.at, self.reserved = lifetime, START, []
        is_cluster = isinstance(server, RedisCluster)
        shared = SharedCounter(server.url, cluster=is_cluster, timeout=10_000_000)
        self.counter = RedisCounter(shared, policies, lifetime=lifetime, clock=lambda: self.at)

    async def play(self, act, step, request, pick):
        self.at += step
        await getattr(self, f"_{act}")(request, pick)
        holds = {k: h.policy for k, h in (await self.counter.holds()).items()}
        assert holds == self.reference.holds

    async def compare_logs(self):
        """What each key holds is what the engine's log holds, as far as it can matter."""
        now = self.engine.clock
        for detector in self.engine.detectors:
            tally = Tally.of(detector.budget)
            floor = now - tally.longest
            for key, log in detector.logs.items():
                name = Keys("ecluse").prefix(tally) + value_text(key)
                command = ("ZRANGEBYSCORE", name, f"({floor}", "+inf", "WITHSCORES")
                told = await self.counter._link.command(*command)
                kept = [(m, int(at)) for m, at in zip(told[::2], told[1::2], strict=True)]
                ours = [(self._item(detector, item), at) for item, at in log.dump(now)]
                theirs = [(self._member(detector, m), at) for m, at in kept]
                if max(len(ours), len(theirs)) > tally.cap or detector.counts is Count.BYTES:
                    weigh = detector.counts is Count.BYTES
                    ours, theirs = (self._newest(e, tally.cap, weigh) for e in (ours, theirs))
                assert sorted(ours) == sorted(theirs)

    @staticmethod
    def _item(detector, item):
        if detector.counts is Count.PERSONS:
            return item.to_bytes(8, "little")
        if detector.counts is Count.BYTES:
            return item[1]
        return item.encode() if detector.counts is Count.ACCOUNTS else 0

    @staticmethod
    def _member(detector, member):
        if detector.counts is Count.BYTES:
            return int(member.split(b":")[3])
        return 0 if detector.counts is Count.ACCESSES else member

    @staticmethod
    def _newest(entries, cap, weigh):
        """The instants of the newest entries, as many as the cap; they come oldest first."""
        newest = entries[::-1]
        sums = itertools.accumulate(item if weigh else 1 for item, _ in newest)
        return [at for total, (_, at) in zip(sums, newest, strict=True) if total <= cap]

    async def _ask(self, operation, request):
        (verdict,) = await self.counter.decide([Call(operation, request)])
        return verdict

    def _same(self, expected, engine, verdict):
        got = verdict.decision
        assert (got.effect, got.reasons) == (expected.effect, expected.reasons)
        assert (got.effect, got.reasons) == (engine.effect, engine.reasons)
        assert (got.reservation is None) == (expected.reservation is None)
        assert verdict.at == self.reference.clock

    async def _check(self, request, pick):
        expected, engine = (one.check(request, self.at) for one in (self.reference, self.engine))
        verdict = await self._ask("check", request)
        self._same(expected, engine, verdict)
        opens = None if expected.permitted else opens_at(self.engine, request)
        assert verdict.opens_at == opens

    async def _batch(self, request, pick):
        calls = [
            Call(("check", "observe", "reserve")[n % 3], request) for n in range(pick, pick + 4)
        ]
        verdicts = await self.counter.decide(calls)
        for call, verdict in zip(calls, verdicts, strict=True):
            lifetime = (self.lifetime,) if call.operation == "reserve" else ()
            expected, engine = (
                getattr(one, call.operation)(request, self.at, *lifetime)
                for one in (self.reference, self.engine)
            )
            self._same(expected, engine, verdict)
            self._remember(expected, engine, verdict, request)

    async def _observe(self, request, pick):
        expected, engine = (one.observe(request, self.at) for one in (self.reference, self.engine))
        self._same(expected, engine, await self._ask("observe", request))

    async def _reserve(self, request, pick):
        expected, engine = (
            one.reserve(request, self.at, self.lifetime) for one in (self.reference, self.engine)
        )
        verdict = await self._ask("reserve", request)
        self._same(expected, engine, verdict)
        self._remember(expected, engine, verdict, request)

    def _remember(self, expected, engine, verdict, request):
        if expected.reservation is not None:
            numbers = (expected.reservation, engine.reservation, verdict.decision.reservation)
            self.reserved.append((numbers, request))

    async def _post(self, request, pick, persons=None):
        if self.reserved:
            (ours, engines, theirs), _ = self.reserved[-1 - pick % len(self.reserved)]
            expected = self.reference.post(ours, self.at, persons)
            assert self.engine.post(engines, self.at, persons) == expected
            assert await self.counter.post(theirs, persons) == expected

    async def _part(self, request, pick):
        if self.reserved:
            persons = self.reserved[-1 - pick % len(self.reserved)][1].persons
            await self._post(request, pick, tuple(p for p in persons if p % 2))

    async def _release(self, request, pick):
        if self.reserved:
            (ours, engines, theirs), _ = self.reserved[-1 - pick % len(self.reserved)]
            expected = self.reference.release(ours, self.at)
            assert self.engine.release(engines, self.at) == expected
            assert await self.counter.release(theirs) == expected

    async def _reopen(self, request, pick):
        for key, name in ((Key.ACCOUNT, request.account), (Key.SESSION, request.session or "")):
            expected = self.reference.reopen(key, name)
            assert self.engine.reopen(key, name) == expected
            assert await self.counter.reopen(key, name) == expected

    async def _adopt(self, request, pick):
        if any(access.open for access in self.reference.history):
            return  # an open reservation that is brought from a ledger counts for good
        self.at = self.reference.clock  # a change of policies moves no clock
        policies = self.sets[pick % len(self.sets)]
        history = [(a.at, a.request) for a in self.reference.history]
        self.reference.policies = policies
        self.engine.adopt(policies, history)
        await self.counter.adopt(policies)
        await self.counter.load(history)

    async def _usage(self, request, pick):
        self.at = self.reference.clock  # explaining moves no clock
        expected = [self._cut(u) for u in usage(self.engine, request)]
        assert [self._cut(u) for u in await self.counter.usage(request)] == expected

    @staticmethod
    def _cut(one):
        """Counts above the limit are not known exactly."""
        over = one.limit + 1
        return one.policy, one.window, one.limit, min(one.used, over), min(one.with_request, over)


@asynccontextmanager
async def three(policies, server, lifetime):
    server.cli("FLUSHALL")
    all_ = Three(policies, server, lifetime)
    try:
        await all_.counter.load([])  # which lets the counter's clock begin
        all_.reference.expire(START)
        all_.engine.expire(START)
        yield all_
    finally:
        await all_.counter.close()


async def played(server, policies, moves, lifetime, *, logs=False, sets=()):
    async with three(policies, server, lifetime) as all_:
        all_.sets = sets
        for move in moves:
            await all_.play(*move)
            if logs:
                await all_.compare_logs()


RELAXED = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


def test_the_shared_counter_answers_as_reference_and_engine(shared_redis):
    @given(plays())
    @RELAXED
    def holds(play):
        asyncio.run(played(shared_redis, *play))

    holds()


def test_on_a_cluster_of_three_masters_the_answers_are_the_same(redis_cluster):
    @given(plays())
    @settings(RELAXED, max_examples=1 + EXAMPLES // 10)
    def holds(play):
        asyncio.run(played(redis_cluster, *play))

    holds()


def test_reservations_are_taken_back_as_by_reference_and_engine(shared_redis):
    @given(narrow_plays())
    @RELAXED
    def holds(play):
        asyncio.run(played(shared_redis, *play, logs=True))

    holds()


@st.composite
def changing_plays(draw):
    """Policies change, and every access has an instant of its own, as it has in a ledger."""
    one, other = draw(policy_sets()), draw(policy_sets())
    asked = draw(st.lists(requests(), min_size=1, max_size=6))
    acts = ("check", "check", "observe", "reserve", "post", "part", "release", "adopt", "usage")
    later = st.sampled_from([1, UNIT // 2, UNIT, 3 * UNIT, 12 * UNIT])
    move = st.tuples(st.sampled_from(acts), later, st.sampled_from(asked), st.integers(0, 5))
    moves = draw(st.lists(move, min_size=5, max_size=40))
    return one, moves, 2 * UNIT, (other, one, _changed(one), _changed(other))


def _changed(policies):
    """The same budgets with other limits, and with one window less, or a longer one more."""
    return PolicySet(
        tuple(
            replace(
                b,
                windows=(
                    *(replace(w, limit=w.limit * 3 // 4) for w in b.windows[:2]),
                    Window(60 * UNIT, b.windows[-1].limit + 2),
                ),
            )
            for b in policies.budgets
        )
    )


def test_policies_change_as_by_reference_and_engine(shared_redis):
    @given(changing_plays())
    @RELAXED
    def holds(play):
        *what, sets = play
        asyncio.run(played(shared_redis, *what, sets=sets))

    holds()


def long_history(seed):
    """Hundreds of accesses to few keys with small limits, so that old items are dropped and must not be missed."""
    rng = random.Random(seed)
    budgets = tuple(
        Budget(
            name,
            per,
            (Window(3 * UNIT, limit), Window(40 * UNIT, limit + more)),
            counts=counts,
            warn_share=0.7,
            effect=effect,
            mode=mode,
        )
        for name, per, counts, limit, more, effect, mode in (
            ("a", (Key.ACCOUNT,), Count.PERSONS, 8, 5, Effect.DENY, Mode.ENFORCE),
            ("o", (Key.ORGANIZATION,), Count.PERSONS, 20, 10, Effect.SLOW, Mode.ENFORCE),
            ("n", (Key.ACCOUNT,), Count.ACCESSES, 12, 9, Effect.WARN, Mode.ENFORCE),
            ("b", (Key.ACCOUNT,), Count.BYTES, 300, 200, Effect.SLOW, Mode.ENFORCE),
            ("s", (Key.SYSTEM,), Count.BYTES, 900, 900, Effect.DENY, Mode.SHADOW),
            ("c", (Key.ORGANIZATION,), Count.ACCOUNTS, 1, 1, Effect.JUSTIFY, Mode.SHADOW),
        )
    )
    moves = []
    for _ in range(500):
        request = AccessRequest(
            account=rng.choice(["a1", "a2"]),
            application="x",
            organization="o1",
            persons=tuple(rng.randrange(1, 60) for _ in range(rng.choice([1, 1, 2, 30]))),
            bytes=rng.choice([0, 1, 40, 400]),
        )
        act = rng.choice(["check", "check", "observe", "reserve", "reserve", "release", "part"])
        moves.append((act, rng.choice([0, 1, UNIT // 3, UNIT]), request, rng.randrange(6)))
    return PolicySet(budgets), moves, 4 * UNIT


@pytest.mark.parametrize("seed", range(4))
def test_what_is_dropped_is_not_missed(shared_redis, seed):
    asyncio.run(played(shared_redis, *long_history(seed), logs=True))
