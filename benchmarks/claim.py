"""`python benchmarks/claim.py`: how often does a claim name the right session, and is a sample of an older leak ever called new?

A base of 1,000,000 persons and 40,000 ordinary sessions (2,500 accounts with caseloads of 400, sixteen sessions of 60 persons each: 2.4 M
views), as `tests/claim_factory.py` has it in small. Thieves are added, samples drawn, and the same code as in `ecluse claim` attributes them.
Rates are given with their Clopper-Pearson interval of 95 %. Last, one world goes through a real ledger and the command itself.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ecluse.incident.attribution.attribute import attribute
from ecluse.incident.attribution.chance import tail
from ecluse.incident.attribution.evidence import Evidence, Leak
from ecluse.incident.attribution.views import Views, Who
from ecluse.model.claim import Claim, Sample, Verdict
from ecluse.model.time import DAY

BASE, ACCOUNTS, CASELOAD, SESSIONS, A_SESSION = 1_000_000, 2_500, 400, 16, 60
START = 1_752_314_400_000_000
LEAK_AT = START - 400 * DAY
THEFT = 40_000
"""From this number on, candidates are thieves."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """Ordinary sessions: for each person, by whom and at which place in the session it was read."""

    begin: Ints
    session: Ints
    place: Ints

    @classmethod
    def make(cls, random: np.random.Generator) -> "World":
        people = random.permutation(BASE)[: ACCOUNTS * CASELOAD].reshape(ACCOUNTS, CASELOAD)
        sessions, persons, places = [], [], []
        for number in range(SESSIONS):
            read = random.random((ACCOUNTS, CASELOAD)).argsort(axis=1)[:, :A_SESSION]
            persons.append(np.take_along_axis(people, read, 1).ravel())
            sessions.append((np.arange(ACCOUNTS) * SESSIONS + number).repeat(A_SESSION))
            places.append(np.tile(np.arange(A_SESSION), ACCOUNTS))
        person, session, place = map(np.concatenate, (persons, sessions, places))
        order = np.argsort(person, kind="stable")
        return cls(
            np.searchsorted(person[order], np.arange(BASE + 1)), session[order], place[order]
        )

    def views(self, sample: Ints, thieves: list[Ints], *, at: int = START) -> Views:
        """Who saw the sample's persons, the thieves included."""
        low, high = self.begin[sample], self.begin[sample + 1]
        counts = high - low
        flat = np.repeat(low, counts) + (np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts))  # fmt: skip
        records, sessions, places = [np.repeat(np.arange(len(sample)), counts)], [self.session[flat]], [self.place[flat]]  # fmt: skip
        where = np.full(BASE, -1, dtype=np.int64)
        for number, read in enumerate(thieves):
            where[:] = -1
            where[read] = np.arange(len(read))
            hit = np.flatnonzero(where[sample] >= 0)
            records.append(hit)
            sessions.append(np.full(len(hit), THEFT + number))
            places.append(where[sample[hit]])
        record, session, place = map(np.concatenate, (records, sessions, places))
        names, candidate = np.unique(session, return_inverse=True)
        size = np.full(len(names), A_SESSION)
        for number, read in enumerate(thieves):
            size[names == THEFT + number] = len(read)
        who = tuple(Who(f"thief-{n - THEFT}" if n >= THEFT else f"adviser-{n // SESSIONS}", str(n)) for n in names.tolist())  # fmt: skip
        others = ((A_SESSION, THEFT - int((names < THEFT).sum())),)
        when = np.where(session >= THEFT, at, at - DAY * (1 + session % SESSIONS)) + place * 1_000_000  # fmt: skip
        return Views(record, candidate.astype(np.int64), when, when, who, size, others)


def claimed(world: World, sample: Ints, thieves: list[Ints], *, leaks: tuple[Leak, ...] = (), ordered: tuple[str, ...] = ()) -> Claim:  # fmt: skip
    facts = Sample(sha256="", form="csv", bytes=0, key="", rows=len(sample), persons=len(sample), sorted_by=ordered)  # fmt: skip
    return attribute(Evidence(len(sample), facts, world.views(sample, thieves), BASE, leaks=leaks))


