"""Where does the letter of each person stand? One row a person in an SQLite file, durable before and after each step of sending.

The file `outbox/letters.sqlite` lies in the folder of the incident, with names and addresses in it; `outbox/key` makes references,
codes and Message-IDs, so that a letter written again is the same letter. A step is acknowledged once it is on disk (WAL,
`synchronous=FULL`), so a process killed at any point leaves a letter either not yet given to a server, or `sending`.
"""

import hmac
import os
import sqlite3
import threading
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.letter import Attempt, LetterRow, LetterState, Personal, Wording

__all__ = ["KEY_FILE", "Outbox", "open_outbox", "outbox_path"]

KEY_FILE: Final = "key"
_FORMAT: Final = "ecluse outbox 1"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS wording (id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS letter (
  person BLOB PRIMARY KEY, wording INTEGER NOT NULL, planned TEXT NOT NULL, state TEXT NOT NULL, name TEXT NOT NULL,
  mail TEXT NOT NULL, others TEXT NOT NULL, address TEXT NOT NULL, seen TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL DEFAULT 0, way INTEGER NOT NULL DEFAULT 0,
  message_id TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', asked_at INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS letter_due ON letter (state, due_at, person);
CREATE INDEX IF NOT EXISTS letter_message ON letter (message_id);
CREATE INDEX IF NOT EXISTS letter_mail ON letter (mail);
CREATE TABLE IF NOT EXISTS attempt (
  person BLOB NOT NULL, at INTEGER NOT NULL, channel TEXT NOT NULL, state TEXT NOT NULL, content TEXT NOT NULL,
  message_id TEXT NOT NULL, reply TEXT NOT NULL, by TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS attempt_person ON attempt (person, at);
CREATE INDEX IF NOT EXISTS attempt_message ON attempt (message_id);
CREATE TABLE IF NOT EXISTS bounce (digest BLOB PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL) WITHOUT ROWID;
"""
_COLUMNS: Final = "person, wording, planned, state, name, mail, others, address, seen, attempts, due_at, at, way, message_id, note"  # fmt: skip
_FIXED: Final = "person, wording, planned, name, mail, others, address, seen"


def outbox_path(folder: Path) -> Path:
    """The file of an outbox in the folder of an incident."""
    return folder / "outbox" / "letters.sqlite"


@contextmanager
def open_outbox(folder: Path, *, create: bool = False) -> Iterator["Outbox"]:
    """Opens the outbox of an incident.

    Raises:
        CallerError: when no letters were prepared.
        IntegrityError: when the file is no outbox.
        UnavailableError: when the disk refuses, or another process holds it.
    """
    path = outbox_path(folder)
    if not create and not path.is_file():
        raise CallerError(f"no letters were prepared in `{folder}`", help="`ecluse letters prepare` prepares them")  # fmt: skip
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.parent.chmod(0o700)  # names and addresses lie in it
        key = _key(path.with_name(KEY_FILE))
        if create:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)) as base:  # fmt: skip
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=FULL")
            outbox = Outbox(base, key, path)
            outbox.check_format()
            yield outbox
    except sqlite3.DatabaseError as error:
        raise _unavailable(path, error) from None
    except OSError as error:
        raise UnavailableError(f"`{path}` cannot be used: {(error.strerror or str(error)).lower()}") from None  # fmt: skip


def _unavailable(path: Path, error: sqlite3.DatabaseError) -> Exception:
    if isinstance(error, sqlite3.OperationalError):
        return UnavailableError(f"`{path}` cannot be used: {error}", help="make room on the disk, or wait until the other process ends; what was written stays")  # fmt: skip
    return IntegrityError(f"`{path}` is no outbox: {error}", help="bring it back from a copy; do not prepare again over letters that were sent")  # fmt: skip


def _key(path: Path) -> bytes:
    """The key of this outbox, made when there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) != 32:
            raise IntegrityError(f"`{path}` is no key", help="bring it back from a copy: the codes in the letters come from it") from None  # fmt: skip
        return key
    with os.fdopen(descriptor, "wb") as file:
        key = os.urandom(32)
        file.write(key)
        file.flush()
        os.fsync(descriptor)
    return key


class Outbox:
    """The letters of one incident. Methods may be called by several threads; each is one transaction."""

    def __init__(self, base: sqlite3.Connection, key: bytes, path: Path) -> None:
        self._base = base
        self._key = key
        self._lock = threading.RLock()
        self._wordings: dict[int, Wording] = {}
        self.path = path

    def check_format(self) -> None:
        """Makes the tables of a new file, and refuses one of something else."""
        self._base.executescript(_SCHEMA)
        if self.about("format") not in {"", _FORMAT}:
            raise IntegrityError(f"`{self.path}` is of a format that this version does not know", help="use the version that wrote it")  # fmt: skip
        self.tell({"format": _FORMAT})

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything or nothing."""
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def about(self, name: str) -> str:
        """What is known of the outbox by that name; empty when nothing is."""
        found = self._one("SELECT value FROM about WHERE name = ?", (name,))
        return "" if found is None else str(found[0])

    def tell(self, facts: Mapping[str, str]) -> None:
        """Writes facts about the outbox."""
        with self.writing() as base:
            base.executemany("INSERT INTO about VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", facts.items())  # fmt: skip

    def personal(self, person: bytes, seen: str) -> Personal:
        """The words of one person's letter, the same whenever it is written."""
        return Personal(
            reference=self._word("reference", person),
            code=self._word("code", person),
            attestation=self._word("attestation", person),
            seen=seen,
        )

    def message_id(self, row: LetterRow, domain: str) -> str:
        """The Message-ID of a letter to the address in use: the same whenever it is sent again."""
        secret = hmac.digest(self._key, b"message\0" + row.person + row.to.encode(), "sha256")
        return f"<{secret[:16].hex()}@{domain}>"

    def _word(self, what: str, person: bytes) -> str:
        text = b32encode(hmac.digest(self._key, what.encode() + b"\0" + person, "sha256")).decode()
        return "-".join(text[n : n + 4] for n in (0, 4, 8))

    def wordings(self) -> dict[int, Wording]:
        """Every wording, by its number."""
        with self._lock:
            rows = self._base.execute("SELECT id, body FROM wording ORDER BY id").fetchall()
        return {n: msgspec.json.decode(body, type=Wording) for n, body in rows}

    def wording_id(self, wording: Wording, base: sqlite3.Connection) -> int:
        """The number of a wording within a transaction, a new one when it is new."""
        body = msgspec.json.encode(wording).decode()
        base.execute("INSERT INTO wording (body) VALUES (?) ON CONFLICT DO NOTHING", (body,))
        return int(base.execute("SELECT id FROM wording WHERE body = ?", (body,)).fetchone()[0])

    def row(self, person: bytes) -> LetterRow:
        """The letter of a person.

        Raises:
            CallerError: when there is none.
        """
        found = self._one(f"SELECT {_COLUMNS} FROM letter WHERE person = ?", (person,))
        if found is None:
            raise CallerError("there is no letter for that person", help="a person is 32 hexadecimal digits, as `ecluse letters status --list` shows them")  # fmt: skip
        return self._row(found)

    def rows(self, where: str = "1", values: tuple[Any, ...] = ()) -> Iterator[LetterRow]:
        """Letters in the order of persons, some at a time, while others may be written; `where` is a constant of this program."""
        last = b""
        while True:
            with self._lock:
                page = self._base.execute(f"SELECT {_COLUMNS} FROM letter WHERE ({where}) AND person > ? ORDER BY person LIMIT 1000", (*values, last)).fetchall()  # fmt: skip
            if not page:
                return
            yield from map(self._row, page)
            last = page[-1][0]

    def due(self, now: int, most: int) -> tuple[LetterRow, ...]:
        """Letters that may be sent now."""
        with self._lock:
            found = self._base.execute(f"SELECT {_COLUMNS} FROM letter WHERE state = 'prepared' AND due_at <= ? ORDER BY due_at, person LIMIT ?", (now, most)).fetchall()  # fmt: skip
        return tuple(map(self._row, found))

    def next_due(self) -> int | None:
        """When the next waiting letter may be sent; None when none waits."""
        found = self._one("SELECT min(due_at) FROM letter WHERE state = 'prepared'", ())
        return None if found is None or found[0] is None else int(found[0])

    def count(self) -> dict[str, int]:
        """Letters by state."""
        with self._lock:
            found = self._base.execute(
                "SELECT state, count(*) FROM letter GROUP BY state"
            ).fetchall()
        return {str(state): int(number) for state, number in found}

    def attempted(self) -> int:
        """Letters that a server or a postal provider was given."""
        found = self._one(
            "SELECT count(DISTINCT person) FROM attempt WHERE state IN ('sending', 'posted')", ()
        )
        return 0 if found is None else int(found[0])

    def begin(self, row: LetterRow, *, content: str, message_id: str, at: int) -> None:
        """Written before a server is given the letter: from here on its outcome is unknown until `settle`."""
        with self.writing() as base:
            changed = base.execute("UPDATE letter SET state = 'sending', attempts = attempts + 1, at = ?, message_id = ? WHERE person = ? AND state = 'prepared'", (at, message_id, row.person)).rowcount  # fmt: skip
            if changed != 1:
                raise UnavailableError("another process sends these letters", help="let one process send at a time")  # fmt: skip
            self.note(base, row.person, Attempt(at, "mail", LetterState.SENDING, content, message_id, "", ""))  # fmt: skip

    def settle(
        self,
        row: LetterRow,
        state: LetterState,
        *,
        attempt: Attempt,
        due_at: int = 0,
        note: str = "",
        way: int | None = None,
    ) -> None:
        """Writes what came of it."""
        with self.writing() as base:
            base.execute("UPDATE letter SET state = ?, at = ?, due_at = ?, note = ?, way = ?, attempts = CASE WHEN ? THEN 0 ELSE attempts END WHERE person = ?", (state, attempt.at, due_at, note, row.way if way is None else way, way is not None, row.person))  # fmt: skip
            self.note(base, row.person, attempt)

    def count_try(self, row: LetterRow) -> int:
        """Counts a try at which no letter was given to the server; returns how many there were."""
        with self.writing() as base:
            base.execute("UPDATE letter SET attempts = attempts + 1 WHERE person = ?", (row.person,))  # fmt: skip
        return row.attempts + 1

    def note(self, base: sqlite3.Connection, person: bytes, attempt: Attempt) -> None:
        """Writes a step of a letter within a transaction."""
        base.execute("INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (person, attempt.at, attempt.channel, attempt.state, attempt.content, attempt.message_id, attempt.reply, attempt.by))  # fmt: skip

    def attempts(self, person: bytes) -> tuple[Attempt, ...]:
        """Every step of a person's letter, the first one first."""
        with self._lock:
            found = self._base.execute("SELECT at, channel, state, content, message_id, reply, by FROM attempt WHERE person = ? ORDER BY rowid", (person,)).fetchall()  # fmt: skip
        return tuple(Attempt(*one) for one in found)

    def by_message(self, message_id: str) -> LetterRow | None:
        """The letter that was sent with this Message-ID."""
        found = self._one("SELECT person FROM attempt WHERE message_id = ?", (message_id,))
        return None if found is None else self.row(found[0])

    def by_word(self, what: str, word: str) -> LetterRow | None:
        """The letter in which this code or reference stands. Nothing of it is stored: every letter's is made and compared."""
        with self._lock:
            persons = self._base.execute("SELECT person FROM letter").fetchall()
        found = [p for (p,) in persons if hmac.compare_digest(self._word(what, p), word)]
        return self.row(found[0]) if found else None

    def answered(self, person: bytes, at: int) -> int | None:
        """When the code of a person was used before; writes that it was used now."""
        with self.writing() as base:
            before = base.execute("SELECT asked_at FROM letter WHERE person = ?", (person,)).fetchone()[0]  # fmt: skip
            base.execute("UPDATE letter SET asked_at = coalesce(asked_at, ?) WHERE person = ?", (at, person))  # fmt: skip
        return None if before is None else int(before)

    def take_bounce(self, digest: bytes, at: int, what: str) -> bool:
        """Whether a report of the mail system is new; it is then written down."""
        with self.writing() as base:
            return base.execute("INSERT INTO bounce VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (digest, at, what)).rowcount == 1  # fmt: skip

    def list_digest(self, moved: Callable[[int], None] = lambda _: None) -> str:
        """SHA-256 over what was prepared for every person: wording, way, name and addresses. Sending does not change it."""
        total = sha256(msgspec.json.encode(sorted(self.wordings().items())))
        with self._lock:
            found = self._base.execute(f"SELECT {_FIXED} FROM letter ORDER BY person")
            while page := found.fetchmany(5000):
                for person, *rest in page:
                    total.update(person + msgspec.json.encode(rest) + b"\n")
                moved(len(page))
        return total.hexdigest()

    def _row(self, found: tuple[Any, ...]) -> LetterRow:
        person, wording, planned, state, name, mail, others, *rest = found
        if wording not in self._wordings:
            self._wordings = self.wordings()
        ways = tuple(msgspec.json.decode(others, type=tuple[str, ...]))
        return LetterRow(person, self._wordings[wording], planned, LetterState(state), name, mail, ways, *rest)  # fmt: skip

    def _one(self, query: str, values: Iterable[Any]) -> tuple[Any, ...] | None:
        with self._lock:
            found: tuple[Any, ...] | None = self._base.execute(query, tuple(values)).fetchone()
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()
