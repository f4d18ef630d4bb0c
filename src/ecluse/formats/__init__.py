"""Log formats, one file each: lines, documents or tables in, rows with named fields out. No input or output here.

A format is a module of this package that defines `FORMAT`; adding a format is adding that file (and a
starter mapping of the same name in `mappings/`). What all formats share is in `common/`.
"""

import importlib
import pkgutil
from functools import cache

from ecluse.formats.common.contract import Format
from ecluse.model.errors import CallerError

__all__ = ["find", "names"]


@cache
def names() -> tuple[str, ...]:
    """The names of all formats, sorted."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.ispkg))


def find(name: str) -> Format:
    """The format of that name.

    Raises:
        CallerError: when there is none.
    """
    if name not in names():
        raise CallerError(
            f"`{name}` is not a format", help=f"the formats are {', '.join(names())}, and auto"
        )
    found: Format = importlib.import_module(f"{__name__}.{name}").FORMAT
    return found
