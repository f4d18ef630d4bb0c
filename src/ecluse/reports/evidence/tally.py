"""Which accounts, sessions and acts stand in the entries of an evidence pack? Gathered piece by piece, in memory that does not grow with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import polars as pl
import pyarrow as pa

from ecluse.model.entry import ACCESS
from ecluse.model.policy import Effect
from ecluse.model.time import format_instant

__all__ = ["ACCOUNT_COLUMNS", "ACT_COLUMNS", "SESSION_COLUMNS", "Act", "Tally"]

SESSION_COLUMNS: Final = (
    "account", "session", "source", "application", "factor", "first_at", "last_at", "accesses", "refused", "records",
)  # fmt: skip
ACCOUNT_COLUMNS: Final = (
    "account", "account_kind", "organization", "lineage", "created_at", "created_by", "first_at", "last_at", "accesses",
    "refused", "records", "sessions",
)  # fmt: skip
ACT_COLUMNS: Final = ("ledger", "seq", "time", "kind", "what", "name", "by", "reason", "detail")

_ACCESSES: Final = (ACCESS, "observed")
_RELEASING: Final = [effect.word for effect in Effect if effect.releases]
_SESSION: Final = ("account", "session", "source", "application", "factor")
_FACTS: Final = ("account", "account_kind", "organization", "lineage", "created_at")
_MOST_ACTS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Act:
    """An act of the ledger that belongs to the incident; `said` is its detail."""

    ledger: str
    seq: int
    at: int
    kind: str
    account: str
    said: dict[str, Any]

    def row(self) -> tuple[str, ...]:
        """For the table of acts."""
        said = {name: value for name, value in self.said.items() if name not in {"by", "reason"}}
        what = str(said.get("key") or said.get("state") or said.get("code") or "")
        name = str(said.get("name") or said.get("id") or said.get("account") or self.account)
        detail = msgspec.json.encode(said).decode()
        return (
            self.ledger,
            str(self.seq),
            format_instant(self.at),
            self.kind,
            what,
            name,
            str(self.said.get("by", "")),
            str(self.said.get("reason", "")),
            detail if len(detail) <= 2_000 else "",
        )


@dataclass(slots=True)
class Tally:
    """What is counted; sessions and accounts are as many as the incident has."""

    acts: list[Act] = field(default_factory=list)
    accesses: int = 0
    refused: int = 0
    records: int = 0
    _sessions: list[pl.DataFrame] = field(default_factory=list)
    _accounts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, ledger: str, rows: pa.Table) -> None:
        """Counts some entries, with the columns of a segment."""
        frame = pl.DataFrame(pl.from_arrow(rows.drop_columns(["persons", "salt", "commitment"])))
        accesses = frame.filter(pl.col("kind").is_in(_ACCESSES)).with_columns(
            left=(pl.col("kind") != ACCESS) | pl.col("effect").is_in(_RELEASING),
            session=pl.col("session").fill_null(""),
            source=pl.col("source").fill_null(""),
        )
        self.accesses += accesses.height
        self.refused += accesses.height - int(accesses["left"].sum())
        self.records += int(accesses.filter("left")["persons_count"].sum())
        self._sessions = [_sessions([*self._sessions, _counted(accesses, _SESSION)])]
        self._accounts = [_sessions([*self._accounts, _counted(accesses, _FACTS)], _FACTS)]
        acts = frame.filter(~pl.col("kind").is_in((*_ACCESSES, "release")))
        for seq, at, kind, account, detail in acts.select("seq", "at", "kind", "account", "detail").iter_rows():  # fmt: skip
            if len(self.acts) < _MOST_ACTS:
                self.acts.append(Act(ledger, seq, at, kind, account, _said(detail)))

    def sessions(self) -> Iterator[tuple[str, ...]]:
        """For the table of sessions, the first one first."""
        for frame in self._sessions:
            for row in frame.sort("first_at", *_SESSION).select(SESSION_COLUMNS).iter_rows():
                yield tuple(_cell(value, name) for value, name in zip(row, SESSION_COLUMNS, strict=True))  # fmt: skip

    def accounts(self) -> list[dict[str, Any]]:
        """One row an account, the first one first; what its entries say last of kind, organization and lineage."""
        together: dict[str, dict[str, Any]] = {}
        counted: dict[str, set[str]] = {}
        for frame in self._sessions:
            for account, session in frame.select("account", "session").iter_rows():
                counted.setdefault(account, set()).add(session)
        for frame in self._accounts:
            for row in frame.sort("first_at", *_FACTS).iter_rows(named=True):
                before = together.get(row["account"])
                together[row["account"]] = row if before is None else _joined(before, row)
        creators = self.creators()
        return [
            {**row, "created_by": creators.get(name, ""), "sessions": len(counted[name] - {""})}
            for name, row in together.items()
        ]

    def creators(self) -> dict[str, str]:
        """Who created which account, where an act says so."""
        return {
            str(act.said["account"]): str(act.said["created_by"])
            for act in self.acts
            if act.kind == "account" and act.said.get("created_by")
        }

    def account_rows(self) -> Iterator[tuple[str, ...]]:
        """For the table of accounts."""
        for row in self.accounts():
            yield tuple(_cell(row[name], name) for name in ACCOUNT_COLUMNS)


def _counted(accesses: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    left = pl.col("left")
    return accesses.group_by(by).agg(
        first_at=pl.col("at").min(),
        last_at=pl.col("at").max(),
        accesses=pl.len().cast(pl.Int64),
        refused=(~left).sum().cast(pl.Int64),
        records=pl.col("persons_count").filter(left).sum().cast(pl.Int64),
    )


def _sessions(parts: list[pl.DataFrame], by: Sequence[str] = _SESSION) -> pl.DataFrame:
    return (
        pl.concat(parts)
        .group_by(by)
        .agg(
            pl.col("first_at").min(),
            pl.col("last_at").max(),
            pl.col("accesses", "refused", "records").sum(),
        )
    )


def _joined(before: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "first_at": min(before["first_at"], row["first_at"]),
        "last_at": max(before["last_at"], row["last_at"]),
        **{name: before[name] + row[name] for name in ("accesses", "refused", "records")},
    }


def _cell(value: Any, name: str) -> str:
    if value is None:
        return ""
    return format_instant(value) if name.endswith("_at") else str(value)


def _said(detail: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(detail or "{}", type=dict[str, Any])
    except msgspec.MsgspecError:
        return {"unreadable": detail[:500]}
