"""A program that takes webhooks on loopback, checks their signature by its own arithmetic, and keeps them."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Hook:
    """What came with a right signature; `status` is what is answered then."""

    secret: str
    port: int = 0
    status: int = 204
    taken: list[dict[str, Any]] = field(default_factory=list)
    forged: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def webhook_server(secret: str) -> Iterator[Hook]:
    """A receiver for the time of a test."""
    hook = Hook(secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            parts = dict(p.split("=", 1) for p in self.headers["Ecluse-Signature"].split(","))
            signed = f"{parts['t']}.".encode() + body
            wanted = hmac.new(hook.secret.encode(), signed, hashlib.sha256).hexdigest()
            if not hmac.compare_digest(wanted, parts["v1"]):
                hook.forged += 1
                self.send_response(401)
            else:
                if hook.status < 300:
                    hook.taken.append(json.loads(body))
                self.send_response(hook.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    hook.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
