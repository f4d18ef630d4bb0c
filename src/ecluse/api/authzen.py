"""How does a policy enforcement point of another maker ask? The OpenID AuthZEN Authorization API 1.0 (11 January 2026).

An evaluation is a `check`: what it permits is counted, as in AuthZEN nothing says afterwards what was shown. So
asking "could this account" counts as well, and the search APIs of the specification are not offered.

| AuthZEN | here |
|---|---|
| `subject`, type `account` or `user` | `id`: the account; properties `session`, `organization`, `factor`, `auth_time`, `ip_address` |
| `resource`, type `person` | `id`: the person |
| `resource`, type `persons` | property `persons`: the persons of a list; its `id` is only a name for it |
| `action` | `name`: the operation |
| `context` | `application`, `source`, `categories`, `justification`, `bytes` |
"""

import asyncio
import re
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, Final

import msgspec

from ecluse.api.app import problem_reply
from ecluse.api.authzen_document import EVALUATION, EVALUATIONS, METADATA
from ecluse.api.exchange import JSON, Exchange, Reply, Route
from ecluse.model.asked import PERSONS_MAX, Answer, Asked, Why
from ecluse.model.client import Client, Scope
from ecluse.model.errors import CallerError, EcluseError, UnavailableError
from ecluse.runners.desk import Desk

__all__ = ["EVALUATIONS_MAX", "routes"]

EVALUATIONS_MAX: Final = 1000

_ASK: Final = frozenset({Scope.ASK.value})
_ACCOUNTS: Final = {"account", "user"}
_STOPS: Final = {"execute_all": None, "deny_on_first_deny": False, "permit_on_first_permit": True}
"""For each semantic, the decision after which nothing more is evaluated (Evaluations semantics)."""

_HOST: Final = re.compile(
    rb"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:[0-9]{1,5})?"
)
_REQUEST_ID: Final = re.compile(rb"[\x20-\x7e]{1,256}")
_UNKNOWN: Final = Answer(effect="deny", released=False)


class _Entity(msgspec.Struct):
    """A subject or a resource; members that nobody knows are ignored (JSON Serialization)."""

    type: str
    id: str
    properties: dict[str, Any] = {}


class _Action(msgspec.Struct):
    name: str
    properties: dict[str, Any] = {}


class _Evaluation(msgspec.Struct):
    subject: _Entity
    resource: _Entity
    action: _Action
    context: dict[str, Any] = {}


class _Evaluations(msgspec.Struct):
    evaluations: list[dict[str, Any]] = []
    options: dict[str, Any] = {}


def routes(desk: Desk, *, base: str = "") -> tuple[Route, ...]:
    """The routes of AuthZEN.

    Args:
        desk: decides.
        base: `https://…` under which clients reach the gate, for the metadata; from the `Host` header when empty.
    """
    point = _Point(desk, base.rstrip("/"))
    return (
        Route("POST", "/access/v1/evaluation", point.evaluation, _ASK, EVALUATION),
        Route("POST", "/access/v1/evaluations", point.evaluations, _ASK, EVALUATIONS),
        Route("GET", "/.well-known/authzen-configuration", point.metadata, None, METADATA),
    )


