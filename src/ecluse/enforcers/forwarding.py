"""What does a proxy that holds a request back tell the gate of it? What nginx, Traefik, Caddy and Envoy have in common.

Who asks is taken from headers that the proxy writes and a client cannot: the proxy's administrator names them in
the address of the sub-request (`ProxySettings`), and a header that comes twice, or under a name that some servers
take for the same, is refused. Without a name nothing is read: a client's own `Ecluse-Session` makes it no other session.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final, Protocol
from unicodedata import normalize
from urllib.parse import parse_qsl

import msgspec

from ecluse.model.asked import Answer, Asked
from ecluse.model.errors import CallerError
from ecluse.refusal.case import Case
from ecluse.refusal.headers import decode_extended
from ecluse.refusal.language import LANGUAGES, Language
from ecluse.refusal.notice import is_near, notice_header
from ecluse.routes.asker import account_from, cookie_from, session_name, source_from
from ecluse.routes.outcome import Free, Refused
from ecluse.routes.routes import Routes

__all__ = [
    "ACCOUNT",
    "Dialect",
    "Headers",
    "Original",
    "ProxySettings",
    "decided",
    "proxy_settings",
    "question",
    "single",
]

Headers = Sequence[tuple[bytes, bytes]]
"""Names in lower case, in order, repeated ones kept."""

ACCOUNT: Final = "Ecluse-Account"

_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_COOKIE: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_source = lru_cache(maxsize=4096)(source_from)
"""The same few addresses come again and again, and each takes some 6 µs to read."""

_JUSTIFICATION: Final = b"ecluse-justification"


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """What the proxy's administrator says of it, once for each place that asks the gate.

    Attributes:
        account: header that names the account.
        session: header that names the session, never a cookie itself; nothing is read when empty.
        cookie: cookie of the session, of which the gate makes a name; nothing is read when empty.
        organization, factor, auth_time: headers with the account's body, the kind of the session's second factor
            and when it was given (seconds since 1970); nothing is read when empty.
        ignore_case: whether the log-in takes `Bob` for `bob`: then they are one account, in lower case.
        application: through which application, where the routes file names none.
        hops: how many proxies in a row append to `X-Forwarded-For`, the last one included.
        sign_in: where a session gives a second factor again; `{next}`, `{acr_values}` and `{max_age}` are filled in.
        language: of the page where the browser prefers none.
    """

    account: str = ACCOUNT
    session: str = ""
    cookie: str = ""
    organization: str = ""
    factor: str = ""
    auth_time: str = ""
    ignore_case: bool = False
    application: str = ""
    hops: int = 1
    sign_in: str = ""
    language: Language = "en"


class Original(msgspec.Struct, frozen=True, gc=False):
    """The request that the proxy holds back.

    Attributes:
        target: as the client wrote it, with its query.
        host: as the proxy knows it; empty for unknown.
        forwarded_for: addresses, the last from the proxy that asks.
    """

    method: str
    target: bytes
    host: str
    forwarded_for: str


class Dialect(Protocol):
    """How one kind of proxy asks, and what it understands."""

    def original(
        self, method: str, raw_path: bytes, query: bytes, headers: Headers
    ) -> Original | Refused:
        """Finds the request that is held back in the sub-request about it."""
        ...

    def settings(self, query: bytes, headers: Headers) -> ProxySettings:
        """Finds the settings, where a client cannot have written them.

        Raises:
            CallerError: when the administrator wrote them wrongly.
        """
        ...

    def released(self, answer: Answer | None, language: Language) -> tuple[int, Headers]:
        """Status and headers by which the request goes on; without an answer nobody was counted."""
        ...

    def refused(self, case: Case, keep: Callable[[], str]) -> tuple[int, Headers] | None:
        """Status and headers by which it does not; None when the proxy hands page and status on as they are.

        Args:
            case: why.
            keep: keeps the case for whoever fetches its page, and gives the reference.
        """
        ...


@lru_cache(maxsize=256)
def proxy_settings(query: bytes) -> ProxySettings:
    """Reads `account=X-Auth-User&application=orientation&hops=2`.

    Raises:
        CallerError: for an unknown or doubled name, or a value that cannot be.
    """
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    known = {field.name for field in fields(ProxySettings)}
    given: dict[str, Any] = {}
    for name, value in pairs:
        if name not in known:
            raise CallerError(
                f"`{name}` is not a setting of a proxy",
                help=f"known are {', '.join(sorted(known))}",
            )
        if name in given:
            raise CallerError(f"the proxy's setting `{name}` is written twice")
        if not _possible(name, value):
            raise CallerError(
                f"the proxy's setting `{name}` cannot be so", help="see docs/proxies.md"
            )
        given[name] = _value(name, value)
    return ProxySettings(**given)


def question(
    original: Original,
    headers: Headers,
    settings: ProxySettings,
    routes: Routes,
    *,
    session_key: bytes,
) -> Asked | Free | Refused:
    """What to ask the gate about a request that is held back.

    Returns:
        The question; or that the request shows nobody; or why it cannot be read in one way only, which is
        `absent` when nobody is logged in.
    """
    found = routes.find(original.method, original.target, host=original.host or None)
    if isinstance(found, Free | Refused):
        return found
    account = account_from(headers, settings.account)
    if isinstance(account, Refused):
        return account
    facts = _facts(headers, settings, session_key)
    if isinstance(facts, Refused):
        return facts
    facts["source"] = _source(original.forwarded_for, settings.hops)
    words = single(headers, _JUSTIFICATION)
    if words:
        facts["justification"] = decode_extended(words.decode("latin-1"))[:2000]
    return Asked(
        account=_folded(account) if settings.ignore_case else account,
        application=found.application or settings.application,
        persons=found.persons,
        operation=found.operation,
        categories=found.categories,
        **facts,
    )


def _folded(account: str) -> str:
    """One spelling of all that a log-in without regard to case takes for the same (LDAP, RFC 4518: blanks, too)."""
    return " ".join(normalize("NFKC", normalize("NFKC", account).casefold()).split())


def single(headers: Headers, name: bytes) -> bytes | None:
    """The value of a header that came exactly once; None when it came not at all, or several times."""
    value = None
    for key, each in headers:
        if key == name:
            if value is not None:
                return None
            value = each
    return value


def decided(answer: Answer | None, language: Language) -> list[tuple[bytes, bytes]]:
    """Headers by which a proxy can log a release and hand an early notice on."""
    if answer is None:
        return []
    headers = [(b"ecluse-effect", answer.effect.encode())]
    if answer.entry is not None:
        headers.append((b"ecluse-entry", b"%d" % answer.entry))
    if is_near(answer):
        name, value = notice_header(language=language)
        headers.append((name.lower().encode(), value.encode()))
    return headers


def _facts(
    headers: Headers, settings: ProxySettings, session_key: bytes
) -> dict[str, Any] | Refused:
    """What the settings say how to find; nothing where it is not there."""
    facts: dict[str, Any] = {}
    for fact, name in (
        ("session", settings.session),
        ("organization", settings.organization),
        ("factor", settings.factor),
        ("auth_time", settings.auth_time),
    ):
        if not name:
            continue
        found = account_from(headers, name)
        if not isinstance(found, Refused):
            facts[fact] = found
        elif found.reason != "absent":
            return found
    if "auth_time" in facts:
        if not re.fullmatch("[0-9]{1,12}", facts["auth_time"]):
            return Refused("characters")
        facts["auth_time"] = int(facts["auth_time"])
    if settings.cookie and "session" not in facts:
        cookie = cookie_from(headers, settings.cookie)
        if isinstance(cookie, bytes):
            facts["session"] = session_name(cookie, session_key)
        elif cookie.reason != "absent":
            return cookie
    return facts


def _value(name: str, value: str) -> Any:
    match name:
        case "hops":
            return int(value)
        case "ignore_case":
            return value == "true"
        case _:
            return value


def _possible(name: str, value: str) -> bool:
    match name:
        case "ignore_case":
            return value in {"true", "false"}
        case "application" | "sign_in":
            return value.isprintable()
        case "hops":
            return re.fullmatch("[0-9]", value) is not None
        case "language":
            return value in LANGUAGES
        case "cookie":
            return _COOKIE.fullmatch(value) is not None
        case _:
            return _NAME.fullmatch(value) is not None
