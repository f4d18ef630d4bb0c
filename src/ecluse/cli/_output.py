"""How does a command write a file so that it is there as a whole, or as it was before?"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecluse.model.errors import CallerError

__all__ = ["check_output", "whole"]


def check_output(path: Path) -> None:
    """Called before long work: what will be written at its end can have that name.

    Raises:
        CallerError: when it is a folder, or its folder is not there.
    """
    if path.is_dir():
        raise CallerError(f"`{path}` is a folder", help="name a file")
    if not path.parent.is_dir():
        raise CallerError(f"`{path.parent}`: there is no such folder", help="make it first")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Gives the name of an unfinished file beside `path`, which takes its place when the block ends well.

    What is no ordinary file (a pipe, a device such as `/dev/stdout`) is given as it is. A symbolic link
    keeps its place; the file that it leads to is replaced.

    Raises:
        OSError: when the file cannot be written.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    place = Path(os.path.realpath(path))
    unfinished = place.with_name(f".{place.name[:200]}.{os.getpid()}.part")
    try:
        yield unfinished
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)
