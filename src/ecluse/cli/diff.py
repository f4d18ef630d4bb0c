"""`ecluse diff`: is a policy file stricter than another, where is it looser, and by how many persons?"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ecluse.cli._options import json_option, print_json, print_table, say
from ecluse.cli._progress import counting
from ecluse.cli.bound import horizons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecluse.model.difference import Difference, Line
    from ecluse.wiring.diffing import Two

__all__ = ["command"]

_FILE = click.Path(path_type=Path, dir_okay=False)
_FAILING: Final = {
    "looser": {"looser"},
    "incomparable": {"looser", "incomparable"},
    "any": {"looser", "incomparable", "stricter"},
}
"""The verdicts with which the command ends with 1."""

_ROWS_MAX: Final = 25


@click.command(
    epilog="""\b
Examples:
  git show main:policy.yaml > before.yaml
  ecluse diff before.yaml policy.yaml --estate estate.yaml
  ecluse diff before.yaml policy.yaml --estate estate.yaml --fail-on looser --json
  ecluse diff before.yaml policy.yaml --estate estate.yaml --adversary adversary.yaml --horizon 24h,360d

\b
Exit codes: 0 the same or stricter, or a verdict that --fail-on lets pass; 1 a verdict that --fail-on names;
3 a file is wrong.
"""
)
@click.argument("before", type=_FILE)
@click.argument("after", type=_FILE)
@click.option("--estate", type=_FILE, required=True, help="Estate file: what can be read, by whom.")
@click.option("--adversary", type=_FILE, help="What is stolen; the documented thefts when absent.")
@click.option(
    "--horizon",
    "over",
    default="10m,1h,24h,30d,360d",
    show_default=True,
    callback=horizons,
    help="Over which times, with commas.",
)
@click.option(
    "--fail-on",
    type=click.Choice(list(_FAILING)),
    default="incomparable",
    show_default=True,
    help="End with 1 when AFTER is looser; looser or incomparable; or anything but the same.",
)
@json_option
def command(
    *,
    before: Path,
    after: Path,
    estate: Path,
    adversary: Path | None,
    over: tuple[int, ...],
    fail_on: str,
    as_json: bool,
) -> int:
    """Says whether policy file AFTER is stricter than BEFORE, looser, the same or incomparable.

    `same` and `stricter` are proved for every request and every history. Otherwise it shows a history that only one of
    the two releases, and where a thief takes more: account kind, application, time, persons.
    """
    from ecluse.reports.diff import document
    from ecluse.wiring.diffing import DiffFiles

    two = DiffFiles(before, after, estate, adversary).open()
    with counting("comparing", "policy sets") as count:
        found = two.compare(over)
        count(2)
    if as_json:
        print_json(document(found))
    else:
        _show(found, two)
    return int(found.verdict.value in _FAILING[fail_on])


def _show(found: "Difference", two: "Two") -> None:
    from ecluse.reports.diff import before_table, change_sentences

    for line in before_table(found):
        say(line)
    say("")
    if found.lines or found.thieves:
        say("the most distinct persons that a thief can take, where it differs:")
        _print_rows(found.lines, len(two.estate.applications))
        _print_rows(found.thieves, len(two.estate.applications))
    else:
        say("no number of persons differs")
    say("")
    if not found.changes:
        say("no budget was changed")
    for line in change_sentences(found.changes):
        say(line)


def _print_rows(lines: "Sequence[Line]", applications: int) -> None:
    from rich.table import Table

    from ecluse.reports.diff import rows
    from ecluse.reports.text import plain

    if not lines:
        return
    table = Table("who", "through", "over", "before", "after", "difference")
    for column in table.columns[2:]:
        column.justify = "right"
    found = rows(lines, applications)
    for row in found[:_ROWS_MAX]:
        cells = (row.who, row.through, row.horizon, row.before, row.after, row.difference)
        table.add_row(*map(plain, cells))
    print_table(table)
    if len(found) > _ROWS_MAX:
        say(f"… and {len(found) - _ROWS_MAX:,} more rows (--json has all)")
