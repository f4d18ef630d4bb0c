"""Policies change under running gates, and nobody reads more by it."""

import asyncio

import pytest

from ecluse.model.errors import UnavailableError
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR

TWO = {"gates": ("a", "b")}


async def history(counter, tools, persons, account="a"):
    """What a gate's ledger would hold of these persons."""
    verdicts = await counter.decide([tools.call(p, account=account) for p in persons])
    return [
        (v.at, tools.request(p, account=account))
        for p, v in zip(persons, verdicts, strict=True)
        if v.decision.permitted
    ]


def test_the_counter_is_whole_when_every_gate_has_brought_its_ledger(tools, empty_redis):
    async def main():
        url, policies = empty_redis.url, tools.policies(3)
        async with (
            tools.gate(url, policies, gate="a", load=False, **TWO) as a,
            tools.gate(url, policies, gate="b", load=False, **TWO) as b,
        ):
            with pytest.raises(UnavailableError, match="`a`"):
                await tools.admitted(a, 1)
            await a.load([])
            assert not await a.whole()
            assert (await a.brought(), await b.brought()) == (True, False)
            assert await a.behind() == {"b": ("b",)}
            with pytest.raises(UnavailableError, match="released by `b`") as caught:
                await tools.admitted(a, 1)
            assert "`gates`" in caught.value.help
            with pytest.raises(UnavailableError):
                await a.usage(tools.request(1))
            await b.load([])
            assert await a.whole()
            assert await b.whole()
            assert await a.behind() == {}
            assert await tools.admitted(a, 1, 2) + await tools.admitted(b, 3, 4) == [1, 2, 3]

    tools.run(main())


def test_a_part_of_a_history_does_not_make_it_whole(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, tools.policies(2), load=False) as counter:
            with pytest.raises(UnavailableError, match="lost its counts"):
                await counter.load([(1, tools.request(1))], complete=False)
            await counter.load([])
            at = await counter.since()
            await counter.load([(at, tools.request(1)), (at, tools.request(2))], complete=False)
            assert await tools.admitted(counter, 1, 3) == [1]

    tools.run(main())


def test_a_gate_that_starts_again_goes_on(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, tools.policies(3)) as counter:
            assert await tools.admitted(counter, 1, 2) == [1, 2]
        async with tools.gate(empty_redis.url, tools.policies(3), load=False) as counter:
            assert await counter.whole()
            assert await tools.admitted(counter, 3, 4) == [3]

    tools.run(main())


def test_a_gate_that_starts_with_other_policies_must_bring_its_ledger(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, tools.policies(3)) as counter:
            released = await history(counter, tools, [1, 2, 3])
        async with tools.gate(empty_redis.url, tools.policies(4), load=False) as counter:
            assert not await counter.whole()
            assert await counter.since() == 0
            with pytest.raises(UnavailableError):
                await tools.admitted(counter, 4)
            await counter.load(released)
            assert await tools.admitted(counter, 4, 5) == [4]

    tools.run(main())


def test_a_stricter_limit_holds_at_once_and_needs_no_history(tools, empty_redis):
    async def main():
        url = empty_redis.url
        async with (
            tools.gate(url, tools.policies(6), gate="a", **TWO) as a,
            tools.gate(url, tools.policies(6), gate="b", **TWO) as b,
        ):
            assert await tools.admitted(a, 1, 2) + await tools.admitted(b, 3) == [1, 2, 3]
            await a.adopt(tools.policies(4))
            assert (await a.behind(), await a.since() > tools.start) == ({}, True)
            assert await tools.admitted(a, 4, 5) == [4]
            assert await tools.admitted(b, 5, 6, 7) == [5, 6]  # which has not heard of it
            await b.adopt(tools.policies(4))
            assert await tools.admitted(b, 7) == await tools.admitted(a, 7) == []
            async with tools.gate(url, tools.policies(4), gate="b", load=False, **TWO) as again:
                assert await again.whole()
                assert await tools.admitted(again, 7) == []

    tools.run(main())


def test_a_wider_limit_holds_at_once_and_other_gates_bring_what_it_needs(tools, empty_redis):
    async def main():
        url = empty_redis.url
        async with (
            tools.gate(url, tools.policies(3), gate="a", load=False, **TWO) as a,
            tools.gate(url, tools.policies(3), gate="b", load=False, **TWO) as b,
        ):
            await a.load([])
            await b.load([])
            of_a, of_b = await history(a, tools, [1]), await history(b, tools, [2, 3])
            await a.adopt(tools.policies(5, lengths=(HOUR, 2 * DAY)))
            assert await a.behind() == {"b": ("a", "b")}
            assert (await a.whole(), await a.brought(), await b.brought()) == (True, False, False)
            assert (await a.since(), await b.since()) == (0, 0)
            older = [(of_a[0][0] - DAY - HOUR, tools.request(4))]  # known to the new window only
            await a.load(older + of_a)
            assert await a.brought()
            await b.load(of_b)
            assert await a.behind() == {}
            assert await tools.admitted(a, 5, 6) == [5]
            assert await tools.admitted(b, 6) == []
            assert await tools.admitted(a, 4, 5) == [4, 5]

    tools.run(main())


