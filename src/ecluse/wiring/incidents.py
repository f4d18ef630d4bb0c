"""What does a ledger know that incidents are proposed from, and does it hold the heads of an incident's log?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from ecluse.directories.tables import read_accounts
from ecluse.incident.grouping import COMMON_MIN, NEAR, propose
from ecluse.ledgers.query import connect
from ecluse.ledgers.reader import take_snapshot
from ecluse.loaders.estate import load_estate
from ecluse.model.entry import ACCESS
from ecluse.model.errors import IntegrityError, SourceError
from ecluse.model.policy import Effect
from ecluse.model.sign import Observed, Proposal, Sign, Use
from ecluse.service.signs import read_signs, read_warnings
from ecluse.sources.written import read_written
from ecluse.wiring import now

__all__ = ["COMPARED_MAX", "Proposed", "check_heads", "proposals"]

COMPARED_MAX: Final = 100
"""Accounts without signs whose order is compared with that of one with signs: those with most persons in common."""

_PERSONS_MAX: Final = 200_000
_REFUSING: Final = ", ".join(f"'{effect.word}'" for effect in Effect if not effect.releases)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What was proposed, and what was not looked at.

    Attributes:
        apart: findings about something else than an account.
        unreadable: entries that do not say what they must.
        not_compared: accounts that read persons in common with one that has signs, and whose order was not compared.
    """

    proposals: tuple[Proposal, ...]
    apart: tuple[str, ...]
    unreadable: int
    not_compared: int


def proposals(
    ledger: Path, *, estate: Path | None, warnings: Path | None, since: int | None, step: Callable[[str], None]
) -> Proposed:  # fmt: skip
    """Proposes incidents from a ledger and from warnings.

    Raises:
        SourceError: when warnings, accounts table or a segment cannot be read.
    """
    told = () if warnings is None else read_warnings(read_written(warnings), file=str(warnings))
    step("reading findings and refusals")
    connection = connect(take_snapshot(ledger))
    try:
        begin = since if since is not None else -(1 << 62)
        findings = _rows(
            connection,
            f"SELECT seq, \"at\", kind, detail FROM entries WHERE kind IN ('finding', 'hold') AND \"at\" >= {begin} ORDER BY seq",
        )
        refused = _rows(
            connection,
            f'SELECT account, policy, effect, min("at"), max("at"), count(*) FROM entries WHERE kind = \'{ACCESS}\' AND effect IN ({_REFUSING}) AND "at" >= {begin} GROUP BY ALL ORDER BY ALL',
        )
        known = frozenset(
            r[0]
            for r in _rows(
                connection, f"SELECT DISTINCT account FROM entries WHERE kind = '{ACCESS}'"
            )
        )
        read = read_signs(findings, refused, accounts=known)
        signs = (*read.signs, *told)
        step("reading who came from where, and read whom")
        observed, left_out = _observed(connection, signs)
    except duckdb.Error as error:
        raise SourceError(
            f"a segment cannot be read: {str(error).splitlines()[0].lower()}",
            help="run `ecluse ledger verify`",
        ) from None
    finally:
        connection.close()
    step("grouping")
    observed = replace(observed, created_by=_creators(estate))
    return Proposed(propose(signs, observed), read.apart, read.unreadable, left_out)  # fmt: skip


def check_heads(ledger: Path, id: str, heads: Sequence[str]) -> int:  # noqa: A002 - the word of the model
    """Holds the heads that a ledger keeps of an incident against its log; returns how many there are.

    Raises:
        IntegrityError: when the ledger holds a head that is not in the log.
    """
    connection = connect(take_snapshot(ledger))
    try:
        rows = _rows(connection, "SELECT seq, detail FROM entries WHERE kind = 'incident' ORDER BY seq")  # fmt: skip
    finally:
        connection.close()
    known, found = set(heads), 0
    for seq, detail in rows:
        try:
            said: dict[str, Any] = msgspec.json.decode(detail, type=dict[str, Any])
        except msgspec.MsgspecError:
            continue
        if said.get("incident") != id:
            continue
        found += 1
        if said.get("head") not in known:
            raise IntegrityError(
                f"the log of `{id}` is not the one of which entry {seq} of the ledger holds a head (`{said.get('act')}` by `{said.get('by')}`)",
                help="keep both as they are, bring the log back from a copy, and ask who could write there",
            )
    return found


