"""Is the exposure of a simulated theft its truth, by the command line alone, at full scale?

    python benchmarks/exposure_truth.py FOLDER kairos ouiform …        the documented size; --scale 0.01 for a hundredth

For each scenario: `ecluse simulate`, `ecluse replay` into a ledger under a policy that only looks, `ecluse exposure` of the thieves' sessions, and
the list compared with `truth_persons.csv.gz`. FOLDER is left empty.
"""

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import polars as pl

POLICY = "version: 1\nbudgets:\n  - {id: watch, per: account, limits: {1h: 100000}, effect: deny, mode: shadow}\n"


def compare(folder: Path, scenario: str, scale: list[str]) -> str:
    """One scenario; returns a line."""
    script = Path(sys.executable).with_name("ecluse")

    def run(*words: object) -> str:
        done = subprocess.run(
            [script, *map(str, words)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout

    past, ledger = folder / "past", folder / "ledger"
    begin = time.perf_counter()
    run("simulate", scenario, *scale, "--accounts", 200, "--format", "parquet", "--out", past)
    (folder / "watch.yaml").write_text(POLICY)
    logs = sorted(past.glob("*.parquet"))
    run(
        "replay",
        *logs,
        "--map",
        past / "mapping.yaml",
        "--policy",
        folder / "watch.yaml",
        "--ledger",
        ledger,
    )
    truth = json.loads((past / "truth.json").read_text())
    with gzip.open(past / "truth_persons.csv.gz") as file:
        stolen = pl.read_csv(file.read(), infer_schema=False)["person"].unique()
    sessions = sorted({s for thief in truth["thieves"] for s in thief["sessions"]})
    if not sessions:
        return f"{scenario}: nobody is a thief"
    (folder / "names.txt").write_text("\n".join(stolen.to_list()) + "\n")
    selection = {"version": 1, "selections": [{"sessions": sessions}]}
    (folder / "select.yaml").write_text(json.dumps(selection))
    asked = time.perf_counter()
    told = json.loads(run(
        "exposure", "--ledger", ledger, "--select", folder / "select.yaml", "--out", folder / "list.parquet",
        "--resolve", folder / "names.txt", "--json",
    ))  # fmt: skip
    took = time.perf_counter() - asked
    named = pl.read_parquet(folder / "list.parquet")["identifier"]
    missing = len(stolen) - named.n_unique()
    wrong = named.null_count()
    once = len(named) == named.n_unique()
    if missing or wrong or not once or told["persons"] != len(stolen) or told["gaps"]:
        raise SystemExit(
            f"{scenario}: {missing} missing, {wrong} too many, each once: {once}, gaps {told['gaps']}"
        )
    return f"{scenario}: {told['persons']:,} persons, {told['records']:,} records, exactly the truth; exposure {took:.1f} s of {time.perf_counter() - begin:.0f} s; load {os.getloadavg()[0]:.1f}"


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("scenarios", nargs="+")
    parser.add_argument(
        "--scale", help="share of the documented persons; all of them when left out"
    )
    given = parser.parse_args()
    scale = ["--scale", given.scale] if given.scale else ["--full"]
    for scenario in given.scenarios:
        place = given.folder / scenario
        place.mkdir(parents=True)
        try:
            print(compare(place, scenario, scale), flush=True)
        finally:
            shutil.rmtree(place)


if __name__ == "__main__":
    main()
