"""What was done in an incident, by whom, when? A log to which lines are only added, each bound to the one before.

    {"n": 3, "at": 1752314400000000, "by": "…", "act": "note", "detail": {…}, "previous": "SHA-256 of line 2"}

`previous` is the SHA-256 (hex) of the bytes of the line before, without its end; 64 zeros in the first line. The file `log.head`
beside the log holds the number and the hash of the last line. So a line that was changed, left out, put in or moved is
found, and so are lines that were cut off at the end. Whoever can write both files can write a new history from some line on; that is
found by a head that was kept elsewhere: the ledger keeps one for each act when it is named, and so do released documents.

A line is acknowledged once both files are on disk. What a crash left half-written after the last acknowledged line is cut off
by the next act, and a line `line_cut` says so.
"""

import os
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.registers.files import locked, unavailable, write_all, write_whole

__all__ = ["CUT", "LONGEST", "Line", "Log", "append", "begin", "read"]

CUT: Final = "line_cut"
"""The act that says that a half-written line was cut off."""

LONGEST: Final = 1 << 20
"""Bytes of a line."""

_FIRST: Final = "0" * 64
_ACT: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_NAME_MAX: Final = 200


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One act.

    Attributes:
        n: 1, 2, …
        at: when it was written, microseconds.
        by: the name that was given of who did it.
        detail: what the act says; JSON values.
    """

    n: int
    at: int
    by: str
    act: str
    detail: dict[str, Any]
    previous: str


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    n: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Log:
    """The sound lines.

    Attributes:
        heads: SHA-256 (hex) of each line, in order.
        torn: bytes after the last sound line that a crash left half-written; the next act cuts them off.
    """

    lines: tuple[Line, ...]
    heads: tuple[str, ...]
    torn: int = 0

    @property
    def head(self) -> str:
        """SHA-256 (hex) of the last line."""
        return self.heads[-1]


def begin(path: Path, act: str, detail: dict[str, Any], *, by: str, at: int) -> str:
    """Writes the first line of a log that does not exist; returns its head.

    Raises:
        CallerError: when the act cannot be a line.
        UnavailableError: when the disk refuses, or there is a log already.
    """
    text = _written(1, act, detail, by=by, at=at, previous=_FIRST)
    head = sha256(text).hexdigest()
    with unavailable(f"`{path}` cannot be written"):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        try:
            write_all(descriptor, text + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        write_whole(_head_path(path), msgspec.json.encode(_Head(1, head)))
    return head


def read(path: Path) -> Log:
    """Reads a log and checks that each line follows the one before and that none is missing.

    Raises:
        IntegrityError: names the line that was changed, left out, put in or cut off.
        UnavailableError: when it cannot be read.
    """
    with locked(path, flags=os.O_RDONLY, shared=True) as descriptor:
        return _read(path, descriptor)[0]


def append(
    path: Path, act: str, detail: dict[str, Any], *, by: str, at: int, after: str | None = None
) -> str:
    """Adds a line, durably; returns its head.

    Args:
        path: of the log.
        act: its name.
        detail: what it says.
        by: who did it.
        at: when it is written, microseconds.
        after: the head that the caller looked at; when it is no longer the last, nothing is added.

    Raises:
        CallerError: when the act cannot be a line.
        IntegrityError: when the log is not what was written; nothing is added then.
        UnavailableError: when the disk refuses; the log is then as it was before.
    """
    with locked(path, flags=os.O_RDWR) as descriptor:
        log, end = _read(path, descriptor)
        if after is not None and after != log.head:
            raise UnavailableError(
                f"somebody else wrote to `{path}` at this moment",
                help="look at the incident again, and run the command again",
            )
        new = [(CUT, {"bytes": log.torn}), (act, detail)] if log.torn else [(act, detail)]
        previous, text = log.head, b""
        for n, (name, said) in enumerate(new, start=len(log.lines) + 1):
            line = _written(n, name, said, by=by, at=at, previous=previous)
            previous, text = sha256(line).hexdigest(), text + line + b"\n"
        with unavailable(f"`{path}` cannot be written"):
            _add(descriptor, text, end)
            write_whole(
                _head_path(path), msgspec.json.encode(_Head(len(log.lines) + len(new), previous))
            )
    return previous


def _add(descriptor: int, text: bytes, end: int) -> None:
    """Puts text at the sound end; what a failure leaves is cut off again."""
    os.ftruncate(descriptor, end)
    os.lseek(descriptor, end, os.SEEK_SET)
    try:
        write_all(descriptor, text)
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def _written(n: int, act: str, detail: dict[str, Any], *, by: str, at: int, previous: str) -> bytes:
    if not _ACT.fullmatch(act):
        raise CallerError(f"`{act}` is no name of an act")
    if not by.strip() or len(by) > _NAME_MAX or not by.isprintable():
        raise CallerError(
            f"the name `{by[:40]}` is empty, longer than {_NAME_MAX} characters, or has unseen characters",
            help="say with --by who you are",
        )
    try:
        text = msgspec.json.encode(Line(n, at, by, act, detail, previous))
    except (TypeError, UnicodeEncodeError) as error:
        raise CallerError(f"the act `{act}` cannot be written as JSON: {error}") from None
    if len(text) > LONGEST:
        raise CallerError(
            f"the act `{act}` has {len(text)} bytes, more than the {LONGEST} of a line",
            help="say less, and put the rest into a file",
        )
    return text


def _read(path: Path, descriptor: int) -> tuple[Log, int]:
    """The sound lines, and where the last of them ends."""
    with unavailable(f"`{path}` cannot be read"):
        content = b"".join(iter(lambda: os.read(descriptor, 1 << 20), b""))
    kept = _kept_head(path)
    texts = content.split(b"\n")
    lines: list[Line] = []
    heads: list[str] = []
    previous = _FIRST
    for text in texts[:-1][: kept.n]:  # the last text is what comes after the last end of a line
        lines.append(_line(path, text, len(lines) + 1, previous))
        heads.append(previous := sha256(text).hexdigest())
    if len(lines) < kept.n:
        raise _altered(path, len(lines) + 1, f"lines were cut off: {kept.n} were written")
    if previous != kept.sha256:
        raise _altered(path, kept.n, f"line {kept.n} was changed")
    rest = texts[kept.n :]
    end = sum(len(text) + 1 for text in texts[: kept.n])
    if len(rest) > 2 or (len(rest) == 2 and rest[1]):
        raise _altered(path, kept.n + 1, "lines follow that `log.head` does not know")
    if len(rest) == 2:
        try:  # a crash came between the two files: it is whole, and stands
            lines.append(_line(path, rest[0], kept.n + 1, previous))
        except IntegrityError:
            return Log(tuple(lines), tuple(heads), len(content) - end), end
        heads.append(sha256(rest[0]).hexdigest())
        end = len(content)
    return Log(tuple(lines), tuple(heads), len(content) - end), end


def _line(path: Path, text: bytes, n: int, previous: str) -> Line:
    try:
        line = msgspec.json.decode(text, type=Line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _altered(path, n, "it is no line of a log") from None
    if line.n != n:
        raise _altered(
            path, n, f"it says that it is line {line.n}: one was left out, put in or moved"
        )
    if line.previous != previous:
        changed = f"line {n - 1} was changed, or" if n > 1 else "it was changed:"
        raise _altered(path, n, f"{changed} it does not follow what stands before it")
    return line


def _kept_head(path: Path) -> _Head:
    head = _head_path(path)
    try:
        kept = msgspec.json.decode(head.read_bytes(), type=_Head)
    except FileNotFoundError:
        raise IntegrityError(
            f"`{head}` is missing: whether lines were cut off at the end of the log cannot be told",
            help="bring both files back from a copy; compare with the heads in the ledger",
        ) from None
    except OSError as error:
        raise UnavailableError(f"`{head}` cannot be read: {error.strerror}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise IntegrityError(f"`{head}` was changed", help="bring it back from a copy") from None
    if kept.n < 1:
        raise IntegrityError(f"`{head}` was changed", help="bring it back from a copy")
    return kept


def _head_path(path: Path) -> Path:
    return path.with_name(f"{path.stem}.head")


def _altered(path: Path, n: int, what: str) -> IntegrityError:
    return IntegrityError(
        f"`{path}`:{n}: {what}",
        help="keep the file as it is, bring the log back from a copy, and ask who could write there",
    )
