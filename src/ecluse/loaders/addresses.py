"""On which address does a gate answer, and can other machines reach it?"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

from ecluse.loaders.located import Fault, Node, quote, scalars

__all__ = ["Address", "address"]

_SHAPE: Final = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>[0-9]{1,5})"
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address to listen on.

    Attributes:
        text: as it was written.
        loopback: whether only this machine reaches it.
    """

    text: str
    loopback: bool


def address(node: Node) -> Address:
    """`address:port`, with IPv6 in brackets; a name is taken for loopback only when it is `localhost`.

    Raises:
        Fault: otherwise.
    """
    written = node.text if node.plain and _SHAPE.fullmatch(node.text) else scalars.text(node)
    match = _SHAPE.fullmatch(written)
    host, _, port = written.rpartition(":")
    if match is None:
        advice = f"write [{host}]:{port}" if _is_six(host) else "write it like 127.0.0.1:8750"
        raise Fault(f"{quote(written)} is not address:port", advice)
    if int(match["port"]) > 65535:
        raise Fault(f"{quote(match['port'])} is not a port", "ports go to 65535")
    return Address(
        written, _is_loopback(written, match["six"] or match["host"], six=bool(match["six"]))
    )


def _is_loopback(written: str, host: str, *, six: bool) -> bool:
    try:
        found = ip_address(host)
    except ValueError:
        if six or re.fullmatch(r"[0-9.]+", host):
            raise Fault(f"{quote(written)} holds no address", "write it like 127.0.0.1:8750 or [::1]:8750") from None  # fmt: skip
        return host.casefold() == "localhost"
    if six is not isinstance(found, IPv6Address):
        raise Fault(f"{quote(written)} holds no IPv6 address", "write it without brackets")
    return found.is_loopback


def _is_six(host: str) -> bool:
    try:
        return isinstance(ip_address(host), IPv6Address)
    except ValueError:
        return False
