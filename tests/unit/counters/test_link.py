"""The way to the server: found, lost, found again, and never waited for longer than the deadline."""

import asyncio
import re
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ecluse.counters.address import address_of
from ecluse.counters.keys import Keys
from ecluse.counters.link import Link, _run_of
from ecluse.counters.script import MARK, TOLD
from ecluse.model.errors import UnavailableError
from ecluse.model.settings import SharedCounter
from ecluse.model.time import SECOND
from servers.ports import free_port
from servers.redis import wait_until

ROOT = Path(__file__).resolve().parents[3]
KEYS = Keys("ecluse")


@asynccontextmanager
async def link(url, *, slot=None, patience=10 * SECOND, **settings):
    made = Link(address_of(SharedCounter(url, **settings)), slot=slot, timeout=patience)
    try:
        yield made
    finally:
        await made.close()


async def ask(made):
    return await made.run(TOLD, KEYS.fixed)


def test_a_script_that_the_server_does_not_know_is_sent(tools, empty_redis):
    async def main():
        async with link(empty_redis.url) as made:
            assert await ask(made) == [0]
            empty_redis.cli("SCRIPT", "FLUSH")
            assert await ask(made) == [0]
            assert await made.command("PING") == b"PONG"

    tools.run(main())


def test_a_server_that_was_restarted_is_found_again_by_the_next_call(tools, redis_server):
    async def main():
        async with link(redis_server.url) as made:
            await ask(made)
            redis_server.kill()
            redis_server.start()
            assert await ask(made) == [0]

    tools.run(main())


def test_a_server_that_is_gone_is_said_to_be(tools, redis_server):
    async def main():
        async with link(redis_server.url) as made:
            await ask(made)
            redis_server.kill()
            for _ in range(2):
                with pytest.raises(UnavailableError, match="cannot be reached"):
                    await ask(made)
            redis_server.start()
            assert await ask(made) == [0]

    tools.run(main())


