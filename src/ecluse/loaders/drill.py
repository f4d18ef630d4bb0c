"""What does a drill file say? A drill, or every fault of the file with its place."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from ecluse.loaders.drill_schema import DRILL, DRILL_NAME
from ecluse.loaders.expressions import expression
from ecluse.loaders.located import Fault, Fields, Kind, Node, Reader, quote, scalars, suggest
from ecluse.model.drill import Drill, Place, SignIn
from ecluse.model.estate import Estate, LifeCycle
from ecluse.model.time import DAY, MINUTE

__all__ = ["load_drill"]

_NAME: Final = re.compile(DRILL_NAME)
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_COOKIE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_PERSON: Final = "{person}"
_DEFS: Final = DRILL["$defs"]
_KNOCKS_MAX: Final = 200
_VISIT: Final = ("path", "shown", "sign_in", "accept", "ca_file")


def load_drill(text: bytes | str, *, file: str, estate: Estate | None = None) -> Drill:
    """Reads a drill file; names of files stay as they are written. With an estate, also checks its applications.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, DRILL["properties"], what="a drill")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    top.string("description", "", lines=True)
    gate = top.fields("gate", _DEFS["gate"]["properties"], what="the gate", required=True)
    shape = "a name of small letters, digits, `.`, `_`, `-`"
    drill = Drill(
        name=top.string("name", "", required=True, pattern=_NAME, shape=shape),
        owner=top.string("owner", "", required=True),
        account=top.string("account", "", required=True),
        gate="" if gate is None else gate.string("address", "", required=True),
        token_file=None if gate is None else gate.string("token_file", None),
        ca_file=None if gate is None else gate.string("ca_file", None),
        ledger=top.string("ledger", "", required=True),
        keys=top.string("keys", None),
        estate=top.string("estate", None),
        persons=top.string("persons", "", required=True),
        at_most=top.integer("at_most", None, least=1),
        knocks=top.integer("knocks", 30, least=0, most=_KNOCKS_MAX),
        room=top.integer("room", 50, least=0),
        alarm=top.duration("alarm", 2 * MINUTE, most=30 * MINUTE),
        acknowledge=top.duration("acknowledge", 30 * MINUTE, most=7 * DAY),
        channels=top.strings("channels"),
        every=top.duration("every", 7 * DAY, most=366 * DAY),
        places=_places(top),
    )
    if estate is not None:
        _check_estate(top, estate)
    reader.raise_if_issues()
    return drill


def _places(top: Fields) -> tuple[Place, ...]:
    read: list[Place] = []
    seen: dict[str, int] = {}
    for node in top.items("applications", required=True):
        fields = Fields(top.reader, node, _DEFS["application"]["properties"], what="an application")
        place = _place(fields)
        if place.id in seen:
            line = seen[place.id]
            top.reader.note(fields.place("id"), f"{quote(place.id)} is listed twice", f"it is already on line {line}")  # fmt: skip
        seen.setdefault(place.id, node.line)
        read.append(place)
    if read and not any(place.visited for place in read):
        top.reader.note(
            top.place("applications"),
            "the drill reads through none of its applications",
            "give one a `url`, or `at_gate: true`",
        )
    return tuple(read)


def _place(fields: Fields) -> Place:
    url = fields.get("url", _url, None)
    at_gate = fields.boolean("at_gate", default=False)
    path = fields.get("path", _path, "", required="url" in fields)
    shown = fields.get("shown", _shown, "", required="url" in fields)
    note = fields.reader.note
    if "url" in fields and at_gate:
        note(fields.place("at_gate"), "the drill reads through the application, or asks in its place", "keep `url` or `at_gate`")  # fmt: skip
    for key in _VISIT:
        if key in fields and "url" not in fields:
            note(fields.place(key), f"`{key}` without `url`", f"add `url:`, or remove `{key}`")
    if "silence" not in fields and not at_gate and "url" not in fields and "id" in fields:
        note(fields.node, "nothing is looked at here", "add `url:`, `at_gate: true` or `silence:`")
    return Place(
        id=fields.string("id", "", required=True),
        url=url,
        path=path,
        shown=shown,
        sign_in=_sign_in(fields),
        accept=fields.string("accept", "text/html"),
        ca_file=fields.string("ca_file", None),
        enforced=fields.boolean("enforced", default=True),
        visited=at_gate or "url" in fields,
        silence=fields.duration("silence", None, most=366 * DAY),
        operation=fields.string("operation", None),
        categories=fields.strings("categories"),
        factor=fields.string("factor", None),
    )


