"""How is SQL answered over the ledger without giving it anything but the ledger to read?

The connection sees two views: `entries`, and `shown`, which has a row for each person in each access
whose data left, without those whom a later entry of the same account took back. Files outside the ledger, extensions and settings are closed
off before the first statement runs, and a statement that is not one SELECT is refused.
"""

from collections.abc import Iterator
from typing import Any, Final

import duckdb

from ecluse.ledgers.reader import Snapshot
from ecluse.model.entry import ACCESS
from ecluse.model.errors import CallerError, SourceError
from ecluse.model.policy import Effect
from ecluse.service.rebuild_acts import OBSERVED, RELEASE

__all__ = ["Answer", "connect", "run"]

_COLUMNS: Final = (
    'seq, "at", make_timestamp("at") AS "time", kind, account, account_kind, session, organization, lineage, application, source, '
    'factor, operation, categories, persons, persons_count, own, created_at, bytes, effect, policy, "window", used, "limit", detail'
)
_RELEASING: Final = ", ".join(f"'{effect.word}'" for effect in Effect if effect.releases)
_SHOWN: Final = f"""
CREATE VIEW shown AS
SELECT seq, "at", "time", account, account_kind, session, organization, lineage, application, operation, categories, person
FROM (
    SELECT *, unnest(persons) AS person FROM entries
    WHERE kind = '{OBSERVED}' OR kind = '{ACCESS}' AND effect IN ({_RELEASING})
) AS access
WHERE NOT EXISTS (
    FROM (
        SELECT seq, account, unnest(persons) AS person, TRY_CAST(json_extract_string(detail, '$.of') AS BIGINT) AS of
        FROM entries WHERE kind = '{RELEASE}' AND json_valid(detail)
    ) AS release
    WHERE release.of = access.seq AND release.account = access.account
        AND release.person = access.person AND release.seq > access.seq
)
"""
_HINT: Final = "`at`, `window` and `limit` are words of SQL: write them in double quotes, or use `time` for `at`"

_JSON: Final = (
    "`detail` is empty where there is nothing to tell: write `nullif(detail, '')->>'reason'`"
)


class Answer:
    """The columns and, as they are fetched, the rows of one answer."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.columns: list[str] = [column[0] for column in connection.description or []]
        self._connection = connection

    def rows(self, most: int | None = None) -> Iterator[tuple[Any, ...]]:
        """Yields rows, all of them or so many."""
        left = most
        while left is None or left > 0:
            chunk = self._connection.fetchmany(1000 if left is None else min(1000, left))
            if not chunk:
                return
            left = None if left is None else left - len(chunk)
            yield from chunk


def connect(snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """Opens a connection that sees the views `entries` and `shown` over the snapshot, and nothing else."""
    connection = duckdb.connect(":memory:")
    files = [str(snapshot.parquet(manifest).resolve()) for manifest in snapshot.manifests]
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("tail_arrow", snapshot.tail)
    connection.execute("CREATE TABLE unsealed AS SELECT * FROM tail_arrow")
    connection.unregister("tail_arrow")
    source = "SELECT * FROM unsealed"
    if files:
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        source = f"SELECT * FROM read_parquet([{listed}]) UNION ALL {source}"
        connection.execute(f"SET allowed_paths = [{listed}]")
    for setting in (
        "autoinstall_known_extensions",
        "autoload_known_extensions",
        "enable_external_access",
    ):
        connection.execute(f"SET {setting} = false")
    connection.execute(f"CREATE VIEW entries AS SELECT {_COLUMNS} FROM ({source})")
    connection.execute(_SHOWN)
    connection.execute("SET lock_configuration = true")
    return connection


def run(snapshot: Snapshot, sql: str) -> Answer:
    """Answers one SELECT.

    Raises:
        CallerError: when the statement is not one SELECT, or is wrong.
        SourceError: when a segment cannot be read.
    """
    connection = connect(snapshot)
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise CallerError(
                "only one SELECT is answered",
                help="the ledger is append-only; `ecluse ledger retain` is the one way to remove",
            )
        connection.execute(statements[0])
    except duckdb.PermissionException as error:
        raise CallerError(
            f"the query may read nothing but `entries` and `shown`: {_first_line(error)}"
        ) from None
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        if "Malformed JSON" in str(error):  # the same class, for what the query did
            raise CallerError("the query takes for JSON what is none", help=_JSON) from None
        raise SourceError(
            f"a segment cannot be read: {_first_line(error)}", help="run `ecluse ledger verify`"
        ) from None
    except duckdb.Error as error:
        raise CallerError(f"the query is wrong: {_first_line(error)}", help=_HINT) from None
    return Answer(connection)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