class _Point:
    """The policy decision point."""

    def __init__(self, desk: Desk, base: str) -> None:
        self._desk, self._base = desk, base

    async def evaluation(self, exchange: Exchange) -> Reply:
        return await _answered(exchange, self._evaluation(exchange))

    async def evaluations(self, exchange: Exchange) -> Reply:
        return await _answered(exchange, self._evaluations(exchange))

    async def metadata(self, exchange: Exchange) -> Reply:
        base = self._base
        if not base:
            host = exchange.header(b"host") or b""
            if _HOST.fullmatch(host) is None:
                return problem_reply(400, "the `Host` header names no host")
            base = f"https://{host.decode('ascii')}"
        document = {
            "policy_decision_point": base,
            "access_evaluation_endpoint": f"{base}/access/v1/evaluation",
            "access_evaluations_endpoint": f"{base}/access/v1/evaluations",
        }
        return _reply(document)

    async def _evaluation(self, exchange: Exchange) -> Reply:
        asked = _asked(msgspec.json.decode(exchange.body, type=_Evaluation))
        answer = await self._desk.ask("check", asked, exchange.client)
        await _wait([answer])
        return _reply(_decision(answer))

    async def _evaluations(self, exchange: Exchange) -> Reply:
        whole = msgspec.json.decode(exchange.body, type=_Evaluations)
        if not whole.evaluations:  # as one evaluation (The Access Evaluations API Request)
            return await self._evaluation(exchange)
        if len(whole.evaluations) > EVALUATIONS_MAX:
            raise CallerError(f"more than {EVALUATIONS_MAX} evaluations in one message")
        semantic = whole.options.get("evaluations_semantic", "execute_all")
        if not isinstance(semantic, str) or semantic not in _STOPS:
            raise CallerError(
                "`evaluations_semantic` is not known", help=f"one of {', '.join(_STOPS)}"
            )
        defaults = msgspec.json.decode(exchange.body, type=dict[str, Any])
        each = [_merged(defaults, evaluation) for evaluation in whole.evaluations]
        if semantic == "execute_all":
            told = []
            for some in _turns(each):
                # Each begins in order before any waits, so that all share one wait for the disk.
                told += await asyncio.gather(*(self._one(e, exchange.client) for e in some))
        else:
            told = await self._until(each, exchange.client, stop=_STOPS[semantic])
        await _wait([answer for answer, _ in told])
        return _reply({"evaluations": [document for _, document in told]})

    async def _until(
        self, each: Sequence[dict[str, Any]], client: Client, *, stop: bool | None
    ) -> list[tuple[Answer, dict[str, Any]]]:
        """Evaluates in order, up to the first decision that settles the rest."""
        told = []
        for evaluation in each:
            told.append(await self._one(evaluation, client))
            if told[-1][0].released is stop:
                break
        return told

    async def _one(
        self, evaluation: dict[str, Any], client: Client
    ) -> tuple[Answer, dict[str, Any]]:
        """One of several; what is wrong with it is its own decision (Errors)."""
        try:
            asked = _asked(msgspec.convert(evaluation, _Evaluation))
            answer = await self._desk.ask("check", asked, client)
        except (msgspec.ValidationError, CallerError) as error:
            return _UNKNOWN, _failed(400, str(error))
        except UnavailableError as error:
            return _UNKNOWN, _failed(503, str(error))
        return answer, _decision(answer)


async def _answered(exchange: Exchange, answering: Coroutine[Any, Any, Reply]) -> Reply:
    """Adds what every answer has: the request's name (Request Identification), also when it is an error."""
    try:
        reply: Reply
        if (exchange.header(b"content-type") or b"").split(b";")[0].strip().lower() != JSON[1]:
            answering.close()
            reply = problem_reply(400, "the message is not `application/json`")
        else:
            reply = await answering
    except (msgspec.ValidationError, CallerError) as error:
        help_text = error.help if isinstance(error, CallerError) else ""
        reply = problem_reply(400, str(error), help_text)
    except msgspec.DecodeError as error:
        reply = problem_reply(400, "the message is not JSON", str(error))
    except EcluseError as error:
        reply = problem_reply(
            503 if isinstance(error, UnavailableError) else 500, str(error), error.help
        )
    name = exchange.header(b"x-request-id")
    if name is not None and _REQUEST_ID.fullmatch(name):
        reply.headers = (*reply.headers, (b"x-request-id", name))
    return reply


