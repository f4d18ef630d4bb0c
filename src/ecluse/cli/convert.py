"""`ecluse convert`: how is a log read once, so that every later replay starts from columns?"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ecluse.cli._options import TextPath, counted, json_option, print_json, say

__all__ = ["command"]

EPILOG = """\b
Examples:
  ecluse convert access.log.gz --format combined --map people.yaml --out events.parquet
  zcat logs/*.gz | ecluse convert - --format jsonl --map app.yaml --out events.parquet
  ecluse convert logs/ --out events.parquet
"""


@click.command(epilog=EPILOG)
@click.argument("logs", nargs=-1, required=True, metavar="LOG...")
@click.option("--format", "format_", default="auto", show_default=True, help="Format of the logs; see `ecluse formats`.")  # fmt: skip
@click.option("--map", "mapping", type=click.Path(), help="Mapping file; the one that ships with the format when left out.")  # fmt: skip
@click.option("--out", required=True, type=TextPath(), help="Parquet file to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@json_option
def command(  # noqa: PLR0917 - click calls it by keyword
    logs: tuple[str, ...],
    format_: str,
    mapping: str | None,
    out: str,
    force: bool,
    as_json: bool,
) -> None:
    """Writes the access events of LOG... (files, directories, or - for standard input) as one Parquet file.

    The file holds the project's own columns, zstd, sorted by time. Persons are in it as the log names them:
    protect it like the log.
    """
    from ecluse import wiring
    from ecluse.sources.convert import write_events

    chosen = wiring.open_mapping(None if mapping is None else Path(mapping), format_)
    batches = wiring.open_log([Path(log) for log in logs], format_, chosen, None)
    with _progress() as progress:
        tally = write_events(
            batches(progress),
            Path(out),
            max_reject_share=wiring.reject_share(chosen),
            replace=force,
        )
    if as_json:
        print_json(
            {
                "out": out,
                "lines": tally.lines,
                "events": tally.events,
                "rejects": dict(tally.rejects),
                "reject_samples": tally.samples,
                "ignored": dict(tally.ignored),
            }
        )
        return
    say(f"{counted(tally.events, 'event')} of {counted(tally.lines, 'line')} in {out}")
    for what, counts in (("ignored", tally.ignored), ("rejected", tally.rejects)):
        for reason, count in counts.most_common():
            places = ", ".join(tally.samples.get(reason, [])) if what == "rejected" else ""
            say(f"  {what}: {count} {reason}{f' ({places})' if places else ''}", err=True)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar over the bytes of the logs, on standard error, where a person looks on."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task("converting", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
