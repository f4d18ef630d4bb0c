"""How is the answer to a query shown? As JSON, as CSV, or as a table, and never so that a terminal obeys it."""

import csv
import math
import sys
from typing import Any, Final

from ecluse.cli._options import print_json, print_table, say
from ecluse.reports.text import plain

__all__ = ["print_answer"]

_ROWS: Final = 200


def print_answer(answer: Any, *, as_json: bool, as_csv: bool) -> None:
    """Prints the columns and rows; JSON and CSV have all of them, a table the first 200."""
    if as_json:
        rows = [dict(zip(answer.columns, map(_value, row), strict=True)) for row in answer.rows()]
        print_json({"columns": answer.columns, "rows": rows})
    elif as_csv:
        _print_csv(answer)
    else:
        _print_table(answer)


def _print_csv(answer: Any) -> None:
    """Exact in a file or a pipe; on a terminal, what it would obey is spelled out."""
    shown = plain if sys.stdout.isatty() else str
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([shown(name) for name in answer.columns])
    for row in answer.rows():
        values = [" ".join(map(str, v)) if isinstance(v, list) else v for v in map(_value, row)]
        writer.writerow([shown(v) if isinstance(v, str) else v for v in values])


def _print_table(answer: Any) -> None:
    from rich.table import Table

    rows = list(answer.rows(_ROWS + 1))
    table = Table(*(plain(name) for name in answer.columns))
    for row in rows[:_ROWS]:
        table.add_row(*(plain(_cell(value)) for value in row))
    print_table(table)
    if len(rows) > _ROWS:
        say(f"the first {_ROWS} rows; --csv and --json print all", err=True)


def _cell(value: Any) -> str:
    found = _value(value)
    if isinstance(found, list):
        more = f" … {len(found)}" if len(found) > 3 else ""
        return " ".join(str(item) for item in found[:3]) + more
    return "" if found is None else str(found)


def _value(value: Any) -> Any:
    """A value that JSON has: bytes in hexadecimal, what is no number as a word."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
