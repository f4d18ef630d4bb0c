"""How is a short time written? A duration that can also be in milliseconds."""

import re
from typing import Final

from ecluse.loaders.located import Fault, Node, quote, scalars
from ecluse.model.time import SECOND, format_duration

__all__ = ["span"]

_MILLISECONDS: Final = re.compile(r"([0-9]{1,9})ms")


def span(node: Node, *, least: int | None = None, most: int | None = None) -> int:
    """A duration such as `250ms` or `10m`, in microseconds, within both bounds (microseconds).

    Raises:
        Fault: otherwise.
    """
    match = _MILLISECONDS.fullmatch(node.text) if node.kind.name == "SCALAR" else None
    if match is None or not int(match[1]):
        return scalars.duration(node, least=least, most=most)
    micros = int(match[1]) * 1000
    if least is not None and micros < least:
        raise Fault(f"{quote(node.text)} is out of range: at least {_written(least)}")
    if most is not None and micros > most:
        raise Fault(f"{quote(node.text)} is out of range: at most {_written(most)}")
    return micros


def _written(micros: int) -> str:
    return format_duration(micros) if micros % SECOND == 0 else f"{micros // 1000}ms"
