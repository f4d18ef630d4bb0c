"""Does the gate decide? `/v1/health`, for load balancers and probes: in the shape of draft-inadarei-api-health-check-06.

Anybody may ask, so it holds no name. `pass` and `warn` are 200, `fail` is 503: a gate that only refuses helps nobody.
"""

from typing import Final

import msgspec

from ecluse import __version__
from ecluse.api.exchange import Exchange, Reply, Route
from ecluse.runners.desk import Desk

__all__ = ["routes"]

_HEADERS: Final = (
    (b"content-type", b"application/health+json"),
    (b"cache-control", b"no-store"),
)


def routes(desk: Desk) -> tuple[Route, ...]:
    """The route that probes ask."""

    async def handle(_: Exchange) -> Reply:
        said = desk.health()
        document = {
            "status": said["status"],
            "version": "1",
            "releaseId": __version__,
            "serviceId": "ecluse",
            **said,
        }
        status = 503 if said["status"] == "fail" else 200
        return Reply(status, msgspec.json.encode(document), _HEADERS)

    return (Route("GET", "/v1/health", handle, None, _OPERATION),)


_SCHEMA: Final[dict[str, object]] = {
    "type": "object",
    "required": ["status"],
    "properties": {
        "status": {"enum": ["pass", "warn", "fail"]},
        "version": {"type": "string", "description": "Version of the API."},
        "releaseId": {"type": "string", "description": "Version of the software."},
        "serviceId": {"type": "string"},
    },
    "additionalProperties": True,
}
_EXAMPLE: Final[dict[str, object]] = {
    "status": "warn",
    "version": "1",
    "releaseId": "0.1.0",
    "serviceId": "ecluse",
    "since": "2026-03-31T06:00:00Z",
    "counter": "permit",
    "durable": True,
    "findings": 2,
}


def _content(description: str) -> dict[str, object]:
    return {
        "description": description,
        "content": {"application/health+json": {"schema": _SCHEMA, "example": _EXAMPLE}},
    }


_OPERATION: Final[dict[str, object]] = {
    "operationId": "health",
    "tags": ["watching"],
    "summary": "Whether the gate decides",
    "description": "`warn`: it decides, and a person should look. `fail`: it refuses everything.",
    "responses": {"200": _content("`pass` or `warn`"), "503": _content("`fail`")},
}
