"""What does the person in front of the screen get when a proxy refused, and where is it fetched? Once, by a random reference.

nginx throws the body of a refusal away, so the gate keeps the case for a minute under a reference that it gives to
the proxy alone (`Ecluse-Page`). Whoever does not have it, or asks a second time, learns nothing. It is not the
number of the ledger's entry: those follow one another, and anybody could ask for somebody else's.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

import msgspec

from ecluse.api.app import problem_reply
from ecluse.api.exchange import Exchange, Reply, Route
from ecluse.model.client import Scope
from ecluse.model.time import MINUTE
from ecluse.refusal.accept import choose_language, wants_page
from ecluse.refusal.case import Case
from ecluse.refusal.language import LANGUAGES, Language
from ecluse.refusal.page import page_of
from ecluse.refusal.problem import problem_of

__all__ = ["KEPT", "LIFETIME", "Pages", "routes", "told"]

KEPT: Final = 10_000
"""Refusals whose page has not been fetched yet; the proxy fetches each within milliseconds."""

LIFETIME: Final = MINUTE

_BACK_MAX: Final = 2048


@dataclass(frozen=True, slots=True)
class _Kept:
    case: Case
    client: str
    sign_in: str
    language: Language
    until: int


class Pages:
    """Refusals whose page has yet to be fetched."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, case: Case, *, client: str, sign_in: str, language: Language) -> str:
        """Keeps a case for the client that asked, and gives its reference: 128 random bits."""
        now = self._now()
        while self._kept and (
            len(self._kept) >= KEPT or next(iter(self._kept.values())).until <= now
        ):
            self._kept.popitem(last=False)
        reference = secrets.token_urlsafe(16)
        self._kept[reference] = _Kept(case, client, sign_in, language, now + LIFETIME)
        return reference

    def take(self, reference: str, client: str) -> _Kept | None:
        """The case of a reference, once, for the client that asked then."""
        found = self._kept.get(reference)
        if found is None or found.client != client:
            return None
        del self._kept[reference]
        return found if self._now() < found.until else None


def told(
    case: Case,
    exchange: Exchange,
    *,
    sign_in: str = "",
    language: Language = "en",
    back: str = "",
) -> Reply:
    """A case as page or problem document, by what the client's headers ask for.

    A proxy cannot read a form, so that the page for `justify` has none.
    """
    chosen = choose_language(_text(exchange, b"accept-language"), default=language)
    if wants_page(_text(exchange, b"accept")):
        made = page_of(case, language=chosen, sign_in=sign_in, back=back)
        return Reply(made.status, made.body.encode(), _encoded(made.headers))
    document = problem_of(case, language=chosen)
    return Reply(document.status, msgspec.json.encode(document.body), _encoded(document.headers))


def routes(pages: Pages) -> tuple[Route, ...]:
    """The route by which a proxy fetches a page."""

    async def handle(exchange: Exchange) -> Reply:
        asked = parse_qs(exchange.query.decode("latin-1"))
        references = asked.get("reference", [])
        kept = pages.take(references[0], exchange.client.id) if len(references) == 1 else None
        if kept is None:
            return problem_reply(403, "this was refused", "the reason is not known here any more")
        wanted = asked.get("language", [""])[0]
        default: Language = "fr" if wanted == "fr" else "en" if wanted == "en" else kept.language
        return told(
            kept.case, exchange, sign_in=kept.sign_in, language=default, back=_back(exchange)
        )

    return (Route("GET", "/v1/page", handle, frozenset({Scope.ASK.value}), _OPERATION),)


def _back(exchange: Exchange) -> str:
    """Where to come back to after a log-in: the path that the proxy says was asked for."""
    target = exchange.header(b"ecluse-target") or b""
    return target.decode("latin-1") if len(target) <= _BACK_MAX else "/"


def _text(exchange: Exchange, name: bytes) -> str | None:
    found = [value for key, value in exchange.headers if key == name]
    return b",".join(found).decode("latin-1") if found else None


def _encoded(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.lower().encode(), value.encode("latin-1")) for name, value in headers)


_OPERATION: Final[dict[str, object]] = {
    "operationId": "page",
    "tags": ["proxies"],
    "summary": "The page, or the problem document, of a refusal that a proxy was told",
    "description": "For `error_page 403` of nginx. Each reference is answered once, within a minute, to the client "
    "that was refused. The status is the one for the person in front of the screen.",
    "parameters": [
        {
            "name": "reference",
            "in": "query",
            "required": True,
            "schema": {"type": "string"},
            "description": "`Ecluse-Page` of the refusal.",
            "example": "q3mKq0bVn2s5cQ0yS0oBvA",
        },
        {
            "name": "language",
            "in": "query",
            "schema": {"type": "string", "enum": list(LANGUAGES)},
            "description": "Where `Accept-Language` prefers none.",
        },
        {
            "name": "Ecluse-Target",
            "in": "header",
            "schema": {"type": "string"},
            "description": "Path and query to come back to after a log-in.",
        },
    ],
    "responses": {
        str(status): {
            "description": text,
            "content": {"text/html": {}, "application/problem+json": {}},
        }
        for status, text in (
            (400, "the address has two readings"),
            (401, "`step_up`"),
            (
                403,
                "`hold`, `justify`, a closed application, nobody logged in; or the reference is not known",
            ),
            (429, "`deny`, with `Retry-After`"),
            (503, "the gate could not decide"),
        )
    },
}
