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

MAKE = """
from pathlib import Path
import numpy as np, polars as pl, pyarrow as pa
from ecluse.ledgers.directory import DirectoryLedger
persons, others = {persons}, {others}
total = persons + others
who = np.arange(total) * persons // total
thief = np.diff(np.concatenate(([-1], who))) > 0
words = np.zeros((total, 2), dtype="<u8")
words[:, 0] = np.where(thief, who, persons + np.arange(total))
with DirectoryLedger.create(Path({root!r}) / "ledger", origin="example.org/kairos") as ledger:
    for begin in range(0, total, 131_072):
        part = slice(begin, begin + 131_072)
        numbers = np.arange(total)[part]
        count = len(numbers)
        flat = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), count, [None, pa.py_buffer(words[part].tobytes())])
        lists = pa.ListArray.from_arrays(pa.array(np.arange(count + 1, dtype=np.int32)), flat.cast(pa.binary()))
        frame = pl.DataFrame({{
            "at": 1_752_314_400_000_000 + numbers * 1000, "account": np.where(thief[part], "formateur-0042", "conseiller-0001"),
            "session": [f"s-{{n // 50_000}}" for n in numbers.tolist()],
        }}).with_columns(
            persons=pl.Series(pl.from_arrow(lists)), application=pl.lit("kairos"), source=pl.lit("192.0.2.7"),
            operation=pl.lit("view"), categories=pl.lit("contact,identity"), organization=pl.lit("of-038"),
        )
        ledger.extend(frame)
    ledger.seal()
    ledger.checkpoint()
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
        values = {"root": name, "persons": persons, "others": others}
        measured("making the ledger", [sys.executable, "-c", told(MAKE.format(**values))])
        register, ledger = ["--register", f"{name}/register"], ["--ledger", f"{name}/ledger"]
        incident = [*register, "--incident", f"{time.gmtime().tm_year}-0001"]
        for arguments in (
            ["incident", "init", *register],
            ["incident", "open", *register, "--title", "A theft", "--account", "formateur-0042"],
            ["exposure", *ledger, *incident, "--account", "formateur-0042"],
        ):
            measured(
                " ".join(arguments[: 1 + (arguments[0] == "incident")]),
                [sys.executable, "-c", told(ECLUSE), *arguments],
            )
        common = ["evidence", "pack", *incident, *ledger, "--profile"]  # fmt: skip
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
