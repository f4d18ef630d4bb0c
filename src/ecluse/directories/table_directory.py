"""What is known of an account, from the tables of the estate? Its kind, organization, creator, age and caseload."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from ecluse.directories.descent import Descent
from ecluse.directories.lineage import find_roots
from ecluse.directories.tables import read_accounts, read_caseload
from ecluse.model.account import AccountFacts
from ecluse.model.errors import CallerError
from ecluse.model.estate import Estate
from ecluse.model.finding import Finding, Severity

__all__ = ["TableDirectory", "open_directory"]

MAX_REMEMBERED: Final = 1_000_000
"""Accounts outside the table whose first event is remembered; beyond, each event is taken as their first."""

MAX_ADDED: Final = 1_000_000
"""Accounts that may be added while the gate runs; more belong in the table."""

ESTABLISHED: Final = 0
"""Creation time of every account when there is no accounts table: long ago."""

_KNOWN: Final = {
    "account": pl.String,
    "account_kind": pl.String,
    "table_organization": pl.String,
    "created_at": pl.Int64,
    "lineage": pl.String,
    "listed": pl.Boolean,
}


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
    that it does not list is newborn at its first event. Accounts that were created while the gate runs are
    added to either, and say nothing about those that the table lists.
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
        self._added: dict[str, AccountFacts] = {}
        self._descent = Descent(() if accounts is None else _creators(accounts))
        self._first_seen: dict[str, int] = {}
        self._caseload = None if caseload is None else caseload.unique().sort("account", "person")
        self._shelves = {} if self._caseload is None else _shelves(self._caseload)
        self._persons_of = lru_cache(maxsize=4096)(self._read_persons)

    def facts(self, account: str, at: int) -> AccountFacts:
        """What is known of the account at an instant (microseconds)."""
        known = self._facts.get(account) or self._added.get(account)
        if known is not None:
            return known
        return AccountFacts(lineage=account, created_at=self._first(account, at))

    def own(self, account: str, persons: Sequence[str]) -> tuple[bool, ...] | None:
        """For each person, whether it is in the account's caseload; None without a caseload table."""
        if self._caseload is None:
            return None
        held = self._persons_of(account)
        return tuple(person in held for person in persons)

    def creators(self, account: str) -> tuple[str, ...]:
        """Who created the account, nearest first, up to the first of its line; nothing when nobody is known to have."""
        return self._descent.creators(account)

    def descendants(self, account: str) -> frozenset[str]:
        """All accounts that it created, directly or through others."""
        return self._descent.descendants(account)

    def knows(self, account: str) -> bool:
        """Whether the table lists the account, or somebody told of it or of an account that it created."""
        listed = account in self._facts or account in self._added
        return listed or self._descent.has_created(account)

    def check_new(self, account: str, *, created_by: str | None) -> None:
        """Refuses an account that is not new.

        Raises:
            CallerError: when the table lists it, it was added before, it created others or itself.
        """
        if account in self._facts:
            raise CallerError(
                f"the account `{account}` is in the accounts table already",
                help="the table says what it is and since when; correct it there",
            )
        if account in self._added:
            raise CallerError(
                f"the account `{account}` was added before",
                help="an account is created once; to close it, hold it",
            )
        if account == created_by or self._descent.has_created(account):
            raise CallerError(
                f"the account `{account}` has created accounts already: it is not new",
                help="list it in the accounts table",
            )
        if len(self._added) >= MAX_ADDED:
            raise CallerError(
                f"{MAX_ADDED} accounts were added while the gate ran",
                help="list them in the accounts table and start the gate again",
            )

    def add(
        self,
        account: str,
        *,
        kind: str | None,
        organization: str | None,
        created_by: str | None,
        at: int,
    ) -> None:
        """Takes in an account that was created while the gate runs.

        It draws on the lineage of whoever created it, and is as young as anybody could say: seen
        before it was told of, it counts as created now, and so stays longest on probation. None is
        unknown; without a creator the account is a lineage of its own.

        Raises:
            CallerError: as `check_new`.
        """
        self.check_new(account, created_by=created_by)
        creator = account if created_by is None else created_by
        above = self._facts.get(creator) or self._added.get(creator)
        self._added[account] = AccountFacts(
            kind=kind,
            organization=organization,
            lineage=creator if above is None else above.lineage,
            created_at=max(at, self._first_seen.pop(account, at)),
        )
        if created_by is not None:
            self._descent.add(account, created_by)

    def join(self, events: pl.DataFrame) -> pl.DataFrame:
        """Adds `account_kind`, `lineage`, `created_at`, fills `organization`, and `own` with a caseload table.

        The order of the rows stays. An organization that the event names is kept. Events of accounts that
        the table does not list should come in one frame, or in frames in the order of time.
        """
        if "organization" not in events.columns:
            events = events.with_columns(organization=pl.lit(None, pl.String))
        known = self._known()
        if known is None:
            joined = events.with_columns(
                account_kind=pl.lit(None, pl.String),
                lineage=pl.col("account"),
                created_at=pl.lit(ESTABLISHED, pl.Int64),
            )
        else:
            joined = self._join_accounts(events, known)
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

    def _known(self) -> pl.DataFrame | None:
        """The table with those that were added; None when there are neither."""
        if not self._added:
            return self._accounts
        added = pl.DataFrame(
            [
                (name, f.kind, f.organization, f.created_at, f.lineage, True)
                for name, f in self._added.items()
            ],
            schema=_KNOWN,
            orient="row",
        )
        return added if self._accounts is None else pl.concat([self._accounts, added])

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
        if self._accounts is None:
            return ESTABLISHED
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


def _creators(accounts: pl.DataFrame) -> Iterator[tuple[str, str]]:
    return accounts.select("account", "created_by").drop_nulls().iter_rows()


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
