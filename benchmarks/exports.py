"""What does an export of accesses cost? `python benchmarks/exports.py [ENTRIES]` (all of the thief's accesses, and a quarter of them).

A ledger of 4 million entries; one account of it read 400,000 persons, one at a time. Each export runs in a process of its own:
CPU seconds, accesses a second, and the peak of memory, which should not grow with the accesses.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

ENTRIES = 4_000_000
PART = 250_000
EVERY = 10
"""One entry in so many is the thief's."""

START = 1_752_314_400_000_000


def main() -> None:
    """Prints a line an export."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "ledger"
        entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
        make(root, entries)
        for name, more in (("ocsf", ("--persons",)), ("ocsf", ()), ("syslog", ())):
            for size in (entries // 4, entries):
                out = Path(folder) / "out"
                until = str(START + size * 1000)
                told = subprocess.run(
                    [sys.executable, __file__, "one", name, str(root), until, str(out), *more],
                    check=True, capture_output=True, text=True,
                ).stdout  # fmt: skip
                print(told, end="", flush=True)


def make(root: Path, size: int) -> None:
    """A ledger in which an entry a millisecond is written."""
    from ecluse.ledgers.directory import DirectoryLedger

    with DirectoryLedger.create(root) as book:
        for begin in range(0, size, PART):
            numbers = pl.int_range(begin, begin + PART, eager=True)
            persons = [[n.to_bytes(16, "big")] for n in numbers.to_list()]
            account = pl.Series(["thief" if n % EVERY == 0 else f"agent-{n % 5_000}" for n in numbers.to_list()])  # fmt: skip
            frame = pl.DataFrame(
                {
                    "at": START + numbers * 1000,
                    "account": account,
                    "application": pl.repeat("kairos", PART, eager=True),
                    "session": pl.repeat("s-1", PART, eager=True),
                    "source": pl.repeat("192.0.2.7", PART, eager=True),
                    "operation": pl.repeat("view", PART, eager=True),
                    "categories": pl.repeat("contact,identity", PART, eager=True),
                    "persons": pl.Series(persons, dtype=pl.List(pl.Binary)),
                }
            )
            book.extend(frame)


def one(name: str, root: str, until: str, out: str, *more: str) -> None:
    """Exports once, and says what it took."""
    from datetime import UTC, datetime

    from ecluse.cli import main as run

    before = datetime.fromtimestamp(int(until) / 1e6, UTC).isoformat()
    arguments = ["export", name, "--ledger", root, "--what", "accesses", "--account", "thief", "--to", before, "--out", out, *more]  # fmt: skip
    begun = time.process_time()
    try:
        run(arguments)
    except SystemExit as done:
        assert not done.code
    cpu = time.process_time() - begun
    with Path(out).open("rb") as file:
        lines = sum(1 for _ in file)
    told = Path("/proc/self/status").read_text(
        "ascii"
    )  # getrusage would tell the peak of the parent
    peak = int(told.partition("VmHWM:")[2].split()[0]) / 1024
    label = f"{name} {' '.join(more)}".strip()
    print(f"| {label} | {lines:,} | {cpu:.1f} | {lines / cpu:,.0f} | {peak:,.0f} | {Path(out).stat().st_size / 1e6:,.0f} |")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "one":
        one(*sys.argv[2:])
    else:
        main()
