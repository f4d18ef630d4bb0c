"""How is a WSGI application (Flask, Bottle, Pyramid) put behind the gate? Middleware as PEP 3333 describes it.

The server's `start_response` is called when the first byte of the body is there, which is when PEP
3333 lets headers go: until then the whole response can be replaced. From then on what was reserved
counts as shown.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from ecluse.enforcers._again import Again, is_small_form, read_form, reason_in
from ecluse.enforcers._book import Book, Refused
from ecluse.enforcers._disclosure import Disclosure
from ecluse.enforcers._exchange import ErrorPages, Exchange, Finder, Rules, rules_of
from ecluse.enforcers._plan import Disclosing
from ecluse.enforcers.identity import Identity
from ecluse.model.errors import CallerError
from ecluse.refusal.accept import choose_language
from ecluse.refusal.case import Case
from ecluse.refusal.language import Language
from ecluse.refusal.reply import Asking
from ecluse.sdk.protocol import SyncGate

__all__ = ["EcluseMiddleware", "Identity", "Refused", "disclosure"]

Environ = dict[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

_KEY: Final = "ecluse"
_REASONS: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def disclosure(request: Any) -> Disclosure:
    """What this request shows: of a framework's request, or of a WSGI environ.

    Raises:
        CallerError: when the request did not come through the middleware.
    """
    environ = request if isinstance(request, dict) else request.environ
    found = environ.get(_KEY)
    if not isinstance(found, Disclosure):
        raise CallerError(
            "this request did not come through the gate's middleware",
            help="wrap the application: `app.wsgi_app = EcluseMiddleware(app.wsgi_app, …)`",
        )
    return found


class EcluseMiddleware:
    """Asks the gate before the application's answers leave."""

    def __init__(
        self,
        app: App,
        *,
        gate: SyncGate,
        identify: Callable[[Environ], Identity | None],
        application: str = "",
        guarded: Sequence[str] = (),
        free: Sequence[str] = (),
        routes: Finder | str | None = None,
        login_url: str = "",
        language: Language = "en",
        error_pages: ErrorPages = "ours",
    ) -> None:
        """Wraps an application. The arguments are those of the ASGI middleware.

        `identify` is called when the gate is first asked: inside a view for `disclose`, where the
        framework's own session is at hand; before the application for `routes`, where it is not.

        Raises:
            CallerError: when one of these cannot be so.
        """
        self.app, self._gate, self._identify = app, gate, identify
        self._rules = rules_of(
            application=application,
            guarded=guarded,
            free=free,
            routes=routes,
            sign_in=login_url,
            language=language,
            error_pages=error_pages,
        )

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        carried = _Carried(
            self._gate,
            self._rules,
            self._identify,
            environ=environ,
            start_response=start_response,
        )
        return carried.run(self.app)


