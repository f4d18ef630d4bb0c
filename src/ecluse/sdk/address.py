"""Where is the gate, and how does the client show who it is? An address, with a token or a certificate."""

import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpcore

from ecluse.model.errors import CallerError

__all__ = ["Address", "Token"]

_UNIX: Final = "unix:"


class Token:
    """A bearer token, given or read from a file; from a file it is read again whenever the file changes."""

    def __init__(self, value: str | None = None, file: str | None = None) -> None:
        if value is not None and file is not None:
            raise CallerError("give a token or a token file, not both")
        self._file = None if file is None else Path(file)
        self._seen: tuple[int, int] | None = None
        self._value = None if value is None else _checked(value)

    def read(self) -> str | None:
        """The token now, or None when there is none.

        Raises:
            CallerError: when the file cannot be read.
        """
        if self._file is None:
            return self._value
        try:
            state = self._file.stat()
            if (state.st_mtime_ns, state.st_ino) != self._seen:
                self._value = _checked(self._file.read_text("ascii").strip())
                self._seen = (state.st_mtime_ns, state.st_ino)
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not ASCII"
            raise CallerError(
                f"the token file `{self._file}` cannot be read: {(why or 'unknown').lower()}",
                help="write the client's token to it, and let this process read it",
            ) from None
        return self._value

    def __repr__(self) -> str:
        return "Token()"


def _checked(token: str) -> str:
    if not token or not all("!" <= c <= "~" for c in token):
        raise CallerError("the token is empty, or holds a character that no token has")
    return token


@dataclass(frozen=True, slots=True)
class Address:
    """Where and how to reach the gate.

    Attributes:
        origin: scheme, host and port, as a URL without a path.
        unix: path of the socket, or None.
        tls: for https.
    """

    origin: str
    unix: str | None = None
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    token: Token = field(default_factory=Token, repr=False)

    @classmethod
    def of(
        cls,
        written: str,
        *,
        token: str | None = None,
        token_file: str | None = None,
        certificate: str | None = None,
        key: str | None = None,
        ca_file: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> "Address":
        """Reads `unix:/path`, `https://host:port`, or `http://` with a loopback address.

        Raises:
            CallerError: when it is none of these, or its files cannot be used.
        """
        shown = Token(token, token_file)
        secured = [certificate, key, ca_file, ssl_context] != [None] * 4
        if written.startswith(_UNIX):
            path = written.removeprefix(_UNIX)
            if not path or "\0" in path or secured:
                raise CallerError(
                    f"`{written}` is no socket of a gate",
                    help="write `unix:/run/ecluse/gate.sock`; certificates are for https only",
                )
            return cls("http://gate", unix=str(Path(path).absolute()), token=shown)
        origin, scheme, host = _split(written)
        if scheme == "https":
            if ssl_context is None:
                ssl_context = _context(certificate, key, ca_file)
            return cls(origin, tls=ssl_context, token=shown)
        if secured or not _is_loopback(host):
            raise CallerError(
                f"`{written}` would send persons and token in the clear",
                help="write `https://`; plain http is for loopback addresses only",
            )
        return cls(origin, token=shown)

    @property
    def written(self) -> str:
        """As people write it."""
        return self.origin if self.unix is None else f"unix:{self.unix}"

    @property
    def server(self) -> httpcore.Origin:
        """Where to connect, as httpcore names it."""
        return httpcore.URL(self.origin).origin

    def request(
        self, method: str, path: str, body: bytes, extensions: dict[str, dict[str, float]]
    ) -> httpcore.Request:
        """Writes a request, with what the client shows."""
        headers = [
            (b"Host", self.origin.partition("//")[2].encode("ascii")),
            (b"Content-Type", b"application/json"),
            (b"Content-Length", str(len(body)).encode("ascii")),
            (b"Accept", b"application/json, application/problem+json"),
            (b"User-Agent", b"ecluse"),
        ]
        token = self.token.read()
        if token is not None:
            headers.append((b"Authorization", b"Bearer " + token.encode("ascii")))
        return httpcore.Request(
            method, self.origin + path, headers=headers, content=body, extensions=extensions
        )


def _split(written: str) -> tuple[str, str, str]:
    """Origin, scheme and host. A name or password in the address would end in logs, so it is refused."""
    try:
        parts = urlsplit(written)
        port, host = parts.port, parts.hostname or ""
        host.encode("ascii")
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if (
        parts.scheme not in {"http", "https"}
        or not host
        or not plain
        or parts.path not in {"", "/"}
    ):
        raise CallerError(
            "this is no address of a gate",
            help="write `unix:` before the path of a socket (`unix:/run/ecluse/gate.sock`), or `https://gate.example.org:8750`",
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port is None else f":{port}"), parts.scheme, host


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _context(certificate: str | None, key: str | None, ca_file: str | None) -> ssl.SSLContext:
    """TLS 1.2 or later, the gate's name checked; with a certificate, the client shows it (mutual TLS)."""
    if key is not None and certificate is None:
        raise CallerError("a key was given without its certificate")
    try:
        context = ssl.create_default_context(cafile=ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if certificate is not None:
            context.load_cert_chain(certificate, key)
    except OSError as error:  # ssl.SSLError is one
        why = error.strerror if not isinstance(error, ssl.SSLError) else "not PEM files that fit"
        raise CallerError(
            f"the certificate, its key or the authority cannot be used: {(why or 'unknown').lower()}"
        ) from None
    return context
