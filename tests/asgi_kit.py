"""Calls an ASGI application without a server: one request in, one response out."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from ecluse.api.app import PEER, App
from ecluse.api.peer import Peer


@dataclass
class Response:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(
    app: App,
    method: str,
    path: str,
    *,
    body: bytes | dict[str, Any] = b"",
    headers: tuple[tuple[bytes, bytes], ...] = (),
    peer: Peer | None = None,
    pieces: int = 1,
) -> Response:
    """Sends one request; the body in so many pieces."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    raw, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": raw,
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "headers": list(headers),
        PEER: peer or Peer(uid=65_534, gid=65_534),
    }
    size = max(1, -(-len(data) // pieces))
    parts = [data[i : i + size] for i in range(0, max(len(data), 1), size)]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def scene() -> None:
        await app(scope, receive, send)  # type: ignore[arg-type]

    asyncio.run(scene())
    start, end = sent
    named = {k.decode(): v.decode() for k, v in start["headers"]}
    assert int(named["content-length"]) == len(end["body"])
    return Response(start["status"], named, end["body"])
