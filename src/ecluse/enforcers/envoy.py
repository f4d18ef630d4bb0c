"""How does Envoy ask (`ext_authz` over HTTP), and what does it understand? The request itself, under a prefix; any status.

Envoy sends the request's method, host and path, the path after its `path_prefix`, and of the headers only those of
`allowed_headers`, besides `Authorization`. What `headers_to_add` names replaces the client's: there stand the gate's
token and the settings (`Ecluse-Settings`), which cannot stand in the address, as the client's query ends it.
A status of 200 lets the request go on; any other answer goes to the client, with the headers of
`allowed_client_headers`.
"""

from collections.abc import Callable
from typing import Final

from ecluse.enforcers.forwarding import (
    Headers,
    Original,
    ProxySettings,
    decided,
    proxy_settings,
    single,
)
from ecluse.model.asked import Answer
from ecluse.model.errors import CallerError
from ecluse.refusal.case import Case
from ecluse.refusal.language import Language
from ecluse.routes.outcome import Refused

__all__ = ["PREFIX", "Envoy"]

PREFIX: Final = b"/v1/forward/envoy"
"""The `path_prefix` of the filter."""


class Envoy:
    """The dialect of Envoy."""

    def original(
        self, method: str, raw_path: bytes, query: bytes, headers: Headers
    ) -> Original | Refused:
        """The sub-request without the prefix."""
        if not raw_path.startswith(PREFIX + b"/"):
            return Refused("target")  # the prefix in another spelling: not by our filter
        path = raw_path[len(PREFIX) :]
        return Original(
            method,
            path + b"?" + query if query else path,
            (single(headers, b"host") or b"").decode("latin-1"),
            b",".join(v for k, v in headers if k == b"x-forwarded-for").decode("latin-1"),
        )

    def settings(self, query: bytes, headers: Headers) -> ProxySettings:
        """From `Ecluse-Settings`, which must be there so that nobody else can be the first to write it.

        Raises:
            CallerError: when it is missing, or came twice.
        """
        del query  # the client's
        written = single(headers, b"ecluse-settings")
        if written is None:
            raise CallerError(
                "Envoy did not send `Ecluse-Settings`, or sent it twice",
                help="name it in `headers_to_add` of the filter, and not in `allowed_headers`",
            )
        return proxy_settings(written)

    def released(self, answer: Answer | None, language: Language) -> tuple[int, Headers]:
        """200; `allowed_upstream_headers` can take the headers."""
        return 200, decided(answer, language)

    def refused(self, case: Case, keep: Callable[[], str]) -> tuple[int, Headers] | None:
        """Nothing of its own: the client gets the answer as it is."""
        del case, keep
        return None
