"""`make bench`, second part: what a decision costs, in process, over the Unix socket, behind nginx, with Redis.

Each figure stands beside the same server without a gate, measured in the same run: the ratio is what counts, since
such machines are shared. `--only WORD` measures some of them, `--seconds` how long each is loaded.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TESTS = HERE.parent / "tests"
sys.path[:0] = [str(TESTS)]

from ecluse.loaders.policy import load_policy  # noqa: E402 - after the path
from ecluse.model.asked import Asked  # noqa: E402

SHIPPED = (HERE.parent / "src/ecluse/loaders/defaults/policy.yaml").read_text(encoding="utf-8")
Row = dict[str, Any]


def in_process(seconds: float) -> Iterator[Row]:
    """One decision after the other in one thread, the shipped policy set: the engine, then with its entry."""
    import gc
    import random

    from workload import workload

    from ecluse.engine.evaluate import Engine
    from ecluse.model.access import AccessRequest
    from ecluse.wiring.inprocess import open_gate

    count = int(20_000 * seconds)
    made = workload(count, accounts=5_000, theft=count // 30)
    requests = [
        AccessRequest(account=f"agent{a:05d}", application=f"app{p}", persons=(int(x),), organization=f"body{a % 90}", created_at=0)
        for a, p, x in zip(made.account.tolist(), made.application.tolist(), made.person.tolist(), strict=True)
    ]  # fmt: skip
    engine = Engine(load_policy(SHIPPED, file="policy.yaml"))
    gc.collect()
    gc.freeze()
    gc.disable()
    clock = time.perf_counter_ns
    nothing, times = [], []
    for at, request in zip(made.at.tolist(), requests, strict=True):
        start = clock()
        nothing.append(clock() - start)
        start = clock()
        engine.check(request, at)
        times.append(clock() - start)
    yield {"what": "the clock alone", "size": count, **_quantiles(nothing, 1e3, "µs")}
    yield {"what": "engine.check", "size": count, **_quantiles(times, 1e3, "µs")}
    draw = random.Random(1)
    asked = [
        Asked(account=f"agent{draw.randrange(5000):05d}", application="files", persons=(f"{draw.randrange(10**7):08d}",), session="s")
        for _ in range(count)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, open_gate(Path(folder) / "ledger") as gate:
        decide, client, times = gate._decider.decide, _client(), []  # noqa: SLF001 - without the wait for the disk
        for question in asked:
            start = clock()
            decide("check", question, client)
            times.append(clock() - start)
    gc.enable()
    yield {
        "what": "question to answer, entry appended",
        "size": count,
        **_quantiles(times, 1e3, "µs"),
    }


def _client() -> Any:
    from ecluse.model.client import Client, Scope

    return Client("unix", frozenset({Scope.ASK}))


def _quantiles(times: list[int], unit: float, name: str) -> Row:
    ordered = sorted(times)
    at = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
    return {f"{k} {name}": ordered[int(len(ordered) * q)] / unit for k, q in at.items()}


def socket(seconds: float) -> Iterator[Row]:
    """Single checks over the Unix socket, durable, 64 connections: flat out, then 5,000 a second."""
    with tempfile.TemporaryDirectory() as name, _yes(Path(name)) as yes, _gate(Path(name)) as gate:
        base = _load(yes, seconds)
        ours = _load(gate, seconds)
        paced = _load(gate, seconds, rate=5000)
    yield {"what": "the same server that says yes", **base}
    yield {"what": "the gate", **ours, "of yes": ours["per second"] / base["per second"]}
    yield {"what": "the gate at 5,000 a second", **paced}


def sealing(_: float) -> Iterator[Row]:
    """One segment of 65,536 entries: CPU seconds that the gate's interpreter spends on it, here and with another process."""
    import resource

    from ecluse.ledgers.directory import DirectoryLedger
    from ledger_factory import entry

    def spent() -> tuple[float, float]:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time(), children.ru_utime + children.ru_stime

    for apart in (False, True):
        with (
            tempfile.TemporaryDirectory() as folder,
            DirectoryLedger.create(Path(folder) / "ledger", seal_at=None) as ledger,
        ):
            for number in range(65_536):
                ledger.append(entry(number))
            ledger.commit()
            here, there = spent()
            ledger.seal_behind(apart=apart)
            mine, others = (b - a for a, b in zip((here, there), spent(), strict=True))
        what = "with another process, as the gate does" if apart else "in a thread of the gate"
        yield {"what": what, "CPU s here": mine, "CPU s there": others}


def redis(seconds: float) -> Iterator[Row]:
    """The same with the counts in Redis, its append-only file synced every second."""
    from servers.redis import RedisServer

    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        running = RedisServer(folder / "redis", aof="everysec")
        stack.callback(running.stop)
        settings = folder / "gate.yaml"
        settings.write_text(
            f"version: 1\ncounter: {{redis: '{running.url}', gates: [gate], gate: gate}}\n"
        )
        gate = stack.enter_context(_gate(folder, "--settings", str(settings)))
        flat = _load(gate, seconds)
        paced = _load(gate, seconds, rate=5000)
    yield {"what": "the gate with Redis", **flat}
    yield {"what": "the gate with Redis at 5,000 a second", **paced}