def first_named(claim: Claim) -> str:
    """The account of rank 1; empty when another is as guilty."""
    ranked = sorted(claim.suspects, key=lambda s: s.rank)
    if len(ranked) > 1 and ranked[0].innocence == ranked[1].innocence:
        return ""
    return ranked[0].account if ranked else ""


def interval(good: int, count: int) -> str:
    """The rate with its exact interval of 95 %."""

    def bound(wanted: float, *, upper: bool) -> float:
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            reached = 1 - tail(count, good + 1, middle) if upper else tail(count, good, middle)
            low, high = (middle, high) if (reached > wanted) == upper else (low, middle)
        return (low + high) / 2

    least = 0.0 if good == 0 else bound(0.025, upper=False)
    most = 1.0 if good == count else bound(0.025, upper=True)
    return f"{good} of {count} ({100 * least:.1f} to {100 * most:.1f} %)"


def one_thief(world: World, random: np.random.Generator, trials: int) -> None:
    for leaked in (1, 2, 3, 5, 10):
        good = named = 0
        for _ in range(trials):
            thief = random.choice(BASE, 20_000, replace=False)
            sample = random.choice(thief, max(leaked, 2), replace=False)
            if leaked == 1:  # the second row is nobody's
                sample[1] = random.integers(BASE)
            claim = claimed(world, sample, [thief])
            good += first_named(claim) == "thief-0"
            named += claim.verdict is Verdict.OURS_NEW
        print(f"one thief of 20,000, {leaked} leaked: first in rank {interval(good, trials)}; called ours-new {named}")  # fmt: skip


def three_thieves(world: World, random: np.random.Generator, trials: int) -> None:
    for leaked in (10, 20, 50, 200):
        good, wrong = 0, 0
        for _ in range(trials):
            thieves = [random.choice(BASE, size, replace=False) for size in (20_000, 8_000, 5_000)]
            sample = random.choice(np.unique(np.concatenate(thieves)), leaked, replace=False)
            named = sorted(s.account for s in claimed(world, sample, thieves).named)
            good += named == ["thief-0", "thief-1", "thief-2"]
            wrong += any(name.startswith("adviser") for name in named)
        print(f"three thieves (20,000, 8,000, 5,000), {leaked} leaked: exactly the three {interval(good, trials)}; an honest session named {interval(wrong, trials)}")  # fmt: skip


def foreign(world: World, random: np.random.Generator, trials: int) -> None:
    """Samples of nobody's theft: drawn from the base."""
    for rows in (10, 50, 200):
        found = Counter[str]()
        for _ in range(trials):
            thief = random.choice(BASE, 20_000, replace=False)
            claim = claimed(world, random.choice(BASE, rows, replace=False), [thief])
            found[claim.verdict] += 1
        wrong = sum(number for verdict, number in found.items() if verdict.startswith("ours"))
        print(f"{rows} persons drawn from the base: called ours {interval(wrong, trials)}")


def older(world: World, random: np.random.Generator, trials: int) -> None:
    """Samples of an older leak, while a new thief reads: at random, the same stretch in order of numbers, all of the base leaked."""
    for what in ("a fifth of the base leaked", "nearly all of the base leaked", "the thief reads the same stretch in the same order", "90 % of the leak registered"):  # fmt: skip
        found = Counter[str]()
        for _ in range(trials):
            size = 850_000 if "all" in what else 200_000
            leaked = random.choice(BASE, size, replace=False)
            ordered: tuple[str, ...] = ()
            if "stretch" in what:
                leaked = np.sort(leaked)
                begin = int(random.integers(0, size - 20_000))
                low, high = leaked[begin], leaked[begin + 19_999]
                thief = np.arange(low, high + 1)[:20_000]
                inside = leaked[(leaked >= thief[0]) & (leaked <= thief[-1])]
                sample = inside[: int(random.choice([10, 50, 200]))]
                ordered = ("identifier",) if random.random() < 0.5 else ()
            else:
                thief = random.choice(BASE, 20_000, replace=False)
                sample = random.choice(leaked, int(random.choice([5, 50, 200])), replace=False)
            known = leaked[random.random(size) < 0.9] if "90" in what else leaked
            where = np.full(BASE, -1, dtype=np.int64)
            where[known] = np.arange(len(known))
            leak = Leak("older", LEAK_AT, 0.89 if "90" in what else 1.0, len(known), where[sample])
            claim = claimed(world, sample, [thief], leaks=(leak,), ordered=ordered)
            found[claim.verdict] += 1
        new = found[Verdict.OURS_NEW] + found[Verdict.OURS_MIXED]
        told = ", ".join(f"{verdict} {number}" for verdict, number in sorted(found.items()))
        print(f"older leak, {what}: called new or mixed {interval(new, trials)}; {told}")


