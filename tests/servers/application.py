"""A small application that shows persons, behind the gate's middleware: file views, list pages, an export.

`python -m servers.application GATE PORT` serves it. Account and session come from headers, as a proxy in
front would set them: it is the thief's choice here to use as many sessions and addresses as he likes.
"""

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from ecluse.enforcers.asgi import EcluseMiddleware, Identity, disclosure
from ecluse.sdk.aio import AsyncGate
from servers.ports import free_port

PAGE = 100
EVERYBODY = 400_000


def shown(person: int) -> str:
    """One person's line; whoever counts what left counts these."""
    return f"person={person}\n"


async def view(request: Request) -> Response:
    person = request.path_params["person"]
    await disclosure(request).disclose([str(person)], categories=["identity"], operation="view")
    return PlainTextResponse(shown(person))


async def page(request: Request) -> Response:
    first = int(request.query_params.get("page", "0")) * PAGE
    persons = range(first, first + PAGE)
    await disclosure(request).disclose([str(p) for p in persons], operation="list")
    return PlainTextResponse("".join(map(shown, persons)))


async def export(request: Request) -> Response:
    first = int(request.query_params.get("from", "0"))
    rows = await disclosure(request).stream(range(first, EVERYBODY), person=str)

    async def lines() -> AsyncIterator[str]:
        async for person in rows:
            yield shown(person)

    return StreamingResponse(lines(), media_type="text/csv")


def identify(scope: object) -> Identity:
    headers = dict(scope["headers"])  # type: ignore[index]
    return Identity(
        account=headers[b"x-account"].decode(),
        session=headers.get(b"x-session", b"none").decode(),
        source=headers.get(b"x-source", b"192.0.2.1").decode(),
    )


def application(gate: str) -> EcluseMiddleware:
    """The application behind the middleware."""
    routes = [
        Route("/people/{person:int}", view),
        Route("/people", page),
        Route("/export", export),
    ]
    return EcluseMiddleware(
        Starlette(routes=routes),
        gate=AsyncGate(gate, connections=64, deadline=30.0),
        identify=identify,
        application="files",
        guarded=("/people", "/export"),
    )


@contextmanager
def running(gate_socket: str, folder: Path) -> Iterator[int]:
    """The application in a process of its own; its port."""
    port = free_port()
    command = [sys.executable, "-m", "servers.application", f"unix:{gate_socket}", str(port)]
    tests = Path(__file__).parents[1]
    with (folder / "application.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=tests, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 120
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((folder / "application.log").read_text())
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(120)


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning"
    )
