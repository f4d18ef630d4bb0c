"""What stands at a JSON pointer of each record? Text columns, or list columns where there is more than one value."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import polars as pl
import pyarrow as pa

__all__ = ["column", "parse_pointer", "walk", "walk_all"]

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


def walk_all(values: list[Any], steps: Sequence[str]) -> list[Any]:
    """What stands there in each value; the same as `walk` of each, step by step over all."""
    for index, step in enumerate(steps):
        if step == _EVERY:
            rest = steps[index + 1 :]
            if len(rest) == 1 and rest[0] != _EVERY:
                return [_every(value, rest[0]) for value in values]
            return [walk(value, steps[index:]) for value in values]
        values = [
            value.get(step) if type(value) is dict else walk(value, (step,)) for value in values
        ]
    return values


def _every(value: Any, key: str) -> Any:
    if type(value) is not list:
        return walk(value, (_EVERY, key))
    return [item.get(key) if type(item) is dict else walk(item, (key,)) for item in value]


def column(values: list[Any]) -> pl.Series:
    """The values as texts: 7 and "7" are the same person, and an object is none."""
    if any(type(value) is list for value in values):
        return _list_column(values)
    if all(value is None or type(value) is str for value in values):
        return pl.Series(values, dtype=pl.String)
    return pl.Series([_text(value) for value in values], dtype=pl.String)


def _list_column(values: list[Any]) -> pl.Series:
    """Lists by their lengths and all their elements, which is much quicker than one object a row."""
    flat: list[str] = []
    ends = [0]
    for value in values:
        _flatten(value, flat)
        ends.append(len(flat))
    array = pa.LargeListArray.from_arrays(
        pa.array(ends, pa.int64()), pa.array(flat, pa.large_string())
    )
    made = pl.from_arrow(array)
    assert isinstance(made, pl.Series)
    return made


def _flatten(value: Any, flat: list[str]) -> None:
    if type(value) is list:
        for item in value:
            kind = type(item)
            if kind is str:
                flat.append(item)
            elif kind is int:
                flat.append(str(item))
            else:
                _flatten(item, flat)
    elif (text := _text(value)) is not None:
        flat.append(text)


def _text(value: Any) -> str | None:
    text: Callable[[Any], str] | None = _TEXTS.get(type(value))
    return None if text is None else text(value)


_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    str: str,
    int: str,
    float: repr,
    bool: lambda flag: "true" if flag else "false",
}
