"""What serves the portal on a laptop? Django's own threaded server, for demonstrations and tests; never for real data."""

from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

__all__ = ["serve"]


class Handler(WSGIRequestHandler):
    """Django's, which sends head and body apart: without this each answer waits 40 ms for the other end (RFC 896)."""

    disable_nagle_algorithm = True


class Server(ThreadedWSGIServer):
    """One thread a connection."""

    request_queue_size = 128


def serve(application: Any, port: int) -> Server:
    """Listens on a port of this machine only; 0 takes a free one."""
    server = Server(("127.0.0.1", port), Handler, ipv6=False)
    server.set_app(application)
    return server
