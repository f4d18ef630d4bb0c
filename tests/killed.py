"""A writer killed at random points, again and again: `python tests/killed.py 1000`."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.verify import verify

WRITER = """
import os, random, sys, threading, time
from pathlib import Path
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.disk import Disk
from ecluse.model.entry import Entry

class SmallWrites(Disk):
    "Writes a few bytes at a time, so that the kill finds records half written."

    def write(self, descriptor, data):
        for start in range(0, len(data), 101):
            super().write(descriptor, data[start : start + 101])

sys.stdin.readline()  # imported; the parent says go
root, chance = Path(sys.argv[1]), random.Random(int(sys.argv[2]))
for line in sys.stdin:
    chance.random()
    child = os.fork()
    if child == 0:
        behind = chance.random() < 0.5  # of the two ways of sealing
        ledger = DirectoryLedger(root, seal_at=None if behind else 60, disk=SmallWrites())
        def seal():
            while True:
                ledger.seal_behind(at_least=20)
                time.sleep(0.002)
        if behind:
            threading.Thread(target=seal, daemon=True).start()
        number = ledger.size
        while True:
            for _ in range(chance.randrange(1, 9)):
                ledger.append(Entry(at=number, account=f"agent-{number}", session="s" * chance.randrange(300), persons=(number.to_bytes(16, "big"),)))
                number += 1
            ledger.commit()
            os.write(1, b"%d\\n" % number)
    print("pid", child, flush=True)
    os.waitpid(child, 0)
    print("done", flush=True)
"""


def rounds(root: Path, count: int, seed: int) -> tuple[int, int]:
    """Kills a writer so often; returns entries and repairs at the end.

    Raises:
        AssertionError: when an acknowledged entry is lost, a torn one accepted, or the ledger does not verify.
    """
    chance = random.Random(seed)
    DirectoryLedger.create(root).close()
    nursery = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), str(seed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("go\n")
    repairs = 0
    for number in range(count):
        acknowledged = _one_life(nursery, chance)
        with DirectoryLedger(root, seal_at=None) as ledger:
            repairs += len(ledger.repairs)
            size = ledger.size - len(ledger.repairs)
            assert size >= acknowledged, f"round {number}: {acknowledged} acknowledged, {size} kept"
        if number % 10 == 9 or number == count - 1:
            assert verify(root).holds, f"round {number}: {verify(root).faults}"
    nursery.stdin.close()
    nursery.wait()
    nursery.stdout.close()
    return _check_entries(root), repairs


def _one_life(nursery, chance: random.Random) -> int:
    nursery.stdin.write("another\n")
    acknowledged = 0
    while True:
        line = nursery.stdout.readline()
        if line.startswith("pid"):
            time.sleep(0.004 + chance.random() * 0.12)
            os.kill(int(line.split()[1]), signal.SIGKILL)
        elif line == "done\n":
            return acknowledged
        elif line.endswith("\n"):
            acknowledged = max(acknowledged, int(line))


def _check_entries(root: Path) -> int:
    count = 0
    with DirectoryLedger(root) as ledger:
        for frame in ledger.scan(columns=("seq", "at", "kind", "account", "persons")):
            for row in frame.iter_rows(named=True):
                if row["kind"] == "access":
                    assert row["at"] == row["seq"]
                    assert row["account"] == f"agent-{row['seq']}"
                    assert row["persons"] == [row["seq"].to_bytes(16, "big")]
                assert row["seq"] == count
                count += 1
    return count


if __name__ == "__main__":
    start = time.monotonic()
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        print(  # noqa: T201 - run by hand
            total,
            "rounds:",
            rounds(Path(folder) / "ledger", total, seed=7),
            f"{time.monotonic() - start:.0f} s",
        )
