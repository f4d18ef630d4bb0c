"""A real nginx: started with a configuration in a folder of the test, on loopback, and stopped."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEADLINE = 120.0

_AROUND = """\
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{http}
}}
"""


class Nginx:
    """A running nginx.

    Attributes:
        folder: of its files; `error.log` is there.
        port: where it listens.
    """

    def __init__(self, folder: Path, http: str, port: int) -> None:
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
        assert program, "nginx is missing: install it (Debian: `apt-get install nginx-light`)"
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, port
        self.config = folder / "nginx.conf"
        self.config.write_text(_AROUND.format(folder=folder, http=http), encoding="utf-8")
        with (folder / "output.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    program,
                    "-p",
                    str(folder),
                    "-c",
                    str(self.config),
                    "-e",
                    str(folder / "error.log"),
                ],
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        """Waits until it answers."""
        end = time.monotonic() + DEADLINE
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"nginx does not answer:\n{self.told()}")
            time.sleep(0.01)

    def told(self) -> str:
        """What it wrote about its own errors."""
        written = (self.folder / name for name in ("output.log", "error.log"))
        return "".join(file.read_text("utf-8", "replace") for file in written if file.exists())

    def stop(self) -> None:
        """Ends it."""
        self.process.terminate()
        self.process.wait(DEADLINE)


@contextmanager
def nginx(folder: Path, http: str, *, port: int) -> Iterator[Nginx]:
    """An nginx that answers, for the time of a test.

    Args:
        folder: for its files.
        http: what goes into the `http` block; it listens on `127.0.0.1:port`.
        port: from `free_port`.
    """
    running = Nginx(folder, http, port)
    try:
        running.wait()
        yield running
    finally:
        running.stop()


def talk(port: int, data: bytes, *, answers: int = 1) -> list[tuple[int, dict[str, str], bytes]]:
    """Sends bytes as they are, and reads so many answers: status, headers in lower case, body.

    Fewer come back when the server closes the connection.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        connection.sendall(data)
        with connection.makefile("rb") as stream:
            found = []
            while len(found) < answers and (line := stream.readline()):
                head = dict(_header(each) for each in iter(stream.readline, b"\r\n") if each)
                length = head.get("content-length")
                body = stream.read() if length is None else stream.read(int(length))
                found.append((int(line.split()[1]), head, body))
            return found


def _header(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode("latin-1").partition(":")
    return name.lower(), value.strip()