def nginx(seconds: float) -> Iterator[Row]:
    """nginx with auth_request: to the gate, and to the same server that always says yes."""
    from servers.nginx import nginx as running
    from servers.ports import free_port

    routes = "version: 1\nroutes:\n  - {path: '/people/{person}', operation: view}\n"
    config = (HERE / "nginx.conf").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name, _yes(Path(name)) as yes:
        folder = Path(name)
        (folder / "routes.yaml").write_text(routes)
        with _gate(folder, "--routes", str(folder / "routes.yaml"), policy=_wide()) as gate:
            rates: dict[str, list[float]] = {}
            for what, path in (("yes", yes), ("gate", gate)) * 3:
                port = free_port()
                written = config.replace("SOCKET", path).replace("PORT", str(port))
                with running(folder / f"nginx-{port}", written, port=port):
                    rates.setdefault(what, []).append(_wrk(port, seconds / 2))
    base, ours = (sorted(rates[what])[1] for what in ("yes", "gate"))
    yield {"what": "nginx, auth_request to a server that says yes", "per second": base}
    yield {"what": "nginx, auth_request to the gate", "per second": ours, "of yes": ours / base}


def _wide() -> str:
    """The shipped set; wrk asks for new persons without end, so each limit is far away."""
    import re

    return re.sub(
        r"limits: \{.*\}", lambda found: re.sub(r": (\d+)", ": 2000000", found[0]), SHIPPED
    )


def _wrk(port: int, seconds: float) -> float:
    command = [
        "wrk",
        "-t1",
        "-c32",
        f"-d{max(2, int(seconds))}s",
        "-s",
        str(HERE / "people.lua"),
        f"http://127.0.0.1:{port}",
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in told, told
    return float(next(line.split()[1] for line in told.splitlines() if "Requests/sec" in line))


def theft(_: float) -> Iterator[Row]:
    """340,000 views by one account over HTTP, 200 connections, through an application with the middleware.

    ECLUSE_VIEWS asks for fewer. How far it is stands on standard error every ten seconds.
    """
    import asyncio

    from servers.application import running
    from servers.gate import POLICY, gate, persons_in
    from servers.thief import Theft, steal

    async def watched(port: int) -> Theft:
        told = Theft()
        paths = [f"/people/{n}" for n in range(views)]
        stealing = asyncio.create_task(
            steal(port, paths, connections=200, sessions=50, sources=50, theft=told)
        )
        while not (await asyncio.wait([stealing], timeout=10))[0]:
            asked = told.statuses.total()
            print(f"  {asked:,} asked, {len(told.persons)} got", file=sys.stderr, flush=True)
        return await stealing

    views = int(os.environ.get("ECLUSE_VIEWS", "340000"))
    with (
        tempfile.TemporaryDirectory() as name,
        gate(Path(name), policy=POLICY.format(limit=400)) as process,
    ):
        with running(process.socket, Path(name)) as port:
            start = time.monotonic()
            told = asyncio.run(watched(port))
            passed = time.monotonic() - start
        written = len(set(persons_in(process.ledger, "thief")))
    yield {
        "what": f"{views:,} views asked for, limit 400",
        "persons got": len(told.persons),
        "in the ledger": written,
        "asked per second": views / passed,
        "statuses": dict(told.statuses),
    }


@contextmanager
def _yes(folder: Path) -> Iterator[str]:
    path = str(folder / "yes")
    with subprocess.Popen(
        [sys.executable, str(HERE / "yes.py"), path], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield path
        finally:
            process.terminate()


@contextmanager
def _gate(folder: Path, *arguments: str, policy: str = SHIPPED) -> Iterator[str]:
    from servers.gate import gate

    with gate(folder / "gate", policy=policy, arguments=arguments) as process:
        yield process.socket


def _load(path: str, seconds: float, rate: float = 0) -> Row:
    command = [
        sys.executable,
        str(HERE / "load.py"),
        path,
        "--seconds",
        str(seconds),
        "--rate",
        str(rate),
    ]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert set(told["statuses"]) <= {"200", "429"}, told
    return {
        "per second": told["per_second"],
        "p50 ms": told["p50_ms"],
        "p99 ms": told["p99_ms"],
        "p99.9 ms": told["p999_ms"],
    }


MEASUREMENTS = {
    "in process": in_process,
    "socket": socket,
    "sealing": sealing,
    "redis": redis,
    "nginx": nginx,
    "theft": theft,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="measurements whose name has this word")
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    for name, measure in MEASUREMENTS.items():
        if options.only not in name:
            continue
        print(f"\n{name}: {(measure.__doc__ or '').strip()}", flush=True)
        for row in measure(options.seconds):
            cells = [
                f"{k} {v:,.2f}" if isinstance(v, float) else f"{k} {v}"
                for k, v in row.items()
                if k != "what"
            ]
            print(f"  {row['what']}: " + ", ".join(cells), flush=True)


if __name__ == "__main__":
    main()
