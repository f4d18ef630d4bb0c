"""A finding as a line of syslog: the header of RFC 5424, and every way to a log server."""

import re
import socket

import pytest

from ecluse.channels import open_channel
from ecluse.channels.syslog import line, streaming
from ecluse.model.channel import Channel, Message, Syslog
from ecluse.model.errors import UnavailableError
from ecluse.model.finding import Finding, Severity

FINDING = Finding("honey-read", Severity.HIGH, "somebody asked", "look", 'a"b]c\\d')
MESSAGE = Message(FINDING, False, 1_774_951_200_000_000, "gate")


def syslog(way, place):
    return open_channel(Channel("s", Syslog(way, place)))


def test_a_line_is_as_rfc_5424_has_it():
    written = line(MESSAGE, facility=16, host="north host", process=12).decode()
    assert written == (
        "<131>1 2026-03-31T10:00:00Z northhost ecluse 12 honey-read "
        f'[ecluse@32473 code="honey-read" about="a\\"b\\]c\\\\d" severity="high" state="raised" id="{MESSAGE.id}" gate="gate"] '
        "\ufeffsomebody asked; look"
    )


def test_each_severity_has_its_level():
    found = [line(Message(Finding("c", s, "w", "h"), False, 0, "g"), facility=1, host="", process=1) for s in Severity]  # fmt: skip
    assert [re.match(rb"<(\d+)>1 \S+ - ecluse", w)[1] for w in found] == [b"14", b"13", b"12", b"11", b"10"]  # fmt: skip


def test_by_udp_cut_to_a_datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        channel = syslog("udp", f"127.0.0.1:{server.getsockname()[1]}")
        channel.send(MESSAGE)
        assert server.recv(4096).endswith(b"somebody asked; look")
        long = Finding("c", Severity.LOW, "é" * 4000, "h")
        channel.send(Message(long, False, 0, "g"))
        cut = server.recv(4096)
        assert 1390 < len(cut) <= 1400
        assert cut.decode().endswith("é")


def test_by_tcp_with_its_length_in_front():
    with socket.create_server(("127.0.0.1", 0)) as server:
        syslog("tcp", f"127.0.0.1:{server.getsockname()[1]}").send(MESSAGE)
        opened, _ = server.accept()
        with opened:
            opened.settimeout(10)
            got = b"".join(iter(lambda: opened.recv(4096), b""))
    length, _, rest = got.partition(b" ")
    assert int(length) == len(rest)
    assert rest.startswith(b"<131>1 ")


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_by_unix_socket(tmp_path, kind):
    with socket.socket(socket.AF_UNIX, kind) as server:
        server.bind(str(tmp_path / "log"))
        server.settimeout(10)
        if kind is socket.SOCK_STREAM:
            server.listen()
        syslog("unix", str(tmp_path / "log")).send(MESSAGE)
        if kind is socket.SOCK_STREAM:
            opened, _ = server.accept()
            with opened:
                assert opened.recv(4096).endswith(b"look\n")
        else:
            assert server.recv(4096).endswith(b"look")


@pytest.mark.parametrize(("way", "place"), [("unix", "/nowhere/log"), ("tcp", "127.0.0.1:1"), ("udp", "no.such.host.invalid:514")])  # fmt: skip
def test_what_cannot_be_sent_is_an_error(way, place):
    with pytest.raises(UnavailableError, match="does not take messages"):
        syslog(way, place).send(MESSAGE)


def test_many_lines_go_over_one_connection():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with streaming(Syslog("tcp", f"127.0.0.1:{server.getsockname()[1]}")) as send:
            send(b"one")
            send("zwölf".encode())
        opened, _ = server.accept()
        with opened:
            opened.settimeout(10)
            assert b"".join(iter(lambda: opened.recv(4096), b"")) == "3 one6 zwölf".encode()


def test_many_lines_by_datagrams(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        with streaming(Syslog("udp", f"127.0.0.1:{server.getsockname()[1]}")) as send:
            send(b"one")
            send(b"x" * 5000)
        assert (server.recv(8192), len(server.recv(8192))) == (b"one", 1400)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "log"))
        server.settimeout(10)
        with streaming(Syslog("unix", str(tmp_path / "log"))) as send:
            send(b"x" * 5000)
        assert len(server.recv(8192)) == 5000


def test_a_server_that_goes_away_is_told():
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(UnavailableError, match=place), streaming(Syslog("tcp", place)) as send:
        send(b"one")
