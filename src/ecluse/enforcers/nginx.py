"""How does nginx ask (`auth_request`), and what does it understand? The request in `Ecluse-` headers; 2xx or 403.

nginx tells nothing of the request by itself: the location that asks writes it down with `proxy_set_header`, and
passes no header of the client (`proxy_pass_request_headers off`). Of an answer it takes the status alone, 2xx, 401
or 403, anything else being a fault of the gate; so each refusal is 403, and `error_page 403` fetches the page, or
the document for programs, with the status that the client gets. docs/proxies.md has the file.
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

__all__ = ["Nginx"]


class Nginx:
    """The dialect of nginx."""

    def original(
        self, method: str, raw_path: bytes, query: bytes, headers: Headers
    ) -> Original | Refused:
        """From `Ecluse-Method` (`$request_method`), `-Target` (`$request_uri`), `-Host` (`$host`) and `-Source`."""
        del method, raw_path, query  # of the sub-request itself
        asked, target = single(headers, b"ecluse-method"), single(headers, b"ecluse-target")
        if not asked or not target:
            return Refused("target")
        return Original(
            asked.decode("latin-1"),
            target,
            (single(headers, b"ecluse-host") or b"").decode("latin-1"),
            (single(headers, b"ecluse-source") or b"").decode("latin-1"),
        )

    def settings(self, query: bytes, headers: Headers) -> ProxySettings:
        """From the address after `proxy_pass`."""
        del headers
        return proxy_settings(query)

    def released(self, answer: Answer | None, language: Language) -> tuple[int, Headers]:
        """200; what `auth_request_set` may want goes into headers."""
        return 200, decided(answer, language)

    def refused(self, case: Case, keep: Callable[[], str]) -> tuple[int, Headers] | None:
        """403; the page is fetched by its reference."""
        headers = [(b"ecluse-effect", case.kind.encode()), (b"ecluse-page", keep().encode())]
        if case.entry is not None:
            headers.append((b"ecluse-entry", b"%d" % case.entry))
        if case.retry_after is not None:
            headers.append((b"retry-after", b"%d" % case.retry_after))
        return 403, headers
