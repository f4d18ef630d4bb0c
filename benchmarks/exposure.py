"""What does the exposure of 1.6 million persons cost, out of a ledger of 50 million entries?

    python benchmarks/exposure.py make LEDGER [--entries 50000000] [--persons 1600000] [--spread HOURS]
    python benchmarks/exposure.py measure LEDGER [--runs 3]

`make` writes a month of ordinary reading by 50,000 accounts, and in it two stolen accounts that read 1.6 million persons
one after the other, by page views, lists of twenty and some twice (in the `--spread` given, or over the whole month). `measure` runs
`ecluse exposure` in a process of its own, checks the number of persons, and prints wall time, CPU time and the peak of memory.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from ecluse.ledgers.directory import DirectoryLedger

START = 1_751_328_000_000_000  # 1 July 2025, 00:00 UTC
MONTH = 30 * 86_400_000_000
CHUNK = 2 * 131_072
THIEVES = ("agent17001", "agent17002")


def make(root: Path, *, entries: int, persons: int, spread: int, seed: int = 7) -> dict[str, int]:
    """Writes the ledger in order of time, a quarter of a million entries at a time; returns what is in it."""
    rng = np.random.default_rng(seed)
    stolen = _theft(rng, persons, spread)
    words = {name: pl.Series(values) for name, values in _words().items()}
    told = {"entries": 0, "persons": persons, "accesses": len(stolen[0])}
    with DirectoryLedger.create(root, origin="example.org/benchmark", now=lambda: START) as ledger:
        ordinary = entries - len(stolen[0])
        for begin in range(0, ordinary, CHUNK):
            count = min(CHUNK, ordinary - begin)
            low, high = (START + MONTH * b // ordinary for b in (begin, begin + count))
            ledger.extend(_frame(rng, words, count, (low, high), stolen))
            print(f"\r{begin + count:,} of {ordinary:,}", end="", file=sys.stderr)
        ledger.checkpoint()
        told["entries"] = ledger.size
    print(file=sys.stderr)
    (root / "benchmark.json").write_text(json.dumps(told))
    return told


def _words() -> dict[str, list[str]]:
    return {
        "account": [
            *(f"agent{i:05d}" for i in range(50_000) if i not in {17_001, 17_002}),
            *THIEVES,
        ],
        "organization": [f"body{i:04d}" for i in range(2_000)],
        "application": [f"app{i}" for i in range(12)],
        "source": [f"192.0.2.{i}" for i in range(250)],
        "operation": ["view", "view", "view", "list", "search", "export"],
        "categories": ["contact,identity", "identity", "benefits,contact,identity"],
    }


def _theft(
    rng: np.random.Generator, persons: int, spread: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Instants, first person and number of persons of each of the thieves' accesses: nine in ten views, one in ten lists."""
    sizes: list[np.ndarray] = []
    left = persons
    while left > 0:
        some = np.where(rng.random(100_000) < 0.97, 1, 20)
        cut = int(np.searchsorted(np.cumsum(some), left))
        sizes.append(some[: cut + 1])
        left -= int(some[: cut + 1].sum())
    size = np.concatenate(sizes)
    size[-1] += left
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    again = rng.integers(
        0, len(size), len(size) // 10
    )  # one access in eleven shows the same persons again
    size, first = np.concatenate([size, size[again]]), np.concatenate([first, first[again]])
    length = spread * 3_600_000_000 if spread else MONTH
    begin = START if not spread else START + 11 * 86_400_000_000
    at = begin + np.sort(rng.integers(0, length, len(size)))
    order = rng.permutation(len(size))
    return at, first[order], size[order]


