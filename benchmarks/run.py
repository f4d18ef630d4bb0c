"""`make bench`: what parsing, replay, the live engine, the ledger and an exposure cost, as one table.

Each measurement runs in a process of its own, several times; the table gives medians. Times are CPU
seconds of the process (its threads added up), since the machine may be shared; ratios compare two
measurements of the same process, in the same run. `--quick` takes a tenth of the sizes.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
RUNS = 3
Result = dict[str, float]


def clocked(work: Callable[[], object]) -> float:
    """CPU seconds that the work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def parse(size: int, folder: Path) -> Result:
    """nginx combined lines to columns, against a plain loop over the lines, and one with a regular expression."""
    import re

    from ecluse import wiring

    log = folder / "access.log"
    if not log.exists():
        log.write_text("".join(_lines(size)))
    mapping = folder / "mapping.yaml"
    mapping.write_text(
        "format: combined\naccount: remote_user\nsource: remote_addr\n"
        "person: {field: path, matches: '^/files/([0-9]+)'}\n"
    )
    fields = wiring.open_mapping(mapping, "combined")
    batches = wiring.open_log([log], "combined", fields, None)
    line = re.compile(r'(\S+) \S+ (\S+) \[([^]]+)\] "\S+ /files/(\d+)[^"]*" (\d+) (\d+)')
    few = folder / "few.log"
    few.write_text("".join(_lines(1000)))
    list(
        wiring.open_log([few], "combined", fields, None)(lambda _done, _total: None)
    )  # loads what is loaded lazily
    plain = clocked(lambda: sum(1 for _ in log.open()))
    regex = clocked(lambda: sum(1 for text in log.open() if line.match(text)))
    ours = clocked(lambda: sum(b.events.height for b in batches(lambda _done, _total: None)))
    return {
        "units": size,
        "seconds": ours,
        "times the plain loop": ours / plain,
        "times a bare re.match": ours / regex,
    }


def _lines(size: int) -> list[str]:
    rng = np.random.default_rng(1)
    account, person = rng.integers(0, 2000, size).tolist(), rng.integers(0, 10**7, size).tolist()
    return [
        f'192.0.2.{a % 250} - agent{a:04d} [12/Jul/2025:{6 + n * 8 // size:02d}:{n // 60 % 60:02d}:{n % 60:02d} +0000] '
        f'"GET /files/{p:08d}?tab=main HTTP/1.1" 200 {5000 + p % 999} "https://portal.example.org/search" '
        '"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"\n'
        for n, (a, p) in enumerate(zip(account, person, strict=True))
    ]  # fmt: skip


def replay(size: int, folder: Path, *, shipped: bool) -> Result:
    """Canonical Parquet to decisions: read, gather, decide; then the same history under a second policy."""
    from workload import one_budget

    from ecluse import wiring
    from ecluse.engine.twophase import TwoPhase, warm
    from ecluse.loaders.policy import default_policy
    from ecluse.model.policy import Effect
    from ecluse.service.replay import collect

    file = _events(size, folder)
    policies = default_policy() if shipped else one_budget()
    rules = wiring.open_rules(None, None)
    warm()

    def history() -> object:
        batches = wiring.open_log([file], "parquet", None, policies)(lambda _done, _total: None)
        return collect(
            batches, directory=rules.directory, ledger=None, seed=1, max_reject_share=0
        ).history

    start = time.process_time()
    gathered = history()
    read = time.process_time() - start
    replayed = TwoPhase(gathered, keep=True)  # type: ignore[arg-type]  # a History
    decide = clocked(lambda: replayed.decide(policies))
    second = clocked(lambda: replayed.decide(one_budget(Effect.HOLD, warn=0.5)))
    return {
        "units": size,
        "seconds": read + decide,
        "read s": read,
        "decide s": decide,
        "second policy s": second,
    }


