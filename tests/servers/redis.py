"""Starts redis-server on a free port, and a Redis Cluster of three masters, for the tests that need a real one."""

import contextlib
import shutil
import signal
import socket
import subprocess
import time

import pytest

from servers.ports import free_port

__all__ = [
    "RedisCluster",
    "RedisServer",
    "redis_cluster",
    "redis_server",
    "shared_redis",
    "wait_until",
]

PATIENCE = 120.0  # seconds until a condition counts as never coming true


def _program(name):
    found = shutil.which(name)
    if found is None:
        pytest.fail(
            f"{name} is missing: install redis-server and redis-tools 7 (Debian: apt-get install redis-server redis-tools)"
        )
    return found


def wait_until(condition, what):
    """Waits for a condition, generously."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {PATIENCE:.0f} s in vain until {what}")
        time.sleep(0.02)


class _PortTakenError(Exception):
    """Somebody else was quicker."""


class RedisServer:
    """One redis-server on loopback, with its files in a folder of its own."""

    def __init__(self, folder, *options, aof=None):
        """`aof` is None for no files at all, else the fsync policy: always, everysec or no."""
        self.folder, self.port = folder, free_port()
        folder.mkdir(parents=True, exist_ok=True)
        files = ("--appendonly", "yes", "--appendfsync", aof) if aof else ("--appendonly", "no")
        self.options = ("--save", "", *files, "--enable-debug-command", "local", *options)
        self.process = None
        for _ in range(5):
            try:
                self.start()
            except _PortTakenError:
                self.port = free_port()
            else:
                return
        pytest.fail("found no free port")

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    _program("redis-server"),
                    "--bind",
                    "127.0.0.1",
                    "--port",
                    str(self.port),
                    "--dir",
                    str(self.folder),
                    *self.options,
                ],
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, "redis-server answers")

    def _answers(self):
        if self.process.poll() is not None:
            said = (self.folder / "redis.log").read_text()[-2000:]
            if "Address already in use" in said:
                raise _PortTakenError
            pytest.fail(f"redis-server ended:\n{said}")
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 1) as s,
        ):
            s.sendall(b"PING\r\n")
            return s.recv(100)[:5] in {b"+PONG", b"-NOAU"}
        return False

    def cli(self, *words):
        """What redis-cli prints."""
        done = subprocess.run(
            [_program("redis-cli"), "-h", "127.0.0.1", "-p", str(self.port), *words],
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE,
        )
        return done.stdout.strip()

    def kill(self):
        """Ends it at once, as a loss of the machine would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def restart(self):
        self.start()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        if self.process.poll() is None:
            self.resume()
            self.process.terminate()
            self.process.wait(PATIENCE)


class RedisCluster:
    """Three masters on loopback, without replicas unless asked for."""

    def __init__(self, folder, replicas=0):
        self.folder = folder
        self.nodes = [
            RedisServer(
                folder / str(n),
                "--cluster-enabled", "yes",
                "--cluster-node-timeout", "1500",
                "--cluster-config-file", "nodes.conf",
                "--repl-diskless-sync-delay", "0",
            )
            for n in range(3 * (1 + replicas))
        ]  # fmt: skip
        addresses = [f"127.0.0.1:{n.port}" for n in self.nodes]
        subprocess.run(
            [
                _program("redis-cli"),
                "--cluster",
                "create",
                *addresses,
                "--cluster-replicas",
                str(replicas),
                "--cluster-yes",
            ],
            capture_output=True,
            check=True,
            timeout=2 * PATIENCE,
        )
        wait_until(self._is_ready, "the Cluster covers every slot")

    def _is_ready(self):
        return all(
            "cluster_state:ok" in node.cli("CLUSTER", "INFO")
            and "master_link_status:down" not in node.cli("INFO", "replication")
            for node in self.nodes
        )

    def cli(self, *words):
        """What redis-cli prints at every node."""
        return "\n".join(node.cli(*words) for node in self.nodes)

    @property
    def url(self):
        return "redis://" + ",".join(f"127.0.0.1:{n.port}" for n in self.nodes) + "/0"

    def stop(self):
        for node in self.nodes:
            node.stop()


@pytest.fixture
def redis_server(tmp_path):
    """A server that keeps nothing on disk."""
    server = RedisServer(tmp_path / "redis")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory):
    """A server that keeps nothing on disk, for all tests of a run; whoever uses it empties it first."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_cluster(tmp_path_factory):
    """Three masters, for all tests of a run; each test takes a counter of its own name."""
    cluster = RedisCluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.stop()
