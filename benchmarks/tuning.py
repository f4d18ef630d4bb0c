"""`python benchmarks/tuning.py`: what `ecluse tune` promises on sixty simulated days, and what the days after them say.

For the honest scenarios of the simulator, and several seeds: limits are tuned on the first sixty days and held against later days
that the tuning has not seen, replayed through the engine after the whole past. Printed is how many account-days in a thousand are disturbed
by the shipped policy set and by the tuned one, and what one stolen account could then take.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from ecluse import wiring
from ecluse.cli import main as ecluse
from ecluse.engine.history import History
from ecluse.loaders.policy import read_policy
from ecluse.model.backtest import Tried
from ecluse.model.tuning import Tuning
from ecluse.service.backtest import Trial
from ecluse.service.replay import collect
from ecluse.service.tune import Asked, tune, tuned_policy
from ecluse.verify.backtest.days import day_of, start_of

ZONE = "Europe/Paris"


def simulated(
    scenario: str, folder: Path, *, seed: int, days: int, after: int, accounts: int
) -> tuple[History, Any]:
    """So many days of a scenario, the first sixty of them as its history."""
    try:
        ecluse(
            ["simulate", scenario, "--seed", str(seed), "--history", str(days), "--days", str(after), "--accounts", str(accounts),
             "--format", "parquet", "--out", str(folder), "--json"]
        )  # fmt: skip
    except SystemExit as done:
        assert not done.code
    rules = wiring.open_rules(None, folder / "estate.yaml")
    logs = sorted(folder.glob("*.parquet"))
    fields = wiring.open_mapping(folder / "mapping.yaml", "parquet")
    batches = wiring.open_log(logs, "parquet", fields, None)
    history = collect(
        batches(lambda _done, _all: None),
        directory=rules.directory,
        ledger=None,
        seed=1,
        max_reject_share=1,
    ).history
    return history, rules


def measured(
    scenario: str, *, seed: int, days: int, after: int, accounts: int, price: float
) -> tuple[Tuning, Tried, Tried]:
    """The tuning on the first days, and the later days under the shipped and under the tuned policy set."""
    with tempfile.TemporaryDirectory() as folder:
        history, rules = simulated(
            scenario,
            Path(folder) / "simulated",
            seed=seed,
            days=days,
            after=after,
            accounts=accounts,
        )
    signed = read_policy(wiring.shipped_policy(), file="shipped")
    trial = Trial(history, ZONE)
    first = int(trial.days.day.min()) + days
    cut = int(np.searchsorted(history.at, start_of(first, zone=ZONE)))
    made = tune(
        history.take(np.arange(cut)), signed, Asked(price=price, days=days, may_raise=True, zone=ZONE),
        estate=rules.estate, labels=(), policy_file="shipped", clock=time.monotonic, step=lambda _what: None,
    )  # fmt: skip
    kinds = [kind.id for kind in rules.estate.kinds]
    tuned = tuned_policy(signed, made, kinds).policies
    assert made.last_day < day_of(first), "the later days are unseen"
    late = _After(history, ZONE, first)
    before, then = (
        late.run(policies, (), policy_file=name, clock=time.monotonic)
        for name, policies in (("shipped", signed.policies), ("tuned", tuned))
    )
    return made, before, then


class _After(Trial):
    """A trial that reports from one day on."""

    def __init__(self, history: History, zone: str, first: int) -> None:
        super().__init__(history, zone)
        self._first = first

    @property
    def first_day(self) -> int:
        return self._first

    @property
    def since(self) -> int:
        return start_of(self._first, zone=self.zone)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--after", type=int, default=28)
    parser.add_argument("--accounts", type=int, default=300)
    parser.add_argument("--price", type=float, default=1.0)
    parser.add_argument("--only", default="", help="scenarios whose name has this word")
    options = parser.parse_args()
    print(
        "| scenario | seed | days after | account-days | shipped, per 1,000 | tuned, per 1,000 | promised at most | one account in 24 h, by kind |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for scenario in ("ordinary", "peaks"):
        if options.only not in scenario:
            continue
        for seed in range(1, options.seeds + 1):
            stdout, sys.stdout = sys.stdout, sys.stderr
            made, before, then = measured(
                scenario,
                seed=seed,
                days=options.days,
                after=options.after,
                accounts=options.accounts,
                price=options.price,
            )
            sys.stdout = stdout
            last = next(p for p in made.curve if p.price == options.price)
            day = ", ".join(
                f"{kind} {dict(limits)[86_400_000_000]:,}" for kind, limits in last.persons
            )
            print(
                f"| {scenario} | {seed} | {options.after} | {then.total.days:,} | {before.total.price:.2f} | {then.total.price:.2f} "
                f"| {made.at_most:.2f} | {day} |",
                flush=True,
            )
            for row in then.by_kind:
                if row.disturbed:
                    print(f"  {row.name}: {row.disturbed} of {row.days}", file=sys.stderr)


if __name__ == "__main__":
    main()