def _sign_in(fields: Fields) -> SignIn | None:
    inner = fields.fields("sign_in", _DEFS["sign_in"]["properties"], what="how the account signs in")  # fmt: skip
    if inner is None:
        return None
    header = inner.string("header", None, pattern=_HEADER, shape="the name of a header")
    cookie = inner.string("cookie", None, pattern=_COOKIE, shape="the name of a cookie")
    file = inner.string("file", "", required=True)
    if ("header" in inner) == ("cookie" in inner) and inner.node.kind is Kind.MAPPING:
        inner.reader.note(inner.node, "the account signs in by a header or by a cookie", "write one of `header` and `cookie`")  # fmt: skip
    prefix = inner.get("prefix", _prefix, "")
    if header is not None:
        return SignIn("header", header, file, prefix)
    return SignIn("cookie", cookie or "", file, prefix)


def _prefix(node: Node) -> str:
    """Words with a space at the end, which a text of its own may not have."""
    bare = node.text.rstrip(" ")
    if node.kind is not Kind.SCALAR or not bare.isascii() or not bare.isprintable() or not bare:
        raise Fault(f"{quote(node.text)} is no beginning of a header", 'write it like "Bearer "')
    return node.text


def _url(node: Node) -> str:
    url = scalars.text(node)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or parts.scheme not in {"https", "http"} or parts.path.strip("/") or parts.query:
        raise Fault(f"{quote(url)} is not the address of an application", "write it like https://portal.example.org, and the rest in `path`")  # fmt: skip
    if parts.username is not None or parts.password is not None:
        raise Fault("a secret stands in the address", "write it into the file of `sign_in`")
    if parts.scheme == "http" and not _here(host):
        raise Fault(f"nothing encrypts what goes to {quote(host)}", "write https://")
    return url.rstrip("/")


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _path(node: Node) -> str:
    path = scalars.text(node)
    if not path.startswith("/") or path.count(_PERSON) != 1 or " " in path:
        raise Fault(f"{quote(path)} is not the path of one person's page", "write it like /people/{person}/")  # fmt: skip
    return path


def _shown(node: Node) -> str:
    written = scalars.text(node)
    if written.startswith("/"):
        return written
    compiled = expression(node)
    if compiled.groups != 1:
        raise Fault(f"{quote(written)} has {compiled.groups} groups", "put the identifier alone in ( )")  # fmt: skip
    return written


def _check_estate(top: Fields, estate: Estate) -> None:
    """Notes applications that the estate does not have, and live ones of the estate that the drill leaves out."""
    listed = [a.id for a in estate.applications]
    named: set[str] = set()
    for node in top.items("applications"):
        for key, value in node.entries:
            if key.text != "id":
                continue
            named.add(value.text)
            if value.text not in listed:
                advice = suggest(value.text, listed) or f"known are {', '.join(listed[:8])}"
                top.reader.note(value, f"{quote(value.text)} is not an application of the estate", advice)  # fmt: skip
    for application in estate.applications:
        if application.id not in named and application.state is not LifeCycle.CLOSED:
            top.reader.note(
                top.place("applications"),
                f"nobody looks whether {quote(application.id)} still logs",
                f"add `- id: {application.id}` with `silence:`",
            )
