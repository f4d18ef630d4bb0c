"""An ASGI server without a network: one request, and what came back."""

import asyncio
from dataclasses import dataclass, field
from urllib.parse import unquote

import msgspec

__all__ = ["Got", "call", "scope_of"]


@dataclass
class Got:
    """A response; `status` stays None when none was started."""

    status: int | None = None
    headers: list = field(default_factory=list)
    body: bytes = b""
    parts: list = field(default_factory=list)
    complete: bool = False
    error: BaseException | None = None

    def header(self, name):
        found = [v for n, v in self.headers if n == name.lower()]
        return found[0] if found else None

    def json(self):
        return msgspec.json.decode(self.body)


def scope_of(method="GET", target="/", headers=(), kind="http"):
    path, _, query = target.partition("?")
    raw = path.encode()
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": raw,
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in headers],
        "client": ("192.0.2.1", 1234),
        "server": ("portal.example.org", 80),
    }


async def call(app, method="GET", target="/", *, headers=(), body=b"", on_part=None, scope=None):
    """Sends one request.

    `on_part` is called after each part of the body; when it raises, the server's `send` does, as when a client is gone.
    """
    got, sent = Got(), []

    async def receive():
        if not sent:
            sent.append(True)
            return {"type": "http.request", "body": body, "more_body": False}
        await asyncio.sleep(3600)
        raise AssertionError("nobody waits so long")

    async def send(message):
        await asyncio.sleep(0)
        if message["type"] == "http.response.start":
            assert got.status is None, "started twice"
            got.status = message["status"]
            got.headers = [
                (n.decode("latin-1"), v.decode("latin-1")) for n, v in message["headers"]
            ]
        elif message["type"] == "http.response.body":
            assert got.status is not None
            assert not got.complete
            part = message.get("body", b"")
            got.body += part
            got.parts.append(part)
            got.complete = not message.get("more_body", False)
            if on_part is not None:
                on_part(got)

    try:
        await app(scope or scope_of(method, target, headers), receive, send)
    except Exception as error:  # noqa: BLE001 - whatever a server would log
        got.error = error
    return got