class _Carried:
    """One request on its way to the application, and its response as the server iterates it."""

    def __init__(
        self,
        gate: SyncGate,
        rules: Rules,
        identify: Callable[[Environ], Identity | None],
        *,
        environ: Environ,
        start_response: StartResponse,
    ) -> None:
        again = _asked_again(environ)
        header = _headers(environ)
        accepted = header("Accept-Language")
        path, query = _path(environ), environ.get("QUERY_STRING", "")
        self._book = Book(
            identify=lambda: identify(environ),
            application=rules.application,
            language=choose_language(accepted, default=rules.language),
            justification=lambda: again.justification if again else reason_in(header),
        )
        method = environ["REQUEST_METHOD"]
        back = environ.get("SCRIPT_NAME", "") + path + (f"?{query}" if query else "")
        asking = Asking(method, header("Accept"), accepted, back)
        self._exchange = Exchange(rules, self._book, path, asking)
        self._disclosure = Disclosure(gate, self._book)
        self._start_response, self._environ = start_response, environ
        self._response: tuple[str, list[tuple[str, str]]] | None = None
        self._write: Callable[[bytes], object] | None = None
        self._inner: Iterable[bytes] = ()
        self._chunks: Iterator[bytes] = iter(())
        self._replaced = self._closed = False
        environ[_KEY] = self._disclosure

    def run(self, app: App) -> Iterable[bytes]:
        """Calls the application; what is returned is iterated and closed by the server."""
        try:
            case = self._admit()
            if case is None:
                self._call(app)
            else:
                self._chunks = self._told(case)
        except Refused as refused:
            self._chunks = self._told(refused.case)
        except BaseException:
            self.close()  # nothing was returned, so the server will not
            raise
        return self

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            chunk = self._next()
        except Refused as refused:
            if self._book.left or self._replaced:
                raise  # the answer is cut where it is
            self._chunks = self._told(refused.case)
            return next(self._chunks)
        if self._book.left and self._book.case is not None:
            raise Refused(self._book.case)  # refused after the first byte: nothing more leaves
        return chunk

    def _next(self) -> bytes:
        """The next chunk; the first one that is not empty lets the response go, or is replaced."""
        if self._book.left or self._replaced:
            return next(self._chunks)
        for chunk in self._chunks:
            if chunk:
                return chunk if self._begin() else next(self._chunks)
        if self._response is None or self._begin():  # a response without a body
            raise StopIteration
        return next(self._chunks)

    def close(self) -> None:
        """Ends the request: what may have left is posted, the rest released."""
        if self._closed:
            return
        self._closed = True
        try:
            close = getattr(self._inner, "close", None)
            if close is not None:
                close()
        finally:
            self._disclosure.finish(shown=self._book.left)

    def _call(self, app: App) -> None:
        self._inner = app(self._environ, self._started)
        if not self._replaced:  # as it is when `write` was called and refused
            self._chunks = iter(self._inner)

    def _admit(self) -> Case | None:
        """Asks about the persons in the path."""
        found = self._exchange.routed(self._environ.get("QUERY_STRING", ""))
        if not isinstance(found, Disclosing):
            return found
        self._disclosure.disclose(
            found.persons, categories=found.categories, operation=found.operation
        )
        return None

    def _started(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        """What the application takes for the server's `start_response`."""
        if exc_info is not None and self._book.left:
            self._start_response(status, headers, exc_info)  # raises the application's error again
        self._response = status, headers
        return self._written

    def _written(self, data: bytes) -> None:
        """The `write` of old applications."""
        if self._book.left and self._book.case is not None:
            raise Refused(self._book.case)
        if not self._book.left and not self._replaced:
            self._begin()
        if not self._replaced and self._write is not None:
            self._write(data)

    def _begin(self) -> bool:
        """Lets the response go, or replaces it; says whether it goes."""
        assert self._response is not None, "the application answered without start_response"
        status, headers = self._response
        length = next((v for n, v in headers if n.lower() == "content-length"), None)
        case = self._exchange.replacement(int(status[:3]), length)
        if case is not None:
            self._chunks = self._told(case)
            return False
        self._book.left = True  # before: from here on the server may have it
        added = self._exchange.added(name for name, _ in headers)
        self._write = self._start_response(status, [*headers, *added])
        return True

    def _told(self, case: Case) -> Iterator[bytes]:
        """Releases what was reserved, and starts the refusal instead of any answer."""
        self._replaced = True
        self._disclosure.finish(shown=False)
        told = self._exchange.told(case)
        reason = _REASONS.get(told.status, "Error")
        self._start_response(f"{told.status} {reason}", list(told.headers))
        return iter([b"" if self._environ["REQUEST_METHOD"] == "HEAD" else told.body])


def _asked_again(environ: Environ) -> Again | None:
    """Turns the refusal page's form into the GET that it asks for again; any other body is handed on whole."""
    if not is_small_form(environ["REQUEST_METHOD"], _headers(environ)):
        return None
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    again = read_form(body)
    environ["wsgi.input"] = io.BytesIO(b"" if again else body)
    if again is not None:
        environ["REQUEST_METHOD"] = "GET"
        environ.pop("CONTENT_TYPE", None)
        environ["CONTENT_LENGTH"] = "0"
    return again


def _path(environ: Environ) -> str:
    """The path within the application, which PEP 3333 hands over as bytes in the look of Latin-1."""
    raw = str(environ.get("PATH_INFO", "")) or "/"
    return raw.encode("latin-1").decode("utf-8", "surrogateescape")


def _headers(environ: Environ) -> Callable[[str], str | None]:
    def found(name: str) -> str | None:
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        value = environ.get(key)
        return value if isinstance(value, str) and value else None

    return found
