"""Under which paths must an application say whom it shows? Prefixes, read generously, with exceptions read strictly."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from ecluse.model.errors import CallerError

__all__ = ["Guard", "target_of"]

_SAFE: Final = "/;:@!$&'()*+,=~"
"""What a decoded path may hold without being encoded again; `%`, `?`, `#` and `\\` never."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Guarded and free prefixes, by whole segments: `/people` is also `/people/1`, and not `/peoples`."""

    guarded: tuple[tuple[str, ...], ...]
    free: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, guarded: Iterable[str], free: Iterable[str] = ()) -> "Guard":
        """Reads prefixes.

        Raises:
            CallerError: when one does not begin with a slash, or is a single string.
        """
        if isinstance(guarded, str) or isinstance(free, str):
            raise CallerError("guarded and free paths are lists", help='write ["/people/"]')
        folded = (tuple(segment.casefold() for segment in _read(prefix)) for prefix in guarded)
        return cls(tuple(folded), tuple(map(_read, free)))

    def covers(self, path: str) -> bool:
        """Whether the answer under this path must not leave undisclosed.

        An application may be generous with a path (case, `//`, `..`, `;`), so a prefix guards every
        spelling of it; and what is free is free in its plain spelling only.

        >>> guard = Guard.of(["/people"], ["/people/help"])
        >>> [guard.covers(p) for p in ("/people/1", "//People;v=1/1", "/people/help", "/people//help")]
        [True, True, False, True]
        """
        segments, plain = _segments(path)
        if any(segment.strip(". ") == "" for segment in segments):
            return bool(self.guarded)  # some applications go up there
        if not any(segments[: len(prefix)] == prefix for prefix in self.guarded):
            return False
        exact = tuple(segment for segment in path.split("/") if segment)
        return not (plain and any(exact[: len(prefix)] == prefix for prefix in self.free))


def target_of(path: str, query: str) -> str:
    """Writes the request target that an application sees: its decoded path, encoded once, and its query."""
    written = quote(path.encode("utf-8", "surrogateescape"), safe=_SAFE)
    return f"{written}?{query}" if query else written


def _read(prefix: str) -> tuple[str, ...]:
    if not prefix.startswith("/"):
        raise CallerError(f"`{prefix}` is no path", help="begin it with a slash")
    return tuple(segment for segment in prefix.split("/") if segment)


def _segments(path: str) -> tuple[tuple[str, ...], bool]:
    """The segments in lower case without `;` parameters, and whether the path was plain."""
    bases = (segment.partition(";")[0] for segment in path.replace("\\", "/").split("/"))
    kept = tuple(base.rstrip(". ").casefold() or base for base in bases if base)
    plain = not any(c in path for c in "\\;%") and "//" not in path
    return kept, plain
