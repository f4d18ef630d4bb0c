"""Several gates on one Redis, or on a Cluster of three masters: never one person more, whatever dies or hangs."""

import asyncio
import multiprocessing
import re
from pathlib import Path

import pytest

from ecluse.counters.redis import RedisCounter, _pieces
from ecluse.model.decision import Hold
from ecluse.model.errors import ConfigError, UnavailableError
from ecluse.model.policy import Budget, Count, Effect, Key, PolicySet, Target, Window
from ecluse.model.settings import SharedCounter
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND
from servers.redis import RedisCluster, wait_until

HUNDRED = PolicySet(
    (
        Budget("b", (Key.ACCOUNT,), (Window(HOUR, 100), Window(DAY, 150))),
        Budget("wide", (Key.SYSTEM,), (Window(DAY, 1000),)),
    )
)


async def _thief(url, cluster, number):
    """One of six that read 400 persons of their own through the same account; gives how many came through."""
    settings = SharedCounter(url, cluster=cluster, name=f"thief{cluster}", timeout=30 * SECOND)
    counter = RedisCounter(settings, HUNDRED, lifetime=MINUTE)
    from ecluse.model.access import AccessRequest
    from ecluse.model.call import Call

    passed = 0
    try:
        await counter.load([])
        for first in range(0, 400, 5):
            persons = range(1000 * number + first, 1000 * number + first + 5)
            calls = [
                Call("check", AccessRequest(account="a", application="x", persons=(p,)))
                for p in persons
            ]
            passed += sum(v.decision.permitted for v in await counter.decide(calls))
    finally:
        await counter.close()
    return passed


def _thief_process(url, cluster, number):
    return asyncio.run(_thief(url, cluster, number))


def test_six_gates_at_once_let_exactly_the_limit_through(tools, empty_redis):
    async def main():
        passed = await asyncio.gather(*(_thief(empty_redis.url, False, n) for n in range(6)))
        assert sum(passed) == 100

    tools.run(main())


def test_six_gates_on_a_cluster_let_exactly_the_limit_through(tools, redis_cluster):
    async def main():
        passed = await asyncio.gather(*(_thief(redis_cluster.url, True, n) for n in range(6)))
        assert sum(passed) == 100

    tools.run(main())


def test_six_processes_let_exactly_the_limit_through(empty_redis):
    with multiprocessing.get_context("forkserver").Pool(6) as pool:
        asked = [(empty_redis.url, False, n) for n in range(6)]
        assert sum(pool.starmap(_thief_process, asked)) == 100


def test_a_request_is_charged_to_all_budgets_or_to_none(tools, empty_redis):
    policies = PolicySet(
        (
            Budget("first", (Key.SYSTEM,), (Window(DAY, 9),)),
            Budget("last", (Key.ACCOUNT,), (Window(DAY, 2),)),
        )
    )

    async def main():
        async with tools.gate(empty_redis.url, policies) as counter:
            assert await tools.admitted(counter, 1, 2, 3, 4, account="a") == [1, 2]
            (verdict,) = await counter.decide([tools.call(5, 6, 7, account="b")])
            assert not verdict.decision.permitted
            standing = {
                u.policy: u.used for u in await counter.usage(tools.request(1, account="b"))
            }
            assert standing == {"first": 2, "last": 0}

    tools.run(main())


def test_instants_are_the_server_s_and_no_two_are_alike(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, tools.policies(500)) as counter:
            verdicts = await counter.decide([tools.call(n) for n in range(150)])
            verdicts += await counter.decide([tools.call(n) for n in range(10)])
            instants = [v.at for v in verdicts]
            assert instants == sorted(set(instants))
            seconds, micros = map(int, empty_redis.cli("TIME").split())
            assert abs(seconds * SECOND + micros - instants[-1]) < MINUTE

    tools.run(main())


def test_the_clock_never_goes_back(tools, empty_redis):
    now = [tools.start]

    async def main():
        async with tools.gate(empty_redis.url, tools.policies(1), clock=lambda: now[0]) as counter:
            assert await tools.admitted(counter, 1) == [1]
            now[0] -= DAY
            (verdict,) = await counter.decide([tools.call(2)])
            assert (verdict.decision.permitted, verdict.at) == (False, tools.start)
            assert verdict.opens_at == tools.start + DAY
            now[0] = verdict.opens_at
            assert await tools.admitted(counter, 2) == [2]

    tools.run(main())


