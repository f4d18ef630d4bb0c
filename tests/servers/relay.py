"""A relay between gates and a server, which can be cut as a network is cut: nothing passes, nothing is refused."""

import selectors
import socket
import threading


class Relay:
    """Passes bytes both ways on loopback until it is cut; `mend` lets them pass again."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._cut = threading.Event()
        self._ended = threading.Event()
        self._open: set[socket.socket] = set()
        self._passing: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def cut(self) -> None:
        """From now on bytes are swallowed."""
        self._cut.set()

    def mend(self) -> None:
        """Connections from before are broken, new ones pass."""
        self._cut.clear()
        self._break()

    def close(self) -> None:
        """Ends it."""
        self._ended.set()
        with_shutdown(self._listener)
        self._listener.close()
        self._break()
        self._accepting.join()
        for passing in self._passing:
            passing.join()

    def _break(self) -> None:
        for end in list(self._open):
            with_shutdown(end)

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target), 5)
            except OSError:
                near.close()
                continue
            self._open |= {near, far}
            passing = threading.Thread(target=self._pass, args=(near, far), daemon=True)
            self._passing.append(passing)
            passing.start()

    def _pass(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        with selectors.DefaultSelector() as ready, near, far:
            for end in other:
                ready.register(end, selectors.EVENT_READ)
            while not self._ended.is_set():
                for key, _ in ready.select(0.2):
                    end = key.fileobj
                    assert isinstance(end, socket.socket)
                    try:
                        data = end.recv(65_536)
                        if not data:
                            raise ConnectionError
                        if not self._cut.is_set():
                            other[end].sendall(data)
                    except OSError:
                        self._open -= {near, far}
                        return


def with_shutdown(end: socket.socket) -> None:
    """Ends a connection whoever reads from it."""
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
