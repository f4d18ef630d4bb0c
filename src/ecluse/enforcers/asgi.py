"""How is an ASGI application (Starlette, FastAPI, Litestar, Quart) put behind the gate? Plain middleware.

A request is asked about before its answer leaves, by its path (`routes`) or by the application
(`await disclosure(request).disclose(…)`). Nothing of a response is held back: once its first byte is
handed to the server, what was reserved counts as shown; before, a failure releases it.
A WebSocket under a guarded path is refused, since nothing of it is asked about; any other passes.
"""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Final

from ecluse.enforcers._again import Again, is_small_form, read_form, reason_in
from ecluse.enforcers._awaited import AsyncDisclosure, awaited
from ecluse.enforcers._book import Book, Refused
from ecluse.enforcers._exchange import ErrorPages, Exchange, Finder, Rules, rules_of
from ecluse.enforcers._guard import target_of
from ecluse.enforcers._plan import Disclosing
from ecluse.enforcers.identity import Identity
from ecluse.model.errors import CallerError
from ecluse.refusal.accept import choose_language
from ecluse.refusal.case import Case
from ecluse.refusal.language import Language
from ecluse.refusal.reply import Asking
from ecluse.routes.outcome import Free
from ecluse.sdk.protocol import AwaitedGate, SyncGate