def newer(world: World, random: np.random.Generator, trials: int) -> None:
    """Real new samples while an older leak is registered: not everything may be called undetermined."""
    for share in (0.2, 0.85):
        found = Counter[str]()
        for _ in range(trials):
            leaked = random.choice(BASE, int(BASE * share), replace=False)
            thief = random.choice(BASE, 20_000, replace=False)
            sample = random.choice(thief, 50, replace=False)
            where = np.full(BASE, -1, dtype=np.int64)
            where[leaked] = np.arange(len(leaked))
            leak = Leak("older", LEAK_AT, 1.0, len(leaked), where[sample])
            found[claimed(world, sample, [thief], leaks=(leak,)).verdict] += 1
        told = ", ".join(f"{verdict} {number}" for verdict, number in sorted(found.items()))
        print(f"new theft, {share:.0%} of the base in an older leak, 50 leaked: {told}")


def through_the_ledger(random: np.random.Generator, folder: Path) -> None:
    """The same world as a ledger of 2.42 million entries, a sample as CSV, and the command."""
    import polars as pl

    from ecluse.ledgers.directory import DirectoryLedger

    people = random.permutation(BASE)[: ACCOUNTS * CASELOAD].reshape(ACCOUNTS, CASELOAD)
    thief = random.choice(BASE, 20_000, replace=False)
    with DirectoryLedger.create(folder / "evidence", origin="example.org/benchmark") as ledger:
        names = ledger.pseudonymizer.pseudonyms([f"{n:07d}" for n in range(BASE)])
        for number in range(SESSIONS + 1):
            if number < SESSIONS:
                read = random.random((ACCOUNTS, CASELOAD)).argsort(axis=1)[:, :A_SESSION]
                persons = np.take_along_axis(people, read, 1).ravel()
                account = [f"adviser-{n:04d}" for n in np.arange(ACCOUNTS).repeat(A_SESSION)]
            else:
                persons, account = thief, ["thief"] * len(thief)
            frame = pl.DataFrame(
                {
                    "at": START + number * DAY + np.arange(len(persons)),
                    "account": account,
                    "session": [f"{a}-{number}" for a in account],
                    "application": "kairos",
                    "persons": pl.Series(
                        [[names[p]] for p in persons.tolist()], dtype=pl.List(pl.Binary)
                    ),
                }
            )
            ledger.extend(frame)
            ledger.seal()
    sample = random.choice(thief, 50, replace=False)
    (folder / "posted.csv").write_text("id\n" + "".join(f"{n:07d}\n" for n in sample))
    (folder / "claim.yaml").write_text(
        "version: 1\nidentifier: {column: id}\npopulation: 1000000\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "ecluse", "claim", str(folder / "posted.csv"), "--map", str(folder / "claim.yaml"), "--ledger", str(folder / "evidence"), "--json"],
        capture_output=True, check=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = json.loads(done.stdout)
    first = found["suspects"][0]
    assert first["account"] == "thief", first
    assert first["size"] == len(thief)
    print(f"through a ledger of {SESSIONS * ACCOUNTS * A_SESSION + len(thief):,} entries: {found['verdict']}, {first['account']} explains {first['records']} of 50, in {took:.1f} s of CPU")  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--trials", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--ledger-only", action="store_true")
    options = asked.parse_args()
    random = np.random.default_rng(options.seed)
    world = World.make(random)
    parts = () if options.ledger_only else (one_thief, three_thieves, foreign, older, newer)
    for part in parts:
        part(world, random, options.trials)
    with tempfile.TemporaryDirectory() as folder:
        through_the_ledger(random, Path(folder))


if __name__ == "__main__":
    main()
