"""Real servers on a free port of this machine: uvicorn for ASGI, wsgiref with threads for WSGI."""

import io
import socket
import socketserver
import threading
import time
import wsgiref.simple_server
from contextlib import contextmanager

import uvicorn

__all__ = ["asgi_served", "fetched", "left_early", "until", "wsgi_served"]


@contextmanager
def asgi_served(app):
    """Serves with uvicorn; gives the port."""
    opened = socket.socket()
    opened.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", http="httptools")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        yield opened.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(120)
        opened.close()


class _Threads(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """Clients that go are part of the tests."""


class _Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *arguments):
        pass

    def get_stderr(self):
        return io.StringIO()


@contextmanager
def wsgi_served(app):
    """Serves with wsgiref, a thread a request; gives the port."""
    server = wsgiref.simple_server.make_server("127.0.0.1", 0, app, _Threads, _Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(120)
        server.server_close()


def until(condition, seconds=120):
    """Waits for something to become so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.005)


def _asked(port, target, headers):
    client = socket.create_connection(("127.0.0.1", port), timeout=120)
    lines = [f"GET {target} HTTP/1.1", "Host: portal.example.org", "Connection: close", *headers]
    client.sendall("\r\n".join([*lines, "", ""]).encode())
    return client


def fetched(port, target, *headers):
    """The whole answer: its status and what follows the headers (in chunks, if it came so)."""
    with _asked(port, target, headers) as client:
        parts = []
        while part := client.recv(65536):
            parts.append(part)
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def left_early(port, target, *headers, after=1):
    """Reads some bytes of the body, then goes; gives what was read of it."""
    with _asked(port, target, headers) as client:
        read = b""
        while b"\r\n\r\n" not in read or len(read.partition(b"\r\n\r\n")[2]) < after:
            part = client.recv(4096)
            if not part:
                break
            read += part
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset
    return read.partition(b"\r\n\r\n")[2]
