"""How is a Django project put behind the gate? A middleware, `disclose()` in a view, and a decorator.

The middleware stands right after those of sessions and authentication in `MIDDLEWARE`; nothing that
keeps responses (a cache) may stand before it. It works under WSGI and under ASGI.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from functools import wraps
from typing import Any, Final, TypeVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils.safestring import SafeString, mark_safe

from ecluse.enforcers._again import Again, is_small_form, read_form, reason_in
from ecluse.enforcers._awaited import AsyncDisclosure, awaited
from ecluse.enforcers._book import Book, Refused
from ecluse.enforcers._disclosure import Disclosure, Person
from ecluse.enforcers._django_settings import read_settings
from ecluse.enforcers._exchange import Exchange
from ecluse.enforcers._plan import Disclosing
from ecluse.enforcers.identity import Identity
from ecluse.model.asked import Answer
from ecluse.model.errors import CallerError
from ecluse.refusal.accept import choose_language
from ecluse.refusal.case import Case
from ecluse.refusal.page import JUSTIFICATION
from ecluse.refusal.reply import Asking
from ecluse.sdk.protocol import AwaitedGate, SyncGate

__all__ = [
    "EcluseMiddleware",
    "Identity",
    "Refused",
    "RequestDisclosure",
    "adisclose",
    "ask",
    "astream",
    "disclose",
    "discloses",
    "stream",
]

Row = TypeVar("Row")
GetResponse = Callable[[HttpRequest], Any]
_FORM: Final = "application/x-www-form-urlencoded"


class RequestDisclosure(Disclosure):
    """What this request shows; the middleware puts it on the request as `request.ecluse`."""

    def __init__(
        self, gate: SyncGate, book: Book, exchange: Exchange, other: SyncGate | AwaitedGate
    ) -> None:
        super().__init__(gate, book)
        self.book, self.exchange, self._other = book, exchange, other

    @property
    def notice(self) -> SafeString:
        """HTML for a template when a limit is near, else nothing: `{{ request.ecluse.notice }}`."""
        return mark_safe(self.book.notice)  # noqa: S308 - made of fixed sentences, escaped

    async def on_loop(self) -> AsyncDisclosure:
        """The same for an asynchronous view; who asks is found in a thread, where the database may be used."""
        if self.book.case is None and not self.book.over:
            await sync_to_async(self.book.know)()
        return AsyncDisclosure(awaited(self._other), self.book)


def disclose(request: HttpRequest, persons: object, **about: Any) -> Answer:
    """Asks before these persons are shown; returns once they may be. See `Disclosure.disclose`.

    Raises:
        Refused: when they may not; let it pass.
    """
    return _of(request).disclose(persons, **about)


def ask(request: HttpRequest, persons: object, **about: Any) -> Answer:
    """Like `disclose`, but leaves a refusal to the view, which must look at `released`."""
    return _of(request).ask(persons, **about)


async def adisclose(request: HttpRequest, persons: object, **about: Any) -> Answer:
    """Asks before these persons are shown, in an asynchronous view."""
    return await (await _of(request).on_loop()).disclose(persons, **about)


def stream(
    request: HttpRequest, rows: Iterable[Row], *, person: Person, **about: Any
) -> Iterator[Row]:
    """Hands rows out as they are charged, for a StreamingHttpResponse. See `Disclosure.stream`.

    Raises:
        Refused: when not even the first row may be shown.
    """
    return _of(request).stream(rows, person=person, **about)


async def astream(
    request: HttpRequest, rows: Any, *, person: Person, **about: Any
) -> AsyncIterator[Any]:
    """Hands rows out as they are charged, for asynchronous views; `rows` may be a query's `aiterator()`."""
    return await (await _of(request).on_loop()).stream(rows, person=person, **about)


