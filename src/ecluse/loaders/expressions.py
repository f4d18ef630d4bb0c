"""Is a regular expression for persons one that ends soon? A compiled expression, or a fault.

Python's matcher tries one way after another, and a stranger chooses the text: `(a+)+` needs longer than
anybody waits for thirty letters. So the ways of an expression are counted beforehand (the sizes of its
repeats, multiplied), repeats within repeats are refused, and so is what this count does not
understand.
"""

import re
from typing import Final

from ecluse.loaders.located import Fault, Node, scalars
from ecluse.routes.persons import MAX_VALUE

__all__ = ["expression"]

MAX_WAYS: Final = 2 * MAX_VALUE * MAX_VALUE
"""Two repeats without an end, and an optional part."""

_TOKEN: Final = re.compile(
    r"\\(?P<escaped>.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?(?:P<\w+>|:))?)|(?P<close>\))|(?P<or>\|)"
    r"|(?P<repeat>[*+?]|\{(?=[0-9,])(?P<least>[0-9]*)(?P<comma>,?)(?P<most>[0-9]*)\})[?+]?|.",
    re.DOTALL,
)
_HELP: Final = (
    "write [0-9]+ for digits; a repeat within a repeat can nearly always be written as one"
)


def expression(node: Node) -> re.Pattern[str]:
    """Compiles the expression of a node; `\\d` and `\\w` mean ASCII.

    Raises:
        Fault: when it does not compile, has several groups, or could take long on a text that a stranger chose.
    """  # noqa: D301 - as it is written
    written = scalars.text(node)
    try:
        compiled = re.compile(written, re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        raise Fault(f"the expression does not compile: {error}", "it is in Python syntax") from None
    if compiled.groups > 1:
        raise Fault(
            "the expression has more than one group",
            "keep the one around the identifier, and write the others (?:…)",
        )
    if _ways(written) > MAX_WAYS:
        raise Fault("the expression could take long: it has too many repeats", _HELP)
    if compiled.fullmatch("") is not None:
        raise Fault("the expression matches an empty text", "write + instead of *")
    return compiled


def _ways(written: str) -> int:
    """In how many ways the expression can be laid over a text of the greatest length, at most."""
    ways = 1
    loose = [False]  # for each open group: whether it holds a repeat or an alternative
    last = False  # the same for what a repeat would repeat
    for token in _TOKEN.finditer(written):
        if (escaped := token["escaped"]) is not None and escaped in "123456789":
            raise Fault("the expression refers back to a group", "write the part again")
        if token["open"] is not None:
            if written[token.end()] == "?":
                raise Fault("the expression has a group of a kind that is not read here", "the only groups are (…), (?:…) and (?P<person>…)")  # fmt: skip
            loose.append(False)
        elif token["close"] is not None:
            last = loose.pop()
            loose[-1] |= last
            continue
        elif token["or"] is not None:
            ways, loose[-1] = ways * 2, True
        elif token["repeat"] is not None:
            size = _size(token)
            if last and token["repeat"] != "?":
                raise Fault("the expression has a repeat within a repeat", _HELP)
            ways *= size
            loose[-1] |= size > 1
            continue
        last = False
    return ways


def _size(token: re.Match[str]) -> int:
    """How many lengths a repeat can have."""
    if token["repeat"] == "?":
        return 2
    if token["repeat"] in "*+":
        return MAX_VALUE
    least = int(token["least"] or 0)
    if not token["comma"]:
        return 1
    return max(int(token["most"] or MAX_VALUE) - least + 1, 1)
