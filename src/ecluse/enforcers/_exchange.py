"""What is decided about one HTTP request and its response, whichever server interface carries them?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from ecluse.enforcers._book import Book
from ecluse.enforcers._disclosure import LOG
from ecluse.enforcers._guard import Guard, target_of
from ecluse.enforcers._plan import Disclosing
from ecluse.model.errors import CallerError
from ecluse.refusal.case import ANONYMOUS, FAILED, UNCLEAR, UNDISCLOSED, Case
from ecluse.refusal.language import LANGUAGES, Language
from ecluse.refusal.notice import notice_header
from ecluse.refusal.reply import Asking, Reply, reply
from ecluse.routes.outcome import Free, Match, Refused

__all__ = ["ErrorPages", "Exchange", "Finder", "Rules", "rules_of"]

ErrorPages = Literal["ours", "theirs"]


class Finder(Protocol):
    """Finds the persons of a request by its target; `ecluse.routes.Routes` does."""

    def find(self, method: str, target: str, *, host: str | None = None) -> Match | Free | Refused:
        """Who is shown, or that nobody is, or that the target has no one reading."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What an application sets once for all its requests.

    Attributes:
        application: name in the estate.
        guard: where an answer must not leave undisclosed.
        routes: finds persons in paths, so that the application need not name them.
        sign_in: where a session gives a second factor again; see `refusal.page`.
        language: of pages, for browsers that ask for none of the two.
        error_pages: `ours` replaces the body of an error of the application (5xx) that follows a disclosure,
            so that it is certain that nothing left, and releases; `theirs` passes it on, and counts.
    """

    application: str = ""
    guard: Guard = field(default_factory=lambda: Guard((), ()))
    routes: Finder | None = None
    sign_in: str = ""
    language: Language = "en"
    error_pages: ErrorPages = "ours"


def rules_of(
    *,
    application: str,
    guarded: Sequence[str] = (),
    free: Sequence[str] = (),
    routes: Finder | str | None = None,
    sign_in: str = "",
    language: Language = "en",
    error_pages: ErrorPages = "ours",
) -> Rules:
    """Reads what an application sets; `routes` may be the path of a routes file.

    Raises:
        CallerError: when a value cannot be so.
        ConfigError: with every fault of the routes file.
    """
    if language not in LANGUAGES or error_pages not in {"ours", "theirs"}:
        raise CallerError("`language` is en or fr, `error_pages` ours or theirs")
    finder = _loaded(routes) if isinstance(routes, str) else routes
    return Rules(application, Guard.of(guarded, free), finder, sign_in, language, error_pages)


def _loaded(path: str) -> Finder:
    from pathlib import Path  # noqa: PLC0415 - only where a file is named

    from ecluse.loaders.routes import load_routes  # noqa: PLC0415 - idem, with the YAML reader

    try:
        text = Path(path).read_bytes()
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        raise CallerError(f"the routes file `{path}` cannot be read: {why}") from None
    return load_routes(text, file=path)


@dataclass(slots=True)
class Exchange:
    """One request with its book.

    Attributes:
        path: as the application sees it, decoded. asking: how a refusal would be told.
        guarded: whether the answer must not leave undisclosed.
        unnamed: whether the path shows persons and nobody is logged in: then only the way to the log-in passes.
    """

    rules: Rules
    book: Book
    path: str
    asking: Asking
    guarded: bool = False
    unnamed: bool = False

    def routed(self, query: str) -> Disclosing | Case | None:
        """What the routes say of the target: whom to reserve before the application runs, or why it does not."""
        self.guarded = self.rules.guard.covers(self.path)
        if self.rules.routes is None:
            return None
        found = self.rules.routes.find(self.asking.method, target_of(self.path, query))
        if isinstance(found, Refused):
            LOG.warning("a request target cannot be read in one way only: %s", found.reason)
            return UNCLEAR
        book = self.book
        book.application = found.application or book.application
        if isinstance(found, Free):
            self.guarded = self.guarded or found.disclosed
            book.operation, book.categories = found.operation, found.categories
            return None
        if not book.know():
            self.unnamed = True
            return None
        return Disclosing(found.persons, found.categories, found.operation)

    def replacement(self, status: int, length: str | None) -> Case | None:
        """What goes out instead of the application's response, or None when that may go.

        Args:
            status: of the response.
            length: its Content-Length, when it has one.
        """
        book = self.book
        if book.case is not None:
            return book.case
        if self.unnamed and not 300 <= status < 400 and status != 401:
            return ANONYMOUS
        empty = status in {204, 205} or length == "0"
        if self.guarded and not book.asked and 200 <= status < 300 and not empty:
            LOG.error("an answer under a guarded path disclosed nobody, and was not sent")
            return UNDISCLOSED
        if status >= 500 and book.open and self.rules.error_pages == "ours":
            return replace(FAILED, status=status)
        return None

    def told(self, case: Case) -> Reply:
        """The page or problem document of a case, in the language of the request."""
        rules = self.rules
        return reply(case, self.asking, default_language=rules.language, sign_in=rules.sign_in)

    def added(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Headers to add to a response that goes out, given the names of those that it has."""
        headers = []
        if self.book.near:
            headers.append(notice_header(language=self.book.language))
        if self.book.asked and "cache-control" not in {name.lower() for name in names}:
            headers.append(("Cache-Control", "private"))  # a shared cache would show it uncounted
        return headers
