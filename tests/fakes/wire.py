"""A gate's socket whose answers the test writes, over TCP, TLS or a Unix socket."""

import http.server
import socket
import socketserver
import ssl
import threading
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ecluse.model.asked import Asked
from ecluse.refusal.problem import problem as refusal_document

__all__ = ["Request", "answering", "gate_answers", "problem", "server_context", "wire"]

PERMIT = {"effect": "permit", "released": True, "entry": 1, "reservation": "r1"}


class Request(msgspec.Struct):
    """What came."""

    method: str
    path: str
    headers: dict
    body: bytes
    connection: int

    def json(self):
        return msgspec.json.decode(self.body)


def answering(document, status=200, kind="application/json"):
    """A function that answers every request so."""
    return lambda _: (status, kind, msgspec.json.encode(document))


def problem(answer, status, **members):
    document = {"type": "about:blank", "title": "refused", "status": status, **members}
    if answer is not None:
        document["answer"] = answer
    return answering(document, status, "application/problem+json")


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """Clients that go are part of the tests."""


class _UnixServer(_Server):
    address_family = socket.AF_UNIX


class Wire:
    """A running server: what it got, and what it answers (`answer`, a function of a request).

    Of the answer: a status, a content type and a body; bytes to send as they are; None to hang up.
    """

    def __init__(self, answer):
        self.answer, self.got, self.connections = answer, [], 0
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.open = set()

    def hang_up(self):
        """Closes all connections, as a gate that is killed does."""
        with self.lock:
            for connection in list(self.open):
                connection.close()


@contextmanager
def wire(answer=None, *, unix=None, tls=None):
    """Serves until the end; gives the wire and its address."""
    kept = Wire(answer or answering(PERMIT))

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = unix is None

        def setup(self):
            super().setup()
            with kept.lock:
                kept.connections += 1
                self.number = kept.connections
                kept.open.add(self)

        def finish(self):
            kept.open.discard(self)
            super().finish()

        def close(self):
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *arguments):
            pass

        def handle_one_request(self):
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, body, self.number)
            kept.got.append(request)
            answer = kept.answer(request)
            if answer is None:
                self.close_connection = True
            elif isinstance(answer, bytes):
                self.wfile.write(answer)
            else:
                status, kind, written = answer
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(written)))
                self.end_headers()
                self.wfile.write(written)

        do_GET = do_POST  # noqa: N815 - the name that the server looks for

    if unix is not None:
        server = _UnixServer(str(unix), Handler)
        address = f"unix:{unix}"
    else:
        server = _Server(("127.0.0.1", 0), Handler)
        address = f"http://127.0.0.1:{server.server_address[1]}"
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        address = f"https://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield kept, address
    finally:
        kept.closing.set()
        server.shutdown()
        thread.join(10)
        server.server_close()
        if unix is not None:
            Path(unix).unlink(missing_ok=True)


def server_context(certificate, key, client_ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if client_ca is not None:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def gate_answers(gate):
    """Answers as a gate does, out of a `FakeGate`."""

    def answer(request):
        name = request.path.rsplit("/", 1)[1]
        document = request.json()
        if name in {"post", "release"}:
            return answering(getattr(gate, name)(**document))(request)
        decided = getattr(gate, name)(msgspec.convert(document, Asked))
        if decided.released:
            return answering(decided)(request)
        told = refusal_document(decided, language="en")
        body = {**told.body, "answer": msgspec.to_builtins(decided)}
        return told.status, "application/problem+json", msgspec.json.encode(body)

    return answer
