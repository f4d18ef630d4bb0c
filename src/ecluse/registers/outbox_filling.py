"""How does an outbox get its letters? The frozen list of persons is joined with the file of names, in pieces, so that it resumes.

DuckDB joins and sorts, and spills to the disk of the outbox; a piece of 5,000 persons is one transaction. Killed and started again it
goes on after the last piece, with the same files or not at all.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb
import msgspec

from ecluse.model.errors import CallerError, SourceError
from ecluse.model.letter import Wording
from ecluse.model.mail_address import mail_address
from ecluse.model.time import EPOCH
from ecluse.registers.outbox import Outbox

__all__ = ["People", "fill", "suppress"]

_PIECE: Final = 5000
_EXPECTED: Final = ("name", "mail", "address", "language", "channel", "minor")
_YES: Final = frozenset({"1", "true", "yes", "oui", "t", "vrai"})


class People:
    """The file with names that `ecluse identify` wrote: CSV or Parquet, a row for each address of a person."""

    def __init__(self, path: Path) -> None:
        """
        Raises:
            CallerError: when there is no such file.
        """
        if not path.is_file():
            raise CallerError(f"`{path}`: there is no such file", help="`ecluse identify --out FILE` makes it")  # fmt: skip
        self.path = path

    def digest(self) -> str:
        """SHA-256 (hex) of the file."""
        total = sha256()
        with self.path.open("rb") as file:
            while chunk := file.read(1 << 20):
                total.update(chunk)
        return total.hexdigest()

    def relation(self) -> str:
        """The file as DuckDB reads it."""
        name = str(self.path).replace("'", "''")
        if self.path.suffix == ".parquet":
            return f"read_parquet('{name}', file_row_number = true)"
        return f"read_csv('{name}', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', strict_mode = true)"


def fill(
    outbox: Outbox,
    table: Path,
    people: People,
    *,
    language: str,
    zone: str,
    most_per_address: int,
    moved: Callable[[int, int], None],
) -> None:
    """Writes a letter for every person of a frozen list that has none yet.

    Args:
        outbox: where it goes.
        table: the list of the exposure (`vN.parquet`).
        people: who they are and how they are reached.
        language: for who has none in the file.
        zone: of the days that letters name.
        most_per_address: persons; a mail address of more is somebody else's, and those persons get a letter by post.
        moved: is told how many of how many are done.

    Raises:
        SourceError: when the file of names cannot be read as such.
    """
    with closing(duckdb.connect()) as engine:
        engine.execute("SET memory_limit = '1GB'")
        engine.execute("SET temp_directory = ?", [str(outbox.path.parent / "spill")])
        engine.execute("SET preserve_insertion_order = false")
        try:
            _fill(engine, outbox, table, people, language=language, zone=zone, most=most_per_address, moved=moved)  # fmt: skip
        except duckdb.Error as error:
            reason = str(error).splitlines()[0][:200]
            raise SourceError(f"`{people.path}` cannot be joined with the list of persons: {reason}", help="it is the file of `ecluse identify`: CSV or Parquet with the columns person, name, mail, address") from None  # fmt: skip


def _fill(
    engine: duckdb.DuckDBPyConnection,
    outbox: Outbox,
    table: Path,
    people: People,
    *,
    language: str,
    zone: str,
    most: int,
    moved: Callable[[int, int], None],
) -> None:
    columns = {str(c[0]).lower() for c in engine.execute(f"DESCRIBE SELECT * FROM {people.relation()}").fetchall()}  # fmt: skip
    if "person" not in columns or not columns & {"mail", "address"}:
        raise SourceError(f"`{people.path}` has no column `person`, or neither `mail` nor `address`", help="use the file of `ecluse identify`")  # fmt: skip
    chosen = ", ".join(f"CAST(p.{c} AS VARCHAR) AS {c}" if c in columns else f"NULL AS {c}" for c in _EXPECTED)  # fmt: skip
    name = str(table).replace("'", "''")
    last, done = outbox.about("filled_to"), sum(outbox.count().values())
    total = int(engine.execute(f"SELECT count(*) FROM read_parquet('{name}')").fetchone()[0])  # type: ignore[index]  # a count has a row
    engine.execute(f"CREATE TEMP TABLE shared AS SELECT lower(trim(mail)) AS mail, count(DISTINCT lower(CAST(person AS VARCHAR))) AS persons FROM {people.relation()} GROUP BY 1 HAVING persons > {int(most)}" if "mail" in columns else "CREATE TEMP TABLE shared (mail VARCHAR, persons BIGINT)")  # fmt: skip
    shared = {m: n for m, n in engine.execute("SELECT mail, persons FROM shared").fetchall() if m}
    order = ", ".join(["e.person", *(f"p.{c} NULLS LAST" for c in ("mail", "address") if c in columns)])  # fmt: skip
    found = engine.execute(
        f"SELECT e.person, e.shown, e.exported, e.listed, e.linked, e.minor AS known_minor, e.protected, e.first_at, e.last_at, {chosen} "
        f"FROM read_parquet('{name}') e LEFT JOIN {people.relation()} p ON lower(hex(e.person)) = lower(trim(CAST(p.person AS VARCHAR))) "
        f"WHERE lower(hex(e.person)) > ? ORDER BY {order}",
        [last],
    )
    moved(done, total)
    days = _Days(zone)
    numbers: dict[Wording, int] = {}
    for piece in _pieces(_grouped(found)):
        with outbox.writing() as base:
            rows = [_letter(group, language, days, shared) for group in piece]
            for wording in {row[1] for row in rows} - numbers.keys():
                numbers[wording] = outbox.wording_id(wording, base)
            rows = [(row[0], numbers[row[1]], *row[2:]) for row in rows]
            base.executemany("INSERT INTO letter (person, wording, planned, state, name, mail, others, address, seen, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)  # fmt: skip
            base.execute("INSERT INTO about VALUES ('filled_to', ?) ON CONFLICT DO UPDATE SET value = excluded.value", (rows[-1][0].hex(),))  # fmt: skip
        done += len(rows)
        moved(done, total)


def _grouped(found: duckdb.DuckDBPyConnection) -> Iterator[list[dict[str, Any]]]:
    """Rows of one person together; the list and the join are sorted."""
    names = [str(d[0]) for d in found.description or ()]

    def rows() -> Iterator[dict[str, Any]]:
        while page := found.fetchmany(_PIECE):
            for one in page:
                yield dict(zip(names, one, strict=True))

    for _, group in groupby(rows(), key=lambda row: row["person"]):
        yield list(group)


def _pieces(groups: Iterator[list[dict[str, Any]]]) -> Iterator[list[list[dict[str, Any]]]]:
    piece: list[list[dict[str, Any]]] = []
    for group in groups:
        piece.append(group)
        if len(piece) == _PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


class _Days:
    """Writes the days of the reads in figures."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def between(self, first: int, last: int, language: str) -> str:
        """One day, or the first and the last."""
        days = dict.fromkeys(self._day(at, language) for at in (first, last))
        return " - ".join(days)

    def _day(self, at: int, language: str) -> str:
        local = (EPOCH + timedelta(microseconds=at)).astimezone(self._zone)
        return f"{local:%d/%m/%Y}" if language == "fr" else f"{local:%Y-%m-%d}"


