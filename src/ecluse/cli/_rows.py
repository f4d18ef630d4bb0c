"""How are the rows of an SQL answer printed: as a table, as comma-separated values, as JSON values?"""

from typing import Any

import click

__all__ = ["plain", "print_csv", "print_table"]


def plain(value: Any) -> Any:
    """Turns a value of an answer into what JSON can hold; bytes become hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def print_csv(answer: Any) -> None:
    """Prints every row as comma-separated values."""
    import csv
    import sys

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    for row in answer.rows():
        writer.writerow(
            [" ".join(shown) if isinstance(shown := plain(value), list) else shown for value in row]
        )


def print_table(answer: Any) -> None:
    """Prints the first rows as a table for people."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*(escape(name) for name in answer.columns))
    rows = list(answer.rows(201))
    for row in rows[:200]:
        table.add_row(*(escape(_cell(value)) for value in row))
    Console().print(table)
    if len(rows) > 200:
        click.echo("the first 200 rows; --csv and --json print all", err=True)


def _cell(value: Any) -> str:
    shown = plain(value)
    if isinstance(shown, list):
        return " ".join(str(item) for item in shown[:3]) + (
            f" … {len(shown)}" if len(shown) > 3 else ""
        )
    return "" if shown is None else str(shown)
