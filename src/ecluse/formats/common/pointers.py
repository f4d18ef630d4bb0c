"""What stands at a JSON pointer of each record? Text columns, or list columns where there is more than one value."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import polars as pl

__all__ = ["column", "parse_pointer", "walk"]

_EVERY: Final = "*"


def parse_pointer(name: str) -> tuple[str, ...]:
    """The steps of a pointer (RFC 6901), in which `*` stands for every element; a bare name is one step.

    >>> parse_pointer("/results/*/id"), parse_pointer("user"), parse_pointer("/a~1b")
    (('results', '*', 'id'), ('user',), ('a/b',))
    """
    if not name.startswith("/"):
        return (name,)
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in name[1:].split("/"))


def walk(value: Any, steps: Sequence[str]) -> Any:
    """What stands there: a value, a list of values when a step is `*`, or None."""
    for index, step in enumerate(steps):
        if isinstance(value, dict):
            if step == _EVERY:
                return [walk(item, steps[index + 1 :]) for item in value.values()]
            value = value.get(step)
        elif isinstance(value, list):
            if step == _EVERY:
                return [walk(item, steps[index + 1 :]) for item in value]
            value = value[int(step)] if step.isdecimal() and int(step) < len(value) else None
        else:
            return None
    return value


def column(values: list[Any]) -> pl.Series:
    """The values as texts: 7 and "7" are the same person, and an object is none."""
    if any(isinstance(value, list) for value in values):
        return pl.Series([_texts(value) for value in values], dtype=pl.List(pl.String))
    if all(value is None or type(value) is str for value in values):
        return pl.Series(values, dtype=pl.String)
    return pl.Series([_text(value) for value in values], dtype=pl.String)


def _texts(value: Any) -> list[str] | None:
    if not isinstance(value, list):
        text = _text(value)
        return None if text is None else [text]
    texts: list[str] = []
    for item in value:
        texts.extend(_texts(item) or ())
    return texts


def _text(value: Any) -> str | None:
    text: Callable[[Any], str] | None = _TEXTS.get(type(value))
    return None if text is None else text(value)


_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    str: str,
    int: str,
    float: repr,
    bool: lambda flag: "true" if flag else "false",
}
