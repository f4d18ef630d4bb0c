"""What answers a request over HTTP? One raw ASGI application: find the route, know the client, read the body, call the handler.

No framework on the way: finding a route is one dictionary look-up. Errors become problem details (RFC 9457).
"""

import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

import msgspec

from ecluse.api.authentication import Authenticator, Refusal
from ecluse.api.exchange import BODY_MAX, PROBLEM, Exchange, Reply, Route
from ecluse.model.client import Client
from ecluse.model.errors import CallerError, EcluseError, UnavailableError
from ecluse.service.tally import LATENCY_BOUNDS, Tally

__all__ = ["PEER", "App", "problem_reply"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PEER: Final = "ecluse.peer"
"""Key of the scope under which stands who is at the other end of the connection."""

_NOBODY: Final = Client("nobody", frozenset())
_CLOSE: Final = (b"connection", b"close")


class App:
    """The gate's ASGI application."""

    def __init__(self, routes: Iterable[Route], authenticator: Authenticator, tally: Tally) -> None:
        self.routes = tuple(routes)
        self._who, self._tally = authenticator.client, tally
        self._exact = {(r.method, r.path): r for r in self.routes if not r.path.endswith("/")}
        self._prefixes = tuple(r for r in self.routes if r.path.endswith("/"))
        self._paths = {r.path for r in self.routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request; anything else is closed."""
        if scope["type"] != "http":
            return
        start = time.perf_counter()
        reply = await self._reply(scope, receive)
        headers = [*reply.headers, (b"content-length", b"%d" % len(reply.body))]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})
        passed = time.perf_counter() - start
        self._tally.latency[bisect_left(LATENCY_BOUNDS, passed)] += 1
        self._tally.latency_sum += passed

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        route = self._exact.get((scope["method"], scope["path"])) or self._prefix(scope)
        if route is None:
            return self._no_route(scope)
        try:
            client = _NOBODY
            if route.scopes is not None:
                who = self._who(scope["headers"], scope[PEER])
                if isinstance(who, Refusal):
                    challenge = (b"www-authenticate", who.challenge.encode())
                    return _refuse(401, who.what, challenge)
                client = who
                if route.scopes and client.may.isdisjoint(route.scopes):
                    needed = "` or `".join(sorted(route.scopes, reverse=True))
                    return _refuse(
                        403, f"`{client.id}` is not enrolled to do this: it needs `{needed}`"
                    )
            body = await _body(receive)
            if body is None:
                return _refuse(413, f"the body is larger than {BODY_MAX} bytes", _CLOSE)
            exchange = Exchange(
                scope["method"],
                scope["path"],
                scope.get("raw_path", b""),
                scope["query_string"],
                scope["headers"],
                body,
                client,
            )
            return await route.handler(exchange)
        except msgspec.ValidationError as error:
            return problem_reply(400, "the message is not as documented", str(error))
        except msgspec.DecodeError as error:
            return problem_reply(400, "the message is not JSON", str(error))
        except (UnicodeDecodeError, RecursionError):
            return problem_reply(
                400, "the message is not JSON", "it is not UTF-8, or nested too deeply"
            )
        except EcluseError as error:
            return _of_error(error)

    def _prefix(self, scope: Scope) -> Route | None:
        path, method = scope["path"], scope["method"]
        for route in self._prefixes:
            if path.startswith(route.path) and route.method in {method, "*"}:
                return route
        return None

    def _no_route(self, scope: Scope) -> Reply:
        if scope["path"] in self._paths:
            allowed = sorted({r.method for r in self.routes if r.path == scope["path"]})
            allow = (b"allow", ", ".join(allowed).encode())
            return problem_reply(405, "this path has no such method", "", (PROBLEM, allow))
        return problem_reply(404, "there is no such path", "see /openapi.json")


def problem_reply(
    status: int,
    title: str,
    detail: str = "",
    headers: tuple[tuple[bytes, bytes], ...] = (PROBLEM,),
) -> Reply:
    """Writes an error as problem details (RFC 9457) without a type of its own."""
    document = {"type": "about:blank", "title": title, "status": status}
    if detail:
        document["detail"] = detail
    return Reply(status, msgspec.json.encode(document), headers)


def _refuse(status: int, title: str, *headers: tuple[bytes, bytes]) -> Reply:
    return problem_reply(status, title, "", (PROBLEM, *headers))


def _of_error(error: EcluseError) -> Reply:
    if isinstance(error, CallerError):
        return problem_reply(400, str(error), error.help)
    if isinstance(error, UnavailableError):
        headers = (PROBLEM, (b"retry-after", b"1"))
        return problem_reply(503, str(error), error.help, headers)
    return problem_reply(500, str(error), error.help)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large."""
    message = await receive()
    if message["type"] != "http.request":
        return b""  # the client is gone; nobody reads the answer
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body if len(body) <= BODY_MAX else None
    parts, size = [body], len(body)
    while message.get("more_body", False):
        message = await receive()
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > BODY_MAX:
            return None
        parts.append(part)
    return b"".join(parts)
