"""Which resource does a request line name? Paths and queries, in the one form that mappings can rely on.

Two spellings of a path that servers treat alike must match the same rule of a mapping; otherwise
`//people/12` or `/peopl%65/12` would slip past a rule about `/people/`. RFC 3986 §6.2.2: characters that
never need it are percent-decoded, dot segments are removed; and repeated slashes become one, as in nginx.
"""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote_to_bytes

import polars as pl

__all__ = [
    "decode",
    "map_distinct",
    "normalise",
    "request_columns",
    "split_request",
    "split_target",
    "url_columns",
]

_UNRESERVED: Final = re.compile(
    r"%(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])"
)
_UNUSUAL: Final = r"%|//|/\.|^[^/]|^$"
_ORIGIN: Final = re.compile(r"\A[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
_SLASHES: Final = re.compile(r"/{2,}")


def map_distinct(
    column: pl.Series, change: Callable[[str], str | None], where: pl.Series | None = None
) -> pl.Series:
    """Changes the texts of a column (those of the rows in `where`), calling `change` once for each distinct one."""
    if where is not None:
        if not where.any():
            return column
        frame = pl.DataFrame({"text": column, "where": where})
        changed = map_distinct(column.filter(where), change)
        rows = frame.with_row_index("row").filter("where").select("row").to_series()
        return column.scatter(rows, changed)
    distinct = column.unique().drop_nulls()
    changed_texts = pl.Series([change(text) for text in distinct], dtype=pl.String)
    return column.replace_strict(distinct, changed_texts, default=None, return_dtype=pl.String)


def normalise(paths: pl.Series) -> pl.Series:
    """Paths in their one form (see the head of this file)."""
    unusual = paths.str.contains(_UNUSUAL).fill_null(value=False)
    return map_distinct(paths, _normalise, unusual)


def decode(texts: pl.Series, *, plus: bool = False) -> pl.Series:
    """Percent-decoded texts; with `plus`, a `+` is a space, as in query parameters."""
    encoded = texts.str.contains("%", literal=True)
    if plus:
        encoded |= texts.str.contains("+", literal=True)
    encoded = encoded.fill_null(value=False)
    return map_distinct(texts, lambda text: _decode(text, plus=plus), encoded)


def split_target(target: str) -> tuple[str, str | None]:
    """Path and query of a request target.

    >>> split_target("http://example.org/a?b=c")
    ('/a', 'b=c')
    """
    path, mark, query = target.partition("?")
    return _normalise(path), query if mark else None


def split_request(request: str) -> tuple[str | None, str | None, str | None]:
    """Method, target and protocol of a request line; nothing when it is not one.

    >>> split_request("GET /a b HTTP/1.1")
    ('GET', '/a b', 'HTTP/1.1')
    """
    method, _, rest = request.partition(" ")
    target, space, protocol = rest.rpartition(" ")
    if not space or not protocol.startswith("HTTP/") or not method or not target:
        return None, None, None
    return method, target, protocol


def url_columns(target: pl.Series, wanted: frozenset[str]) -> dict[str, pl.Series]:
    """The columns `path` and `query` of request targets, as far as wanted."""
    if not wanted & {"path", "query"}:
        return {}
    halves = target.str.splitn("?", 2).struct
    columns = {"query": halves.field("field_1")}
    if "path" in wanted:
        columns["path"] = normalise(halves.field("field_0"))
    return columns


def request_columns(request: pl.Series, wanted: frozenset[str]) -> dict[str, pl.Series]:
    """The columns `method`, `protocol`, `path` and `query` of request lines; null where it is not one."""
    parts = request.str.extract_groups(r"^(\S+) (.+) (HTTP/\S*)$").struct
    return {
        "method": parts.field("1"),
        "protocol": parts.field("3"),
        **url_columns(parts.field("2"), wanted),
    }


def _normalise(path: str) -> str:
    path = _ORIGIN.sub("", path, count=1) or "/"
    path = _UNRESERVED.sub(lambda match: chr(int(match[1], 16)), path)
    path = _SLASHES.sub("/", path)
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == ".." and len(kept) > 1:
            kept.pop()
        elif segment not in {".", ".."}:
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def _decode(text: str, *, plus: bool) -> str:
    if plus:
        text = text.replace("+", " ")
    return unquote_to_bytes(text).decode("utf-8", "backslashreplace")
