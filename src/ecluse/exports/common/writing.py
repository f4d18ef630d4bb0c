"""How does text leave so that every reader takes it? As ASCII JSON, cut where a tool has a limit, with lasting identifiers."""

import ipaddress
import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid5

from ecluse.model.time import EPOCH
from ecluse.reports.text import exact, plain

__all__ = [
    "address",
    "clean",
    "instant",
    "json_text",
    "kept",
    "one_line",
    "uid",
]

_NAMESPACE: Final = UUID("8083e06b-f308-5617-9575-cd74122779d2")
"""Under which identifiers are made. It never changes: a second export would no longer update the first."""

_COMPACT: Final = json.JSONEncoder(separators=(",", ":"))

_LAST: Final = (datetime(9999, 12, 31, 23, 59, 59, 999999, UTC) - EPOCH) // timedelta(
    microseconds=1
)
_FIRST: Final = (datetime(1, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)


def clean(text: str, longest: int | None = None) -> str:
    """The text as it is, without what is no character; one that is too long ends in `…`.

    >>> clean("portal", longest=4)
    'por…'
    """
    found = text if text.isascii() else exact(text)
    return found if longest is None or len(found) <= longest else f"{found[: longest - 1]}…"


@lru_cache(4096)  # the same accounts, sessions and sources come again and again
def one_line(text: str, longest: int) -> str:
    r"""The text on one line, with every character that is not seen spelled out.

    >>> one_line("a\nb", 10)
    'a\\x0ab'
    """
    return clean(plain(clean(text, longest)), longest)


def uid(kind: str, *parts: str) -> str:
    """A name-based UUID (RFC 9562, version 5): the same facts have the same name in every export."""
    words = [kind, *parts]
    return str(uuid5(_NAMESPACE, "\n".join(f"{len(exact(w))} {exact(w)}" for w in words)))


def instant(micros: int, *, millis: bool = False) -> str:
    """An instant as RFC 3339 in UTC, or with exactly three digits of a second; beyond the years 1 to 9999, the last one that can be written."""
    at = EPOCH + timedelta(microseconds=min(max(micros, _FIRST), _LAST))
    text = at.isoformat(timespec="milliseconds" if millis else "auto")
    return text.replace("+00:00", "Z")


@lru_cache(4096)
def address(text: str) -> str | None:
    """The text when it is an address of the Internet Protocol, in its usual spelling; None otherwise."""
    try:
        return None if "%" in text else str(ipaddress.ip_address(text))
    except ValueError:
        return None


def kept(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is not known: None, and empty texts, lists and objects."""
    return {name: value for name, value in values.items() if value or isinstance(value, int)}


def json_text(document: Any, *, indent: int | None = None) -> str:
    """JSON in ASCII alone: no name in it does anything to a terminal, and every reader of UTF-8 takes it."""
    write = _COMPACT.encode if indent is None else json.JSONEncoder(indent=indent).encode
    text = write(document)
    if "\\ud" in text:  # halves of a character may be among them
        text = write(_exact(document))
    return text.replace("\x7f", "\\u007f")


def _exact(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else exact(value)
    if isinstance(value, dict):
        return {_exact(k): _exact(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(v) for v in value]
    return value
