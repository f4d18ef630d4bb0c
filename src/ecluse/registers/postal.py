"""How do letters reach a postal provider? As ZIP files of single PDFs with a list, numbered, each whole or not there.

A package is written, then its letters are marked. Killed in between, the next run writes the same package again under the same number, so
the provider never gets a letter in two packages.
"""

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ecluse.model.letter import Attempt, LetterRow, LetterState
from ecluse.registers.files import unavailable, write_whole
from ecluse.registers.outbox import Outbox

__all__ = ["export_post"]

_COLUMNS: Final = ("file", "pages", "sha256", "reference", "name", "address", "language")
_DAY: Final = (2026, 1, 1, 0, 0, 0)
"""Of every entry, so that the same letters give the same package."""


def export_post(
    outbox: Outbox,
    folder: Path,
    *,
    printed: Callable[[LetterRow], tuple[bytes, int]],
    batch: int,
    at: Callable[[], int],
    by: str,
    moved: Callable[[int], None],
) -> list[dict[str, Any]]:
    """Writes the letters that wait for the post; returns the packages.

    Args:
        outbox: whose letters in state `post` are taken.
        folder: where packages go.
        printed: a letter as PDF, and its pages; ValueError when its address does not fit.
        batch: letters in a package.
        at: the instant.
        by: who hands them over.
        moved: is told how many more are done.

    Raises:
        UnavailableError: when the disk refuses; packages that are there are whole.
    """
    packages = []
    with unavailable(f"`{folder}` cannot be written"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    while rows := list(islice(outbox.rows("state = 'post'"), batch)):
        number = int(outbox.about("packages") or 0) + 1
        name = f"letters-{number:05}.zip"
        content, listed, unfit = _package(outbox, rows, printed)
        if listed:
            with unavailable(f"`{folder / name}` cannot be written"):
                write_whole(folder / name, content)
                os.chmod(folder / name, 0o600)  # noqa: PTH101 - names and addresses
        _mark(outbox, listed, unfit, number if listed else number - 1, name, at=at(), by=by)
        moved(len(rows))
        if listed:
            packages.append({"file": str(folder / name), "letters": len(listed), "pages": sum(p for _, p, _ in listed), "sha256": sha256(content).hexdigest(), "unfit": len(unfit)})  # fmt: skip
    return packages


def _package(
    outbox: Outbox, rows: list[LetterRow], printed: Callable[[LetterRow], tuple[bytes, int]]
) -> tuple[bytes, list[tuple[LetterRow, int, str]], list[LetterRow]]:
    body, listed, unfit, lines = io.BytesIO(), [], [], []
    with zipfile.ZipFile(body, "w", zipfile.ZIP_STORED) as archive:  # PDFs are packed already
        for row in rows:
            try:
                pdf, pages = printed(row)
            except ValueError:
                unfit.append(row)
                continue
            reference = outbox.personal(row.person, row.seen).reference
            digest = sha256(pdf).hexdigest()
            listed.append((row, pages, digest))
            lines.append((f"{reference}.pdf", pages, digest, reference, row.name, row.address, row.wording.language))  # fmt: skip
            _put(archive, f"{reference}.pdf", pdf)
        _put(archive, "letters.csv", _table(lines))
        totals = {"letters": len(lines), "pages": sum(line[1] for line in lines), "files": {line[0]: line[2] for line in lines}}  # fmt: skip
        _put(archive, "manifest.json", json.dumps(totals, indent=1).encode())
    return body.getvalue(), listed, unfit


def _table(lines: list[tuple[Any, ...]]) -> bytes:
    """CSV in which no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows([_harmless(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in set("=+-@\t\r") else cell


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _DAY), content)


def _mark(
    outbox: Outbox,
    listed: list[tuple[LetterRow, int, str]],
    unfit: list[LetterRow],
    number: int,
    name: str,
    *,
    at: int,
    by: str,
) -> None:
    """All letters of a package in one transaction with its number."""
    with outbox.writing() as base:
        base.execute("INSERT INTO about VALUES ('packages', ?) ON CONFLICT DO UPDATE SET value = excluded.value", (str(number),))  # fmt: skip
        for state, note, rows in ((LetterState.POSTED, name, [(r, d) for r, _, d in listed]), (LetterState.FAILED, "the address does not fit into the window", [(r, "") for r in unfit])):  # fmt: skip
            for row, digest in rows:
                base.execute("UPDATE letter SET state = ?, at = ?, note = ? WHERE person = ?", (state, at, note, row.person))  # fmt: skip
                outbox.note(base, row.person, Attempt(at, "post", state, digest, "", note, by))
