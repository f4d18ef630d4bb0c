"""Ports of loopback for servers that must be told theirs before they start."""

import random
import socket
from contextlib import ExitStack

__all__ = ["free_port"]

_RANGE = range(10_000, 20_000)
"""Below the ports that the system gives to outgoing connections: such a one could take a port between its
being found free here and its server's start. That of Redis Cluster's bus, 10,000 above, is below them too."""
_given: set[int] = set()
_draw = random.SystemRandom()


def free_port() -> int:
    """A port on which nobody listens now, nor 10,000 above; never the same twice in one process."""
    while True:
        port = _draw.choice(_RANGE)
        if port not in _given and _is_free(port, port + 10_000):
            _given.add(port)
            return port


def _is_free(*ports: int) -> bool:
    with ExitStack() as sockets:
        for port in ports:
            probe = sockets.enter_context(socket.socket())
            # Ports whose last connection ended a moment ago are free for whoever listens.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
        return True