__all__ = ["EcluseMiddleware", "Identity", "Refused", "disclosure"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_KEY: Final = "ecluse"


def disclosure(request: Any) -> AsyncDisclosure:
    """What this request shows: of a framework's request, or of an ASGI scope.

    Raises:
        CallerError: when the request did not come through the middleware.
    """
    scope = request if isinstance(request, MutableMapping) else request.scope
    found = scope.get(_KEY)
    if not isinstance(found, AsyncDisclosure):
        raise CallerError(
            "this request did not come through the gate's middleware",
            help="add `EcluseMiddleware` to the application",
        )
    return found


class EcluseMiddleware:
    """Asks the gate before the application's answers leave."""

    def __init__(
        self,
        app: App,
        *,
        gate: AwaitedGate | SyncGate,
        identify: Callable[[Scope], Identity | None],
        application: str = "",
        guarded: Sequence[str] = (),
        free: Sequence[str] = (),
        routes: Finder | str | None = None,
        login_url: str = "",
        language: Language = "en",
        error_pages: ErrorPages = "ours",
    ) -> None:
        """Wraps an application.

        Args:
            app: the application.
            gate: an `AsyncGate`; a `Gate`, or one in the same process, is called in threads.
            identify: says who asks, from the scope as it is when the gate is first asked: session and log-in
                are there when their middleware stands further out. It waits for nothing. None: nobody is logged in.
            application: name in the estate; may be left out by a client that is enrolled for one.
            guarded: prefixes of paths under which no answer (2xx) leaves that disclosed nobody.
            free: prefixes under these that show nobody, in their plain spelling.
            routes: `Routes`, or the path of a routes file, to find persons in paths.
            login_url: where a session gives a second factor again; `{next}` in it is filled in.
            language: of pages for browsers that prefer neither.
            error_pages: `ours` or `theirs`, for errors (5xx) after a disclosure.

        Raises:
            CallerError: when one of these cannot be so.
        """
        self.app, self._gate, self._identify = app, awaited(gate), identify
        self._rules = rules_of(
            application=application,
            guarded=guarded,
            free=free,
            routes=routes,
            sign_in=login_url,
            language=language,
            error_pages=error_pages,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope, receive, again = await _asked_again(scope, receive)
            await _Carried(self._gate, self._rules, self._identify, scope, again).run(
                self.app, receive, send
            )
        elif scope["type"] == "websocket" and _shows_persons(self._rules, scope):
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # policy violation, RFC 6455
        else:
            await self.app(scope, receive, send)


class _Carried:
    """One request on its way to the application and back."""

    def __init__(
        self,
        gate: AwaitedGate,
        rules: Rules,
        identify: Callable[[Scope], Identity | None],
        scope: Scope,
        again: Again | None,
    ) -> None:
        header = _headers(scope)
        accepted = header("Accept-Language")
        target = _target(scope)
        book = Book(
            identify=lambda: identify(scope),
            application=rules.application,
            language=choose_language(accepted, default=rules.language),
            justification=lambda: again.justification if again else reason_in(header),
        )
        asking = Asking(scope["method"], header("Accept"), accepted, target)
        self._exchange = Exchange(rules, book, _path(scope), asking)
        self._book, self._disclosure = book, AsyncDisclosure(gate, book)
        self._scope, self._replaced = scope, False
        scope[_KEY] = self._disclosure

    async def run(self, app: App, receive: Receive, send: Send) -> None:
        """Carries it; settles what was reserved, however it ends."""

        async def received() -> Message:
            # to an application whose answer was replaced the client is as good as gone
            return {"type": "http.disconnect"} if self._replaced else await receive()

        async def sent(message: Message) -> None:
            await self._send(message, send)

        try:
            case = await self._admit()
            if case is None:
                await app(self._scope, received, sent)
            else:
                await self._tell(case, send)
        except Refused as refused:
            if self._book.left:
                raise  # the answer is cut where it is
            if not self._replaced:
                await self._tell(refused.case, send)
        finally:
            await self._disclosure.finish(shown=self._book.left)

    async def _admit(self) -> Case | None:
        """Asks about the persons in the path."""
        query = self._scope["query_string"].decode("latin-1")
        found = self._exchange.routed(query)
        if not isinstance(found, Disclosing):
            return found
        await self._disclosure.disclose(
            found.persons, categories=found.categories, operation=found.operation
        )
        return None

    async def _send(self, message: Message, send: Send) -> None:
        kind = message["type"]
        if self._replaced:
            return
        if kind == "http.response.start":
            await self._start(message, send)
            return
        if self._book.left and self._book.case is not None:
            raise Refused(self._book.case)  # refused after the first byte: nothing more leaves
        await send(message)
        if kind == "http.response.body" and not message.get("more_body", False):
            await self._disclosure.finish(shown=True)

    async def _start(self, message: Message, send: Send) -> None:
        headers = [
            (n.decode("latin-1"), v.decode("latin-1")) for n, v in message.get("headers", ())
        ]
        length = next((v for n, v in headers if n.lower() == "content-length"), None)
        case = self._exchange.replacement(message["status"], length)
        if case is not None:
            await self._tell(case, send)
            return
        added = self._exchange.added(name for name, _ in headers)
        self._book.left = True  # before: from here on the server may have it
        await send({**message, "headers": [*message.get("headers", ()), *_encoded(added)]})

    async def _tell(self, case: Case, send: Send) -> None:
        """Releases what was reserved, and sends the refusal instead of any answer."""
        self._replaced = True
        await self._disclosure.finish(shown=False)
        told = self._exchange.told(case)
        headers = _encoded(told.headers)
        body = b"" if self._scope["method"] == "HEAD" else told.body
        await send({"type": "http.response.start", "status": told.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _shows_persons(rules: Rules, scope: Scope) -> bool:
    """Whether a WebSocket may show persons: its path is guarded, or the routes do not say that it is free."""
    path = _path(scope)
    if rules.routes is None:
        return rules.guard.covers(path)
    found = rules.routes.find("GET", target_of(path, scope["query_string"].decode("latin-1")))
    return rules.guard.covers(path) or not isinstance(found, Free) or found.disclosed


async def _asked_again(scope: Scope, receive: Receive) -> tuple[Scope, Receive, Again | None]:
    """Turns the refusal page's form into the GET that it asks for again; any other body is handed on whole."""
    if not is_small_form(scope["method"], _headers(scope)):
        return scope, receive, None
    messages: list[Message] = []
    while not messages or messages[-1].get("more_body", False):
        messages.append(await receive())
        if messages[-1]["type"] != "http.request":
            break
    again = read_form(b"".join(message.get("body", b"") for message in messages))
    if again is None:
        return scope, _replayed(messages, receive), None
    dropped = {b"content-type", b"content-length"}
    headers = [(n, v) for n, v in scope["headers"] if n.lower() not in dropped]
    changed = {**scope, "method": "GET", "headers": headers}
    return changed, _replayed([{"type": "http.request", "body": b""}], receive), again


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def replayed() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return replayed


def _path(scope: Scope) -> str:
    """The path within the application, as its router sees it."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    inner = path.removeprefix(root) if root else path
    return inner if inner.startswith("/") else path


def _target(scope: Scope) -> str:
    raw = scope.get("raw_path") or str(scope["path"]).encode("utf-8", "surrogatepass")
    query = scope["query_string"]
    return (raw.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


def _headers(scope: Scope) -> Callable[[str], str | None]:
    """Finds a header by name; several of one name are joined with commas, as RFC 9110 has it."""

    def found(name: str) -> str | None:
        wanted = name.lower().encode("latin-1")
        values = [v.decode("latin-1") for n, v in scope["headers"] if n.lower() == wanted]
        return ", ".join(values) if values else None

    return found


def _encoded(headers: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers]
