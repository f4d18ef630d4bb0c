"""Who asks? Account, session and source of a request, each only where there is one reading of what was sent.

The account comes in a header that the proxy or the application's log-in sets; what a client can write itself must
not take its place. So a header that is there twice, or under a name that some servers take for the same, is refused.

>>> account_from([(b"x-ecluse-account", b"adviser7")], "X-Ecluse-Account")
'adviser7'
>>> account_from([(b"x-ecluse-account", b"a"), (b"X_Ecluse_Account", b"b")], "X-Ecluse-Account").reason
'underscore'
>>> source_from("203.0.113.9, 192.0.2.7", 1)
'192.0.2.7'
"""

import re
from collections.abc import Iterable
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import unquote_to_bytes

from ecluse.routes.outcome import Refused

__all__ = ["MAX_NAME", "account_from", "cookie_from", "session_name", "source_from"]

MAX_NAME: Final = 256
"""Bytes of an account's name."""

_ADDRESS: Final = re.compile(
    r"\[([0-9A-Fa-f:.]+)(?:%[^\]]*)?\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}"
)
_ZONE: Final = re.compile(r"%.*", re.DOTALL)


def account_from(headers: Iterable[tuple[bytes, bytes]], name: str) -> str | Refused:
    """The account that a header names, exactly as it was sent.

    Args:
        headers: all of the request, in the order and spelling in which they came.
        name: of the header; its case does not matter.

    Returns:
        The account; or why there is none: `absent`, `twice`, `underscore` (WSGI and CGI take `X_A` for `X-A`),
        `list` (a comma, with which servers join a header that is sent twice), `blanks`, `characters`, `encoding`, `long`.
    """
    wanted = name.lower().encode("ascii")
    alike = wanted.replace(b"_", b"-")
    found: list[bytes] = []
    for key, value in headers:
        lower = key.lower()
        if lower == wanted:
            found.append(value)
        elif lower.strip().replace(b"_", b"-") == alike:
            return Refused("underscore")
    if len(found) > 1:
        return Refused("twice")
    return _exact(found[0]) if found and found[0] else Refused("absent")


def cookie_from(headers: Iterable[tuple[bytes, bytes]], name: str) -> bytes | Refused:
    """The value of a cookie, in the one spelling that `session_name` should be given.

    A value in quotes or percent-encoded is the same session to many frameworks (RFC 6265, 4.1.1), and so here.

    Returns:
        The value; `absent` when there is none, `twice` when it is sent with two values: servers differ on which counts.
    """
    wanted = name.encode("ascii")
    found: set[bytes] = set()
    for key, header in headers:
        if key.lower() == b"cookie":
            for piece in header.split(b";"):
                cookie, equals, value = piece.partition(b"=")
                if equals and cookie.strip() == wanted:
                    found.add(unquote_to_bytes(value.strip().strip(b'"')))
    found.discard(b"")
    if len(found) > 1:
        return Refused("twice")
    return found.pop() if found else Refused("absent")


def session_name(cookie: bytes, key: bytes) -> str:
    """A name for a session that gives nobody the session: keyed BLAKE2b-128 of its cookie, in hexadecimal.

    Args:
        cookie: its value, from `cookie_from`.
        key: 16 to 64 secret bytes, the same in all enforcers of an application.
    """
    assert 16 <= len(key) <= 64, "the key of session names has 16 to 64 bytes"
    return blake2b(cookie, digest_size=16, key=key, person=b"ecluse session").hexdigest()


def source_from(forwarded_for: str | None, hops: int) -> str | None:
    """The address that the outermost trusted proxy saw, out of `X-Forwarded-For`.

    Each proxy appends the address that it is asked from; what stands before the last `hops` addresses may have
    been written by the client, and is never taken.

    Args:
        forwarded_for: all headers of that name, joined with commas in their order.
        hops: how many proxies in a row are trusted to append; with 0 nothing is.

    Returns:
        The address in its one form (no port, zone or brackets; IPv4 within IPv6 as IPv4), or None.
    """
    assert hops >= 0
    if not forwarded_for or hops == 0:
        return None
    given = forwarded_for.rsplit(",", hops)
    if len(given) < hops:
        return None
    return _address(given[-hops].strip(" \t"))


def _exact(value: bytes) -> str | Refused:
    if len(value) > MAX_NAME:
        return Refused("long")
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return Refused("encoding")
    if not text.isprintable():
        return Refused("characters")
    if text != text.strip():
        return Refused("blanks")
    return Refused("list") if "," in text else text


def _address(text: str) -> str | None:
    match = _ADDRESS.fullmatch(text)
    if match is not None:
        text = match[1] or match[2]
    elif ":" in text:
        text = _ZONE.sub("", text)
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)
