"""How are the AuthZEN endpoints described in the OpenAPI document? With the examples of docs/api.md."""

from typing import Any, Final

__all__ = ["EVALUATION", "EVALUATIONS", "METADATA"]

Schema = dict[str, Any]

_PROPERTIES: Final[Schema] = {"type": "object", "additionalProperties": True}


def _object(required: list[str], **properties: Schema) -> Schema:
    return {"type": "object", "required": required, "properties": properties}


_SUBJECT: Final = _object(
    ["type", "id"],
    type={"enum": ["account", "user"]},
    id={"type": "string"},
    properties=_PROPERTIES,
)
_RESOURCE: Final = _object(
    ["type", "id"],
    type={"enum": ["person", "persons"]},
    id={"type": "string"},
    properties=_PROPERTIES,
)
_ACTION: Final = _object(["name"], name={"type": "string"}, properties=_PROPERTIES)
_EVALUATION: Final = _object(
    ["subject", "resource", "action"],
    subject=_SUBJECT,
    resource=_RESOURCE,
    action=_ACTION,
    context=_PROPERTIES,
)
_SEVERAL: Final = _object(
    [],
    subject=_PROPERTIES,
    resource=_PROPERTIES,
    action=_PROPERTIES,
    context=_PROPERTIES,
    evaluations={"type": "array", "maxItems": 1000, "items": _PROPERTIES},
    options=_object(
        [],
        evaluations_semantic={
            "enum": ["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
        },
    ),
)
_DECISION: Final = _object(["decision"], decision={"type": "boolean"}, context=_PROPERTIES)
_DECISIONS: Final = _object(
    [], evaluations={"type": "array", "items": _DECISION}, **_DECISION["properties"]
)

_ASKED: Final[Schema] = {
    "subject": {"type": "account", "id": "adviser-7", "properties": {"session": "s-1"}},
    "resource": {"type": "person", "id": "p-1204"},
    "action": {"name": "view"},
    "context": {"application": "orientation", "source": "192.0.2.7"},
}
_LIST: Final[Schema] = {
    "subject": {"type": "account", "id": "adviser-7"},
    "action": {"name": "view"},
    "context": {"application": "orientation"},
    "options": {"evaluations_semantic": "deny_on_first_deny"},
    "evaluations": [
        {"resource": {"type": "person", "id": "p-1204"}},
        {
            "resource": {
                "type": "persons",
                "id": "page-2",
                "properties": {"persons": ["p-7", "p-8"]},
            }
        },
    ],
}
_REFUSED: Final[Schema] = {
    "decision": False,
    "context": {
        "effect": "deny",
        "entry": 1204,
        "id": "per-account",
        "reason_user": {
            "en": "At most 300 persons in 24 hours.",
            "fr": "Au plus 300 personnes en 24 heures.",
        },
        "reason_admin": {"per-account": "deny: 301 of 300 in 86400 s"},
        "retry_after": 3600,
    },
}
_METADATA: Final[Schema] = {
    "policy_decision_point": "https://gate.example.org",
    "access_evaluation_endpoint": "https://gate.example.org/access/v1/evaluation",
    "access_evaluations_endpoint": "https://gate.example.org/access/v1/evaluations",
}

_REQUEST_ID: Final[Schema] = {
    "name": "X-Request-ID",
    "in": "header",
    "schema": {"type": "string"},
    "description": "Comes back with the answer.",
}
_WRONG: Final[Schema] = {
    "400": {
        "description": "the message is not as specified",
        "content": {"application/problem+json": {}},
    }
}


def _json(schema: Schema, example: Schema) -> Schema:
    return {"application/json": {"schema": schema, "example": example}}


EVALUATION: Final[dict[str, object]] = {
    "operationId": "evaluation",
    "tags": ["authzen"],
    "summary": "AuthZEN Access Evaluation",
    "description": "Counts as `check` does. A refusal is `200` with `decision: false`.",
    "parameters": [_REQUEST_ID],
    "requestBody": {"required": True, "content": _json(_EVALUATION, _ASKED)},
    "responses": {
        "200": {"description": "the decision", "content": _json(_DECISION, _REFUSED)},
        **_WRONG,
    },
}
EVALUATIONS: Final[dict[str, object]] = {
    "operationId": "evaluations",
    "tags": ["authzen"],
    "summary": "AuthZEN Access Evaluations",
    "description": "What is permitted is counted. After a decision that settles the rest nothing more is evaluated or counted.",
    "parameters": [_REQUEST_ID],
    "requestBody": {"required": True, "content": _json(_SEVERAL, _LIST)},
    "responses": {
        "200": {
            "description": "one decision for each evaluation, in order",
            "content": _json(_DECISIONS, {"evaluations": [{"decision": True}, _REFUSED]}),
        },
        **_WRONG,
    },
}
METADATA: Final[dict[str, object]] = {
    "operationId": "authzen_configuration",
    "tags": ["authzen"],
    "summary": "AuthZEN metadata",
    "responses": {
        "200": {
            "description": "where the endpoints are",
            "content": _json(
                {"type": "object", "additionalProperties": {"type": "string"}}, _METADATA
            ),
        }
    },
}