def _letter(
    rows: list[dict[str, Any]],
    language: str,
    days: "_Days",
    shared: Mapping[str, int],
) -> tuple[Any, ...]:
    """The row of one person: which wording, on which way, and why."""
    first = rows[0]
    asked = _first(rows, "language").lower()[:2]
    spoken = asked if asked in {"fr", "en"} else language
    minor = bool(first["known_minor"]) or any(str(r["minor"]).lower() in _YES for r in rows)
    manners = _gravest(first)
    wording = Wording(spoken, *manners, linked=bool(first["linked"]), minor=minor)
    name, address = _first(rows, "name"), _first(rows, "address")
    given = [_clean(row["mail"]) for row in rows]
    mails = list(dict.fromkeys(a for a in map(mail_address, given) if a and a.lower() not in shared))  # fmt: skip
    planned, note = _plan(rows, mails, address)
    if planned != "mail" and any(g.lower() in shared for g in given):
        note = f"{note}; its mail address belongs to more than one household".lstrip("; ")
    elif planned in {"post", "public"} and any(given) and not mails:
        note = f"{note}; its mail address cannot be one".lstrip("; ")
    state = {"mail": "prepared", "post": "post", "suppressed": "suppressed"}.get(planned, "public")
    seen = days.between(first["first_at"], first["last_at"], spoken)
    return (
        bytes(first["person"]),
        wording,
        planned,
        state,
        name,
        mails[0] if mails else "",
        msgspec.json.encode(mails[1:]).decode(),
        address,
        seen,
        note,
    )


def _gravest(row: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Each category under one manner: exported before shown, shown before listed."""
    exported = set(row["exported"].split())
    shown = set(row["shown"].split()) - exported
    listed = set(row["listed"].split()) - exported - shown
    return tuple(sorted(shown)), tuple(sorted(exported)), tuple(sorted(listed))


def _plan(rows: list[dict[str, Any]], mails: list[str], address: str) -> tuple[str, str]:
    wished = _first(rows, "channel").lower()
    if rows[0]["protected"]:
        return "suppressed", "a protected person: choose another way to tell"
    if wished == "none":
        return "public", "the file of names gives no way"
    if mails and wished != "post":
        return "mail", ""
    if address:
        return "post", ""
    return ("mail", "") if mails else ("public", "no address is known")


def _first(rows: list[dict[str, Any]], column: str) -> str:
    return next((text for row in rows if (text := _clean(row[column]))), "")


def _clean(value: Any) -> str:
    return "" if value is None else str(value).strip()


def suppress(outbox: Outbox, path: Path, *, at: int, by: str) -> tuple[int, int]:
    """Takes persons out of sending; returns how many were, and how many lines name nobody with a letter.

    The file is CSV with a column `person` (hexadecimal) or `mail`, and `reason`. What was sent already stays so.

    Raises:
        SourceError: when it has no such column.
    """
    taken = unknown = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"person", "mail"} & set(reader.fieldnames or ()):
            raise SourceError(f"`{path}` has no column `person` or `mail`", help="write a CSV file with a first line such as `person,reason`")  # fmt: skip
        with outbox.writing() as base:
            for line in reader:
                reason = (line.get("reason") or "on the suppression list").strip()[:200]
                person, mail = (line.get("person") or "").strip(), (line.get("mail") or "").strip()
                where, value = ("person = ?", _bytes(person)) if person else ("lower(mail) = ?", mail.lower())  # fmt: skip
                found = base.execute(f"SELECT person FROM letter WHERE {where}", (value,)).fetchall() if value else []  # fmt: skip
                unknown += not found
                for (one,) in found:
                    changed = base.execute("UPDATE letter SET state = 'suppressed', note = ? WHERE person = ? AND state IN ('prepared', 'post', 'failed', 'bounced', 'public')", (reason, one)).rowcount  # fmt: skip
                    taken += changed
                    if changed:
                        base.execute("INSERT INTO attempt VALUES (?, ?, '', 'suppressed', '', '', ?, ?)", (one, at, reason, by))  # fmt: skip
    return taken, unknown


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
