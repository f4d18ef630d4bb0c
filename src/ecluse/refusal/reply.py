"""Which of the two does a client get, a page or a problem document? What a server sends in its place."""

from dataclasses import dataclass

import msgspec

from ecluse.refusal.accept import choose_language, wants_page
from ecluse.refusal.case import Case
from ecluse.refusal.language import Language
from ecluse.refusal.page import page_of
from ecluse.refusal.problem import problem_of

__all__ = ["Asking", "Reply", "reply"]


@dataclass(frozen=True, slots=True)
class Asking:
    """What of an HTTP request decides how a refusal is told.

    Attributes:
        accept, accept_language: the headers; repeated ones joined with commas.
        back: path and query to come back to after a log-in.
    """

    method: str = "GET"
    accept: str | None = None
    accept_language: str | None = None
    back: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers and body to send. The body of a HEAD request is left out by whoever sends."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def reply(
    case: Case, asking: Asking, *, default_language: Language = "en", sign_in: str = ""
) -> Reply:
    """Tells a case in the form and the language that the client asked for."""
    language = choose_language(asking.accept_language, default=default_language)
    if wants_page(asking.accept):
        told = page_of(
            case,
            language=language,
            sign_in=sign_in,
            back=asking.back,
            form=asking.method == "GET",
        )
        body = told.body.encode()
        return Reply(told.status, (*told.headers, ("Content-Length", str(len(body)))), body)
    document = problem_of(case, language=language)
    body = msgspec.json.encode(document.body)
    return Reply(document.status, (*document.headers, ("Content-Length", str(len(body)))), body)
