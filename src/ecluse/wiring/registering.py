"""How does the whole register come together? The released entries of every incident, each checked against its hash and chain."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ecluse.loaders.controller import load_controller
from ecluse.model.errors import CallerError, IntegrityError
from ecluse.notices.drafts import documents
from ecluse.notices.register_book import COLUMNS, Row, book, rows
from ecluse.notices.sheet import hashed
from ecluse.registers.documents import digests, read_document
from ecluse.registers.folder import IncidentFolder, Register
from ecluse.reports.document import docx, html, pdf

__all__ = ["read_register", "write_register"]

_ENTRY: Final = "register_entry"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def read_register(root: Path, *, told: Callable[[str], None] = lambda _: None) -> tuple[Row, ...]:
    """Every incident with its released entries.

    Raises:
        CallerError: when the folder is no register.
        IntegrityError: when a log, an entry, or the chain of entries is not what it was.
    """
    register = Register(root)
    found = []
    for name in register.ids():
        told(name)
        folder = register.open(name)
        found.append(Row(folder.incident(), _entries(folder)))
    return tuple(found)


def write_register(
    root: Path, register: tuple[Row, ...], language: str, form: str, *, made_at: int
) -> bytes:
    """The register as a file.

    Raises:
        CallerError: when controller.yaml is missing, or what a format needs is not installed.
        ConfigError: when controller.yaml is wrong.
    """
    if form == "csv":
        return _csv(register)
    if form == "json":
        whole = {"made_at": made_at, "entries": [dict(data) for row in register for data, _ in row.entries], "lines": list(rows(register))}  # fmt: skip
        return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()
    path = root / "controller.yaml"
    if not path.is_file():
        raise CallerError(f"`{path}` is not there", help="`ecluse notice init` writes a form to fill in")  # fmt: skip
    controller = load_controller(path.read_bytes(), file=str(path))
    document = book(controller, register, language, made_at=made_at)
    if form == "html":
        return html.render(document).encode()
    return pdf.render(document) if form == "pdf" else docx.render(document)


def _entries(folder: IncidentFolder) -> tuple[tuple[dict[str, Any], str], ...]:
    read: list[tuple[dict[str, Any], str]] = []
    for draft in documents(folder.log().lines):
        if draft.name != _ENTRY or draft.first is None or draft.second is None:
            continue
        file, digest = next(((n, d) for n, d in draft.files if n.endswith(".json")), ("", ""))
        if digests(folder, [file])[file] != digest:
            raise IntegrityError(f"`{folder.path / 'documents' / file}` is not the entry that was released", help="put it back from a copy")  # fmt: skip
        data: dict[str, Any] = read_document(folder, file)
        before = read[-1][0]["hash"] if read else None
        _check_chain(folder, file, data, before)
        read.append((data, f"{draft.first.by}, {draft.second.by}"))
    return tuple(read)


def _check_chain(folder: IncidentFolder, file: str, data: dict[str, Any], before: str | None) -> None:  # fmt: skip
    bare = {key: value for key, value in data.items() if key not in {"hash", "language"}}
    path = folder.path / "documents" / file
    if hashed(bare)["hash"] != data.get("hash"):
        raise IntegrityError(f"`{path}` does not fit its own hash", help="put it back from a copy")
    if data.get("before") != before:
        raise IntegrityError(f"`{path}` does not follow the entry before it", help="an entry is missing between them, or was released twice: draft the next one")  # fmt: skip


def _csv(register: tuple[Row, ...]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in rows(register):
        writer.writerow([_plain(line[name]) for name in COLUMNS])
    return text.getvalue().encode()


def _plain(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