def test_a_server_whose_clock_was_ahead_keeps_what_it_counted(tools, empty_redis):
    """Another server, or the same after its clock was set back: instants go on from the latest one."""

    async def main():
        async with tools.gate(empty_redis.url, tools.policies(2)) as counter:
            (verdict,) = await counter.decide([tools.call(1)])
            ahead = verdict.at + 3 * HOUR
            empty_redis.cli("HSET", "{ecluse}:state", "clock", str(ahead))
            verdicts = await counter.decide([tools.call(2), tools.call(3)])
            assert [v.at for v in verdicts] == [ahead + 1, ahead + 2]
            assert [v.decision.permitted for v in verdicts] == [True, False]
            (key,) = empty_redis.cli("KEYS", "{ecluse}:*:a").split()
            assert int(empty_redis.cli("PEXPIRETIME", key)) * 1000 >= ahead + DAY

    tools.run(main())


def test_a_key_that_nobody_draws_on_vanishes(tools, empty_redis):
    async def main():
        policies = tools.policies(9, lengths=(SECOND // 5,))
        async with tools.gate(empty_redis.url, policies) as counter:
            await tools.admitted(counter, 1, 2)
        assert empty_redis.cli("KEYS", "{ecluse}:*:a")
        wait_until(lambda: not empty_redis.cli("KEYS", "{ecluse}:*:a"), "the key vanishes")

    tools.run(main())


def test_a_key_keeps_no_more_than_its_limits_need(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, tools.policies(20)) as counter:
            calls = [tools.call(n, operation="observe") for n in range(500)]
            await counter.decide(calls)
            await counter.decide([tools.call(*range(1000, 3500), operation="observe")])
            (key,) = empty_redis.cli("KEYS", "{ecluse}:*:a").split()
            assert int(empty_redis.cli("ZCARD", key)) <= 21 + 21 // 16 + 17

    tools.run(main())


def test_killed_with_files_it_loses_nothing(tools, start_redis):
    server = start_redis(aof="everysec")

    async def main():
        async with tools.gate(server.url, tools.policies(10)) as counter:
            assert await tools.admitted(counter, *range(4)) == [0, 1, 2, 3]
            (held,) = await counter.decide([tools.call(4, operation="reserve")])
            await counter.hold(Key.ACCOUNT, "b", Hold("person", 1))
            last = await counter.since()
            server.kill()
            with pytest.raises(UnavailableError, match="cannot be reached"):
                await tools.admitted(counter, 5)
            server.start()
            assert not await counter.whole()
            with pytest.raises(UnavailableError, match="does not know yet"):
                await tools.admitted(counter, 5)
            assert await counter.since() == last  # nothing older is needed
            await counter.load([])
            assert await counter.whole()
            assert await counter.release(held.decision.reservation)
            assert await tools.admitted(counter, *range(5, 20)) == list(range(5, 11))
            assert await tools.admitted(counter, 1, account="b") == []

    tools.run(main())


def test_killed_without_files_it_refuses_until_the_ledgers_are_brought(tools, redis_server):
    async def main():
        async with tools.gate(redis_server.url, tools.policies(10)) as counter:
            verdicts = await counter.decide([tools.call(n) for n in range(6)])
            ledger = [(v.at, tools.request(n)) for n, v in enumerate(verdicts)]
            redis_server.kill()
            redis_server.start()
            for _ in range(2):
                with pytest.raises(UnavailableError, match="does not know yet"):
                    await tools.admitted(counter, 7)
            assert not await counter.whole()
            assert await counter.since() == 0
            await counter.load(ledger, holds={(Key.ACCOUNT, "b"): Hold("person", 1)})
            assert await tools.admitted(counter, *range(20)) == list(range(10))
            assert await tools.admitted(counter, 1, account="b") == []

    tools.run(main())


def test_emptied_midway_it_refuses_until_the_ledgers_are_brought(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, tools.policies(3)) as counter:
            verdicts = await counter.decide([tools.call(n) for n in range(2)])
            (reserved,) = await counter.decide([tools.call(0, operation="reserve")])
            empty_redis.cli("FLUSHALL")
            assert not await counter.release(reserved.decision.reservation)
            with pytest.raises(UnavailableError):
                await tools.admitted(counter, 2)
            await counter.load([(v.at, tools.request(n)) for n, v in enumerate(verdicts)])
            assert await tools.admitted(counter, 2, 3) == [2]

    tools.run(main())


def test_emptied_while_it_is_loaded_it_is_not_whole(tools, empty_redis):
    def history(start):
        for n in range(9000):
            if n == 8500:
                empty_redis.cli("FLUSHALL")
            yield start + n, tools.request(n, account=f"a{n}")

    async def main():
        async with tools.gate(empty_redis.url, tools.policies(3)) as counter:
            start = await counter.since() - MINUTE
            with pytest.raises(UnavailableError, match="while they were being loaded"):
                await counter.load(history(start))
            assert not await counter.whole()
            with pytest.raises(UnavailableError):
                await tools.admitted(counter, 1)

    tools.run(main())


def test_paused_it_is_given_up_and_nothing_more_is_released_by_it(tools, redis_server):
    async def main():
        async with (
            tools.gate(redis_server.url, tools.policies(10), timeout=SECOND) as hasty,
            tools.gate(redis_server.url, tools.policies(10)) as patient,
        ):
            assert await tools.admitted(hasty, 1, 2) == [1, 2]
            redis_server.pause()
            for n in range(3, 6):
                with pytest.raises(UnavailableError, match="in time"):
                    await tools.admitted(hasty, n)
            redis_server.resume()
            admitted = await tools.admitted(patient, *range(10, 30))
            assert len(admitted) <= 8  # what was asked in vain may count, and was not released
            assert await tools.admitted(patient, *range(40, 50)) == []

    tools.run(main())


def replica_offset(node):
    return re.search(r"master_repl_offset:(\d+)", node.cli("INFO", "replication"))[1]


@pytest.mark.slow
def test_a_replica_that_takes_over_is_brought_what_it_missed(tools, tmp_path):
    cluster = RedisCluster(tmp_path, replicas=1)

    async def main():
        async with tools.gate(cluster.url, tools.policies(10), cluster=True) as counter:
            verdicts = await counter.decide([tools.call(n) for n in range(4)])
            _, port = counter._link._home
            master = next(n for n in cluster.nodes if n.port == port)
            replica = next(
                n for n in cluster.nodes if f"master_port:{port}" in n.cli("INFO", "replication")
            )
            wait_until(
                lambda: replica_offset(replica) == replica_offset(master), "the replica knows all"
            )
            replica.pause()
            master.cli("CLIENT", "KILL", "TYPE", "replica")
            verdicts += await counter.decide([tools.call(n) for n in range(4, 6)])
            ledger = [(v.at, tools.request(n)) for n, v in enumerate(verdicts)]
            master.kill()
            replica.resume()
            admitted, refused = [], 0
            for n in range(6, 2000):
                try:
                    admitted += await tools.admitted(counter, n)
                    break
                except UnavailableError as error:
                    refused += 1
                    if "does not know yet" in str(error):
                        since = await counter.since()
                        tail = [one for one in ledger if one[0] > since]
                        assert len(tail) == 2  # what the replica never heard of
                        await counter.load(tail)
                await asyncio.sleep(0.02)
            assert refused
            assert len(admitted) == 1
            assert len(await tools.admitted(counter, *range(3000, 3010))) == 3

    try:
        tools.run(main())
    finally:
        cluster.stop()


def test_two_masters_do_not_both_grant(tools, start_redis):
    """A new master is believed once every gate has come to it; and who has come does not go back to the old one."""
    old, new = start_redis(), start_redis()
    both = {"gates": ("a", "b")}

    async def main():
        async with (
            tools.gate(old.url, tools.policies(10), gate="a", **both) as a,
            tools.gate(old.url, tools.policies(10), gate="b", load=False, **both) as b,
        ):
            await b.load([])
            of_a = [
                (v.at, tools.request(n))
                for n, v in enumerate(await a.decide([tools.call(n) for n in range(3)]))
            ]
            new.cli("REPLICAOF", "127.0.0.1", str(old.port))
            wait_until(
                lambda: "master_link_status:up" in new.cli("INFO", "replication"), "it follows"
            )
            new.cli("REPLICAOF", "NO", "ONE")
            b._link._home = ("127.0.0.1", new.port)
            await b._link.close()
            of_a += [(v.at, tools.request(3)) for v in await a.decide([tools.call(3)])]
            with pytest.raises(UnavailableError):
                await tools.admitted(b, 4)
            await b.load([])
            with pytest.raises(UnavailableError, match="`a`"):
                await tools.admitted(b, 4)
            home, a._link._home = a._link._home, ("127.0.0.1", new.port)
            await a._link.close()
            await a.load(of_a)
            assert await tools.admitted(b, 4) == [4]
            a._link._home = home
            await a._link.close()
            with pytest.raises(UnavailableError, match="restarted or replaced"):
                await tools.admitted(a, 5)
            assert await tools.admitted(b, *range(5, 20)) == list(range(5, 10))

    tools.run(main())


COUNTS = PolicySet(
    (
        Budget("persons", (Key.ACCOUNT,), (Window(DAY, 90),)),
        Budget("accounts", (Key.SYSTEM,), (Window(DAY, 90),), counts=Count.ACCOUNTS),
        Budget("accesses", (Key.ACCOUNT,), (Window(HOUR, 90), Window(DAY, 90)), counts=Count.ACCESSES),
        Budget("bytes", (Key.ACCOUNT,), (Window(HOUR, 9000), Window(DAY, 9000)), counts=Count.BYTES),
    )
)  # fmt: skip


async def used(counter, tools):
    found = {}
    for u in await counter.usage(tools.request(999, bytes=1)):
        found.setdefault(u.policy, []).append(u.used)
    return found


def test_loading_twice_is_loading_once(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, COUNTS) as counter:
            verdicts = await counter.decide([tools.call(n % 5, bytes=10 + n) for n in range(20)])
            ledger = [(v.at, tools.request(n % 5, bytes=10 + n)) for n, v in enumerate(verdicts)]
            expected = {"persons": [5], "accounts": [1], "accesses": [20, 20], "bytes": [390, 390]}
            assert await used(counter, tools) == expected
            older = [
                (ledger[0][0] - 2 * HOUR + n // 2, tools.request(n, bytes=1)) for n in range(8)
            ]
            await counter.load(ledger)
            assert await used(counter, tools) == expected
            for _ in range(2):
                await counter.load(older + ledger)
                assert await used(counter, tools) == {
                    "persons": [8],
                    "accounts": [1],
                    "accesses": [20, 28],
                    "bytes": [390, 398],
                }
            empty_redis.cli("FLUSHALL")
            await counter.load(older + ledger)
            assert await used(counter, tools) == {
                "persons": [8],
                "accounts": [1],
                "accesses": [20, 28],
                "bytes": [390, 398],
            }

    tools.run(main())


def test_ledgers_of_several_gates_are_laid_into_each_other(tools, empty_redis):
    async def main():
        both = {"gates": ("a", "b")}
        async with (
            tools.gate(empty_redis.url, COUNTS, gate="a", **both) as a,
            tools.gate(empty_redis.url, COUNTS, gate="b", **both) as b,
        ):
            start = await a.since() - HOUR // 2
            of_a = [(start + 2 * n, tools.request(n, bytes=1)) for n in range(5)]
            of_b = [(start + 2 * n + 1, tools.request(n + 3, bytes=10)) for n in range(5)]
            same = [(start + 20, tools.request(1, bytes=100))]  # at one instant in two places
            for _ in range(2):
                await b.load(of_b + same)
                await a.load(of_a + same)
            assert await used(a, tools) == {
                "persons": [8],
                "accounts": [1],
                "accesses": [12, 12],
                "bytes": [255, 255],
            }

    tools.run(main())


def test_a_reservation_goes_back_to_an_older_access_that_was_loaded_meanwhile(tools, empty_redis):
    now = [tools.start]

    async def main():
        policies = tools.policies(1, lengths=(HOUR,))
        async with tools.gate(empty_redis.url, policies, clock=lambda: now[0]) as counter:
            (verdict,) = await counter.decide([tools.call(1, operation="reserve")])
            await counter.load([(tools.start - HOUR // 2, tools.request(1))])
            assert await counter.release(verdict.decision.reservation)
            (refused,) = await counter.decide([tools.call(2)])
            assert refused.opens_at == tools.start + HOUR // 2

    tools.run(main())


def test_the_window_that_opens_last_is_told(tools, empty_redis):
    now = [tools.start]
    policies = PolicySet((Budget("b", (Key.ACCOUNT,), (Window(HOUR, 2), Window(2 * HOUR, 3))),))

    async def main():
        async with tools.gate(empty_redis.url, policies, clock=lambda: now[0]) as counter:
            assert await tools.admitted(counter, 1) == [1]
            now[0] += 118 * MINUTE
            assert await tools.admitted(counter, 2, 3) == [2, 3]
            now[0] += MINUTE
            (verdict,) = await counter.decide([tools.call(4)])
            assert (
                verdict.opens_at == now[0] + 59 * MINUTE
            )  # not in a minute, when the longer window has room

    tools.run(main())


def test_bytes_that_may_be_taken_back_push_nothing_out(tools, empty_redis):
    slow = Budget("b", (Key.ACCOUNT,), (Window(DAY, 20),), counts=Count.BYTES, effect=Effect.SLOW)

    async def main():
        async with tools.gate(empty_redis.url, PolicySet((slow,))) as counter:
            await counter.decide([tools.call(bytes=1)] * 15)
            calls = [tools.call(bytes=30, operation="reserve")] * 3
            numbers = [v.decision.reservation for v in await counter.decide(calls)]
            await asyncio.gather(*(counter.release(n) for n in numbers))
            (u,) = await counter.usage(tools.request(bytes=1))
            assert u.used == 15
            assert empty_redis.cli("HGET", "{ecluse}:state", "open_bytes") == "0"

    tools.run(main())


def test_one_reservation_is_settled_by_another_gate(tools, empty_redis):
    async def main():
        both = {"gates": ("a", "b")}
        async with (
            tools.gate(empty_redis.url, tools.policies(2), gate="a", **both) as a,
            tools.gate(empty_redis.url, tools.policies(2), gate="b", **both) as b,
        ):
            (verdict,) = await a.decide([tools.call(1, 2, operation="reserve")])
            number = verdict.decision.reservation
            assert await b.post(number, (1,))
            assert not await a.release(number)
            assert await tools.admitted(a, 3, 4) == [3]

    tools.run(main())


def test_a_large_reservation_is_taken_back_whole(tools, empty_redis):
    persons = tuple(range(10, 4010))

    async def main():
        async with tools.gate(empty_redis.url, tools.policies(5000)) as counter:
            assert await tools.admitted(counter, 1) == [1]
            for shown in (None, persons[:3]):
                (verdict,) = await counter.decide([tools.call(*persons, operation="reserve")])
                number = verdict.decision.reservation
                assert await (counter.post(number, shown) if shown else counter.release(number))
            assert {u.used for u in await counter.usage(tools.request(1))} == {4}
            assert empty_redis.cli("EXISTS", "{ecluse}:chains", "{ecluse}:reservations") == "0"

    tools.run(main())


def test_reservations_end_by_themselves_and_are_kept(tools, empty_redis):
    now = [tools.start]

    async def main():
        policies = tools.policies(40)
        async with tools.gate(empty_redis.url, policies, clock=lambda: now[0]) as counter:
            verdicts = await counter.decide([tools.call(n, operation="reserve") for n in range(40)])
            now[0] += MINUTE
            assert not await counter.release(verdicts[0].decision.reservation)
            for _ in range(3):
                assert await tools.admitted(counter, 99) == []
            assert empty_redis.cli("EXISTS", "{ecluse}:chains", "{ecluse}:reservations") == "0"

    tools.run(main())


def test_a_hold_closes_everywhere_until_it_is_reopened(tools, empty_redis):
    policies = PolicySet(
        (
            Budget("b", (Key.ACCOUNT,), (Window(DAY, 2),), effect=Effect.HOLD),
            Budget("s", (Key.SESSION,), (Window(DAY, 1),), effect=Effect.HOLD),
        )
    )

    async def main():
        async with (
            tools.gate(empty_redis.url, policies) as a,
            tools.gate(empty_redis.url, policies) as b,
        ):
            verdicts = await a.decide([tools.call(n) for n in range(4)])
            assert [v.decision.effect for v in verdicts] == [0, 0, 6, 6]
            assert [v.opens_at for v in verdicts] == [None] * 4
            assert verdicts[3].decision.reasons[0].policy == "b"
            assert await tools.admitted(b, 1) == []
            assert await b.holds() == {(Key.ACCOUNT, "a"): Hold("b", verdicts[2].at)}
            assert await tools.admitted(b, 1, 2, session="s:é", account="c") == [1]
            await b.hold(Key.SESSION, "t", Hold("person", 7))
            await b.hold(Key.SESSION, "t", Hold("other", 8))
            assert await tools.admitted(a, 1, session="t", account="d") == []
            assert set(await a.holds()) == {
                (Key.ACCOUNT, "a"),
                (Key.SESSION, "s:é"),
                (Key.SESSION, "t"),
            }
            assert (await a.holds())[Key.SESSION, "t"] == Hold("person", 7)
            assert await a.reopen(Key.ACCOUNT, "a")
            assert not await a.reopen(Key.ACCOUNT, "a")
            assert await tools.admitted(b, 1) == [1]

    tools.run(main())


def test_gates_tell_each_other_what_changed(tools, empty_redis):
    async def main():
        async with (
            tools.gate(empty_redis.url, tools.policies()) as a,
            tools.gate(empty_redis.url, tools.policies()) as b,
        ):
            assert await b.published("estate") == (0, b"")
            first = await a.publish("estate", b"one")
            assert await b.published("estate") == (first, b"one")
            second = await b.publish("estate", b"\xff")
            empty_redis.cli("FLUSHALL")
            third = await b.publish("estate", b"three")
            assert first < second < third
            assert await a.published("estate") == (third, b"three")
            assert await a.published("other") == (0, b"")

    tools.run(main())


def test_counters_of_other_names_count_apart(tools, empty_redis):
    async def main():
        async with (
            tools.gate(empty_redis.url, tools.policies(1), name="north") as north,
            tools.gate(empty_redis.url, tools.policies(1), name="south") as south,
        ):
            assert await tools.admitted(north, 1, 2) + await tools.admitted(south, 3, 4) == [1, 3]

    tools.run(main())


def test_hours_go_by_the_server_s_clock(tools, empty_redis):
    young = PolicySet(
        (Budget("b", (Key.ACCOUNT,), (Window(DAY, 0),), target=Target(younger_than=HOUR)),)
    )

    async def main():
        async with tools.gate(empty_redis.url, young) as counter:
            now = await counter.since()
            old = await tools.admitted(counter, 1, created_at=now - HOUR)
            new = await tools.admitted(counter, 1, created_at=now - HOUR + MINUTE)
            assert (old, new) == ([1], [])

    tools.run(main())


def test_the_user_of_the_documents_may_do_all_that_a_gate_does(tools, start_redis, tmp_path):
    page = (Path(__file__).resolve().parents[3] / "docs" / "redis.md").read_text("utf-8")
    rights = re.search(r"^user gate (on .*)$", page, re.MULTILINE)[1]
    server = start_redis()
    server.cli("ACL", "SETUSER", "gate", *rights.split())
    server.cli("ACL", "SETUSER", "default", "off")
    password = tmp_path / "password"
    password.write_text("gate:CHANGE-ME")

    async def main():
        login = {"password_file": str(password)}
        async with tools.gate(server.url, COUNTS, **login) as counter:
            calls = [tools.call(*range(n, n + 3), bytes=5, operation="reserve") for n in range(60)]
            numbers = [v.decision.reservation for v in await counter.decide(calls)]
            assert await counter.post(numbers[0])
            assert await counter.post(numbers[1], (1,))
            assert await counter.release(numbers[2])
            await counter.decide([tools.call(n, operation="observe") for n in range(200)])
            (verdict,) = await counter.decide([tools.call(1, bytes=9000)])
            assert not verdict.decision.permitted
            await counter.usage(tools.request(1))
            await counter.hold(Key.ACCOUNT, "b", Hold("person", 1))
            assert await counter.holds()
            await counter.reopen(Key.ACCOUNT, "b")
            await counter.adopt(tools.policies())
            await counter.load([(verdict.at, tools.request(1))])
            await counter.publish("t", b"x")
            await counter.published("t")
            assert await counter.whole()
        async with tools.gate(server.url, COUNTS, name="other", load=False, **login) as counter:
            with pytest.raises(UnavailableError, match="does not permit"):
                await counter.load([])

    tools.run(main())


def test_calls_are_cut_into_pieces(tools):
    sizes = [[len(c.request.persons) for c in some] for some in _pieces([tools.call(1)] * 130)]
    assert [len(s) for s in sizes] == [64, 64, 2]
    large = [tools.call(*range(n)) for n in (15_000, 5000, 1, 30_000, 0)]
    assert [len(some) for some in _pieces(large)] == [2, 1, 1, 1]
    assert list(_pieces([])) == []


def test_settings_that_cannot_work_are_refused(tools):
    for settings in (SharedCounter("redis://a", name="{"), SharedCounter("http://a")):
        with pytest.raises(ConfigError):
            RedisCounter(settings, tools.policies(), lifetime=MINUTE)
    with pytest.raises(AssertionError):
        RedisCounter(SharedCounter("redis://a", gate="c"), tools.policies(), lifetime=MINUTE)


def test_no_call_is_no_verdict(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, tools.policies()) as counter:
            assert await counter.decide([]) == []

    tools.run(main())
