"""How do entries become what a segment's files hold? Work on bytes alone, done here or in a process of its own.

A process of its own has its own interpreter, so that whoever decides need not wait for this one's; and it runs
with less priority. It only reads the log and answers on its standard output: every change to the
ledger's folder is made by the writer.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from ecluse.ledgers.disk import unavailable
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.reader import frame_of_part
from ecluse.ledgers.salts import Salter
from ecluse.ledgers.segment import table_of, write_table
from ecluse.merkle.columns import Columns, commitments, leaves, take_columns
from ecluse.merkle.tree import CompactRange

__all__ = ["Press", "Pressed", "press_apart", "press_columns", "press_here"]

_PIECE: Final = 4_096
_NICE: Final = 10


class Pressed(msgspec.Struct, frozen=True, gc=False):
    """What the files of a segment hold.

    Attributes:
        count: entries. min_at, max_at: microseconds.
        hashes: the leaf hashes, end to end. nodes: the complete subtrees over them.
        table: the Parquet file.
    """

    count: int
    min_at: int
    max_at: int
    hashes: bytes
    nodes: tuple[bytes, ...]
    table: bytes


class _Task(msgspec.Struct, frozen=True, gc=False):
    root: str
    first: int
    secret: bytes


Press = Callable[[Layout, int, bytes, Callable[[], None]], Pressed]
"""Presses a part of the log: where the log is, the part's first number, its secret, what is called between pieces."""


def press_columns(
    columns: Columns, first: int, secret: bytes, *, piece: int, between: Callable[[], None]
) -> Pressed:
    """Presses consecutive entries, of which there is at least one."""
    assert len(columns) > 0
    salter, hashes = Salter(secret), bytearray()
    for begin in range(0, len(columns), piece):
        part = columns.slice(begin, min(piece, len(columns) - begin))
        hashes += leaves(part, commitments(part, salter.many(first + begin, len(part))))
        between()
    at = columns.frame["at"].to_numpy()
    return Pressed(
        count=len(columns),
        min_at=int(np.min(at)),
        max_at=int(np.max(at)),
        hashes=bytes(hashes),
        nodes=CompactRange.over(bytes(hashes), first).nodes,
        table=write_table(table_of(columns, first), secret=secret),
    )


def press_here(layout: Layout, first: int, secret: bytes, between: Callable[[], None]) -> Pressed:
    """Presses a part of the log in this thread.

    Raises:
        UnavailableError: when the log cannot be read.
    """
    with unavailable("the write-ahead log cannot be read"):
        frame = frame_of_part(layout, first, between=between)
    return press_columns(take_columns(frame), first, secret, piece=_PIECE, between=between)


def press_apart(layout: Layout, first: int, secret: bytes, between: Callable[[], None]) -> Pressed:
    """Presses a part of the log in another process; in this thread where that process fails."""
    task = msgspec.msgpack.encode(_Task(str(layout.root.absolute()), first, secret))
    try:
        done = subprocess.run(  # noqa: S603 - this program itself
            [sys.executable, "-m", __name__],
            input=task,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        return msgspec.msgpack.decode(done.stdout, type=Pressed)
    except (OSError, subprocess.CalledProcessError, msgspec.MsgspecError):
        return press_here(layout, first, secret, between)


def _main() -> None:
    os.nice(_NICE)
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Task)
    pressed = press_here(Layout(Path(task.root)), task.first, task.secret, lambda: None)
    sys.stdout.buffer.write(msgspec.msgpack.encode(pressed))


if __name__ == "__main__":
    _main()
