"""What do the settings say of the counter that several gates share, and of the time when it is out of reach?"""

import re
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from ecluse.loaders import schema
from ecluse.loaders.located import Fault, Fields, Node, quote, scalars
from ecluse.loaders.settings_schema import GATE_NAME, SETTINGS
from ecluse.loaders.spans import span
from ecluse.model.policy import Window
from ecluse.model.settings import Failure, SharedCounter
from ecluse.model.time import DAY, MINUTE

__all__ = ["read_counter"]

_NAME: Final = re.compile(GATE_NAME)
_SHAPE: Final = "a name of small letters, digits, `.`, `_` and `-`"
_FAILURES: Final = {f.value: f for f in Failure}
_SHORTEST: Final = 1000
_EXAMPLE: Final = "write it like redis://127.0.0.1:6379/0 or unix:///run/redis/redis.sock"


def read_counter(top: Fields) -> SharedCounter | None:
    """The `counter` of a settings file, with what its parts say of each other; None when there is none."""
    fields = top.fields("counter", schema.keys(SETTINGS, "counter"), what="a shared counter")
    if fields is None:
        return None
    name = partial(scalars.text, pattern=_NAME, shape=_SHAPE)
    default = SharedCounter("")
    counter = SharedCounter(
        url=fields.get("redis", _url, "", required=True),
        cluster=fields.boolean("cluster", default=default.cluster),
        name=fields.get("name", name, default.name),
        password_file=fields.string("password_file", None),
        gates=fields.each("gates", name) or default.gates,
        gate=fields.get("gate", name, default.gate),
        timeout=fields.get("timeout", partial(span, least=_SHORTEST, most=MINUTE), default.timeout),
        when_unreachable=fields.word("when_unreachable", _FAILURES, default.when_unreachable),
        allowance=_allowance(fields),
    )
    _check(fields, counter)
    return counter


def _url(node: Node) -> str:
    """The address of the server; a wrong one is not repeated in the message, since it may hold a password."""
    if "@" in node.text or "password=" in node.text:
        raise Fault(
            "the address holds a name or a password, and this file is read by many",
            "move it into a file of its own, and name that as `password_file`",
        )
    url = scalars.text(node)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Fault("this is not the address of a Redis server", _EXAMPLE) from None
    if parts.query or parts.fragment:
        raise Fault(
            "the address has options", "the keys beside it say the same: timeout, cluster, …"
        )
    if parts.scheme == "unix":
        right = not parts.netloc and len(parts.path) > 1
    else:
        right = parts.scheme in {"redis", "rediss"} and bool(parts.hostname) and port != 0
        right = right and re.fullmatch(r"(?:/[0-9]{0,4})?", parts.path) is not None
    if not right:
        raise Fault("this is not the address of a Redis server", _EXAMPLE)
    return url


def _allowance(fields: Fields) -> tuple[Window, ...]:
    """The windows, shortest first; a longer one holds at least as many."""
    reader = fields.reader
    found: dict[int, tuple[int, Node, Node]] = {}
    for key, value in fields.entries("allowance"):
        length = reader.read(key, partial(scalars.duration, most=schema.MAX_WINDOW_DAYS * DAY))
        limit = reader.read(value, partial(scalars.integer, least=1))
        if length in found:
            reader.note(key, f"{quote(key.text)} is the same window as {quote(found[length][1].text)}", "keep one of them")  # fmt: skip
        elif length is not None and limit is not None:
            found[length] = (limit, key, value)
    windows: list[Window] = []
    for length in sorted(found):
        limit, key, value = found[length]
        if windows and limit < windows[-1].limit:
            reader.note(value, f"a shorter window holds more than these {limit}, and could never bind", "give the longer window the larger limit")  # fmt: skip
        windows.append(Window(length, limit))
    return tuple(windows)


def _check(fields: Fields, counter: SharedCounter) -> None:
    note = fields.reader.note
    if counter.gate not in counter.gates:
        here = "gate" in fields
        note(
            fields.place("gate"),
            f"{quote(counter.gate)} is not one of `gates`"
            if here
            else "nothing says which of `gates` this one is",
            f"`gates` are {', '.join(counter.gates)}; "
            + ("name this one there too" if here else "add `gate:`"),
        )
    permits = counter.when_unreachable is Failure.PERMIT
    if permits and "allowance" not in fields:
        note(
            fields.place("when_unreachable"),
            "`permit` without an allowance would permit everything",
            "add `allowance: {10m: 5, 24h: 20}`: the most that each account may read here meanwhile",
        )
    if "allowance" in fields and not permits:
        note(
            fields.place("allowance"),
            "nothing is permitted while the counter is out of reach",
            "write `when_unreachable: permit`, or remove `allowance`",
        )
    if counter.cluster and counter.url and not re.search(r"^rediss?://[^/]*/?0?$", counter.url):
        note(
            fields.place("redis"),
            "a cluster has one database, 0, and no Unix socket",
            "write redis://host:port",
        )