def _turns(each: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Evaluations that may begin together; of those that name very many persons few, so that others have their turn."""
    some, persons = list[dict[str, Any]](), 0
    for evaluation in each:
        some.append(evaluation)
        persons += _named(evaluation)
        if persons > PERSONS_MAX:
            yield some
            some, persons = [], 0
    if some:
        yield some


def _named(evaluation: dict[str, Any]) -> int:
    """How many persons an evaluation names; it may be anything yet."""
    resource = evaluation.get("resource")
    properties = resource.get("properties") if isinstance(resource, dict) else None
    persons = properties.get("persons") if isinstance(properties, dict) else None
    return len(persons) if isinstance(persons, list) else 1


def _merged(defaults: dict[str, Any], evaluation: dict[str, Any]) -> dict[str, Any]:
    """An evaluation with what it leaves out: whole entities, and `type` and `id` of one that is there in part (Default values)."""
    merged: dict[str, Any] = {}
    for key in ("subject", "resource", "action", "context"):
        own, common = evaluation.get(key), defaults.get(key)
        if key not in evaluation:
            if key in defaults:
                merged[key] = common
        elif isinstance(own, dict) and isinstance(common, dict) and key in {"subject", "resource"}:
            needed = {k: common[k] for k in ("type", "id") if k in common}
            merged[key] = needed | own
        else:
            merged[key] = own
    return merged


def _asked(evaluation: _Evaluation) -> Asked:
    """The question in our own words.

    Raises:
        CallerError: for a type of subject or resource that is not known.
        msgspec.ValidationError: for a value that cannot be.
    """
    subject, resource, context = evaluation.subject, evaluation.resource, evaluation.context
    if subject.type not in _ACCOUNTS:
        raise CallerError("the type of the subject is not known", help="`account` is; so is `user`")
    if resource.type == "person":
        persons: Any = [resource.id]
    elif resource.type == "persons":
        if "persons" not in resource.properties:
            raise CallerError("a resource of type `persons` says in `properties.persons` which")
        persons = resource.properties["persons"]
    else:
        raise CallerError(
            "the type of the resource is not known", help="one of `person`, `persons`"
        )
    facts: dict[str, Any] = {"source": subject.properties.get("ip_address")}
    facts |= _picked(subject.properties, "session", "organization", "factor", "auth_time")
    facts |= _picked(context, "application", "source", "categories", "justification", "bytes")
    known = {key: value for key, value in facts.items() if value is not None}
    return msgspec.convert(
        {"account": subject.id, "persons": persons, "operation": evaluation.action.name, **known},
        Asked,
    )


def _picked(properties: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: properties[name] for name in names if name in properties}


def _decision(answer: Answer) -> dict[str, Any]:
    """A decision with its context; a plain permit has none but the entry's number."""
    context: dict[str, Any] = {"effect": answer.effect}
    if answer.entry is not None:
        context["entry"] = answer.entry
    if answer.reasons:
        first = answer.reasons[0]
        context["id"] = first.policy
        context["reason_user"] = first.text
        context["reason_admin"] = {why.policy: _numbers(why) for why in answer.reasons}
    for name in ("retry_after", "max_age", "contact", "degraded"):
        if value := getattr(answer, name):
            context[name] = value
    if answer.acr_values:
        context["acr_values"] = list(answer.acr_values)
    return {"decision": answer.released, "context": context}


def _numbers(why: Why) -> str:
    """What the budget counted; what a person decided has no numbers."""
    counted = f": {why.used} of {why.limit} in {why.window} s" if why.window else ""
    return f"{why.effect}{counted}"


def _failed(status: int, message: str) -> dict[str, Any]:
    return {"decision": False, "context": {"error": {"status": status, "message": message}}}


async def _wait(answers: Sequence[Answer]) -> None:
    """`slow` waits here: a maker's enforcement point does not know how."""
    delay = max((answer.delay for answer in answers if answer.released), default=0)
    if delay:
        await asyncio.sleep(delay / 1000)


def _reply(document: dict[str, Any]) -> Reply:
    return Reply(200, msgspec.json.encode(document), (JSON,))
