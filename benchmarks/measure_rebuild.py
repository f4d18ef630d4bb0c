"""How long does a gate take to start with a ledger of ten million entries, with and without a snapshot?

`python benchmarks/measure_rebuild.py` makes a ledger (a month of 50,000 accounts), and prints for each
step CPU seconds, wall seconds and peak memory of a process of its own. `--quick` takes a tenth.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
AFTER = 100_000
"""Entries that come after the snapshot."""

Result = dict[str, float]


def make(size: int, folder: Path) -> Result:
    """The ledger, with everything that the gate writes of an access."""
    import polars as pl
    import pyarrow as pa
    from workload import START, Workload, workload

    from ecluse.ledgers.directory import DirectoryLedger
    from ecluse.model.time import DAY

    def part(made: Workload, begin: int, end: int) -> pl.DataFrame:
        rows = slice(begin, end)
        account, person = made.account[rows], made.person[rows].astype(np.uint64)
        names = np.stack([person * np.uint64(0x9E3779B97F4A7C15), person], axis=1).astype("<u8")
        flat = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(16), len(names), [None, pa.py_buffer(np.ascontiguousarray(names))]
        )
        lists = pa.LargeListArray.from_arrays(
            pa.array(np.arange(len(names) + 1)), flat.cast(pa.large_binary())
        )
        day = np.clip((made.at[rows] - START) // DAY, 0, 29)
        return pl.DataFrame(
            {
                "at": made.at[rows],
                "account": words["agent"].gather(account),
                "account_kind": words["kind"].new_from_index(0, len(names)),
                "organization": words["body"].gather(made.organization[account]),
                "lineage": words["agent"].gather(account),
                "application": words["app"].gather(made.application[rows]),
                "session": words["session"].gather(account.astype(np.int64) * 30 + day),
                "source": words["source"].gather(account % 256),
                "created_at": created[account],
                "bytes": (made.person[rows] % 5000).astype(np.int64),
                "persons": pl.Series(lists),
            }
        )

    made = workload(size + AFTER, accounts=min(50_000, size // 100), theft=0)
    created = START - np.random.default_rng(3).integers(0, 1000, made.accounts) * DAY
    words = {
        "agent": pl.Series([f"agent{i:05d}" for i in range(made.accounts)]),
        "body": pl.Series([f"body{i:04d}" for i in range(2000)]),
        "app": pl.Series([f"app{i}" for i in range(12)]),
        "session": pl.Series([f"{i:016x}" for i in range(made.accounts * 30)]),
        "source": pl.Series([f"192.0.2.{i}" for i in range(256)]),
        "kind": pl.Series(["adviser"]),
    }
    with DirectoryLedger.create(folder / "ledger") as ledger:
        for begin in range(0, size, 250_000):
            ledger.extend(part(made, begin, min(begin + 250_000, size)))
    (folder / "last").write_text(str(int(made.at[size - 1])))
    with (folder / "after.parquet").open("wb") as file:
        part(made, size, size + AFTER).write_parquet(file)
    return {}


def rebuild(size: int, folder: Path) -> Result:
    """A start that reads the whole ledger."""
    from ecluse.ledgers.statefile import StateFile, start
    from ecluse.loaders.policy import default_policy

    started = start(default_policy(), StateFile(folder / "ledger"), now=_last(folder))
    assert (started.how, started.size) == ("ledger", size)
    return {"counted": sum(len(log) for d in started.engine.detectors for log in d.logs.values())}


def save(size: int, folder: Path) -> Result:
    """`ecluse state save` where there is no snapshot yet."""
    from ecluse.ledgers.statefile import StateFile, renew
    from ecluse.loaders.policy import default_policy

    file = StateFile(folder / "ledger")
    head = renew(default_policy(), file, now=_last(folder) + 1, settled=1)
    assert head is not None
    assert head.size == size
    return {"MB": file.path.stat().st_size / 1e6}


def load(size: int, folder: Path) -> Result:
    """A start from the snapshot, with nothing after it."""
    return _from_snapshot(size, folder, after=0)


def load_and_read(size: int, folder: Path) -> Result:
    """A start from the snapshot and what came after it."""
    import polars as pl

    from ecluse.ledgers.directory import DirectoryLedger
    from ecluse.ledgers.reader import entries_of
    from ecluse.merkle.columns import take_columns

    if os.fork() == 0:  # the writer's memory is not the start's
        columns = take_columns(pl.read_parquet(folder / "after.parquet"))
        with DirectoryLedger(folder / "ledger", seal_at=None) as ledger:
            for entry in entries_of(columns):
                ledger.append(entry)
        os._exit(0)
    assert os.wait()[1] == 0
    return _from_snapshot(size + AFTER, folder, after=AFTER)


def save_live(size: int, folder: Path) -> Result:
    """What a gate does on its way out: its engine's counts into the file."""
    from ecluse.ledgers.directory import DirectoryLedger
    from ecluse.ledgers.statefile import StateFile, start
    from ecluse.loaders.policy import default_policy

    del size
    file = StateFile(folder / "ledger")
    started = start(default_policy(), file, now=_last(folder))
    with DirectoryLedger(folder / "ledger") as ledger:
        ledger.seal()
    begin, wall = time.process_time(), time.perf_counter()
    file.save_engine(started.engine, size=started.size, at=_last(folder))
    return {"CPU s": time.process_time() - begin, "wall s": time.perf_counter() - wall}


def _from_snapshot(size: int, folder: Path, *, after: int) -> Result:
    from ecluse.ledgers.statefile import StateFile, start
    from ecluse.loaders.policy import default_policy

    begin, wall = time.process_time(), time.perf_counter()
    started = start(default_policy(), StateFile(folder / "ledger"), now=_last(folder))
    spent = {"CPU s": time.process_time() - begin, "wall s": time.perf_counter() - wall}
    assert (started.how, started.size, started.read) == ("snapshot", size, after)
    return spent


def _last(folder: Path) -> int:
    return int((folder / "last").read_text())


STEPS: dict[str, Callable[[int, Path], Result]] = {
    "make the ledger": make,
    "start from the ledger": rebuild,
    "save the snapshot beside a gate": save,
    "start from the snapshot": load,
    f"start from the snapshot and {AFTER:,} entries": load_and_read,
    "save the snapshot on the way out": save_live,
}


def once(name: str, size: int, folder: Path) -> None:
    """Runs one step in this process."""
    out = os.dup(1)
    os.dup2(2, 1)  # what the measured code prints is not the result
    begin, wall = time.process_time(), time.perf_counter()
    spent = STEPS[name](size, folder)
    result = {"CPU s": time.process_time() - begin, "wall s": time.perf_counter() - wall} | spent
    result["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    os.write(out, json.dumps(result).encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--once", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        once(options.once, options.size, options.folder)
        return
    size = options.size // 10 if options.quick else options.size
    with tempfile.TemporaryDirectory() as folder:
        for name in STEPS:
            command = [sys.executable, __file__, "--once", name, "--size", str(size), "--folder", folder]  # fmt: skip
            done = subprocess.run(command, capture_output=True, check=False)
            if done.returncode:
                sys.exit(f"{name} failed:\n{done.stderr.decode()}")
            result = json.loads(done.stdout)
            print(f"{name}: {', '.join(f'{k} {v:,.1f}' for k, v in result.items())}", flush=True)


if __name__ == "__main__":
    main()
