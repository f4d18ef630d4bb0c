"""Where does a proxy ask whether a request may go on? `/v1/forward/…`: the person found, counted, and answered in its dialect.

1. what does the proxy say of the request, and where in it stand account and session (`enforcers`);
2. whom does it show (`routes`); a request that shows nobody goes on at once, one with two readings does not;
3. the gate decides, and counts at once: a proxy cannot say afterwards that nothing was shown;
4. the answer as the proxy understands it; `slow` waits here, as no proxy does.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Final

from ecluse.api.exchange import Exchange, Reply, Route
from ecluse.api.page import Pages, told
from ecluse.enforcers.envoy import Envoy
from ecluse.enforcers.forward_auth import ForwardAuth
from ecluse.enforcers.forwarding import ACCOUNT, Dialect, ProxySettings, proxy_settings, question
from ecluse.enforcers.nginx import Nginx
from ecluse.model.asked import Answer
from ecluse.model.client import Scope
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.refusal.accept import choose_language
from ecluse.refusal.case import ANONYMOUS, OUT_OF_REACH, UNCLEAR, Case, of_answer
from ecluse.routes.outcome import Free, Refused
from ecluse.routes.routes import Routes
from ecluse.runners.desk import Desk

__all__ = ["routes"]

_ASK: Final = frozenset({Scope.ASK.value})


def routes(
    desk: Desk,
    pages: Pages,
    *,
    current: Callable[[], Routes | None],
    session_key: bytes,
    unread: Counter[str],
) -> tuple[Route, ...]:
    """The routes for nginx, Traefik, Caddy and Envoy.

    Args:
        desk: decides.
        pages: keeps refusals whose page is fetched afterwards.
        current: the routes file in force; None when the gate has none.
        session_key: 16 to 64 secret bytes by which cookies become names of sessions.
        unread: raised by reason for each request that cannot be read in one way only.
    """

    def forwarding(dialect: Dialect) -> _Forwarding:
        return _Forwarding(
            dialect, desk, pages, current=current, session_key=session_key, unread=unread
        )

    nginx, forward, envoy = (forwarding(d) for d in (Nginx(), ForwardAuth(), Envoy()))
    return (
        Route("GET", "/v1/forward/nginx", nginx.handle, _ASK, _operation("nginx", _NGINX)),
        Route("GET", "/v1/forward/traefik", forward.handle, _ASK, _operation("traefik", _FORWARD)),
        Route("GET", "/v1/forward/caddy", forward.handle, _ASK, _operation("caddy", _FORWARD)),
        Route("*", "/v1/forward/envoy/", envoy.handle, _ASK, _operation("envoy", _ENVOY)),
    )


class _Forwarding:
    """The handler of one dialect."""

    def __init__(
        self,
        dialect: Dialect,
        desk: Desk,
        pages: Pages,
        *,
        current: Callable[[], Routes | None],
        session_key: bytes,
        unread: Counter[str],
    ) -> None:
        self._dialect, self._desk, self._pages = dialect, desk, pages
        self._current, self._session_key, self._unread = current, session_key, unread

    async def handle(self, exchange: Exchange) -> Reply:
        headers = exchange.headers
        settings = self._dialect.settings(exchange.query, headers)
        found = self._current()
        if found is None:
            raise CallerError(
                "the gate has no routes file, and cannot tell whom a request shows",
                help="write one, and name it in the settings or with --routes",
            )
        original = self._dialect.original(
            exchange.method, exchange.raw_path, exchange.query, headers
        )
        if isinstance(original, Refused):
            return self._unreadable(original, exchange, settings)
        asked = question(original, headers, settings, found, session_key=self._session_key)
        if isinstance(asked, Free):
            return self._release(None, exchange, settings)
        if isinstance(asked, Refused):
            return self._unreadable(asked, exchange, settings, original.target)
        try:
            answer = await self._desk.ask("check", asked, exchange.client)
        except UnavailableError:
            return self._refuse(OUT_OF_REACH, exchange, settings, original.target)
        if not answer.released:
            return self._refuse(of_answer(answer), exchange, settings, original.target)
        if answer.delay:
            await asyncio.sleep(answer.delay / 1000)
        return self._release(answer, exchange, settings)

    def _release(self, answer: Answer | None, exchange: Exchange, settings: ProxySettings) -> Reply:
        if answer is None or answer.effect == "permit":
            language = settings.language  # not told, so not chosen
        else:
            accepted = exchange.header(b"accept-language") or b""
            language = choose_language(accepted.decode("latin-1"), default=settings.language)
        status, headers = self._dialect.released(answer, language)
        return Reply(status, b"", tuple(headers))

    def _unreadable(
        self, why: Refused, exchange: Exchange, settings: ProxySettings, target: bytes = b""
    ) -> Reply:
        self._unread[why.reason] += 1
        case = ANONYMOUS if why.reason == "absent" else UNCLEAR
        return self._refuse(case, exchange, settings, target, reason=why.reason)

    def _refuse(
        self,
        case: Case,
        exchange: Exchange,
        settings: ProxySettings,
        target: bytes,
        *,
        reason: str = "",
    ) -> Reply:
        """The proxy's own way, or the page or document that it hands on.

        Why an address could not be read is for the proxy's log: whoever looks for a way around would learn from it.
        """

        def keep() -> str:
            return self._pages.keep(
                case,
                client=exchange.client.id,
                sign_in=settings.sign_in,
                language=settings.language,
            )

        own = self._dialect.refused(case, keep)
        if own is not None:
            logged = ((b"ecluse-reason", reason.encode()),) if reason else ()
            return Reply(own[0], b"", (*own[1], *logged))
        back, sign_in, language = target.decode("latin-1"), settings.sign_in, settings.language
        made = told(case, exchange, sign_in=sign_in, language=language, back=back)
        return Reply(
            made.status, made.body, (*made.headers, (b"ecluse-effect", case.kind.encode()))
        )


_NGINX: Final = (
    "`Ecluse-Method`, `Ecluse-Target`, `Ecluse-Host` and `Ecluse-Source` say which request; the answer is 200 or 403, "
    "and `Ecluse-Page` the reference for `/v1/page`."
)
_FORWARD: Final = "`X-Forwarded-Method`, `-Uri`, `-Host` and `-For` say which request; any answer but 200 is for the client."
_ENVOY: Final = (
    "The path after the prefix is the request's; `Ecluse-Settings` holds what the others take from the query. "
    "Any answer but 200 is for the client."
)


def _operation(proxy: str, how: str) -> dict[str, object]:
    refused: dict[str, object] = {"content": {"text/html": {}, "application/problem+json": {}}}
    settings = (
        [] if proxy == "envoy" else [_setting(name, about) for name, about in _SETTINGS.items()]
    )
    refusals: dict[str, dict[str, object]] = {
        "403": {"description": "it does not; see `Ecluse-Page`"}
    }
    if proxy != "nginx":
        refusals = {
            status: {"description": about, **refused}
            for status, about in {
                "400": "the address has two readings",
                "401": "`step_up`",
                "403": "`hold`, `justify`, a closed application, or nobody is logged in",
                "429": "`deny`, with `Retry-After`",
                "503": "the gate could not decide",
            }.items()
        }
    return {
        "operationId": f"forward_{proxy}",
        "tags": ["proxies"],
        "summary": f"Whether a request that {proxy.title() if proxy != 'nginx' else proxy} holds back may go on",
        "description": f"It counts, as `check` does. {how}",
        "parameters": settings,
        "responses": {"200": {"description": "the request goes on"}, **refusals},
    }


_SETTINGS: Final = {
    "account": "header that names the account",
    "session": "header that names the session",
    "cookie": "cookie of the session, of which a name is made",
    "organization": "header that names the account's body",
    "factor": "header with the kind of the second factor",
    "auth_time": "header with the time at which the factors were given",
    "ignore_case": "whether the log-in takes `Bob` for `bob`",
    "application": "application, where the routes file names none",
    "hops": "proxies in a row that append to `X-Forwarded-For`",
    "sign_in": "address at which a session gives a second factor again",
    "language": "language of the page where the browser prefers none",
}
assert proxy_settings(b"").account == ACCOUNT


def _setting(name: str, about: str) -> dict[str, object]:
    kind = {"hops": "integer", "ignore_case": "boolean"}.get(name, "string")
    return {"name": name, "in": "query", "schema": {"type": kind}, "description": about}