def test_a_budget_for_others_decides_once_the_last_gate_has_followed(tools, empty_redis):
    """Until then the former budget decides at both."""
    former = tools.policies(4, target=Target(kinds=frozenset({"adviser"})))
    new = tools.policies(6, target=Target(kinds=frozenset({"adviser", "partner"})))

    async def main():
        url = empty_redis.url
        async with (
            tools.gate(url, former, gate="a", load=False, **TWO) as a,
            tools.gate(url, former, gate="b", load=False, **TWO) as b,
        ):
            await a.load([])
            await b.load([])
            of_a, of_b = await history(a, tools, [1, 2]), await history(b, tools, [3])
            await a.adopt(new)
            assert await a.behind() == {"b": ("a", "b")}
            of_a += await history(a, tools, [4, 5])
            assert len(of_a) == 3
            await a.load(of_a)
            assert await a.behind() == {"b": ("b",)}
            assert await tools.admitted(a, 5) == []  # what `b` knows is not in the new count yet
            await b.adopt(new)
            assert await tools.admitted(b, 5) == []
            (verdict,) = await b.decide([tools.call(5)])
            assert verdict.opens_at == of_a[0][0] + DAY
            await b.load(of_b)
            assert await tools.admitted(b, *range(10, 20)) == [10, 11]
            assert await tools.admitted(a, *range(20, 30)) == []
            assert not a._eras._era.layout.plan.changing
            assert not b._eras._era.layout.plan.changing
            assert await a.behind() == {}

    tools.run(main())


def test_a_policy_that_comes_back_does_not_find_a_count_that_stood_still(tools, empty_redis):
    async def main():
        narrow = tools.policies(4, target=Target(kinds=frozenset({"partner"})))
        async with tools.gate(empty_redis.url, tools.policies(4)) as counter:
            released = await history(counter, tools, [1])
            await counter.adopt(narrow)
            await counter.load(released)
            released += await history(counter, tools, [2, 3])  # under the new count only
            await counter.adopt(tools.policies(4))
            released += await history(counter, tools, [4, 5])
            assert len(released) == 4
            await counter.load(released)
            assert await tools.admitted(counter, 5) == []

    tools.run(main())


def test_gates_with_other_limits_share_one_count(tools, empty_redis):
    async def main():
        url = empty_redis.url
        async with tools.gate(url, tools.policies(40), gate="a", **TWO) as a:
            async with tools.gate(url, tools.policies(3), gate="b", **TWO) as b:
                assert await tools.admitted(a, *range(30)) == list(range(30))
                assert await tools.admitted(b, 50, 4) == []
                await b.decide(
                    [tools.call(*range(60, 65), operation="observe")]
                )  # drops nothing that `a` needs
                assert await tools.admitted(a, *range(100, 140)) == list(range(100, 105))
            empty_redis.cli("FLUSHALL")
            async with tools.gate(url, tools.policies(3), gate="b", **TWO) as b:
                assert await b.brought()
                await a.load([])
                assert not await b.brought()  # `a` needs more of it than was asked for then
                await b.load([])
                assert await b.brought()

    tools.run(main())


def test_a_budget_that_was_dropped_meanwhile_must_be_brought_again(tools, empty_redis):
    async def main():
        one, other = tools.policies(3, name="one"), tools.policies(3, name="other")
        async with tools.gate(empty_redis.url, one) as counter:
            await counter.adopt(other)
            await counter.load([])
            released = await history(counter, tools, [1, 2, 3])
            await counter.adopt(one)
            assert await counter.since() == 0
            await counter.load(released)
            assert await tools.admitted(counter, 4) == []

    tools.run(main())


def test_changes_one_after_the_other_lose_nothing(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, tools.policies(9)) as counter:
            released = await history(counter, tools, [1, 2])
            for kind, limit in (("p", 12), ("q", 7), ("q", 11), ("p", 5), ("r", 4)):
                target = Target(kinds=frozenset({kind}))
                await counter.adopt(tools.policies(limit, target=target))
            released += await history(counter, tools, range(3, 20))
            assert len(released) == 9  # the first of them decides until the ledger is brought
            await counter.load(released)
            (verdict,) = await counter.decide([tools.call(10)])
            assert verdict.decision.reasons[0].limit == 4
            marks = [f for f in (await counter._eras.told()).fields if f.startswith("of:")]
            assert len(marks) == 1

    tools.run(main())


def test_what_judges_alike_goes_on_at_once(tools, empty_redis):
    """Other windows inside the longest, another effect and mode need no history."""

    async def main():
        strict = PolicySet(
            (Budget("b", (Key.ACCOUNT,), (Window(HOUR, 2), Window(DAY, 9)), effect=Effect.HOLD),)
        )
        async with tools.gate(empty_redis.url, tools.policies(9)) as counter:
            assert await tools.admitted(counter, 1, 2) == [1, 2]
            await counter.adopt(strict)
            (verdict,) = await counter.decide([tools.call(3)])
            assert verdict.decision.effect is Effect.HOLD

    tools.run(main())


def test_a_change_waits_for_calls_that_run(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, tools.policies(9)) as counter:
            era = await counter._eras.current()
            async with era.call():
                changing = asyncio.create_task(counter.adopt(tools.policies(5)))
                await asyncio.wait([changing], timeout=0.2)
                assert not changing.done()
            await changing

    tools.run(main())


def test_gates_whose_names_end_alike_keep_their_marks(tools, empty_redis):
    async def main():
        gates = {"gates": ("b", "a:b")}
        async with (
            tools.gate(empty_redis.url, tools.policies(3), gate="a:b", **gates),
            tools.gate(empty_redis.url, tools.policies(4), gate="b", **gates) as b,
        ):
            fields = (await b._eras.told()).fields
            assert len([f for f in fields if f.startswith("of:")]) == 2

    tools.run(main())