def _frame(rng, words, count, interval, stolen) -> pl.DataFrame:  # type: ignore[no-untyped-def]  # noqa: ANN001
    low, high = interval
    at, first, size = stolen
    mine = slice(*np.searchsorted(at, (low, high)))
    thefts = at[mine]
    total = count + len(thefts)
    ordinary = np.sort(rng.integers(low, high, count))
    when = np.concatenate([ordinary, thefts])
    order = np.argsort(when, kind="stable")
    accounts = len(words["account"])
    account = np.concatenate([
        np.minimum((rng.pareto(1.2, count) * 900).astype(np.int64), accounts - 3),
        accounts - 2 + rng.integers(0, 2, len(thefts)),
    ])  # fmt: skip
    sizes = np.concatenate([np.where(rng.random(count) < 0.99, 1, 10), size[mine]])[order]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    who = np.concatenate([rng.integers(10**9, 10**9 + 30_000_000, count), first[mine]])[order]
    flat = np.repeat(who - offsets[:-1], sizes) + np.arange(offsets[-1])
    names = np.empty(
        (len(flat), 2), np.uint64
    )  # mixed, so that they lie as pseudonyms do; the number stays readable back
    names[:, 0] = flat.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    names[:, 1] = names[:, 0] ^ np.uint64(0xD1B54A32D192ED03)
    values = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(16), len(flat), [None, pa.py_buffer(names)]
    )
    lists = pa.LargeListArray.from_arrays(
        pa.array(offsets, pa.int64()), values.cast(pa.large_binary())
    )
    codes = {
        name: rng.integers(0, len(column), total, dtype=np.uint32) for name, column in words.items()
    }
    codes["account"] = account[order].astype(np.uint32)
    codes["organization"] = codes["account"] % 2_000
    operation = words["operation"].gather(codes["operation"])
    return pl.DataFrame({
        "at": when[order],
        **{name: words[name].gather(code) for name, code in codes.items() if name != "operation"},
        "operation": pl.select(pl.when(pl.Series(sizes) > 1).then(pl.lit("list")).otherwise(operation)).to_series(),
        "session": pl.select(pl.concat_str(words["account"].gather(codes["account"]), pl.lit("-"), pl.Series(when[order] // 28_800_000_000))).to_series(),
        "lineage": words["account"].gather(codes["account"]),
        "persons": pl.from_arrow(lists),
        "bytes": rng.integers(500, 20_000, total),
    })  # fmt: skip


def measure(root: Path, *, runs: int, options: list[str]) -> None:
    """Asks for the two accounts as a person does, several times; says what each took."""
    told = json.loads((root / "benchmark.json").read_text())
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; ledger {told['entries']:,} entries, {size / 1e9:.2f} GB"
    )
    script = Path(sys.executable).with_name("ecluse")
    command = [str(script), "exposure", "--ledger", str(root), "--json", *options]
    for account in THIEVES:
        command += ["--account", account]
    for _ in range(runs):
        with tempfile.TemporaryFile() as out:
            begin = time.perf_counter()
            process = subprocess.Popen(command, stdout=out)
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            found = json.loads(out.read()) if process.returncode == 0 else {}
        if found.get("persons") != told["persons"]:
            raise SystemExit(f"wrong: {found.get('persons')} persons instead of {told['persons']}")
        cpu = used.ru_utime + used.ru_stime
        print(
            f"{found['persons']:,} persons: {wall:.1f} s wall, {cpu:.1f} CPU s, peak {used.ru_maxrss / 1e6:.2f} GB; load {os.getloadavg()[0]:.1f}"
        )


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    orders = parser.add_subparsers(dest="order", required=True)
    making = orders.add_parser("make")
    making.add_argument("ledger", type=Path)
    making.add_argument("--entries", type=int, default=50_000_000)
    making.add_argument("--persons", type=int, default=1_600_000)
    making.add_argument(
        "--spread", type=int, default=0, help="hours that the theft takes; 0: the whole month"
    )
    measuring = orders.add_parser("measure")
    measuring.add_argument("ledger", type=Path)
    measuring.add_argument("--runs", type=int, default=3)
    given, options = parser.parse_known_args()
    if given.order == "make":
        print(make(given.ledger, entries=given.entries, persons=given.persons, spread=given.spread))
    else:
        measure(given.ledger, runs=given.runs, options=options)


if __name__ == "__main__":
    main()
