"""What do people say of the cases of a backtest? A labels file, in YAML or as a table from a spreadsheet.

    version: 1
    labels:
      - account: conseiller-0042
        from: 2026-06-03
        reason: job fair of 3 June

The file that `ecluse backtest --cases` writes is one: its cases stand there with an empty `reason`, to be filled in. A label
without a reason is not a label yet, and is left out. A date stands for the whole day (UTC).
"""

import csv
import io
from typing import Final

from ecluse.loaders.located import Fields, Node, Reader
from ecluse.loaders.nodes import MAX_BYTES, faults
from ecluse.model.backtest import GUARDED, LABEL_COLUMNS, Label
from ecluse.model.errors import ConfigError, Issue
from ecluse.model.time import DAY, parse_instant

__all__ = ["load_labels"]

_TOP: Final = ("version", "labels")
_YES: Final = frozenset({"", "true", "yes", "1"})
_NO: Final = frozenset({"false", "no", "0"})


def load_labels(text: bytes, *, file: str) -> tuple[Label, ...]:
    """Reads a labels file; a name that ends in `.csv` is a table with a line of headings.

    Raises:
        ConfigError: with every fault of the file.
    """
    return _from_table(text, file) if file.lower().endswith(".csv") else _from_yaml(text, file)


def _from_yaml(text: bytes, file: str) -> tuple[Label, ...]:
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, _TOP, what="a labels file")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    nodes = top.items("labels") if top.place("labels").items else ()
    labels = [_label(reader, node) for node in nodes]
    reader.raise_if_issues()
    return tuple(label for label in labels if label is not None)


def _label(reader: Reader, node: Node) -> Label | None:
    fields = Fields(reader, node, LABEL_COLUMNS, what="a label")
    given = {key.text: value.text for key, value in node.entries}
    if not given.get("reason", "").strip():
        return None
    account = fields.string("account", "") if given.get("account") else ""
    organization = fields.string("organization", "") if given.get("organization") else ""
    reason = fields.string("reason", "", lines=True)
    honest = fields.boolean("honest", default=True)
    since, until = fields.instant("from", None), fields.instant("to", None)
    if not (account or organization or since):
        reader.note(
            node,
            "this label would explain every case",
            "name an account, an organization, or from when",
        )
    if since is not None and until is not None and _end(until, given["to"]) < since:
        reader.note(fields.place("to"), "`to` is before `from`", "exchange them")
    last = None if until is None else _end(until, given["to"])
    place = f"{reader.file}:{node.line}"
    return Label(
        account,
        "" if account else organization,
        since,
        since + DAY if last is None and since is not None else last,
        reason,
        honest,
        place,
    )


def _end(at: int, written: str) -> int:
    """The last instant that is meant: of the day, where only a date is written."""
    return at + DAY - 1 if len(written.strip()) == len("2026-06-03") else at


def _from_table(text: bytes, file: str) -> tuple[Label, ...]:
    if len(text) > MAX_BYTES:
        raise _faults(
            file, [(1, f"larger than {MAX_BYTES // 2**20} MiB", "is this the right file?")]
        )
    try:
        lines = csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""), strict=True)
        rows = [(lines.line_num, row) for row in lines]
        heads = lines.fieldnames or ()
    except (UnicodeDecodeError, csv.Error) as error:
        raise _faults(
            file, [(1, f"this is not a table in UTF-8: {error}", "save it as CSV UTF-8")]
        ) from None
    wrong = [
        (
            1,
            f"`{name}` is not a column of a labels file",
            f"the columns are {', '.join(LABEL_COLUMNS)}",
        )
        for name in heads
        if name not in LABEL_COLUMNS
    ]
    if "reason" not in heads:
        wrong.append(
            (
                1,
                "the column `reason` is missing",
                "begin with a line of headings; is it separated by commas?",
            )
        )
    labels = [] if wrong else [_row(number, row, file, wrong) for number, row in rows]
    if wrong:
        raise _faults(file, wrong)
    return tuple(label for label in labels if label is not None)


def _row(
    line: int, row: dict[str, str | None], file: str, wrong: list[tuple[int, str, str]]
) -> Label | None:
    cells = {key: _bare((row.get(key) or "").strip()) for key in LABEL_COLUMNS}
    if not cells["reason"]:
        return None
    honest = cells["honest"].lower()
    if honest not in _YES | _NO:
        wrong.append(
            (line, f"`{cells['honest']}` is neither true nor false", "write true or false")
        )
    since, until = (_instant(cells[key], line, wrong) for key in ("from", "to"))
    if not (cells["account"] or cells["organization"] or since):
        wrong.append(
            (
                line,
                "this label would explain every case",
                "name an account, an organization, or from when",
            )
        )
    last = None if until is None else _end(until, cells["to"])
    if since is not None and last is not None and last < since:
        wrong.append((line, "`to` is before `from`", "exchange them"))
    return Label(
        cells["account"],
        "" if cells["account"] else cells["organization"],
        since,
        since + DAY if last is None and since is not None else last,
        cells["reason"],
        honest not in _NO,
        f"{file}:{line}",
    )


def _bare(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in GUARDED and cell[1:2] else cell


def _instant(cell: str, line: int, wrong: list[tuple[int, str, str]]) -> int | None:
    try:
        return parse_instant(cell) if cell else None
    except ValueError as error:
        wrong.append(
            (line, str(error), "write a date such as 2026-06-03, or an instant that ends in Z")
        )
        return None


def _faults(file: str, found: list[tuple[int, str, str]]) -> ConfigError:
    return faults(file, [Issue(file, line, 1, message, advice) for line, message, advice in found])
