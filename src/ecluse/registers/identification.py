"""Who may make names of pseudonyms, and who did? A log of its own: asked by one person, agreed by another, done once.

A request names an exposure by its digest and the organization's file by its digest. An agreement is another person's, names
both digests again by standing on the request's line of the log, and ends at an instant. It serves for one run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ecluse.incident.same_person import same_person
from ecluse.model.errors import CallerError
from ecluse.model.time import HOUR, format_instant
from ecluse.registers.files import make_folder, unavailable
from ecluse.registers.log import Line, Log, append, begin, read

__all__ = ["HOURS_MAX", "Request", "agree", "ask", "finish", "requests", "start"]

HOURS_MAX: Final = 24 * 7
_LOG: Final = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, and how far it is.

    Attributes:
        number: of its line in the log.
        columns: names in the output by the columns of the file.
        agreed_by, until: of the agreement; empty and None without one.
        state: `asked`, `agreed`, `running` or `done`.
    """

    number: int
    by: str
    at: int
    incident: str
    version: int
    exposure: str
    file: str
    reasons: str
    columns: Mapping[str, str] = field(default_factory=dict)
    agreed_by: str = ""
    until: int | None = None
    state: str = "asked"


def ask(folder: Path, detail: dict[str, Any], *, by: str, at: int) -> int:
    """Writes a request; returns its number. The folder is made when it is not there.

    Raises:
        UnavailableError: when the disk refuses.
        IntegrityError: when the log is not what was written.
    """
    log = folder / _LOG
    if not log.exists():
        with unavailable(f"`{folder}` cannot be made"):
            make_folder(folder)
        begin(log, "identification_asked", detail, by=by, at=at)
    else:
        append(log, "identification_asked", detail, by=by, at=at)
    return read(log).lines[-1].n


def requests(folder: Path) -> dict[int, Request]:
    """Every request, by its number.

    Raises:
        CallerError: when nothing was ever asked here.
        IntegrityError: when the log is not what was written.
    """
    if not (folder / _LOG).is_file():
        raise CallerError(f"nothing was asked in `{folder}`", help="`ecluse identify request` asks")
    return _folded(read(folder / _LOG))


def _folded(log: Log) -> dict[int, Request]:
    found: dict[int, Request] = {}
    for line in log.lines:
        _fold(found, line)
    return found


def _fold(found: dict[int, Request], line: Line) -> None:
    detail = line.detail
    if line.act == "identification_asked":
        found[line.n] = Request(line.n, line.by, line.at, **detail)
    elif (known := found.get(detail.get("request", 0))) is None:
        return
    elif line.act == "identification_agreed":
        found[known.number] = replace(
            known, agreed_by=line.by, until=detail["until"], state="agreed"
        )
    elif line.act == "identification_started":
        found[known.number] = replace(known, state="running")
    elif line.act == "identification_done":
        found[known.number] = replace(known, state="done")


def _of(folder: Path, number: int) -> tuple[Request, str]:
    """A request, and the head of the log that says so."""
    requests(folder)
    log = read(folder / _LOG)
    known = _folded(log)
    if number not in known:
        raise CallerError(
            f"there is no request {number} in `{folder}`",
            help=f"there are {', '.join(map(str, known)) or 'none'}",
        )
    return known[number], log.head


def agree(folder: Path, number: int, *, by: str, at: int, hours: int) -> Request:
    """A second person agrees to a request, for so many hours.

    Raises:
        CallerError: when it is the same person's, or it was agreed to or done already.
    """
    asked, head = _of(folder, number)
    if same_person(by, asked.by):
        raise CallerError(
            f"request {number} is `{asked.by}`'s own: it needs the agreement of somebody else",
            help="two different persons make names of pseudonyms, never one alone",
        )
    if asked.state in {"running", "done"} or (asked.until is not None and asked.until > at):
        raise CallerError(f"request {number} is {asked.state} already", help="ask again for another run")  # fmt: skip
    until = at + hours * HOUR
    detail = {"request": number, "until": until, "exposure": asked.exposure, "file": asked.file}
    append(folder / _LOG, "identification_agreed", detail, by=by, at=at, after=head)
    return _of(folder, number)[0]


def start(folder: Path, number: int, *, exposure: str, file: str, by: str, at: int) -> Request:
    """Notes that a request is carried out; an agreement serves once, whether the run ends well or not.

    Raises:
        CallerError: when it may not be.
    """
    asked, head = _of(folder, number)
    if asked.state != "agreed" or asked.until is None:
        why = "was carried out already" if asked.state in {"running", "done"} else "has nobody's agreement"  # fmt: skip
        raise CallerError(f"request {number} {why}", help="`ecluse identify agree`, by another person; ask again after a run")  # fmt: skip
    if at >= asked.until:
        raise CallerError(
            f"the agreement of `{asked.agreed_by}` ended on {format_instant(asked.until)}",
            help="agree again",
        )
    if exposure != asked.exposure:
        raise CallerError(
            f"request {number} is about another exposure: its digest is {asked.exposure}",
            help="name the version that was asked for",
        )
    if file != asked.file:
        raise CallerError(
            f"request {number} is about another file: its SHA-256 is {asked.file}",
            help="give the same file, unchanged, or ask again",
        )
    append(folder / _LOG, "identification_started", {"request": number}, by=by, at=at, after=head)
    return asked


def finish(folder: Path, number: int, counts: Mapping[str, int], *, out: str, by: str, at: int) -> str:  # fmt: skip
    """Notes what came of it: numbers and the digest of what was written, never a person; returns the head of the log."""
    detail = {"request": number, **counts, "out": out}
    return append(folder / _LOG, "identification_done", detail, by=by, at=at)
