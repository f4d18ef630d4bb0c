"""Where does a report get what it tells? From the files of the gate, its ledger, and what was computed before.

1. the estate as it stands: what the file says, and what persons decided since, by the ledger;
2. the loss bound of each thief, and of each pair of application and kind of account;
3. what is open, what was rehearsed, what was changed and by whom.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from ecluse.engine.scaling import scaled
from ecluse.engine.standing import Standing
from ecluse.ledgers.described import describe
from ecluse.ledgers.reader import Snapshot, scan, take_snapshot
from ecluse.loaders.backtest import load_backtest
from ecluse.loaders.defaults import shipped
from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.assurance import Assurance
from ecluse.model.bound import Bound, Reached
from ecluse.model.errors import CallerError
from ecluse.model.estate import Estate
from ecluse.model.finding import Finding
from ecluse.reports.assurance.bounds import HORIZONS
from ecluse.service.past import COLUMNS, KINDS, read_past
from ecluse.sources.written import read_written
from ecluse.verify.bound.bounding import worst
from ecluse.verify.bound.program import holding
from ecluse.verify.bound.relaxing import relaxed
from ecluse.verify.covers import covers
from ecluse.verify.lint.reading import Files, inspect
from ecluse.verify.lint.run import Linted, Outcome, lint
from ecluse.verify.lints import every
from ecluse.wiring import open_policies
from ecluse.wiring.bounding import BoundFiles, Question

__all__ = ["Gathered", "ReportFiles", "gather"]

_ONE: Final = Adversary("one account", (Stolen(),))

Step = Callable[[str, int | None], Callable[[], None]]
"""Begins a step of so many parts; the function that it gives is called after each."""


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """What a report is made from, as the command line names it.

    Attributes:
        backtest: the document of `ecluse backtest --json`.
        since: where the report begins, microseconds; None for the last report.
    """

    policy: Path | None
    estate: Path
    ledger: Path | None = None
    adversary: Path | None = None
    settings: Path | None = None
    backtest: Path | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that a report tells, and how many entries of the ledger it was made from."""

    facts: Assurance
    size: int


def gather(files: ReportFiles, *, by: str, step: Step) -> Gathered:
    """Reads and computes everything.

    Raises:
        ConfigError: with every fault of the first file that has any.
        CallerError: when there is no ledger in the folder.
        IntegrityError, UnavailableError: when the ledger cannot be read.
    """
    step("reading", None)
    question = BoundFiles(files.policy, files.estate, files.adversary, files.settings).open()
    written = open_policies(files.policy, question.estate)
    disturbance = None if files.backtest is None else load_backtest(read_written(files.backtest), file=str(files.backtest))  # fmt: skip
    snapshot = None if files.ledger is None else take_snapshot(files.ledger)
    acts = [] if snapshot is None else list(_acts(snapshot))
    # 1. The estate as it stands.
    standing = _standing(question.estate, acts)
    estate = _as_it_stands(question.estate, standing, question.at)
    policies = scaled(written, standing, question.at, retire=question.settings.retire)
    question = replace(question, policies=policies, estate=estate)
    # 2. The bounds.
    bounds = _bounds(question, step)
    done = step("mapping", len(estate.applications) * len(estate.kinds))
    covered = covers(estate, partial(_persons_only, question), done=done)
    # 3. What is open, and the past.
    linted = _lint(files, question.at)
    past = None if snapshot is None else read_past(acts, since=files.since, now=question.at)
    facts = Assurance(
        made_at=question.at,
        by=by,
        estate_file=str(files.estate),
        policy_file="shipped default" if files.policy is None else str(files.policy),
        estate=estate,
        policies=written,
        covers=covered,
        bounds=bounds,
        policy_at=past.in_force_since
        if past is not None and past.in_force == written.digest
        else None,
        past=past,
        ledger=None if snapshot is None else describe(snapshot),
        disturbance=disturbance,
        findings=tuple(_placed(mark) for mark in linted.found),
        accepted=tuple((_placed(mark), mark.reason) for mark in linted.passed),
    )
    return Gathered(facts, 0 if snapshot is None else snapshot.size)


def _persons_only(
    question: Question, part: Estate, thief: Adversary, horizons: Sequence[int]
) -> Bound:
    """The bounds in a part of the estate without plans, which take most of the time."""
    budgets = holding(question.policies.budgets)
    reached = []
    for horizon in horizons:
        case = worst(budgets, part, thief, horizon, question.at)
        found = case is not None and bool(case.program.columns)
        persons = case.persons if case is not None and found else 0
        population = case.population if case is not None and found else 0
        reached.append(
            Reached(horizon, persons, exact=False, why="", reached=0, population=population)
        )
    plain = Bound(thief, question.policies.digest, tuple(reached))
    return relaxed(plain, question.policies, part, question.settings, now=question.at)


def _acts(snapshot: Snapshot) -> Iterator[pl.DataFrame]:
    for frame in scan(snapshot, columns=COLUMNS):
        wanted = frame.filter(pl.col("kind").is_in(KINDS))
        if wanted.height:
            yield wanted


def _standing(estate: Estate, acts: list[pl.DataFrame]) -> Standing:
    """Where each application stands by the file and the acts of persons; an act that cannot be read is passed over."""
    standing = Standing(estate)
    for frame in acts:
        said = frame.filter(pl.col("kind") == "application")
        for at, detail in said.select("at", "detail").iter_rows():
            try:
                standing.replay("application", msgspec.json.decode(detail, type=dict[str, Any]), at)
            except (msgspec.MsgspecError, CallerError):
                continue  # told as unreadable
    return standing


def _as_it_stands(estate: Estate, standing: Standing, at: int) -> Estate:
    lives = standing.applications
    applications = tuple(
        a
        if (life := lives.get(a.id)) is None
        else replace(a, state=life.state_at(at), state_since=life.since, closes_at=life.closes_at)
        for a in estate.applications
    )
    return replace(estate, applications=applications)


def _bounds(question: Question, step: Step) -> tuple[Bound, ...]:
    adversaries = question.adversaries
    if adversaries[0].stolen != _ONE.stolen:
        adversaries = (_ONE, *adversaries)  # whom the summary tells of
    done = step("bounding", len(adversaries))
    found = []
    for adversary in adversaries:
        found.append(question.answer(adversary, HORIZONS))
        done()
    return tuple(found)


def _lint(files: ReportFiles, at: int) -> Outcome:
    """What is wrong in the files as they are written."""
    policy = ("shipped default", shipped("policy.yaml")) if files.policy is None else _named(files.policy)  # fmt: skip
    settings = None if files.settings is None else _named(files.settings)
    read = inspect(Files(policy=policy, estate=_named(files.estate), settings=settings, now=at))
    return lint(read, every())


def _named(path: Path) -> tuple[str, bytes]:
    return str(path), read_written(path)


def _placed(mark: Linted) -> Finding:
    """A finding with its place in the file, where it has one."""
    if not mark.file:
        return mark.finding
    where = f"{mark.file}:{mark.line}" if mark.line else mark.file
    return replace(mark.finding, what=f"{mark.finding.what} ({where})")
