"""How are the loops that count and hash compiled? By numba, whose work is kept on disk where it finds a place for it.

numba keeps compiled code beside the package, in the user's cache, or in `NUMBA_CACHE_DIR`. A service has often none of
the three: its package belongs to somebody else, and its home is closed to it. Then each process compiles for itself.
"""

from collections.abc import Callable
from typing import Any

import numba as nb

__all__ = ["compiled"]


def compiled(signature: Any = None, **options: Any) -> Callable[[Any], Any]:
    """Decorates a function as `numba.njit` does, with its code kept on disk where that can be.

    Args:
        signature: types of the function, to compile it at once; at its first call when absent.
        options: those of `numba.njit` but `cache`.
    """

    def made(function: Any) -> Any:
        try:
            return nb.njit(signature, cache=True, **options)(function)
        except RuntimeError:  # no folder to keep it in; numba has no class of its own for this
            return nb.njit(signature, **options)(function)

    return made
