"""Who is told of findings, and what are honey records, as the settings of a gate write it?"""

import re
from functools import partial
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from ecluse.loaders.channels_schema import (
    CHANNEL_DEFS,
    CHANNEL_NAME,
    FACILITIES,
    HONEY,
    SEVERITIES,
    TLS,
)
from ecluse.loaders.located import Fault, Fields, Kind, Node, quote, scalars
from ecluse.loaders.spans import span
from ecluse.model.channel import Channel, Mail, Syslog, Way, Webhook
from ecluse.model.finding import Severity
from ecluse.model.settings import Honey
from ecluse.model.time import DAY, MINUTE

__all__ = ["log_server", "read_channels", "read_honey"]

_NAME: Final = re.compile(CHANNEL_NAME)
_ADDRESS: Final = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")
_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_SYSLOG: Final = re.compile(
    r"(udp|tcp|tls):((?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5})|(unix):(/.*)"
)
_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_WAYS: Final = ("mail", "webhook", "syslog")
_MOST: Final = 1000


def read_channels(top: Fields) -> tuple[Channel, ...]:
    """The channels of a settings file."""
    read: list[Channel] = []
    seen: dict[str, int] = {}
    for node in top.items("channels"):
        fields = Fields(top.reader, node, CHANNEL_DEFS["channel"]["properties"], what="a channel")
        channel = _channel(fields)
        name = fields.place("name")
        if channel is None:
            continue
        if channel.name in seen:
            message = f"{quote(channel.name)} is the name of two channels"
            top.reader.note(name, message, f"it is already on line {seen[channel.name]}")
        seen.setdefault(channel.name, name.line)
        read.append(channel)
    return tuple(read)


def read_honey(top: Fields) -> Honey | None:
    """What a settings file says of honey records."""
    fields = top.fields("honey", HONEY["properties"], what="the honey records")
    if fields is None:
        return None
    persons = fields.string("persons", None, required=True)
    accounts = frozenset(fields.strings("accounts"))
    return None if persons is None else Honey(persons, accounts)


def _channel(fields: Fields) -> Channel | None:
    name = fields.string("name", None, required=True, pattern=_NAME, shape="a name of small letters, digits, `.`, `_`, `-`")  # fmt: skip
    severity = fields.word("severity", SEVERITIES, Severity.MEDIUM)
    over = fields.boolean("over", default=True)
    repeat = fields.get("repeat", partial(span, least=MINUTE, most=30 * DAY), 60 * MINUTE)
    most = fields.integer("most", 30, least=1, most=_MOST)
    given = [way for way in _WAYS if way in fields]
    if len(given) != 1 and fields.node.kind is Kind.MAPPING:
        what = "no way" if not given else f"{len(given)} ways"
        fields.reader.note(fields.node, f"the channel has {what} to its person", f"write one of {', '.join(_WAYS)}")  # fmt: skip
    way = _way(fields, given[0]) if given else None
    if name is None or way is None:
        return None
    return Channel(name, way, severity, over, repeat, most)


def _way(fields: Fields, kind: str) -> Way | None:
    inner = fields.fields(kind, CHANNEL_DEFS[kind]["properties"], what=f"a channel by {kind}")
    if inner is None:
        return None
    return {"mail": _mail, "webhook": _webhook, "syslog": _syslog}[kind](inner)


def _mail(fields: Fields) -> Mail | None:
    host = fields.string("host", None, required=True, pattern=_HOST, shape="the name or address of a server")  # fmt: skip
    tls = fields.word("tls", {word: word for word in TLS}, "starttls")
    shape = "an address such as soc@example.org"
    sender = fields.string("sender", None, required=True, pattern=_ADDRESS, shape=shape)
    to = fields.each("to", partial(scalars.text, pattern=_ADDRESS, shape=shape), required=True)
    account = fields.string("account", None)
    password_file = fields.string("password_file", None)
    note = fields.reader.note
    if ("account" in fields) != ("password_file" in fields):
        given, missing = ("account", "password_file")[:: 1 if "account" in fields else -1]
        note(fields.place(given), f"`{given}` without `{missing}`", f"add `{missing}:`")
    if tls == "none" and host is not None and not _here(host):
        note(fields.place("tls"), f"nothing encrypts what goes to {quote(host)}", "write `tls: starttls` or `tls: tls`")  # fmt: skip
    port = fields.integer("port", _PORTS[tls], least=1, most=65535)
    ca_file = fields.string("ca_file", None)
    if host is None or sender is None:
        return None
    return Mail(host.strip("[]"), port, sender, to, tls, account, password_file, ca_file)  # type: ignore[arg-type]  # one of the three words


def _webhook(fields: Fields) -> Webhook | None:
    url = fields.get("url", _url, None, required=True)
    secret_file = fields.string("secret_file", None, required=True)
    ca_file = fields.string("ca_file", None)
    if url is None or secret_file is None:
        return None
    return Webhook(url, secret_file, ca_file)


def _url(node: Node) -> str:
    url = scalars.text(node)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or parts.scheme not in {"https", "http"} or not url.isascii() or " " in url:
        raise Fault(f"{quote(url)} is no address of a server", "write it like https://chat.example.org/hooks/ecluse")  # fmt: skip
    if parts.username is not None or parts.password is not None:
        raise Fault("a secret stands in the address", "put it into `secret_file`, or into the path of an https address")  # fmt: skip
    if parts.scheme == "http" and not _here(host):
        raise Fault(f"nothing encrypts what goes to {quote(host)}", "write https://")
    return url


def _syslog(fields: Fields) -> Syslog | None:
    address = fields.get("address", _log_address, None, required=True)
    facility = fields.word("facility", FACILITIES, FACILITIES["local0"])
    ca_file = fields.string("ca_file", None)
    if address is None:
        return None
    if ca_file is not None and address[0] != "tls":
        fields.reader.note(fields.place("ca_file"), "`ca_file` is for `tls:`", "remove it, or write the address with tls:")  # fmt: skip
    return Syslog(address[0], address[1], facility, ca_file)  # type: ignore[arg-type]  # one of the four words


def log_server(written: str) -> tuple[str, str] | None:
    """Way and place of an address such as `tls:logs.example.org:6514`; None when it is none."""
    found = _SYSLOG.fullmatch(written)
    if found is None or (found[2] and int(found[2].rpartition(":")[2]) > 65535):
        return None
    return (found[1], found[2]) if found[1] else (found[3], found[4])


def _log_address(node: Node) -> tuple[str, str]:
    written = scalars.text(node)
    found = log_server(written)
    if found is None:
        raise Fault(f"{quote(written)} is no address of a log server", "write unix:/dev/log, udp:192.0.2.5:514, tcp:… or tls:…")  # fmt: skip
    return found


def _here(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
