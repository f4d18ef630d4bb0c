"""How does a finding become a line of syslog? RFC 5424, over a Unix socket, UDP, TCP or TLS (RFC 5426, 6587, 5425)."""

import errno
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from ecluse.channels._files import client_tls, failed
from ecluse.model.channel import Message, Syslog
from ecluse.model.time import format_instant

__all__ = ["SyslogChannel", "line", "open_channel", "streaming"]

_TIMEOUT: Final = 10.0
_DATAGRAM: Final = 1400
"""Bytes of a line over UDP: what every network carries whole."""
_LEVELS: Final = {1: 6, 2: 5, 3: 4, 4: 3, 5: 2}
"""RFC 5424, table 2: informational, notice, warning, error, critical."""
_ENTERPRISE: Final = "ecluse@32473"
"""32473 is kept for documents (RFC 5612); a log server needs the name before it alone."""


class SyslogChannel:
    """One log server. Syslog has no answers: what is sent may be lost, and nobody says so."""

    confirms = False

    def __init__(self, way: Syslog) -> None:
        self._way = way
        self._tls = client_tls(way.ca_file) if way.way == "tls" else None

    def send(self, message: Message) -> str:
        """Sends one line.

        Raises:
            UnavailableError: when the socket does not take it.
        """
        way = self._way
        where = f"the log server `{way.way}:{way.place}`"
        written = line(
            message, facility=way.facility, host=socket.gethostname(), process=os.getpid()
        )
        try:
            if way.way == "unix":
                _send_unix(way.place, written)
            elif way.way == "udp":
                family, address = _resolve(way.place, socket.SOCK_DGRAM)
                with socket.socket(family, socket.SOCK_DGRAM) as opened:
                    opened.sendto(_cut(written), address)
            else:
                self._send_stream(written)
        except OSError as error:
            raise failed(where, error) from None
        return f"sent to {way.way}:{way.place}"

    def _send_stream(self, written: bytes) -> None:
        with _stream(self._way, self._tls) as opened:
            opened.sendall(b"%d %b" % (len(written), written))  # RFC 6587, 3.4.1: octet counting
            _end(opened)


def open_channel(way: Syslog) -> SyslogChannel:
    """Opens a channel by syslog."""
    return SyslogChannel(way)


@contextmanager
def streaming(way: Syslog) -> Iterator[Callable[[bytes], None]]:
    """Gives a function that sends one line, without its end, over one connection; what a person exports goes this way.

    Raises:
        UnavailableError: when the server is not reached, or takes no more. What went before may have arrived.
    """
    tls = client_tls(way.ca_file) if way.way == "tls" else None
    try:
        if way.way in ("udp", "unix"):
            with _datagrams(way) as opened:
                cut = _cut if way.way == "udp" else bytes
                yield lambda written: opened.sendall(cut(written))
        else:
            with _stream(way, tls) as opened:
                yield lambda written: opened.sendall(b"%d %b" % (len(written), written))
                _end(opened)
    except OSError as error:
        raise failed(f"the log server `{way.way}:{way.place}`", error) from None


def line(message: Message, *, facility: int, host: str, process: int) -> bytes:
    """Writes a finding as RFC 5424 does: header, structured data, the sentence in UTF-8."""
    finding = message.finding
    level = 5 if message.over else _LEVELS[finding.severity]
    data = {
        "code": finding.code,
        "about": finding.about,
        "severity": message.severity,
        "state": "over" if message.over else "raised",
        "id": message.id,
        "gate": message.gate,
    }
    structured = " ".join(f'{name}="{_escaped(value)}"' for name, value in data.items() if value)
    name = "".join(c for c in host if "!" <= c <= "~")[:255] or "-"
    head = f"<{facility * 8 + level}>1 {format_instant(message.at)} {name} ecluse {process} {finding.code[:32]}"
    what = f"{'over: ' if message.over else ''}{finding.what}; {finding.help}"
    text = f"{head} [{_ENTERPRISE} {structured}] \ufeff{what}"
    return text.encode("utf-8", "backslashreplace")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _cut(written: bytes) -> bytes:
    """As much as one datagram holds, without half a character at its end."""
    return written[:_DATAGRAM].decode("utf-8", "ignore").encode()


@contextmanager
def _stream(way: Syslog, tls: ssl.SSLContext | None) -> Iterator[socket.socket]:
    host, _, port = way.place.rpartition(":")
    host = host.strip("[]")
    with socket.create_connection((host, int(port)), timeout=_TIMEOUT) as plain:
        opened = plain if tls is None else tls.wrap_socket(plain, server_hostname=host)
        with opened:
            yield opened


def _end(opened: socket.socket) -> None:
    if isinstance(opened, ssl.SSLSocket):
        opened.settimeout(_TIMEOUT)
    else:
        opened.shutdown(socket.SHUT_WR)


@contextmanager
def _datagrams(way: Syslog) -> Iterator[socket.socket]:
    family, address = (
        (socket.AF_UNIX, way.place) if way.way == "unix" else _resolve(way.place, socket.SOCK_DGRAM)
    )
    with socket.socket(family, socket.SOCK_DGRAM) as opened:
        opened.settimeout(_TIMEOUT)
        opened.connect(address)
        yield opened


def _send_unix(path: str, written: bytes) -> None:
    """Log daemons listen for datagrams, a few for streams."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
        opened.settimeout(_TIMEOUT)
        number = opened.connect_ex(path)
        if number != errno.EPROTOTYPE:
            if number:
                raise OSError(number, os.strerror(number))
            opened.sendall(written)
            return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as opened:
        opened.settimeout(_TIMEOUT)
        opened.connect(path)
        opened.sendall(written + b"\n")


def _resolve(place: str, kind: socket.SocketKind) -> tuple[socket.AddressFamily, tuple[str, int]]:
    host, _, port = place.rpartition(":")
    found = socket.getaddrinfo(host.strip("[]"), int(port), type=kind)
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))
