"""Replay: decides every event of past logs as the live gate would have, and reports.

1. gather the events of all batches, in order of time;
2. refuse to go on when more lines were rejected than the mapping allows;
3. decide;
4. write decisions to the ledger, refusals included;
5. report.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from ecluse.engine.history import History
from ecluse.engine.outcome import REFUSING, Outcome, by_event
from ecluse.model.batch import EventBatch
from ecluse.model.finding import Finding
from ecluse.model.policy import Effect, PolicySet
from ecluse.model.report import Bucket, PolicyCount, ReplayReport, WindowCurve
from ecluse.ports import Directory, Ledger
from ecluse.service.collect import Collected, Collector
from ecluse.service.findings import uncounted, unknown_keys
from ecluse.service.record import entries
from ecluse.service.stopped import stopped_accounts

__all__ = ["Decided", "Way", "collect", "decide", "report", "write"]

Way = Literal["auto", "compiled", "events"]
"""How to decide: compiled in two phases, or through the live engine event by event; the same answer."""

_BUCKETS_MAX = 96
_BUCKET_SECONDS = (
    1,
    5,
    10,
    30,
    60,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    14400,
    43200,
    86400,
    604800,
    2592000,
)


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome over a history, and how near each key came to each limit."""

    outcome: Outcome
    curves: tuple[WindowCurve, ...]


def collect(
    batches: Iterable[EventBatch],
    *,
    directory: Directory,
    ledger: Ledger | None,
    seed: int,
    max_reject_share: float,
) -> Collected:
    """Steps 1 and 2: gathers the events of a log, unless too much of it cannot be used.

    Raises:
        SourceError: when the share of rejects is above the one that the mapping allows.
    """
    collector = Collector(None if ledger is None else ledger.pseudonymizer, seed, directory)
    for batch in batches:
        collector.add(batch)
    collector.tally.check(max_reject_share)
    return collector.finish()


def decide(history: History, policies: PolicySet, *, way: Way = "auto") -> Decided:
    """Step 3: the same outcome by either way."""
    if way == "events":
        return Decided(by_event(history, policies), ())
    from ecluse.engine.twophase import BUDGETS_MAX, TwoPhase  # noqa: PLC0415 - compiled code, loaded on need

    if len(policies.budgets) > BUDGETS_MAX:
        return Decided(by_event(history, policies), ())
    replay = TwoPhase(history, keep=True)
    outcome = replay.decide(policies)
    curves = tuple(
        WindowCurve(budget.id, window.length, window.limit, peaks)
        for budget in policies.budgets
        for window, peaks in zip(budget.windows, replay.peaks(budget), strict=True)
    )
    return Decided(outcome, curves)


def write(
    collected: Collected,
    decided: Decided,
    policies: PolicySet,
    ledger: Ledger,
    progress: Callable[[int], None],
) -> int:
    """Step 4: every decision into the ledger, durable when it returns; gives the number of entries."""
    assert collected.pseudonyms is not None, "persons were collected for this ledger"
    number = 0
    for frame in entries(collected.history, collected.pseudonyms, decided.outcome, policies):
        number += len(ledger.extend(frame))
        progress(number)
    return number


def report(
    collected: Collected,
    decided: Decided,
    policies: PolicySet,
    *,
    sources: tuple[str, ...],
    policy_file: str,
    ledger: tuple[str, int] | None,
    findings: tuple[Finding, ...],
    seconds: float,
) -> ReplayReport:
    """Step 5: the numbers of the whole replay."""
    history, outcome = collected.history, decided.outcome
    effects = Counter(
        {
            Effect(code).word: int(n)
            for code, n in enumerate(np.bincount(outcome.effect, minlength=7))
            if n
        }
    )
    effects["permit"] += len(history) - outcome.event.size
    refused = outcome.refused
    bucket, timeline = _timeline(history, refused)
    return ReplayReport(
        sources=sources,
        lines=collected.tally.lines,
        events=len(history),
        rejects=dict(collected.tally.rejects),
        ignored=dict(collected.tally.ignored),
        reject_samples={
            reason: tuple(places) for reason, places in collected.tally.samples.items()
        },
        permitted=len(history) - int(refused.size),
        refused=int(refused.size),
        effects={word: n for word, n in effects.items() if n},
        accounts=int((np.bincount(history.account.codes, minlength=1) > 0).sum()),
        persons=pl.Series(history.person).n_unique(),
        first_at=int(history.at[0]) if len(history) else None,
        last_at=int(history.at[-1]) if len(history) else None,
        bucket=bucket,
        timeline=timeline,
        policies=_policy_counts(history, outcome, policies),
        curves=decided.curves,
        stopped=stopped_accounts(history, outcome, policies),
        warned=_warned(history, outcome),
        findings=(*findings, *uncounted(history, policies), *unknown_keys(history, policies)),
        policy_file=policy_file,
        policy_digest=policies.digest,
        ledger=ledger,
        seconds=seconds,
    )


def _timeline(
    history: History, refused: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> tuple[int, tuple[Bucket, ...]]:
    if not len(history):
        return 0, ()
    span = int(history.at[-1] - history.at[0])
    seconds = next(
        (s for s in _BUCKET_SECONDS if span < s * 1_000_000 * (_BUCKETS_MAX - 1)),
        _BUCKET_SECONDS[-1],
    )
    length = seconds * 1_000_000
    start = int(history.at[0]) // length
    place = history.at // length - start
    number = int(place[-1]) + 1
    every = np.bincount(place, minlength=number)
    out = np.bincount(place[refused], minlength=number)
    return length, tuple(
        Bucket((start + i) * length, int(n - r), int(r))
        for i, (n, r) in enumerate(zip(every, out, strict=True))
    )


def _policy_counts(
    history: History, outcome: Outcome, policies: PolicySet
) -> tuple[PolicyCount, ...]:
    """For each budget, how many events and accounts it warned, and how many went over it."""
    account = history.account.codes[outcome.event]
    held = outcome.window < 0
    found = []
    for index, budget in enumerate(policies.budgets):
        bit = 1 << index
        shadow = budget.mode.value == "shadow"
        warned = (outcome.warned & bit) != 0
        over = ((outcome.over & bit) != 0) | (held & (outcome.budget == index))
        for word, mask in ((budget.effect.word, over), (Effect.WARN.word, warned)):
            if mask.any():
                found.append(
                    PolicyCount(
                        budget.id, word, shadow, int(mask.sum()), int(np.unique(account[mask]).size)
                    )
                )
    return tuple(found)


def _warned(history: History, outcome: Outcome) -> int:
    account = history.account.codes[outcome.event]
    warned = account[outcome.effect == int(Effect.WARN)]
    return int(np.setdiff1d(warned, account[REFUSING[outcome.effect]]).size)