def _events(size: int, folder: Path) -> Path:
    """The workload as canonical Parquet, made once."""
    import polars as pl
    from workload import workload

    file = folder / f"events-{size}.parquet"
    if not file.exists():
        made = workload(size, accounts=min(50_000, size // 100), theft=size // 30)
        names = pl.Series([f"agent{i:05d}" for i in range(made.accounts)])
        pl.DataFrame(
            {
                "at": made.at,
                "account": names.gather(made.account).cast(pl.Categorical),
                "person": made.person.astype(np.int64),
                "organization": pl.Series([f"body{i:04d}" for i in range(2000)])
                .gather(made.organization[made.account])
                .cast(pl.Categorical),
                "application": pl.Series([f"app{i}" for i in range(12)])
                .gather(made.application)
                .cast(pl.Categorical),
            }
        ).write_parquet(file, row_group_size=500_000)
    return file


def backtest(size: int, folder: Path, *, ledger: bool) -> Result:
    """Who would have been disturbed: read, decide, cases and tables; then the shipped set a fifth stricter, on the same past."""
    from concurrent.futures import ThreadPoolExecutor
    from dataclasses import replace

    from ecluse import wiring
    from ecluse.loaders.policy import default_policy
    from ecluse.model.policy import PolicySet, Window
    from ecluse.service.backtest import Trial
    from ecluse.wiring.past import past_of_ledgers, past_of_logs

    file, rules = _events(size, folder), wiring.open_rules(None, None)
    policies = default_policy()
    stricter = PolicySet(
        tuple(
            replace(b, windows=tuple(Window(w.length, w.limit * 4 // 5) for w in b.windows))
            for b in policies.budgets
        )
    )
    wiring.warm()
    root = folder / f"asked-{size}"
    if ledger and not root.exists():
        _ledger_of(file, root, size)
    wall, start = time.perf_counter(), time.process_time()
    if ledger:
        past = past_of_ledgers(
            [root], rules=rules, asked=policies, progress=lambda _done, _all: None
        )
    else:
        past = past_of_logs(
            [file],
            format_="parquet",
            mapping=None,
            rules=rules,
            asked=policies,
            progress=lambda _done, _all: None,
        )
    read = time.process_time() - start
    trial = Trial(past.history, "Europe/Paris", together=ThreadPoolExecutor(2).map)
    trial.run(policies, (), policy_file="shipped", clock=time.perf_counter)
    whole, spent = time.perf_counter() - wall, time.process_time() - start
    again = time.perf_counter()
    second = clocked(
        lambda: trial.run(stricter, (), policy_file="stricter", clock=time.perf_counter)
    )
    return {
        "units": size,
        "seconds": spent,
        "read s": read,
        "wall s": whole,
        "a further policy s": second,
        "wall of that s": time.perf_counter() - again,
    }


def _ledger_of(file: Path, root: Path, size: int) -> None:
    """The same events as entries of a ledger."""
    import polars as pl

    from ecluse.ledgers.directory import DirectoryLedger

    events = pl.read_parquet(file)
    words = ("account", "organization", "application")
    with DirectoryLedger.create(root) as book:
        for begin in range(0, size, 250_000):
            part = events.slice(begin, 250_000)
            names = (
                np.repeat(part["person"].to_numpy()[:, None], 2, axis=1).astype("<u8").view("V16")
            )
            persons = (
                pl.Series(names.ravel().tolist(), dtype=pl.Binary).reshape((-1, 1)).arr.to_list()
            )
            book.extend(
                part.select("at", *(pl.col(w).cast(pl.String) for w in words)).with_columns(
                    persons=persons, account_kind=pl.lit("adviser"), created_at=pl.lit(0)
                )
            )


def live(size: int, folder: Path, *, shipped: bool) -> Result:
    """`Engine.check` on one event after the other; the naive reference on the first 1,500, for the ratio."""
    del folder
    sys.path.insert(0, str(HERE.parent / "tests"))
    from workload import one_budget, workload

    from ecluse.engine.evaluate import Engine
    from ecluse.loaders.policy import default_policy
    from ecluse.model.access import AccessRequest
    from reference.meaning import Reference

    made = workload(5 * size, accounts=max(100, size // 40), theft=size // 6)
    begin = 2 * size
    requests = [
        AccessRequest(
            account=f"agent{a}",
            application=f"app{x}",
            persons=((p * 0x9E3779B97F4A7C15) & (2**64 - 1),),
            organization=f"body{made.organization[a]}",
            created_at=0,
            kind="adviser",
        )
        for a, x, p in zip(
            made.account[begin : begin + size].tolist(),
            made.application[begin : begin + size].tolist(),
            made.person[begin : begin + size].tolist(),
            strict=True,
        )
    ]
    asked = list(zip(requests, made.at[begin : begin + size].tolist(), strict=True))
    policies = default_policy() if shipped else one_budget()
    engine, few, naive = Engine(policies), Engine(policies), Reference(policies)
    ours = clocked(lambda: [engine.check(request, at) for request, at in asked])
    short = clocked(lambda: [few.check(request, at) for request, at in asked[:1500]])
    slow = clocked(lambda: [naive.check(request, at) for request, at in asked[:1500]])
    return {
        "units": size,
        "seconds": ours,
        "times faster than the reference (1,500 events)": slow / short,
    }


def ledger(size: int, folder: Path) -> Result:
    """Entries appended one by one (durable in groups of 64, and not durable), and in bulk."""
    import polars as pl

    from ecluse.ledgers.directory import DirectoryLedger
    from ecluse.model.entry import Entry

    few = min(size, 20_000)
    entry = Entry(
        at=1, account="agent", application="app", persons=(b"p" * 16,), categories=("identity",)
    )
    with DirectoryLedger.create(folder / "one") as book:
        wall = time.perf_counter()
        for number in range(few):
            book.append(entry)
            if number % 64 == 63:
                book.commit()
        book.commit()
        durable = time.perf_counter() - wall
        start = time.process_time()
        for _ in range(few):
            book.append(entry)
        relaxed = time.process_time() - start
        book.commit()
    names = pl.Series([f"agent{i}" for i in range(2000)])
    frame = pl.DataFrame(
        {
            "at": np.arange(size),
            "account": names.gather(np.arange(size) % 2000),
            "persons": _pseudonyms(size),
        }
    )
    with DirectoryLedger.create(folder / "bulk") as book:
        bulk = clocked(lambda: [book.extend(part) for part in frame.iter_slices(100_000)])
    return {
        "units": size,
        "seconds": bulk,
        "durable, groups of 64, entries/s (wall)": few / durable,
        "not durable, entries/s": few / relaxed,
    }


def _pseudonyms(size: int) -> "pl.Series":
    """One random pseudonym an entry, without a Python object each."""
    import polars as pl
    import pyarrow as pa

    flat = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(16), size, [None, pa.py_buffer(os.urandom(16 * size))]
    )
    lists = pa.LargeListArray.from_arrays(
        pa.array(np.arange(size + 1)), flat.cast(pa.large_binary())
    )
    return pl.Series(lists)


def exposure(size: int, folder: Path) -> Result:
    """The exact persons of one account of 50,000, out of a ledger of so many entries."""
    import polars as pl
    from workload import workload

    from ecluse.cli import main
    from ecluse.ledgers.directory import DirectoryLedger

    root = folder / f"exposure-{size}"
    if not root.exists():
        made = workload(size, accounts=min(50_000, size // 100), theft=size // 30)
        names = pl.Series([f"agent{i:05d}" for i in range(made.accounts)])
        with DirectoryLedger.create(root) as book:
            for begin in range(0, size, 250_000):
                part = slice(begin, begin + 250_000)
                persons = (
                    np.repeat(made.person[part, None], 2, axis=1).astype("<u8").view("V16").ravel()
                )
                book.extend(
                    pl.DataFrame(
                        {
                            "at": made.at[part],
                            "account": names.gather(made.account[part]),
                            "persons": pl.Series(persons.tolist(), dtype=pl.Binary)
                            .reshape((-1, 1))
                            .arr.to_list(),
                        }
                    )
                )

    def ask() -> None:
        try:
            main(["exposure", "--ledger", str(root), "--account", "agent00017", "--json"])
        except SystemExit as done:
            assert not done.code

    wall = time.perf_counter()
    cpu = clocked(ask)
    return {"units": size, "seconds": cpu, "wall s": time.perf_counter() - wall}


BENCHES: dict[str, tuple[Callable[[int, Path], Result], int, str]] = {
    "parse nginx combined": (parse, 1_000_000, "lines"),
    "replay Parquet, one budget of five windows": (
        lambda n, d: replay(n, d, shipped=False),
        10_000_000,
        "events",
    ),
    "replay Parquet, shipped policy set": (
        lambda n, d: replay(n, d, shipped=True),
        10_000_000,
        "events",
    ),
    "backtest of Parquet": (lambda n, d: backtest(n, d, ledger=False), 10_000_000, "events"),
    "backtest of a ledger": (lambda n, d: backtest(n, d, ledger=True), 10_000_000, "entries"),
    "live engine, one budget of five windows": (
        lambda n, d: live(n, d, shipped=False),
        200_000,
        "events",
    ),
    "live engine, shipped policy set": (lambda n, d: live(n, d, shipped=True), 200_000, "events"),
    "ledger, bulk append": (ledger, 1_000_000, "entries"),
    "exposure of one account": (exposure, 10_000_000, "entries"),
}


def once(name: str, size: int, folder: Path) -> None:
    """Runs one measurement in this process, and prints it with the peak memory."""
    out = os.dup(1)
    os.dup2(2, 1)  # what the measured code prints is not the result
    result = BENCHES[name][0](size, folder)
    result["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    os.write(out, json.dumps(result).encode())


def table(*, quick: bool, runs: int, only: str) -> None:
    """Prints a line a measurement."""
    print(
        f"machine: {platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}; medians of {runs} runs"
    )
    print("| what | size | CPU s | per second | peak MB | besides |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as shared:
        for name, (_, full, unit) in BENCHES.items():
            if only not in name:
                continue
            size = full // 10 if quick else full
            rows = [_measure(name, size, Path(shared)) for _ in range(runs)]
            middle = {key: median(row[key] for row in rows) for key in rows[0]}
            rest = ", ".join(
                f"{key} {value:,.2f}" if value < 100 else f"{key} {value:,.0f}"
                for key, value in middle.items()
                if key not in {"units", "seconds", "peak MB"}
            )
            rate = middle["units"] / middle["seconds"]
            print(
                f"| {name} | {size:,} {unit} | {middle['seconds']:.2f} | {rate:,.0f} | {middle['peak MB']:.0f} | {rest} |",
                flush=True,
            )


def _measure(name: str, size: int, shared: Path) -> Result:
    with tempfile.TemporaryDirectory() as own:
        folder = own if name.startswith("ledger") else str(shared)
        command = [
            sys.executable,
            __file__,
            "--once",
            name,
            "--size",
            str(size),
            "--folder",
            folder,
        ]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            sys.exit(f"{name} failed:\n{done.stderr.decode()}")
        result: Result = json.loads(done.stdout)
        return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--only", default="", help="measurements whose name has this word")
    parser.add_argument("--once", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        once(options.once, options.size, options.folder)
    else:
        table(quick=options.quick, runs=options.runs, only=options.only)


if __name__ == "__main__":
    main()
