"""What is known of an account, from the tables of the estate? Its kind, organization, creator, age and caseload."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from ecluse.directories.lineage import find_roots
from ecluse.directories.tables import read_accounts, read_caseload
from ecluse.model.account import AccountFacts
from ecluse.model.estate import Estate
from ecluse.model.finding import Finding, Severity

__all__ = ["TableDirectory", "open_directory"]

MAX_REMEMBERED: Final = 1_000_000
"""Accounts outside the table whose first event is remembered; beyond, each event is taken as their first."""

ESTABLISHED: Final = 0
"""Creation time of every account when there is no accounts table: long ago."""


def open_directory(estate: Estate, folder: Path) -> "TableDirectory":
    """Reads the tables that the estate names, by paths relative to the folder of the estate file.

    Raises:
        SourceError: when a table cannot be read as described.
    """
    accounts = None if estate.accounts_table is None else folder / estate.accounts_table
    caseload = None if estate.caseload_table is None else folder / estate.caseload_table
    return TableDirectory(
        accounts=None if accounts is None else read_accounts(accounts),
        caseload=None if caseload is None else read_caseload(caseload),
        file=str(accounts or ""),
    )


class TableDirectory:
    """Facts of accounts from an accounts table and a caseload table, each of which may be missing.

    Without an accounts table every account is its own lineage and was created at 0. With one, an account
    that it does not list is newborn at its first event.
    """

    def __init__(
        self,
        *,
        accounts: pl.DataFrame | None = None,
        caseload: pl.DataFrame | None = None,
        file: str = "accounts table",
    ) -> None:
        self._accounts = None if accounts is None else _with_lineage(accounts, file)
        self._facts = {} if self._accounts is None else _facts(self._accounts)
        self._first_seen: dict[str, int] = {}
        self._caseload = None if caseload is None else caseload.unique().sort("account", "person")
        self._shelves = {} if self._caseload is None else _shelves(self._caseload)
        self._persons_of = lru_cache(maxsize=4096)(self._read_persons)

    def facts(self, account: str, at: int) -> AccountFacts:
        """What is known of the account at an instant (microseconds)."""
        if self._accounts is None:
            return AccountFacts(lineage=account, created_at=ESTABLISHED)
        known = self._facts.get(account)
        if known is not None:
            return known
        return AccountFacts(lineage=account, created_at=self._first(account, at))

    def own(self, account: str, persons: Sequence[str]) -> tuple[bool, ...] | None:
        """For each person, whether it is in the account's caseload; None without a caseload table."""
        if self._caseload is None:
            return None
        held = self._persons_of(account)
        return tuple(person in held for person in persons)

    def join(self, events: pl.DataFrame) -> pl.DataFrame:
        """Adds `account_kind`, `lineage`, `created_at`, fills `organization`, and `own` with a caseload table.

        The order of the rows stays. An organization that the event names is kept. Events of accounts that
        the table does not list should come in one frame, or in frames in the order of time.
        """
        if "organization" not in events.columns:
            events = events.with_columns(organization=pl.lit(None, pl.String))
        if self._accounts is None:
            joined = events.with_columns(
                account_kind=pl.lit(None, pl.String),
                lineage=pl.col("account"),
                created_at=pl.lit(ESTABLISHED, pl.Int64),
            )
        else:
            joined = self._join_accounts(events, self._accounts)
        return joined if self._caseload is None else _join_own(joined, self._caseload)

    def headcounts(self) -> dict[tuple[str | None, str | None], int]:
        """How many accounts the table has of each kind in each organization; empty without a table."""
        if self._accounts is None:
            return {}
        grouped = self._accounts.group_by("account_kind", "table_organization").len()
        return {(kind, body): number for kind, body, number in grouped.iter_rows()}

    def findings(self) -> tuple[Finding, ...]:
        """What a person should know of the tables after what was read so far."""
        count = len(self._first_seen)
        if not count:
            return ()
        some = ", ".join(f"`{a}`" for a in sorted(self._first_seen)[:3]) + (
            ", …" if count > 3 else ""
        )
        accounts = "1 account is" if count == 1 else f"{count} accounts are"
        return (
            Finding(
                code="unlisted-accounts",
                severity=Severity.MEDIUM,
                what=f"{accounts} active and not in the accounts table: {some}",
                help="add them to the table; until then they count as created at their first event",
            ),
        )

    def _join_accounts(self, events: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
        joined = events.join(accounts, on="account", how="left", maintain_order="left")
        unlisted = (
            joined.filter(pl.col("listed").is_null()).group_by("account").agg(pl.col("at").min())
        )
        firsts = {account: self._first(account, at) for account, at in unlisted.iter_rows()}
        newborn = pl.DataFrame(
            {"account": list(firsts), "first_at": list(firsts.values())},
            schema={"account": pl.String, "first_at": pl.Int64},
        )
        return joined.join(newborn, on="account", how="left", maintain_order="left").select(
            *(c for c in events.columns if c != "organization"),
            pl.coalesce("organization", "table_organization").alias("organization"),
            pl.col("account_kind"),
            pl.coalesce("lineage", "account").alias("lineage"),
            pl.when(pl.col("listed").is_null())
            .then("first_at")
            .otherwise("created_at")
            .alias("created_at"),
        )

    def _first(self, account: str, at: int) -> int:
        first = self._first_seen.get(account)
        if first is not None and first <= at:
            return first
        if first is not None or len(self._first_seen) < MAX_REMEMBERED:
            self._first_seen[account] = at
        return at

    def _read_persons(self, account: str) -> frozenset[str]:
        assert self._caseload is not None
        start, length = self._shelves.get(account, (0, 0))
        return frozenset(self._caseload["person"].slice(start, length))


def _with_lineage(accounts: pl.DataFrame, file: str) -> pl.DataFrame:
    roots = find_roots(accounts.select("account", "created_by").iter_rows(), file=file)
    return accounts.select(
        "account",
        pl.col("kind").alias("account_kind"),
        pl.col("organization").alias("table_organization"),
        "created_at",
        pl.Series("lineage", [roots[a] for a in accounts["account"]], dtype=pl.String),
        pl.lit(True).alias("listed"),  # noqa: FBT003 - a column of one value
    )


def _facts(accounts: pl.DataFrame) -> dict[str, AccountFacts]:
    columns = ("account", "account_kind", "table_organization", "lineage", "created_at")
    return {
        account: AccountFacts(
            kind=kind, organization=organization, lineage=lineage, created_at=created
        )
        for account, kind, organization, lineage, created in accounts.select(columns).iter_rows()
    }


def _shelves(caseload: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Where the persons of each account stand in the sorted table: first row and number of rows."""
    counted = caseload.group_by("account", maintain_order=True).len()
    shelves, start = {}, 0
    for account, length in counted.iter_rows():
        shelves[account] = (start, length)
        start += length
    return shelves


def _join_own(events: pl.DataFrame, caseload: pl.DataFrame) -> pl.DataFrame:
    listed = "persons" in events.columns
    persons = pl.col("persons") if listed else pl.concat_list("person")
    long = (
        events.select(pl.int_range(pl.len()).alias("row"), "account", persons.alias("person"))
        .explode("person", empty_as_null=True, keep_nulls=True)
        .with_columns(pl.col("person").cast(pl.String))
    )
    flags = caseload.with_columns(pl.lit(True).alias("own"))  # noqa: FBT003 - a column of one value
    own = (
        long.join(flags, on=("account", "person"), how="left", maintain_order="left")
        .with_columns(pl.col("own").fill_null(value=False))
        .group_by("row", maintain_order=True)
        .agg(pl.col("own").filter(pl.col("person").is_not_null()))
    )
    return events.with_columns(own["own"])
