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

__all__ = ["asked_by", "budget_rows", "flagged", "rows_by"]

_WARN, _HOLD = int(Effect.WARN), int(Effect.HOLD)


def asked_by(days: AccountDays, keys: Sequence[str], *, since: int) -> pl.DataFrame:
    """Requests, accounts and account-days from the day `since` on, by some of `kind`, `organization` and `week`: the same for every policy set."""
    frame = pl.DataFrame(
        {name: _column(days, name) for name in ("account", "day", "events", *keys)}
    ).filter(pl.col("day") >= since)
    by = [*keys] or ["all"]
    return (
        frame.with_columns(all=pl.lit(0))
        .group_by(by)
        .agg(
            pl.col("events").sum(),
            pl.col("account").n_unique().alias("accounts"),
            pl.len().alias("days"),
        )
    )


def _column(days: AccountDays, name: str) -> npt.NDArray[np.int32] | npt.NDArray[np.int64]:
    if name == "week":
        return days.day - (days.day - np.int32(monday(0))) % np.int32(7)
    found: npt.NDArray[np.int32] = getattr(days, name)
    return found


def flagged(
    days: AccountDays, outcome: Outcome, cases: Cases, told: Sequence[Case], *, since: int
) -> pl.DataFrame:
    """A row for each account-day from the day `since` on to which something happened: where it belongs, and what it was."""
    number = len(days)
    refused = np.bincount(days.of[cases.event], minlength=number)
    warned, held, explained, hostile = (np.zeros(number, np.bool_) for _ in range(4))
    warned[days.of[outcome.event[outcome.effect == _WARN]]] = True
    held[days.of[outcome.event[outcome.effect == _HOLD]]] = True
    reasons = np.array([bool(c.reason) for c in told], np.bool_)
    guilty = np.array([not c.honest for c in told], np.bool_)
    if cases.event.size:
        explained[days.of[cases.event[reasons[cases.of]]]] = True
        hostile[days.of[cases.event[guilty[cases.of]]]] = True
    some = np.flatnonzero(((refused > 0) | warned | held) & (days.day >= since))
    names = ("account", "week", "kind", "organization")
    return pl.DataFrame(
        {
            **{name: _column(days, name)[some] for name in names},
            "refused": refused[some], "warned": warned[some], "held": held[some],
            "explained": explained[some], "hostile": hostile[some],
        }
    )  # fmt: skip


def rows_by(
    asked: pl.DataFrame, frame: pl.DataFrame, keys: Sequence[str], history: History
) -> tuple[Disturbed, ...]:
    """The table by these keys, in the order of their names: what was asked (`asked_by`), and what of it was `flagged`."""
    names = {
        "kind": _namer(history.kind),
        "organization": _namer(history.organization),
        "week": day_of,
    }
    by = [*keys] or ["all"]
    if not keys:
        frame = frame.with_columns(all=pl.lit(0))
    accounts = frame.group_by(*by, "account").agg(
        pl.col("refused").sum().alias("stopped"),
        (pl.col("refused") > 0).sum().alias("disturbed"),
        pl.col("warned").any(),
        pl.col("held").any(),
        pl.col("explained").sum(),
        pl.col("hostile").sum(),
    )
    refused = pl.col("disturbed") > 0
    found = accounts.group_by(by).agg(
        (pl.col("warned") & ~refused & ~pl.col("held")).sum().alias("warned"),
        (refused & ~pl.col("held")).sum().alias("refused"),
        *(pl.col(name).sum() for name in ("held", "stopped", "disturbed", "explained", "hostile")),
    )
    whole = asked.join(found, on=by, how="left").fill_null(0)
    rows = [_row(row, keys, names) for row in whole.iter_rows(named=True)]
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
