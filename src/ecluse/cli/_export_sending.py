"""How do exported lines reach a log server? Over one connection, because a person ran the command."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ecluse.model.errors import CallerError

__all__ = ["sending"]


@contextmanager
def sending(address: str, ca_file: str | None) -> Iterator[Callable[[bytes], None]]:
    """Gives a function that sends lines, each ended by a newline, to a server such as `tls:logs.example.org:6514`.

    Raises:
        CallerError: when the address is none.
        UnavailableError: when the server does not take them.
    """
    from ecluse.channels.syslog import streaming
    from ecluse.loaders.channels import log_server
    from ecluse.model.channel import Syslog

    found = log_server(address)
    if found is None:
        raise CallerError(
            f"`{address}` is no address of a log server",
            help="write unix:/dev/log, udp:192.0.2.5:514, tcp:… or tls:…",
        )
    way = Syslog(found[0], found[1], ca_file=ca_file)  # type: ignore[arg-type]  # one of the four words
    with streaming(way) as send:

        def send_each(lines: bytes) -> None:
            for line in lines.split(b"\n"):
                if line:
                    send(line)

        yield send_each
