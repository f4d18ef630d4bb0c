"""Whom does an answer show? By a regular expression over its text, or a JSON pointer into its document."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

__all__ = ["persons_in"]

_EACH: Final = "*"


def persons_in(body: bytes, shown: str) -> frozenset[str]:
    """The identifiers in a body; nobody where it is not what `shown` speaks of.

    Args:
        body: as it came.
        shown: a JSON pointer (RFC 6901, with `*` for each item of a list or mapping) when it begins with `/`;
            otherwise an expression with one group.

    >>> sorted(persons_in(b'{"persons": [{"number": "P1"}, {"number": 2}]}', "/persons/*/number"))
    ['2', 'P1']
    >>> sorted(persons_in(b'<tr data-person="P1">', r'data-person="([A-Z0-9]+)"'))
    ['P1']
    """
    if not shown.startswith("/"):
        return frozenset(re.findall(shown, body.decode("utf-8", "replace"), re.ASCII))
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return frozenset()
    parts = [part.replace("~1", "/").replace("~0", "~") for part in shown[1:].split("/")]
    return frozenset(
        str(found)
        for found in _at(document, parts)
        if isinstance(found, str | int) and not isinstance(found, bool)
    )


def _at(value: Any, parts: list[str]) -> Iterator[Any]:
    if not parts:
        yield value
        return
    head, rest = parts[0], parts[1:]
    if isinstance(value, dict):
        chosen = value.values() if head == _EACH else [value[head]] if head in value else []
    elif isinstance(value, list):
        inside = head.isdecimal() and int(head) < len(value)
        chosen = value if head == _EACH else [value[int(head)]] if inside else []
    else:
        chosen = []
    for each in chosen:
        yield from _at(each, rest)
