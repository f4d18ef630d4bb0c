"""How does a drill read through an application? As a browser would: a request a person, with the account's own sign-in."""

import ssl
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

import httpcore

from ecluse.model.drill import Place, SignIn, Visit
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.visitors.recognize import persons_in

__all__ = ["HttpVisitor"]

_REFUSALS: Final = frozenset({403, 429})
_BODY_MAX: Final = 16 * 1024 * 1024
_TIMEOUTS: Final = {"connect": 10.0, "read": 30.0, "write": 10.0, "pool": 5.0}
_STEP_UP: Final = b"insufficient_user_authentication"
"""RFC 9470: a refusal that asks for a stronger log-in, with status 401."""


class HttpVisitor:
    """One application. It follows no redirection: one that leads to a log-in is no answer."""

    def __init__(self, place: Place) -> None:
        """Reads the sign-in from its file.

        Raises:
            CallerError: when it, or the authority's file, cannot be used.
        """
        assert place.url is not None
        self._place, self._url = place, place.url
        self._headers = [("Accept", place.accept), ("User-Agent", "ecluse-drill")]
        if place.sign_in is not None:
            self._headers.append(_signed_in(place.sign_in))
        self._pool = httpcore.ConnectionPool(ssl_context=_tls(place.ca_file), max_connections=1)

    def visit(self, person: str) -> Visit:
        """Asks for one person's page.

        Raises:
            UnavailableError: when there is no answer, or one that is neither the person nor a refusal.
        """
        path = self._place.path.replace("{person}", quote(person, safe=""))
        status, challenge, body = self._get(self._url + path)
        persons = persons_in(body, self._place.shown)
        if status in _REFUSALS or (status == 401 and _STEP_UP in challenge):
            return Visit(refused=True, persons=persons, by=f"status {status}")
        if status != 200:
            raise self._odd(f"answered {status}", "is its sign-in still good, and do its honey persons exist?")  # fmt: skip
        if person not in persons:
            raise self._odd("answered 200 without the honey person", "check `shown`, and that the person exists there")  # fmt: skip
        return Visit(refused=False, persons=persons)

    def close(self) -> None:
        """Closes the connection."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _get(self, url: str) -> tuple[int, bytes, bytes]:
        try:
            with self._pool.stream(
                "GET", url, headers=self._headers, extensions={"timeout": _TIMEOUTS}
            ) as answer:
                parts, size = [], 0
                for part in answer.iter_stream():
                    size += len(part)
                    if size > _BODY_MAX:
                        raise self._odd(f"answered more than {_BODY_MAX} bytes", "name the page of one person")  # fmt: skip
                    parts.append(part)
                challenge = b" ".join(v for n, v in answer.headers if n.lower() == b"www-authenticate")  # fmt: skip
                return answer.status, challenge, b"".join(parts)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:  # fmt: skip
            raise self._odd("does not answer", f"see that it runs at {self._url} ({type(error).__name__})") from None  # fmt: skip

    def _odd(self, what: str, advice: str) -> UnavailableError:
        return UnavailableError(f"application `{self._place.id}` {what}", help=advice)


def _signed_in(sign_in: SignIn) -> tuple[str, str]:
    try:
        value = Path(sign_in.file).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not ASCII"
        raise CallerError(
            f"the sign-in in `{sign_in.file}` cannot be read: {(why or 'unknown').lower()}",
            help="write the account's token or cookie to it, and let this user alone read it",
        ) from None
    if not value or not value.isprintable():
        raise CallerError(f"`{sign_in.file}` does not hold one line with a sign-in")
    if sign_in.where == "header":
        return sign_in.name, sign_in.prefix + value
    return "Cookie", f"{sign_in.name}={sign_in.prefix}{value}"


def _tls(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError):
        raise CallerError(f"the authority in `{ca_file}` cannot be used", help="name a PEM file") from None  # fmt: skip
