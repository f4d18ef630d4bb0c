"""How long does an evidence pack of a theft of 340,000 persons take, to make and to check, and in how much memory?

    python benchmarks/evidence.py [PERSONS [OTHERS]]

A ledger of PERSONS reads by one account among OTHERS by others, one person each; its exposure frozen; then the pack for the
police, as a folder and as a zip file, and the stand-alone verifier with the standard library alone. Each in its own process.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAKE = """
import sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
import numpy as np, polars as pl
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.registers.folder import Register
from evidence_kit import START, THIEF, freeze_exposure
root, persons, others = Path({root!r}), {persons}, {others}
total = persons + others
who = np.arange(total) * persons // total
thief = np.diff(np.concatenate(([-1], who))) > 0
names = np.where(thief, THIEF, "conseiller-0001")
people = [int(n).to_bytes(16, "big") for n in np.where(thief, who, persons + np.arange(total))]
with DirectoryLedger.create(root / "ledger", origin="example.org/kairos") as ledger:
    for begin in range(0, total, 131_072):
        part = slice(begin, begin + 131_072)
        count = len(names[part])
        frame = pl.DataFrame({{
            "at": START + np.arange(begin, begin + count) * 1000, "account": names[part], "application": ["kairos"] * count,
            "session": [f"s-{{n // 50_000}}" for n in range(begin, begin + count)], "source": ["192.0.2.7"] * count,
            "operation": ["view"] * count, "categories": ["contact,identity"] * count, "organization": ["of-038"] * count,
        }}).with_columns(persons=pl.Series([[p] for p in people[part]], dtype=pl.List(pl.Binary)))
        ledger.extend(frame)
    ledger.seal()
    ledger.checkpoint()
register = Register(root / "register")
register.create()
opened = {{"title": "A theft", "severity": "high", "confidence": "high", "owner": "Alix", "accounts": [THIEF]}}
folder = register.begin(2025, "opened", opened, by="Alix", at=START)
print(freeze_exposure(folder.path, root / "ledger", (THIEF,)))
"""
ECLUSE = "import sys; from ecluse.cli import main; main()"


def measured(what: str, command: list[str]) -> None:
    """Runs it and prints seconds and the most memory that it took."""
    began = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(["/usr/bin/env", *command], check=False, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = ""
    for line in ran.stderr.splitlines():
        if line.startswith("peak "):
            peak = f", {int(line.split()[1]) // 1024} MB"
    print(f"{what:44} {time.monotonic() - began:6.1f} s, {cpu:6.1f} s CPU{peak}", flush=True)
    if ran.returncode:
        print(ran.stdout[-2000:], ran.stderr[-2000:])
        raise SystemExit(1)


def told(code: str) -> str:
    """A program that says at its end how much memory it took."""
    return (
        "import atexit, resource, sys\n"
        "atexit.register(lambda: print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr))\n"
        + code
    )


def main() -> None:
    """Makes, packs and checks."""
    persons, others = (int(a) for a in (sys.argv[1:] + ["340000", "1660000"][len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        values = {"tests": str(ROOT / "tests"), "root": name, "persons": persons, "others": others}
        measured("making ledger and exposure", [sys.executable, "-c", told(MAKE.format(**values))])
        common = ["evidence", "pack", "--register", f"{name}/register", "--incident", "2025-0001", "--ledger", f"{name}/ledger", "--profile"]  # fmt: skip
        for what, out in (
            ("police", "pack"),
            ("police", "pack.zip"),
            ("regulator", "regulator.zip"),
        ):
            arguments = [*common, what, "--out", f"{name}/{out}"]
            measured(
                f"pack for the {what}, {out}", [sys.executable, "-c", told(ECLUSE), *arguments]
            )
        script = subprocess.run([sys.executable, "-c", ECLUSE, "evidence", "verifier"], check=True, capture_output=True, text=True).stdout  # fmt: skip
        (root / "verify.py").write_text(told(script))
        for out in ("pack", "pack.zip", "regulator.zip"):
            measured(
                f"stand-alone verifier, {out}",
                [sys.executable, "-I", "-S", f"{name}/verify.py", f"{name}/{out}"],
            )
        size = sum(p.stat().st_size for p in (root / "pack").rglob("*") if p.is_file())
        tree = (root / "pack/data/ledgers/1/tree.bin").stat().st_size
        print(
            f"pack {size / 1e6:.0f} MB, zip {(root / 'pack.zip').stat().st_size / 1e6:.0f} MB, hashes of the tree {tree / 1e6:.1f} MB"
        )


if __name__ == "__main__":
    main()
