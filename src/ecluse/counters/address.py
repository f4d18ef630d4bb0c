"""Where is the shared counter, and how is it reached? Reads the address and the password from the settings."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from redis.asyncio import Connection, SSLConnection, UnixDomainSocketConnection

from ecluse.model.errors import ConfigError, UnavailableError
from ecluse.model.settings import SharedCounter

__all__ = ["Address", "Node", "address_of"]

Node = tuple[str, int]
"""Host and port; of a Unix socket its path and 0."""

_PORT: Final = 6379
_HELP: Final = "write redis://host:port/0, rediss://host:port/0 or unix:///path"
_TLS: Final = {"ca": "ssl_ca_certs", "certificate": "ssl_certfile", "key": "ssl_keyfile"}


@dataclass(frozen=True, slots=True)
class Address:
    """How connections are made.

    Attributes:
        nodes: the server, or nodes of one Cluster.
        kind: the class of connection: plain, TLS or Unix socket.
        options: what is the same for each connection; no secrets.
    """

    nodes: tuple[Node, ...]
    kind: type[Connection | UnixDomainSocketConnection]
    options: dict[str, Any]
    password_file: Path | None = field(default=None, repr=False)

    def connection(self, node: Node) -> Connection | UnixDomainSocketConnection:
        """A connection that is not open yet.

        Raises:
            UnavailableError: when the password cannot be read.
        """
        is_unix = self.kind is UnixDomainSocketConnection
        chosen: dict[str, Any] = {
            **({"path": node[0]} if is_unix else {"host": node[0], "port": node[1]}),
            **self.options,
            **self._credentials(),
            "protocol": 2,
            "socket_timeout": None,  # the deadline is the caller's, over connection and call
            "socket_connect_timeout": None,
        }
        return self.kind(**chosen)

    def _credentials(self) -> dict[str, str]:
        """Read for each connection, so that a changed password is taken up."""
        if self.password_file is None:
            return {}
        try:
            text = self.password_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UnavailableError(
                f"cannot read the password of the shared counter from `{self.password_file}`",
                help="the gate's account must be able to read the file",
            ) from error
        user, colon, password = text.partition(":")
        return {"username": user, "password": password} if colon else {"password": text}


def address_of(settings: SharedCounter) -> Address:
    """Reads an address.

    - `redis://host:6379/0`: plain TCP, database 0
    - `redis://a:7000,b:7000,c:7000`: several nodes of one Cluster, of which one must answer
    - `rediss://host:6379/0?ca=ca.pem&certificate=gate.pem&key=gate.key`: TLS, here with mutual authentication
    - `unix:///run/redis.sock?db=0`: a Unix socket

    Raises:
        ConfigError: when it is none, holds a password, or asks for what a Cluster cannot do.
    """
    parts = urlsplit(settings.url)
    if "@" in parts.netloc:
        raise ConfigError(
            "the address of the shared counter holds a password, which would appear in logs",
            help="put `user:password` into a file and name it in `password_file`",
        )
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    password_file = Path(settings.password_file) if settings.password_file else None
    if parts.scheme == "unix" and parts.path and not settings.cluster:
        database = _database(asked.pop("db", "0"))
        _nothing_left(asked)
        node = (unquote(parts.path), 0)
        return Address((node,), UnixDomainSocketConnection, {"db": database}, password_file)
    if parts.scheme not in {"redis", "rediss"} or not parts.netloc:
        raise ConfigError(f"`{settings.url}` is no address of a shared counter", help=_HELP)
    nodes = tuple(_node(text) for text in parts.netloc.split(","))
    options: dict[str, Any] = {"db": _database(parts.path.strip("/") or "0")}
    if len(nodes) > 1 and not settings.cluster:
        raise ConfigError(
            "the shared counter has several addresses and is not said to be a Cluster",
            help="set `cluster: true`, or give one address",
        )
    if settings.cluster and options["db"]:
        raise ConfigError("a Redis Cluster has only database 0", help="end the address with /0")
    if parts.scheme == "rediss":
        options |= {_TLS[word]: asked.pop(word) for word in list(asked) if word in _TLS}
    _nothing_left(asked)
    kind = SSLConnection if parts.scheme == "rediss" else Connection
    return Address(nodes, kind, options, password_file)


def _node(text: str) -> Node:
    parts = urlsplit(f"//{text}")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if not parts.hostname or port == 0:
        raise ConfigError(f"`{text}` is no host and port", help=_HELP)
    return parts.hostname, port or _PORT


def _database(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ConfigError(f"`{text}` is no number of a database of Redis", help=_HELP)
    return int(text)


def _nothing_left(asked: dict[str, str]) -> None:
    if asked:
        raise ConfigError(
            f"`{next(iter(asked))}` is not known in the address of a shared counter",
            help="ca, certificate and key name PEM files for rediss; db numbers the database of a Unix socket",
        )
