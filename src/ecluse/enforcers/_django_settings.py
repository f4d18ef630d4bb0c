"""What does a Django project set? The dictionary `ECLUSE`, and who asks when it does not say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.module_loading import import_string

from ecluse.enforcers._exchange import Rules, rules_of
from ecluse.enforcers.identity import Identity, name_session, source_of
from ecluse.model.errors import EcluseError
from ecluse.sdk.aio import AsyncGate
from ecluse.sdk.gate import Gate
from ecluse.sdk.protocol import AwaitedGate, SyncGate

__all__ = ["DjangoSettings", "read_settings"]

_RULES: Final = {
    "application": "application",
    "guarded": "guarded",
    "free": "free",
    "routes": "routes",
    "login_url": "sign_in",
    "language": "language",
    "error_pages": "error_pages",
}
"""Keys of the settings, and what they are called within."""
_CLIENT: Final = frozenset({
    *("deadline", "connections", "token_file", "certificate", "key", "ca_file"),
})  # fmt: skip
_OWN: Final = frozenset({
    *("gate", "identify", "proxy_hops", "factor_key", "auth_time_key", "session_secret"),
})  # fmt: skip


@dataclass(frozen=True)
class DjangoSettings:
    """What `ECLUSE` says.

    Attributes:
        gate: address of the gate, or the gate itself (in the same process, or a test's).
        client: settings of the client: deadline, token file, certificates.
        identify: says who asks.
    """

    gate: str | SyncGate
    client: dict[str, Any]
    rules: Rules
    identify: Callable[[HttpRequest], Identity | None] = field(repr=False)

    @cached_property
    def sync_gate(self) -> SyncGate:
        """The gate for threads."""
        return Gate(self.gate, **self.client) if isinstance(self.gate, str) else self.gate

    @cached_property
    def async_gate(self) -> SyncGate | AwaitedGate:
        """The gate for the event loop; one that cannot be awaited is called in threads."""
        return AsyncGate(self.gate, **self.client) if isinstance(self.gate, str) else self.gate


def read_settings() -> DjangoSettings:
    """Reads `settings.ECLUSE`.

    Raises:
        ImproperlyConfigured: when it is missing, has a key that is not known, or a value that cannot be.
    """
    written = getattr(settings, "ECLUSE", None)
    if not isinstance(written, Mapping) or "gate" not in written:
        raise ImproperlyConfigured(
            'write ECLUSE = {"gate": "unix:/run/ecluse/gate.sock", …} into the settings'
        )
    known = _RULES.keys() | _CLIENT | _OWN
    unknown = sorted(str(key) for key in written if key not in known)
    if unknown:
        raise ImproperlyConfigured(
            f"ECLUSE has keys that are not known: {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        )
    try:
        read = DjangoSettings(
            gate=_gate(written["gate"]),
            client={key: written[key] for key in sorted(_CLIENT) if key in written},
            rules=rules_of(
                **{
                    "application": "",
                    **{name: written[key] for key, name in _RULES.items() if key in written},
                }
            ),
            identify=_identify(written),
        )
        read.sync_gate  # noqa: B018 - a wrong address or file is told at start, not at the first visitor
    except (EcluseError, TypeError) as error:
        raise ImproperlyConfigured(f"ECLUSE: {error}") from error
    return read


def _gate(written: Any) -> str | SyncGate:
    """An address; or a gate or a function that makes one, itself or by its dotted path."""
    if isinstance(written, str) and ":" in written:
        return written
    found = import_string(written) if isinstance(written, str) else written
    if callable(found) and not hasattr(found, "reserve"):
        found = found()
    missing = [name for name in ("reserve", "post", "release") if not hasattr(found, name)]
    if missing:
        raise ImproperlyConfigured(
            "ECLUSE: `gate` is an address such as `unix:/run/ecluse/gate.sock`, or a gate; "
            f"this has no method {missing[0]}"
        )
    gate: SyncGate = found
    return gate


def _identify(written: Mapping[str, Any]) -> Callable[[HttpRequest], Identity | None]:
    given = written.get("identify")
    if given is not None:
        found = import_string(given) if isinstance(given, str) else given
        if not callable(found):
            raise ImproperlyConfigured("ECLUSE: `identify` is a function of the request")
        chosen: Callable[[HttpRequest], Identity | None] = found
        return chosen
    hops = written.get("proxy_hops", 0)
    if not isinstance(hops, int) or not 0 <= hops <= 9:
        raise ImproperlyConfigured(
            "ECLUSE: `proxy_hops` is how many proxies of your own stand before"
        )
    secret = written.get("session_secret") or settings.SECRET_KEY
    factor_key, time_key = written.get("factor_key"), written.get("auth_time_key")

    def identify(request: HttpRequest) -> Identity | None:
        return _who(request, hops=hops, secret=secret, factor_key=factor_key, time_key=time_key)

    return identify


def _who(
    request: HttpRequest,
    *,
    hops: int,
    secret: str | bytes,
    factor_key: str | None,
    time_key: str | None,
) -> Identity | None:
    """Account and session as django.contrib has them; the session by a keyed hash, never by its key."""
    account = getattr(request, "user", None)
    if account is None or not account.is_authenticated:
        return None
    session = getattr(request, "session", None)
    key = None if session is None else session.session_key
    factor = session.get(factor_key) if session is not None and factor_key else None
    given = session.get(time_key) if session is not None and time_key else None
    meta = request.META
    return Identity(
        account=account.get_username(),
        session=name_session(key, secret) if key else None,
        source=source_of(meta.get("REMOTE_ADDR"), meta.get("HTTP_X_FORWARDED_FOR"), hops=hops),
        factor=str(factor) if factor else None,
        auth_time=int(given) if isinstance(given, int | float) else None,
    )
