import asyncio
import resource
import signal
import socket

import pytest

from ecluse.api import server
from ecluse.api.server import open_unix, serve
from ecluse.model.settings import Listen

HEAD = b"POST / HTTP/1.1\r\nhost: gate\r\n"


async def stranger(scope, receive, send):
    """Answers at once, as to somebody who is nobody, and reads no body."""
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def reader(scope, receive, send):
    """Reads the whole body."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return "s"


def run(place, app, steps):
    """Lets the steps run beside a server."""

    async def all_of_it():
        opened = open_unix(Listen(unix=place))
        ready = asyncio.Event()

        async def reload():
            pass

        running = asyncio.create_task(serve(app, [(opened, None)], ready=ready.set, reload=reload))
        try:
            await ready.wait()
            return await steps()
        finally:
            signal.raise_signal(signal.SIGTERM)
            await running

    return asyncio.run(all_of_it())


async def until_closed(reading):
    """What comes until the other end closes; patient, but not for ever."""
    async with asyncio.timeout(30):
        try:
            return await reading.read()
        except ConnectionResetError:
            return b""


async def flooded(place, begin, piece):
    """Sends a beginning, then the same piece until the server has had enough; how much it took."""
    reading, writing = await asyncio.open_unix_connection(place)
    writing.write(begin)
    took = 0
    try:
        async with asyncio.timeout(30):
            while took < 8 << 20 and not reading.at_eof():
                writing.write(piece)
                await writing.drain()
                took += len(piece)
    except (ConnectionResetError, BrokenPipeError):
        pass
    finally:
        writing.transport.abort()
    return took


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"POST /", b"a" * 4096),
        (HEAD, b"x: " + b"y" * 4096 + b"\r\n"),
        (HEAD + b"x: ", b"y" * 4096),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\n", b"x: " + b"y" * 4096 + b"\r\n"),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\nx: ", b"y" * 4096),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 512),
        (b"", (HEAD + b"\r\n") * 100),
    ],
    ids=["target", "headers", "one header", "trailers", "one trailer", "tiny chunks", "requests"],
)
def test_nobody_fills_the_memory_besides_a_body(place, begin, piece):
    assert run(place, stranger, lambda: flooded(place, begin, piece)) < 2 << 20


@pytest.mark.parametrize(
    "begin", [b"", b"POST /", HEAD, HEAD + b"content-length: 9\r\n\r\n", HEAD + b"content-length: 9\r\n\r\nhalf"]
)  # fmt: skip
@pytest.mark.parametrize("app", [stranger, reader])
def test_who_does_not_finish_a_request_is_not_waited_for(place, monkeypatch, app, begin):
    monkeypatch.setattr(server, "_ARRIVAL", 0.5)

    async def steps():
        reading, writing = await asyncio.open_unix_connection(place)
        writing.write(begin)
        await until_closed(reading)
        writing.close()

    run(place, app, steps)


def test_who_finishes_may_come_again_later(place, monkeypatch):
    monkeypatch.setattr(server, "_ARRIVAL", 0.5)

    async def steps():
        reading, writing = await asyncio.open_unix_connection(place)
        for _ in range(2):
            writing.write(HEAD + b"content-length: 4\r\n\r\nbody")
            answer = await reading.readuntil(b"\r\n\r\n4")
            assert answer.startswith(b"HTTP/1.1 200")
            await asyncio.sleep(0.8)
        writing.close()

    run(place, reader, steps)


def test_a_body_in_chunks_and_requests_in_a_row_are_as_long_as_they_are(place):
    async def steps():
        reading, writing = await asyncio.open_unix_connection(place)
        writing.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        for _ in range(256):
            writing.write(b"4000\r\n" + b"a" * 0x4000 + b"\r\n")
            await writing.drain()
        writing.write(b"0\r\n\r\n")
        assert (await reading.readuntil(b"4194304")).startswith(b"HTTP/1.1 200")
        many = 60
        writing.write((HEAD + b"content-length: 1\r\n\r\na") * many)
        for _ in range(many):
            assert (await reading.readuntil(b"\r\n\r\n1")).startswith(b"HTTP/1.1 200")
        writing.close()

    run(place, reader, steps)


def test_what_comes_after_a_body_is_no_header(place):
    seen = []

    async def app(scope, receive, send):
        await reader(scope, receive, send)
        seen.extend(name for name, _ in scope["headers"])

    async def steps():
        reading, writing = await asyncio.open_unix_connection(place)
        writing.write(HEAD + b"transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n")
        writing.write(b"authorization: Bearer x\r\necluse-account: boss\r\n\r\n")
        await reading.readuntil(b"\r\n\r\n1")
        writing.close()

    run(place, app, steps)
    assert seen == [b"host", b"transfer-encoding"]


def test_those_who_are_connected_go_on_when_too_many_come(place, monkeypatch):
    monkeypatch.setattr(server, "_CONNECTIONS_MAX", 3)

    async def steps():
        reading, writing = await asyncio.open_unix_connection(place)
        writing.write(HEAD + b"content-length: 4\r\n\r\nbody")
        await reading.readuntil(b"\r\n\r\n4")
        idle = [await asyncio.open_unix_connection(place) for _ in range(2)]
        late, late_writing = await asyncio.open_unix_connection(place)
        assert await until_closed(late) == b""
        writing.write(HEAD + b"content-length: 4\r\n\r\nbody")
        assert (await reading.readuntil(b"\r\n\r\n4")).startswith(b"HTTP/1.1 200")
        for _, each in [*idle, (late, late_writing), (reading, writing)]:
            each.close()

    run(place, reader, steps)


@pytest.mark.parametrize(
    ("limits", "wanted", "most"),
    [
        ((256, 1024), (1024, 1024), 256),
        ((1024, 1 << 20), (20_480, 1 << 20), 4096),
        ((1024, resource.RLIM_INFINITY), (20_480, resource.RLIM_INFINITY), 4096),
        ((1 << 20, 1 << 20), None, 4096),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None, 4096),
    ],
)
def test_strangers_leave_files_for_the_ledger(monkeypatch, limits, wanted, most):
    state = [limits]
    monkeypatch.setattr(resource, "getrlimit", lambda _: state[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, changed: state.append(changed))
    server._open_more_files()
    assert state[1:] == ([] if wanted is None else [wanted])
    assert server._most() == most


def test_the_socket_has_its_permissions_from_the_first_moment(place):
    opened = open_unix(Listen(unix=place, mode=0o600))
    with opened, socket.socket(socket.AF_UNIX) as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(place)  # it does not listen yet