def _creators(estate: Path | None) -> tuple[tuple[str, str], ...]:
    if estate is None:
        return ()
    known = load_estate(read_written(estate), file=str(estate), now=now())
    if known.accounts_table is None:
        return ()
    table = read_accounts(estate.parent / known.accounts_table)
    return tuple(table.select("account", "created_by").drop_nulls().sort("account").iter_rows())


def _observed(connection: duckdb.DuckDBPyConnection, signs: Sequence[Sign]) -> tuple[Observed, int]:
    flagged = sorted({sign.account for sign in signs})
    if not flagged:
        return Observed(), 0
    first, last = min(s.first_at for s in signs) - NEAR, max(s.last_at for s in signs) + NEAR
    connection.execute(
        "CREATE TEMP TABLE flagged AS SELECT unnest($accounts) AS account", {"accounts": flagged}
    )
    during = f'"at" BETWEEN {first} AND {last}'
    uses = _rows(
        connection,
        f"""
        SELECT account, source, min("at") FILTER ({during}), max("at") FILTER ({during}), min("at") FROM entries
        WHERE kind = '{ACCESS}' AND source <> '' AND source IN (
            SELECT source FROM entries SEMI JOIN flagged USING (account) WHERE kind = '{ACCESS}' AND {during}
        ) GROUP BY ALL HAVING count(*) FILTER ({during}) > 0 ORDER BY ALL""",
    )
    sessions = _rows(
        connection,
        f"""
        SELECT account, session, min("at"), max("at") FROM entries SEMI JOIN flagged USING (account)
        WHERE kind = '{ACCESS}' AND {during} AND session <> '' GROUP BY ALL ORDER BY ALL""",
    )
    orders, left_out = _orders(connection, during)
    return Observed(uses=tuple(Use(*row) for row in uses), sessions=tuple(Use(*row) for row in sessions), orders=orders), left_out  # fmt: skip


def _orders(connection: duckdb.DuckDBPyConnection, during: str) -> tuple[tuple[tuple[str, tuple[int, ...]], ...], int]:  # fmt: skip
    """In which order accounts with signs, and those with most persons in common with one, read their persons."""
    connection.execute(f"""
        CREATE TEMP TABLE reading AS
        SELECT account, person, min(seq) AS seq FROM shown WHERE {during} GROUP BY account, person""")
    connection.execute("""
        CREATE TEMP TABLE number_of AS
        SELECT person, row_number() OVER () AS number FROM (SELECT DISTINCT person FROM reading SEMI JOIN flagged USING (account))""")
    likely = _rows(
        connection,
        f"""
        SELECT account, count(*) AS common FROM reading SEMI JOIN number_of USING (person) ANTI JOIN flagged USING (account)
        GROUP BY account HAVING common >= {COMMON_MIN} ORDER BY common DESC, account""",
    )
    compared = [account for account, _ in likely[:COMPARED_MAX]]
    connection.execute(
        "CREATE TEMP TABLE compared AS SELECT account FROM flagged UNION SELECT unnest($accounts)",
        {"accounts": compared},
    )
    rows = _rows(
        connection,
        f"""
        SELECT account, list(number ORDER BY seq)[:{_PERSONS_MAX}] FROM reading JOIN number_of USING (person)
        SEMI JOIN compared USING (account) GROUP BY account ORDER BY account""",
    )
    return tuple((account, tuple(persons)) for account, persons in rows), len(likely) - len(compared)  # fmt: skip


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Any]:
    return connection.execute(sql).fetchall()
