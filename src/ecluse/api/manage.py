"""Where do persons look and act? Explanations, status, findings, and the acts by which something is closed or opened."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from ecluse.api.exchange import Exchange, Reply, Route
from ecluse.model.asked import Asked
from ecluse.model.client import Scope
from ecluse.model.errors import CallerError
from ecluse.runners.desk import Desk

__all__ = ["ACTS", "routes"]

ACTS: Final = ("hold", "reopen", "application", "account", "acknowledge", "drill", "reload")

_READ: Final = frozenset({Scope.READ.value, Scope.MANAGE.value})
_MANAGE: Final = frozenset({Scope.MANAGE.value})
_BY_PROGRAMS: Final = {
    "account": frozenset({Scope.REPORT.value}),
    "drill": frozenset({Scope.DRILL.value}),
}
_encode = msgspec.json.encode


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    entry: int


def routes(desk: Desk) -> tuple[Route, ...]:
    """The routes for persons and their tools."""
    looking = _Looking(desk)
    acts = tuple(
        Route(
            "POST", f"/v1/manage/{kind}", _acting(desk, kind), _scopes(kind), _act_operation(kind)
        )
        for kind in ACTS
    )
    return (
        Route("POST", "/v1/explain", looking.explain, _READ, _EXPLAIN),
        Route("GET", "/v1/status", looking.status, _READ, _STATUS),
        Route("GET", "/v1/findings", looking.findings, _READ, _FINDINGS),
        *acts,
    )


def _scopes(kind: str) -> frozenset[str]:
    """An application tells by itself whom its managers create, and a timer runs drills; everything else is a person's."""
    return _MANAGE | _BY_PROGRAMS.get(kind, frozenset())


class _Looking:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def explain(self, exchange: Exchange) -> Reply:
        written = msgspec.json.decode(exchange.body, type=dict[str, Any])
        question: Asked | int = (
            msgspec.convert(written, _Entry).entry
            if "entry" in written
            else msgspec.convert(written, Asked)
        )
        return Reply(200, _encode(await self._desk.explain(question, exchange.client)))

    async def status(self, exchange: Exchange) -> Reply:
        query = dict(parse_qsl(exchange.query.decode("ascii", "replace"), keep_blank_values=True))
        unknown = sorted(query.keys() - {"account", "application"})
        if unknown or not query.get("account"):
            raise CallerError(
                f"`{unknown[0]}` is no parameter" if unknown else "the account is missing",
                help="ask for `/v1/status?account=…&application=…`",
            )
        asked = msgspec.convert(query, Asked)
        told = await self._desk.status(asked.account, asked.application, exchange.client)
        return Reply(200, _encode(told))

    async def findings(self, _: Exchange) -> Reply:
        found = [
            {
                "code": f.code,
                "severity": f.severity.name.lower(),
                "what": f.what,
                "help": f.help,
                "about": f.about,
                "acknowledged": self._desk.acknowledged(f),
            }
            for f in self._desk.findings()
        ]
        return Reply(200, _encode({"findings": found}))


def _acting(desk: Desk, kind: str) -> Callable[[Exchange], Awaitable[Reply]]:
    async def act(exchange: Exchange) -> Reply:
        detail = msgspec.json.decode(exchange.body or b"{}", type=dict[str, Any])
        return Reply(200, _encode(await desk.act(kind, detail, exchange.client)))

    return act


def _json(schema: object) -> dict[str, object]:
    return {"application/json": {"schema": schema}}


_EXPLAIN: Final[dict[str, object]] = {
    "summary": "The numbers of every budget for a request, or what an entry's decision was; counts nothing",
    "requestBody": {"required": True, "content": _json({"anyOf": [Asked, _Entry]})},
    "responses": {
        "200": {"description": "in numbers and words", "content": _json({"type": "object"})}
    },
}
_STATUS: Final[dict[str, object]] = {
    "summary": "What an account may still read in an application, per budget and window",
    "parameters": [
        {"name": name, "in": "query", "required": name == "account", "schema": {"type": "string"}}
        for name in ("account", "application")
    ],
    "responses": {"200": {"description": "used and left", "content": _json({"type": "object"})}},
}
_FINDINGS: Final[dict[str, object]] = {
    "summary": "What a person should know of the gate now, most severe first",
    "responses": {"200": {"description": "open findings", "content": _json({"type": "object"})}},
}
_BODIES: Final = {
    "hold": {"key": "account or session", "name": "…", "tree": False, "reason": "…"},
    "reopen": {"key": "account or session", "name": "…", "reason": "…"},
    "application": {"id": "…", "state": "closing", "closes_at": "2026-12-31T00:00:00Z", "isolate": False, "reason": "…"},
    "account": {"account": "…", "kind": "…", "organization": "…", "created_by": "…"},
    "acknowledge": {"code": "…", "about": "…", "note": "…"},
    "drill": {"phase": "begin", "drill": "…", "account": "…", "within": 900},
    "reload": {},
}  # fmt: skip
_SUMMARIES: Final = {
    "hold": "Close an account or a session until a person reopens it",
    "reopen": "Lift a hold",
    "application": "Change the state of an application",
    "account": "Tell of an account that was just created",
    "acknowledge": "Say that one has seen a finding; it stays open",
    "drill": "Tell of the beginning, the end or a later check of a drill",
    "reload": "Read policy, clients and routes again",
}


def _act_operation(kind: str) -> dict[str, object]:
    content = {"application/json": {"schema": {"type": "object"}, "example": _BODIES[kind]}}
    return {
        "summary": _SUMMARIES[kind],
        "requestBody": {"required": kind != "reload", "content": content},
        "responses": {"200": {"description": "done, and written to the ledger", "content": _json({"type": "object"})}},
    }  # fmt: skip