def test_a_server_that_hangs_is_given_up_after_the_deadline(tools, redis_server):
    async def main():
        async with link(redis_server.url, patience=SECOND // 5) as made:
            await ask(made)
            redis_server.pause()
            for _ in range(3):  # on an open connection, then on new ones
                with pytest.raises(UnavailableError, match="in time"):
                    await ask(made)
            redis_server.resume()
        async with link(redis_server.url) as made:
            assert await ask(made) == [0]

    tools.run(main())


def test_an_answer_that_came_too_late_is_not_taken_for_another(tools, redis_server):
    async def main():
        async with link(redis_server.url, patience=SECOND // 5) as made:
            await made.command("PING")
            redis_server.pause()
            with pytest.raises(UnavailableError):
                await made.command("ECHO", "late")
            redis_server.resume()
            wait_until(lambda: redis_server.cli("PING") == "PONG", "the server runs again")
            assert await made.command("ECHO", "now") == b"now"

    tools.run(main())


def test_many_calls_at_once_share_a_few_connections(tools, empty_redis):
    async def main():
        async with link(empty_redis.url) as made:
            before = int(
                re.search(r"connected_clients:(\d+)", empty_redis.cli("INFO", "clients"))[1]
            )
            answers = await asyncio.gather(*(made.command("ECHO", str(n)) for n in range(100)))
            assert answers == [str(n).encode() for n in range(100)]
            after = int(
                re.search(r"connected_clients:(\d+)", empty_redis.cli("INFO", "clients"))[1]
            )
            assert after - before <= 8

    tools.run(main())


def test_the_server_s_clock_is_known(tools, empty_redis):
    async def main():
        async with link(empty_redis.url) as made:
            assert made.server_time is None
            await ask(made)
            assert made.server_time is not None

    tools.run(main())


@pytest.mark.parametrize(
    ("info", "said"),
    [
        ({"redis_version": "6.2.1"}, "older than Redis 7"),
        ({"role": "slave"}, "is a replica"),
        ({"maxmemory": "1", "maxmemory_policy": "volatile-lru"}, "throw counts away"),
    ],
)
def test_a_server_that_cannot_be_counted_on_is_refused(info, said):
    good = {
        "redis_version": "7.0.1",
        "role": "master",
        "maxmemory": "1",
        "maxmemory_policy": "noeviction",
        "run_id": "r",
    }
    text = "# Server\r\n" + "".join(f"{k}:{v}\r\n" for k, v in (good | info).items())
    with pytest.raises(UnavailableError, match=said) as caught:
        _run_of(text.encode())
    assert caught.value.help
    good_text = "".join(f"{k}:{v}\r\n" for k, v in good.items())
    assert _run_of(good_text.encode()) == b"r"


def test_what_the_server_refuses_leaves_the_way_open(tools, start_redis):
    server = start_redis("--maxmemory", "1", "--maxmemory-policy", "noeviction")

    async def main():
        async with link(server.url) as made:
            with pytest.raises(UnavailableError, match="no memory left"):
                await made.command("SET", "x", "y")
            server.cli("CONFIG", "SET", "maxmemory", "0")
            assert await ask(made) == [0]

    tools.run(main())


def test_a_password_is_asked_for_and_given(tools, start_redis, tmp_path):
    server = start_redis()
    server.cli("ACL", "SETUSER", "gate", "on", ">secret", "~*", "&*", "+@all")
    server.cli("ACL", "SETUSER", "default", "off")
    file = tmp_path / "password"

    async def main():
        for text, said in (("gate:wrong", "does not accept the password"), ("gate:secret", None)):
            file.write_text(text)
            async with link(server.url, password_file=str(file)) as made:
                if said is None:
                    assert await ask(made) == [0]
                    continue
                with pytest.raises(UnavailableError, match=said):
                    await ask(made)
        async with link(server.url) as made:
            with pytest.raises(UnavailableError):
                await ask(made)

    tools.run(main())


def test_a_unix_socket_will_do(tools, start_redis, tmp_path):
    socket = tmp_path / "redis.sock"
    start_redis("--unixsocket", str(socket))

    async def main():
        async with link(f"unix://{socket}?db=1") as made:
            assert await ask(made) == [0]

    tools.run(main())


def _certificate(folder):
    """A key and a certificate of its own authority, for this machine's loopback."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=counter.example.org", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder / "cert.pem", folder / "key.pem"


def test_tls_is_spoken_and_checked(tools, start_redis, tmp_path):
    cert, key = _certificate(tmp_path)
    port = free_port()  # beside the plain port that the fixture waits for
    files = (
        "--tls-cert-file",
        str(cert),
        "--tls-key-file",
        str(key),
        "--tls-ca-cert-file",
        str(cert),
    )
    start_redis("--tls-port", str(port), *files)

    async def main():
        address = f"rediss://127.0.0.1:{port}/0?ca={cert}"
        async with link(f"{address}&certificate={cert}&key={key}") as made:
            assert await ask(made) == [0]
        for bad in (
            f"rediss://127.0.0.1:{port}/0",
            address,
        ):  # an authority unknown, no certificate of its own
            async with link(bad) as made:
                with pytest.raises(UnavailableError, match="cannot be reached"):
                    await ask(made)

    tools.run(main())


def test_a_replica_is_refused_and_a_master_that_became_one_is_left(tools, start_redis):
    master, other = start_redis(), start_redis()

    async def main():
        async with link(other.url) as made:
            assert await ask(made) == [0]
            other.cli("REPLICAOF", "127.0.0.1", str(master.port))
            wait_until(lambda: "role:slave" in other.cli("INFO", "replication"), "it is a replica")
            with pytest.raises(UnavailableError, match="has become a replica"):
                await made.run(MARK, KEYS.fixed, b"", "gate")
            with pytest.raises(UnavailableError, match="is a replica"):
                await ask(made)

    tools.run(main())


def test_the_master_of_the_slot_is_found_from_any_node(tools, redis_cluster):
    async def main():
        for node in redis_cluster.nodes:
            for name in ("north", "south", "east", "west"):
                keys = Keys(name)
                assert int(node.cli("CLUSTER", "KEYSLOT", "{" + name + "}")) == keys.slot
                async with link(node.url, slot=keys.slot, cluster=True) as made:
                    assert await made.run(TOLD, keys.fixed) == [0]

    tools.run(main())


def test_without_being_told_a_node_of_a_cluster_says_so(tools, redis_cluster):
    async def main():
        found = []
        for node in redis_cluster.nodes:
            async with link(node.url) as made:
                try:
                    found.append(await ask(made))
                except UnavailableError as error:
                    found.append(error.help)
        assert sorted(map(str, found)) == ["[0]", "set `cluster: true`", "set `cluster: true`"]

    tools.run(main())


def test_a_slot_that_moves_is_followed(tools, redis_cluster):
    keys = Keys("moving")
    nodes = {node.cli("CLUSTER", "MYID"): node for node in redis_cluster.nodes}

    async def main():
        async with link(redis_cluster.url, slot=keys.slot, cluster=True) as made:
            await made.command("HSET", keys.topics, "x", "1")
            old = next(
                i
                for i, n in nodes.items()
                if n.cli("CLUSTER", "COUNTKEYSINSLOT", str(keys.slot)) == "1"
            )
            new = next(i for i in nodes if i != old)
            nodes[new].cli("CLUSTER", "SETSLOT", str(keys.slot), "IMPORTING", old)
            nodes[old].cli("CLUSTER", "SETSLOT", str(keys.slot), "MIGRATING", new)
            nodes[old].cli(
                "MIGRATE", "127.0.0.1", str(nodes[new].port), keys.topics.decode(), "0", "5000"
            )
            with pytest.raises(UnavailableError, match="is moving the counter"):
                await made.command("HGET", keys.topics, "x")
            for node in (nodes[new], nodes[old]):
                node.cli("CLUSTER", "SETSLOT", str(keys.slot), "NODE", new)
            assert await made.command("HGET", keys.topics, "x") == b"1"

    tools.run(main())


def test_a_node_that_hangs_does_not_keep_the_others_from_being_asked(tools, redis_cluster):
    keys = Keys("hanging")

    async def main():
        async with link(redis_cluster.url, slot=keys.slot, cluster=True) as made:
            await made.run(TOLD, keys.fixed)
            home = made._home
        others = [n for n in redis_cluster.nodes if n.port != home[1]]
        others[0].pause()
        try:
            url = "redis://" + ",".join(n.url.split("/")[2] for n in others) + "/0"
            async with link(url, slot=keys.slot, cluster=True, patience=SECOND // 2) as made:
                with pytest.raises(UnavailableError, match="in time"):
                    await made.run(TOLD, keys.fixed)
                assert await made.run(TOLD, keys.fixed) == [0]
        finally:
            others[0].resume()

    tools.run(main())
