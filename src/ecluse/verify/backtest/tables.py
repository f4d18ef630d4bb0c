"""How many accounts were disturbed, by kind, week and organization? Account-days flagged and added up."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ecluse.engine.history import Column, History
from ecluse.engine.outcome import Outcome
from ecluse.model.backtest import BudgetRow, Case, Disturbed
from ecluse.model.policy import Effect, Mode, PolicySet
from ecluse.verify.backtest.cases import Cases
from ecluse.verify.backtest.days import AccountDays, day_of, monday

__all__ = ["budget_rows", "flagged", "rows_by", "total"]

_WARN, _HOLD = int(Effect.WARN), int(Effect.HOLD)


def flagged(
    days: AccountDays, history: History, outcome: Outcome, cases: Cases, told: Sequence[Case], *, since: int
) -> pl.DataFrame:  # fmt: skip
    """A row an account-day from the day `since` on: where it belongs, and what happened to it."""
    number = len(days)
    refused = np.bincount(days.of[cases.event], minlength=number)
    warned, held = np.zeros(number, np.bool_), np.zeros(number, np.bool_)
    warned[days.of[outcome.event[outcome.effect == _WARN]]] = True
    held[days.of[outcome.event[outcome.effect == _HOLD]]] = True
    explained, hostile = np.zeros(number, np.bool_), np.zeros(number, np.bool_)
    reasons = np.array([bool(c.reason) for c in told], np.bool_)
    guilty = np.array([not c.honest for c in told], np.bool_)
    if cases.event.size:
        explained[days.of[cases.event[reasons[cases.of]]]] = True
        hostile[days.of[cases.event[guilty[cases.of]]]] = True
    weeks = days.day - (days.day + np.int32(3)) % np.int32(7)
    assert not weeks.size or int(weeks[0]) == monday(int(days.day[0]))
    return pl.DataFrame(
        {
            "account": days.account, "day": days.day, "week": weeks,
            "kind": days.kind, "organization": days.organization, "events": days.events,
            "refused": refused, "warned": warned, "held": held, "explained": explained, "hostile": hostile,
        }
    ).filter(pl.col("day") >= since)  # fmt: skip


def rows_by(frame: pl.DataFrame, keys: Sequence[str], history: History) -> tuple[Disturbed, ...]:
    """The table by `kind`, `organization`, `week`, or several of them, in the order of their names."""
    names = {"kind": _namer(history.kind), "organization": _namer(history.organization), "week": day_of}
    accounts = frame.group_by(*keys, "account").agg(
        pl.col("events").sum(),
        pl.len().alias("days"),
        pl.col("refused").sum().alias("stopped"),
        (pl.col("refused") > 0).sum().alias("disturbed"),
        pl.col("warned").any(),
        pl.col("held").any(),
        pl.col("explained").sum(),
        pl.col("hostile").sum(),
    )
    refused = pl.col("disturbed") > 0
    found = accounts.group_by(*keys).agg(
        pl.col("events").sum(),
        pl.len().alias("accounts"),
        pl.col("days").sum(),
        (pl.col("warned") & ~refused & ~pl.col("held")).sum().alias("warned"),
        (refused & ~pl.col("held")).sum().alias("refused"),
        pl.col("held").sum(),
        pl.col("stopped").sum(),
        pl.col("disturbed").sum(),
        pl.col("explained").sum(),
        pl.col("hostile").sum(),
    )
    rows = [_row(row, keys, names) for row in found.iter_rows(named=True)]
    return tuple(sorted(rows, key=lambda r: (r.name, r.kind)))


def _row(
    row: dict[str, int], keys: Sequence[str], names: dict[str, Callable[[int], str]]
) -> Disturbed:
    said = [names[key](row[key]) for key in keys]
    return Disturbed(
        name=said[0] if said else "",
        kind=said[1] if len(said) > 1 else "",
        requests=row["events"],
        accounts=row["accounts"],
        days=row["days"],
        warned=row["warned"],
        refused=row["refused"],
        held=row["held"],
        stopped=row["stopped"],
        disturbed=row["disturbed"],
        explained=row["explained"],
        hostile=row["hostile"],
    )


def total(frame: pl.DataFrame, history: History) -> Disturbed:
    """The same numbers over everything."""
    whole = frame.with_columns(kind=pl.lit(-1, pl.Int32))
    found = rows_by(whole, ("kind",), history)
    return found[0] if found else Disturbed("", "", *(0,) * 10)


def _namer(column: Column | None) -> Callable[[int], str]:
    words = () if column is None else column.words
    return lambda code: "" if code < 0 else words[code]


def budget_rows(
    history: History, outcome: Outcome, policies: PolicySet, *, since: int
) -> tuple[BudgetRow, ...]:
    """For each budget that said anything from an instant on: requests and accounts beyond its limits, and warned."""
    late = history.at[outcome.event] >= since
    account = history.account.codes[outcome.event]
    held = outcome.window < 0
    found = []
    for index, budget in enumerate(policies.budgets):
        bit = 1 << index
        over = late & (((outcome.over & bit) != 0) | (held & (outcome.budget == index)))
        warned = late & ((outcome.warned & bit) != 0)
        if over.any() or warned.any():
            found.append(
                BudgetRow(
                    budget.id, budget.effect.word, budget.mode is Mode.SHADOW,
                    int(over.sum()), _distinct(account[over]),
                    int(warned.sum()), _distinct(account[warned]),
                )
            )  # fmt: skip
    return tuple(found)


def _distinct(codes: npt.NDArray[np.int32]) -> int:
    return int(np.unique(codes).size)