def discloses(
    person: str = "pk", *, categories: Sequence[str] = (), operation: str | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorates a view that shows the person of a route parameter.

    Args:
        person: name of the parameter, as in `path("people/<int:pk>/", …)`.
        categories: categories of data shown.
        operation: what is done.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        about = {"categories": categories, "operation": operation}

        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            disclose(request, _named(kwargs, person), **about)
            return view(request, *args, **kwargs)

        @wraps(view)
        async def ashown(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            await adisclose(request, _named(kwargs, person), **about)
            return await view(request, *args, **kwargs)

        return markcoroutinefunction(ashown) if iscoroutinefunction(view) else shown

    return decorate


def _named(kwargs: dict[str, Any], person: str) -> object:
    if person not in kwargs:
        raise CallerError(
            f"the view has no route parameter `{person}`",
            help="name the one that holds the person: `@discloses(person=…)`",
        )
    return kwargs[person]


class EcluseMiddleware:
    """Asks the gate before a view's answer leaves. Settings: the dictionary `ECLUSE`."""

    sync_capable: Final = True
    async_capable: Final = True

    def __init__(self, get_response: GetResponse) -> None:
        """Reads the settings.

        Raises:
            ImproperlyConfigured: when they cannot be so.
        """
        self.get_response = get_response
        self._settings = read_settings()
        self._async = iscoroutinefunction(get_response)
        if self._async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        return self._acall(request) if self._async else self._call(request)

    def _call(self, request: HttpRequest) -> HttpResponseBase:
        made = self._begin(request)
        found = made.exchange.routed(request.META.get("QUERY_STRING", ""))
        if isinstance(found, Disclosing):
            try:
                made.disclose(found.persons, categories=found.categories, operation=found.operation)
            except Refused as refused:
                found = refused.case
        if isinstance(found, Case):
            return _told(made, found)
        return _concluded(made, self.get_response(request))

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        made = await sync_to_async(self._begin)(request)
        routed = sync_to_async(made.exchange.routed)  # may ask the database who is logged in
        found = await routed(request.META.get("QUERY_STRING", ""))
        if isinstance(found, Disclosing):
            try:
                loop = await made.on_loop()
                await loop.disclose(
                    found.persons, categories=found.categories, operation=found.operation
                )
            except Refused as refused:
                found = refused.case
        if isinstance(found, Case):
            return await sync_to_async(_told)(made, found)
        answering: Awaitable[HttpResponseBase] = self.get_response(request)
        response = await answering
        return await sync_to_async(_concluded)(made, response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Keeps a refusal from being logged as an error; the page takes its place further out."""
        if isinstance(exception, Refused) and getattr(request, "ecluse", None) is not None:
            _of(request).book.case = exception.case
            return HttpResponse(status=exception.case.status)
        return None

    def _begin(self, request: HttpRequest) -> RequestDisclosure:
        again = _asked_again(request)
        read = self._settings
        accepted = request.headers.get("Accept-Language")
        book = Book(
            identify=lambda: read.identify(request),
            application=read.rules.application,
            language=choose_language(accepted, default=read.rules.language),
            justification=lambda: again.justification if again else _reason(request),
        )
        asking = Asking(
            request.method or "", request.headers.get("Accept"), accepted, request.get_full_path()
        )
        exchange = Exchange(read.rules, book, request.path_info, asking)
        other = read.async_gate if self._async else read.sync_gate
        made = RequestDisclosure(read.sync_gate, book, exchange, other)
        request.ecluse = made
        return made


def _of(request: HttpRequest) -> RequestDisclosure:
    inner = getattr(request, "_request", request)  # what Django REST framework wraps
    found = getattr(inner, "ecluse", None)
    if not isinstance(found, RequestDisclosure):
        raise CallerError(
            "this request did not come through the gate's middleware",
            help="add `ecluse.enforcers.django.EcluseMiddleware` to MIDDLEWARE",
        )
    return found


def _concluded(made: RequestDisclosure, response: HttpResponseBase) -> HttpResponseBase:
    """Lets the response go, or replaces it; what was reserved is settled when the server closes it."""
    empty = not response.streaming and not response.content
    length = "0" if empty else response.headers.get("Content-Length")
    case = made.exchange.replacement(response.status_code, length)
    if case is not None:
        told = _told(made, case)
        told._resource_closers.extend(response._resource_closers)  # noqa: SLF001 - its files and generators
        return told
    for name, value in made.exchange.added(response.headers):
        response.headers[name] = value
    made.book.left = True
    if response.streaming and getattr(response, "file_to_stream", None) is None:
        response.streaming_content = _watched(made.book, response)
    close = response.close

    def closed() -> None:
        try:
            close()
        finally:
            made.finish(shown=True)

    response.close = closed
    return response


def _watched(book: Book, response: Any) -> Any:
    """The same stream; cut where something is refused after the first byte, whatever the view makes of it."""
    parts = response.streaming_content

    def watched() -> Iterator[bytes]:
        for part in parts:
            _refuse_late(book)
            yield part

    async def awatched() -> AsyncIterator[bytes]:
        async for part in parts:
            _refuse_late(book)
            yield part

    return awatched() if response.is_async else watched()


def _refuse_late(book: Book) -> None:
    if book.case is not None:
        raise Refused(book.case)


def _told(made: RequestDisclosure, case: Case) -> HttpResponse:
    """Releases what was reserved, and makes the refusal."""
    made.finish(shown=False)
    told = made.exchange.told(case)
    body = b"" if made.exchange.asking.method == "HEAD" else told.body
    response = HttpResponse(body, status=told.status)
    for name, value in told.headers:
        response.headers[name] = value
    return response


def _asked_again(request: HttpRequest) -> Again | None:
    """Turns the refusal page's form into the GET that it asks for again."""
    if not is_small_form(request.method or "", request.headers.get):
        return None
    again = read_form(request.body)
    if again is not None:
        request.method = request.META["REQUEST_METHOD"] = "GET"
        request._body = b""  # noqa: SLF001 - the view gets a GET, which has no body
        request.POST = QueryDict()
        request.META["CONTENT_LENGTH"] = "0"
        request.META.pop("CONTENT_TYPE", None)
    return again


def _reason(request: HttpRequest) -> str | None:
    """A reason in a form of the application's own, or in the header. An upload is not read for it."""
    read = request.content_type == _FORM or hasattr(request, "_post")
    if request.method == "POST" and read and (given := request.POST.get(JUSTIFICATION)):
        return str(given)[:2000]
    return reason_in(request.headers.get)
