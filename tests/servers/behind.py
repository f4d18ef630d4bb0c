"""An application behind a proxy: it shows to anybody whatever is asked for, and remembers what reached it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Application:
    """A running application.

    Attributes:
        port: where it listens.
        reached: method and target of each request that came through, as written.
    """

    def __init__(self) -> None:
        self.reached: list[tuple[str, str]] = []
        reached = self.reached

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                reached.append((self.command, self.path))
                status = 403 if self.path.startswith("/forbidden") else 200
                body = f"RECORD {self.path}".encode("latin-1")
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def application() -> Iterator[Application]:
    """An application that answers, for the time of a test."""
    running = Application()
    running.start()
    try:
        yield running
    finally:
        running.stop()
