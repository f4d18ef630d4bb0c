"""Which format is a log written in? The one whose test its first lines pass, or a refusal to guess."""

from pathlib import Path
from typing import Final

from ecluse import formats
from ecluse.model.errors import SourceError
from ecluse.sources.blocks import STDIN, head_of

__all__ = ["detect"]

_LINES: Final = 20
_ENOUGH: Final = 0.8
"""Share of the first lines that must fit: the odd line of a scanner should not hide what a log is."""
_GENERAL: Final = ("jsonl", "csv")
"""Taken only when no special format fits, in this order: their tests let the lines of others pass too."""


def detect(path: Path) -> str | None:
    """The name of the format of a file; None when nothing is in it, as after a rotation.

    Raises:
        SourceError: when no format fits, or more than one, or the log comes from standard input.
    """
    if path == STDIN or not path.is_file():  # a pipe can be read only once
        what = "standard input" if path == STDIN else f"`{path}`, a pipe,"
        raise SourceError(f"the format of {what} cannot be found out", help="say it with --format")
    head = head_of(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if b"\0" in head:
        raise SourceError(
            f"`{path}`: a binary file, not a log",
            help="gzip and zstd are read as they are; unpack archives first",
        )
    text = head.decode("utf-8", "replace").split("\n")
    lines = [line.rstrip("\r") for line in (text[:-1] or text) if line.strip()][:_LINES]
    if not lines:
        return None
    found = [name for name in formats.names() if _fits(name, lines)]
    special = [name for name in found if name not in _GENERAL]
    chosen = special or [name for name in _GENERAL if name in found][:1]
    if len(chosen) == 1:
        return chosen[0]
    what = f"it could be {' or '.join(chosen)}" if chosen else "its first lines fit none"
    raise SourceError(
        f"`{path}`: the format cannot be told: {what}",
        help=f"say it with --format: {', '.join(formats.names())}",
    )


def _fits(name: str, lines: list[str]) -> bool:
    test = formats.find(name).detect
    if test(lines):
        return True
    return name != "csv" and sum(test([line]) for line in lines) >= _ENOUGH * len(lines)
