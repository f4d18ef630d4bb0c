"""What does the API look like to a machine? An OpenAPI 3.1 document made from the table of routes.

An operation of a route names the types of its messages where a schema stands (`{"schema": Asked}`); here they become
references to the schemas that msgspec makes of them.
"""

import inspect
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import msgspec

from ecluse import __version__
from ecluse.api.exchange import JSON, Exchange, Reply, Route

__all__ = ["document", "routes"]

_ANY: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ATTRIBUTE: Final = re.compile(r"^    (\w+(?:, \w+)*): (.+(?:\n {5,}.+)*)", re.MULTILINE)
_REFS: Final = "#/components/schemas/{name}"
_ABOUT: Final = """\
Counts the distinct persons an account reads, before they are shown. Times are seconds where nothing else is said.

Errors and refusals are problem details (RFC 9457). A refusal's `answer` member is what `200` would have been.
See docs/api.md for what may be retried."""

_PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "Problem details (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    },
    "additionalProperties": True,
}
_PROBLEM_CONTENT: Final = {
    "application/problem+json": {"schema": {"$ref": _REFS.format(name="Problem")}}
}
_SECURITY: Final[dict[str, Any]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of `ecluse client add`.",
    },
    "certificate": {"type": "mutualTLS", "description": "A certificate of the clients file."},
}


def document(table: Iterable[Route]) -> dict[str, Any]:
    """The OpenAPI document of these routes."""
    table = tuple(table)
    found: dict[str, type[Any]] = {}
    paths: dict[str, dict[str, Any]] = {}
    for route in table:
        prefix = route.path.endswith("/")
        path = f"{route.path}{{path}}" if prefix else route.path
        for method in _ANY if route.method == "*" else (route.method,):
            several = method if route.method == "*" else ""
            operation = _operation(route, found, several=several)
            if prefix:
                operation["parameters"] = [_REST, *operation.get("parameters", ())]
            paths.setdefault(path, {})[method.lower()] = operation
    _, schemas = msgspec.json.schema_components(found.values(), ref_template=_REFS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ecluse",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {
                _public(name): _described(_plain(schema, {})) for name, schema in schemas.items()
            }
            | {"Problem": _PROBLEM},
            "securitySchemes": _SECURITY,
        },
    }


def routes(table: Iterable[Route]) -> tuple[Route, ...]:
    """The route of the document about all other routes, and itself."""

    @cache
    def made() -> bytes:
        return msgspec.json.encode(document((*given, own)))

    async def handle(_: Exchange) -> Reply:
        return Reply(200, made(), (JSON, (b"cache-control", b"no-cache")))

    given = tuple(table)
    own = Route("GET", "/openapi.json", handle, None, _OPERATION)
    return (own,)


def _operation(route: Route, found: dict[str, type[Any]], *, several: str) -> dict[str, Any]:
    operation: dict[str, Any] = _plain(route.operation, found)
    name = str(
        operation.get("operationId") or re.sub(r"[^a-z0-9]+", "_", route.path.lower()).strip("_")
    )
    operation["operationId"] = f"{name}_{several.lower()}" if several else name
    responses = {str(status): said for status, said in operation.get("responses", {}).items()}
    for status, description in _errors(route):
        responses.setdefault(status, {"description": description, "content": _PROBLEM_CONTENT})
    for said in responses.values():
        for kind, content in said.get("content", {}).items():
            if kind == "application/problem+json" and not content:
                said["content"][kind] = _PROBLEM_CONTENT[kind]
    operation["responses"] = dict(sorted(responses.items()))
    if route.scopes is None:
        operation["security"] = []
    else:
        operation["security"] = [{"token": []}, {"certificate": []}, {}]
        scopes = ", ".join(f"`{scope}`" for scope in sorted(route.scopes)) or "being enrolled"
        said = operation.get("description", "")
        operation["description"] = f"{said}\n\nNeeds {scopes}.".strip()
    return operation


def _errors(route: Route) -> Iterable[tuple[str, str]]:
    """What any route of the kind may answer."""
    if route.method != "GET":
        yield "400", "the message is not as documented, or asks what cannot be"
        yield "413", "the message is larger than 4 MiB"
    if route.scopes is not None:
        yield "401", "the client is not enrolled, or its proof does not hold"
        yield "403", "the client may not do this"
        yield (
            "503",
            "the ledger cannot be written, or another service does not answer; nothing may be shown",
        )


def _plain(value: Any, found: dict[str, type[Any]]) -> Any:
    """The value with references for types, and lists for tuples; notes the types."""
    if isinstance(value, type):
        found.setdefault(value.__name__, value)
        return {"$ref": _REFS.format(name=_public(value.__name__))}
    if isinstance(value, dict):
        changed = {key: _plain(each, found) for key, each in value.items()}
        if isinstance(changed.get("$ref"), str):
            head, _, name = changed["$ref"].rpartition("/")
            changed["$ref"] = f"{head}/{_public(name)}"
        if isinstance(changed.get("description"), str):
            changed["description"] = inspect.cleandoc(changed["description"])
        if str(changed.get("title", "")).startswith("_"):
            changed["title"] = _public(changed["title"])
        return changed
    return [_plain(each, found) for each in value] if isinstance(value, list | tuple) else value


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with what the docstring says of each attribute at its property."""
    about, _, attributes = schema.get("description", "").partition("\n\nAttributes:\n")
    if not attributes:
        return schema
    for names, text in _ATTRIBUTE.findall(attributes):
        for name in names.split(", "):
            schema["properties"][name]["description"] = " ".join(text.split())
    return schema | {"description": about}


def _public(name: str) -> str:
    """The name of a type, which the module that it is private to begins with an underscore."""
    return name.lstrip("_")


_REST: Final[dict[str, Any]] = {
    "name": "path",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "What follows; it may hold slashes.",
}
_OPERATION: Final[dict[str, object]] = {
    "operationId": "openapi",
    "tags": ["watching"],
    "summary": "This document",
    "responses": {
        "200": {
            "description": "OpenAPI 3.1",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
}
