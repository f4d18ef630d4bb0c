"""The lints, one file each. A lint is a module of this package that defines `LINT`; its code is the name of its file.

Adding a lint is adding that file: the command line, the tests and the documentation find it by its name. What a lint is says
`ecluse.verify.lint.contract`.
"""

import importlib
import pkgutil
from difflib import get_close_matches
from functools import cache

from ecluse.model.errors import CallerError
from ecluse.verify.lint.contract import Lint

__all__ = ["codes", "every", "find"]


@cache
def codes() -> tuple[str, ...]:
    """The codes of all lints, sorted."""
    modules = (m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in modules))


def find(code: str) -> Lint:
    """The lint of that code.

    Raises:
        CallerError: when there is none.
    """
    if code not in codes():
        near = get_close_matches(code, codes(), n=1)
        advice = f"did you mean `{near[0]}`?" if near else "`ecluse lint --list` shows them all"
        raise CallerError(f"no lint is called `{code}`", help=advice)
    found: Lint = importlib.import_module(f"{__name__}.{code.replace('-', '_')}").LINT
    return found


def every() -> dict[str, Lint]:
    """All lints by their codes."""
    return {code: find(code) for code in codes()}
