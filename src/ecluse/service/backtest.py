"""Backtest: the same past under one policy set after the other, and what each would have meant for people.

1. decide: all policy sets share the pass that ignores refusals (`engine.twophase`);
2. put the refusals together to cases, and the labels to the cases;
3. add up by kind, week and organization;
4. say what this past cannot tell.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ecluse.engine.history import History
from ecluse.engine.inorder import Together
from ecluse.engine.outcome import Outcome, by_event
from ecluse.engine.twophase import BUDGETS_MAX, TwoPhase
from ecluse.model.backtest import Disturbed, Label, Tried
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import PolicySet
from ecluse.model.time import DAY, format_duration
from ecluse.verify.backtest.cases import explained, find_cases
from ecluse.verify.backtest.days import AccountDays, account_days, monday, start_of
from ecluse.verify.backtest.tables import asked_by, budget_rows, flagged, rows_by

__all__ = ["Trial", "too_short"]


@dataclass(slots=True)
class Trial:
    """One history, and what policy sets make of it.

    Args:
        history: the accesses.
        zone: IANA name by which days and weeks are cut.
        weeks: report the last so many weeks; what came before is counted and not reported. None for everything.
        together: as `map`; that of an executor of threads decides on several cores.
    """

    history: History
    zone: str
    weeks: int | None = None
    together: Together = map
    days: AccountDays = field(init=False)
    _replay: TwoPhase = field(init=False)
    _asked: dict[tuple[str, ...], pl.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._replay = TwoPhase(self.history, keep=True, together=self.together)
        self.history = self._replay.history
        self.days = account_days(self.history, zone=self.zone)

    @property
    def first_day(self) -> int:
        """The first day that is reported, counted from 1970."""
        if not len(self.days):
            return 0
        first, last = int(self.days.day.min()), int(self.days.day.max())
        return first if self.weeks is None else max(first, monday(last) - 7 * (self.weeks - 1))

    @property
    def since(self) -> int | None:
        """The instant at which reporting begins; None for everything."""
        return None if self.weeks is None else start_of(self.first_day, zone=self.zone)

    def run(
        self, policies: PolicySet, labels: Sequence[Label], *, policy_file: str, clock: Callable[[], float]
    ) -> Tried:  # fmt: skip
        """Steps 1 to 3 for one policy set; `clock` gives seconds."""
        started = clock()
        outcome = self._decide(policies)
        since = self.since or 0
        rows = partial(budget_rows, self.history, outcome, policies, since=since)
        jobs: list[Callable[[], Any]] = [rows, partial(find_cases, self.history, outcome, policies)]
        budgets, found = self.together(lambda job: job(), jobs)
        told, unused = explained(found.cases, labels)
        frame = flagged(self.days, outcome, found, told, since=self.first_day)
        cases = sorted(
            (c for c in told if c.last_at >= since), key=lambda c: (c.first_at, c.account)
        )
        total = self._rows(frame)
        return Tried(
            policy_file=policy_file,
            digest=policies.digest,
            total=total[0] if total else Disturbed("", "", *(0,) * 10),
            by_kind=self._rows(frame, "kind"),
            by_week=self._rows(frame, "week"),
            by_kind_week=self._rows(frame, "week", "kind"),
            by_organization=self._rows(frame, "organization"),
            budgets=budgets,
            cases=tuple(cases),
            unused=tuple(unused),
            seconds=clock() - started,
        )

    def verdicts(
        self, policies: PolicySet, labels: Sequence[Label]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """For each account-day, whether nothing of it was refused, and whether no label calls it a theft."""
        outcome = self._decide(policies)
        found = find_cases(self.history, outcome, policies)
        told, _ = explained(found.cases, labels)
        calm, honest = np.ones(len(self.days), np.bool_), np.ones(len(self.days), np.bool_)
        calm[self.days.of[found.event]] = False
        guilty = np.array([not case.honest for case in told], np.bool_)
        if found.event.size:
            honest[self.days.of[found.event[guilty[found.of]]]] = False
        return calm, honest

    def _rows(self, frame: pl.DataFrame, *keys: str) -> tuple[Disturbed, ...]:
        asked = self._asked.get(keys)
        if asked is None:
            asked = self._asked[keys] = asked_by(self.days, keys, since=self.first_day)
        return rows_by(asked, frame, keys, self.history)

    def _decide(self, policies: PolicySet) -> Outcome:
        few = len(policies.budgets) <= BUDGETS_MAX
        return self._replay.decide(policies) if few else by_event(self.history, policies)


def too_short(history: History, sets: Sequence[PolicySet]) -> Iterator[Finding]:
    """Step 4: windows that are longer than the history, whose refusals it cannot show in full."""
    if not len(history):
        return
    span = int(history.at[-1] - history.at[0])
    longer = sorted(
        {w.length for s in sets for b in s.budgets for w in b.windows if w.length > span}
    )
    if longer:
        listed = ", ".join(format_duration(length) for length in longer)
        days = f"{span / DAY:.1f} days"
        yield Finding(
            code="history-shorter-than-window",
            severity=Severity.LOW,
            what=f"the history spans {days}: what the windows {listed} would refuse once they are full is not in it",
            help="keep the ledger longer; until then trust these windows to `ecluse tune`, which says what it extrapolates",
            about=listed,
        )
