"""How do Traefik and Caddy ask (`forwardAuth`, `forward_auth`), and what do they understand? `X-Forwarded-` headers; any status.

Both send the client's own headers along, and write `X-Forwarded-Method`, `-Uri`, `-Host` and `-For` over
what the client wrote there (Traefik unless `trustForwardHeader` is on). A status of 2xx lets the request go on;
any other answer goes to the client as it is, page or problem document and all.
"""

from collections.abc import Callable

from ecluse.enforcers.forwarding import (
    Headers,
    Original,
    ProxySettings,
    decided,
    proxy_settings,
    single,
)
from ecluse.model.asked import Answer
from ecluse.refusal.case import Case
from ecluse.refusal.language import Language
from ecluse.routes.outcome import Refused

__all__ = ["ForwardAuth"]


class ForwardAuth:
    """The dialect of Traefik and of Caddy."""

    def original(
        self, method: str, raw_path: bytes, query: bytes, headers: Headers
    ) -> Original | Refused:
        """From the `X-Forwarded-` headers, each of which must come once; `-For` may come in several parts."""
        del method, raw_path, query  # of the sub-request itself
        asked, target = single(headers, b"x-forwarded-method"), single(headers, b"x-forwarded-uri")
        if not asked or not target:
            return Refused("target")
        return Original(
            asked.decode("latin-1"),
            target,
            (single(headers, b"x-forwarded-host") or b"").decode("latin-1"),
            b",".join(v for k, v in headers if k == b"x-forwarded-for").decode("latin-1"),
        )

    def settings(self, query: bytes, headers: Headers) -> ProxySettings:
        """From the address that the proxy asks: the client's own query is in `X-Forwarded-Uri`."""
        del headers
        return proxy_settings(query)

    def released(self, answer: Answer | None, language: Language) -> tuple[int, Headers]:
        """200; `authResponseHeaders` and `copy_headers` can take the headers."""
        return 200, decided(answer, language)

    def refused(self, case: Case, keep: Callable[[], str]) -> tuple[int, Headers] | None:
        """Nothing of its own: the client gets the answer as it is."""
        del case, keep
        return None
