"""How does a command write a file so that it is there as a whole, or as it was before?"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecluse.model.errors import CallerError

__all__ = ["check_output", "system_number", "whole"]


def check_output(path: Path) -> None:
    """Called before long work: what will be written at its end can have that name.

    Raises:
        CallerError: when it is a folder, or its folder is not there.
    """
    if path.is_dir():
        raise CallerError(f"`{path}` is a folder", help="name a file")
    if not path.parent.is_dir():
        raise CallerError(f"`{path.parent}`: there is no such folder", help="make it first")


def system_number(error: OSError) -> int:
    """The number of the system's error; polars and Arrow have it in their text alone. 0 when there is none."""
    told = re.search(r"\((?:os error |errno )(\d+)\)|\[errno (\d+)\]", str(error), re.IGNORECASE)
    return error.errno or (int(told[1] or told[2]) if told else 0)


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
    except OSError as error:
        number = system_number(error)
        raise OSError(number, os.strerror(number) if number else str(error), str(path)) from error
    finally:
        unfinished.unlink(missing_ok=True)
