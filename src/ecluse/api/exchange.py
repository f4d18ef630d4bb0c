"""What does a handler of the API get, and what does it give back? One request and one reply, without a framework."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from ecluse.model.client import Client

__all__ = ["BODY_MAX", "JSON", "PROBLEM", "Exchange", "Handler", "Reply", "Route"]

BODY_MAX: Final = 4 * 1024 * 1024
"""Bytes of a request's body; 10,000 persons of 256 characters fit."""

JSON: Final = (b"content-type", b"application/json")
PROBLEM: Final = (b"content-type", b"application/problem+json")


@dataclass(slots=True)
class Exchange:
    """One request.

    Attributes:
        path: as the server decoded it. raw_path: as it was written.
        query: the raw query string. headers: names in lower case, in order, repeated ones kept.
        client: who asks, authenticated.
    """

    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    client: Client

    def header(self, name: bytes) -> bytes | None:
        """The value of a header that came exactly once; None when it came not at all or several times."""
        found = [value for key, value in self.headers if key == name]
        return found[0] if len(found) == 1 else None


@dataclass(slots=True)
class Reply:
    """One answer; `headers` go beside the content length."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = (JSON,)


Handler = Callable[[Exchange], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a handler is reached.

    Attributes:
        path: exact, or a prefix when it ends with `/`.
        scopes: the client needs one of these; empty for anybody who is enrolled, None for anybody at all.
        operation: OpenAPI Operation Object (3.1) of it, without security; a msgspec type stands for its schema.
    """

    method: str
    path: str
    handler: Handler
    scopes: frozenset[str] | None
    operation: dict[str, object] = field(default_factory=dict)
