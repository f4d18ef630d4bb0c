"""Where does an application ask, and settle what it reserved? `/v1/check` and its neighbours."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ecluse.api.exchange import JSON, PROBLEM, Exchange, Reply, Route
from ecluse.model.asked import Answer, Asked, Operation, Persons, Settled
from ecluse.model.client import Scope
from ecluse.model.errors import CallerError
from ecluse.refusal.problem import problem
from ecluse.runners.desk import Desk

__all__ = ["CALLS_MAX", "routes"]

CALLS_MAX: Final = 1000
"""Calls of one batch."""

_encode = msgspec.json.Encoder().encode
_decode_asked = msgspec.json.Decoder(Asked).decode
_ASK: Final = frozenset({Scope.ASK.value})
_REPORT: Final = frozenset({Scope.REPORT.value})
_BOTH: Final = _ASK | _REPORT


class _Posted(msgspec.Struct, forbid_unknown_fields=True):
    reservation: str
    shown: Persons | None = None


class _Released(msgspec.Struct, forbid_unknown_fields=True):
    reservation: str


class _Batch(msgspec.Struct, forbid_unknown_fields=True):
    calls: list[dict[str, Any]]


def routes(desk: Desk) -> tuple[Route, ...]:
    """The routes by which decisions are asked for and settled."""
    asking = _Asking(desk)
    return (
        Route("POST", "/v1/check", asking.check, _ASK, _asked("Decide an access and count it at once")),
        Route("POST", "/v1/reserve", asking.reserve, _ASK, _asked("Decide an access and count it until it is posted or released")),
        Route("POST", "/v1/observe", asking.observe, _REPORT, _asked("Report an access that happened")),
        Route("POST", "/v1/post", asking.post, _ASK, _settles("Confirm a reservation: the data was shown")),
        Route("POST", "/v1/release", asking.release, _ASK, _settles("Take a reservation back: nothing was shown")),
        Route("POST", "/v1/batch", asking.batch, _BOTH, _batches()),
    )  # fmt: skip


class _Asking:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def check(self, exchange: Exchange) -> Reply:
        answer = await self._desk.ask("check", _decode_asked(exchange.body), exchange.client)
        return _reply(answer, exchange)

    async def reserve(self, exchange: Exchange) -> Reply:
        answer = await self._desk.ask("reserve", _decode_asked(exchange.body), exchange.client)
        return _reply(answer, exchange)

    async def observe(self, exchange: Exchange) -> Reply:
        answer = await self._desk.ask("observe", _decode_asked(exchange.body), exchange.client)
        return Reply(200, _encode(answer))

    async def post(self, exchange: Exchange) -> Reply:
        asked = msgspec.json.decode(exchange.body, type=_Posted)
        settled = await self._desk.post(asked.reservation, exchange.client, asked.shown)
        return Reply(200, _encode(Settled(settled)))

    async def release(self, exchange: Exchange) -> Reply:
        asked = msgspec.json.decode(exchange.body, type=_Released)
        settled = await self._desk.release(asked.reservation, exchange.client)
        return Reply(200, _encode(Settled(settled)))

    async def batch(self, exchange: Exchange) -> Reply:
        calls = _calls(msgspec.json.decode(exchange.body, type=_Batch).calls, exchange)
        answers = await self._desk.ask_many(calls, exchange.client)
        return Reply(200, _encode({"answers": answers}))


def _calls(written: Sequence[dict[str, Any]], exchange: Exchange) -> list[tuple[Operation, Asked]]:
    if len(written) > CALLS_MAX:
        raise CallerError(f"a batch has at most {CALLS_MAX} calls, this one has {len(written)}")
    calls = []
    for call in written:
        operation = call.pop("call", "check")
        needed = Scope.REPORT if operation == "observe" else Scope.ASK
        if operation not in ("check", "reserve", "observe"):  # it may be anything, also a list
            raise CallerError("a `call` is one of check, reserve, observe")
        if needed not in exchange.client.may:
            raise CallerError(f"`{exchange.client.id}` is not enrolled to `{needed.value}`")
        calls.append((operation, msgspec.convert(call, Asked)))
    return calls


def _reply(answer: Answer, exchange: Exchange) -> Reply:
    if answer.released:
        return Reply(200, _encode(answer), (JSON,))
    accepted = exchange.header(b"accept-language") or b""
    told = problem(answer, language="fr" if accepted.lower().startswith(b"fr") else "en")
    headers = tuple((name.lower().encode(), value.encode()) for name, value in told.headers)
    kept = tuple(h for h in headers if h[0] != b"content-type")
    document = {**told.body, "answer": msgspec.to_builtins(answer)}
    return Reply(told.status, _encode(document), (PROBLEM, *kept))


def _asked(summary: str) -> dict[str, object]:
    refusals = {
        str(status): {"description": text, "content": {"application/problem+json": {}}}
        for status, text in (
            (401, "step_up: the second factor is asked for again (RFC 9470)"),
            (403, "refused until a person acts: hold, justify, a closed application"),
            (429, "refused while a window is full"),
        )
    }
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": Asked}}},
        "responses": {
            "200": {"description": "released", "content": {"application/json": {"schema": Answer}}},
            **refusals,
        },
    }


def _settles(summary: str) -> dict[str, object]:
    body = _Posted if "Confirm" in summary else _Released
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": {
                "description": "whether it was open",
                "content": {"application/json": {"schema": Settled}},
            }
        },
    }


def _batches() -> dict[str, object]:
    return {
        "summary": "Several calls in order, with one wait for the disk",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _Batch}}},
        "responses": {"200": {"description": "one answer a call, in order"}},
    }
