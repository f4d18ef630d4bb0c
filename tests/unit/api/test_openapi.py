"""The OpenAPI document: valid, complete, and its examples fit."""

import json
from collections import Counter
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from asgi_kit import call
from desk_kit import FakeDesk
from ecluse.api import openapi
from ecluse.api.app import App
from ecluse.api.authentication import Authenticator
from ecluse.api.exchange import Reply, Route
from ecluse.api.page import Pages
from ecluse.api.peer import Peer
from ecluse.api.routing import all_routes
from ecluse.model.enrolment import Enrolment
from ecluse.service.tally import Tally
from structure.source import ROOT


def table():
    return all_routes(
        FakeDesk(),
        Pages(lambda: 0),
        current=lambda: None,
        session_key=bytes(16),
        applications=list,
        unauthenticated={},
    )


@pytest.fixture(scope="module")
def document():
    app = App(table(), Authenticator(Enrolment(), now=lambda: 0), Tally())
    answer = call(app, "GET", "/openapi.json", peer=Peer())
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    return answer.json


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_it_is_valid(document):
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_every_route_is_in_it(document):
    found = {(method, path) for method, path, _ in operations(document)}
    for route in table():
        path = f"{route.path}{{path}}" if route.path.endswith("/") else route.path
        methods = ("GET", "POST", "DELETE") if route.method == "*" else (route.method,)
        assert {(method, path) for method in methods} <= found


def test_every_route_is_documented_for_people():
    pages = "".join((ROOT / "docs" / name).read_text("utf-8") for name in ("api.md", "proxies.md"))
    assert [route.path for route in table() if route.path not in pages] == []


def test_every_operation_says_what_it_is_for(document):
    names = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert set(names.values()) == {1}
    for method, path, operation in operations(document):
        assert operation["summary"], path
        assert any(status.startswith(("2", "4")) for status in operation["responses"]), path
        for said in operation["responses"].values():
            assert said["description"], (method, path)


def test_what_needs_a_client_says_so(document):
    for _, path, operation in operations(document):
        if path in {"/v1/health", "/openapi.json", "/.well-known/authzen-configuration"}:
            assert operation["security"] == []
            assert "401" not in operation["responses"]
        else:
            assert {"token": []} in operation["security"]
            assert "Needs `" in operation["description"]
            assert {"401", "403", "503"} <= operation["responses"].keys()


def test_messages_have_schemas_with_every_attribute_described(document):
    schemas = document["components"]["schemas"]
    assert {"Asked", "Answer", "Why", "Settled", "Problem"} <= schemas.keys()
    assert not [name for name in schemas if name.startswith("_")]
    assert all(p.get("description") for p in schemas["Asked"]["properties"].values())
    assert "Attributes:" not in json.dumps(schemas)
    body = document["paths"]["/v1/check"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/Asked"}


def contents(value: Any):
    """Every content with its schema and examples."""
    if isinstance(value, dict):
        if "schema" in value:
            examples = [e["value"] for e in value.get("examples", {}).values()]
            examples += [value["example"]] if "example" in value else []
            yield from ((value["schema"], example) for example in examples)
        for each in value.values():
            yield from contents(each)


def test_examples_fit_their_schemas(document):
    registry = Registry().with_resource("urn:d", Resource(document, DRAFT202012))
    found = list(contents(document["paths"]))
    assert len(found) >= 8
    for schema, example in found:
        written = json.loads(json.dumps(schema).replace('"#/', '"urn:d#/'))
        Draft202012Validator(written, registry=registry).validate(example)


def test_types_where_schemas_stand():
    class _Inner(msgspec.Struct):
        """What is inside.

        Attributes:
            one, two: numbers that
                go together.
        """

        one: int
        two: int = 2

    class Outer(msgspec.Struct):
        inner: tuple[_Inner, ...]

    async def handle(_):
        return Reply(200)

    content = {"application/json": {"schema": Outer}}
    said = {"summary": "x", "requestBody": {"content": content}, "responses": {}}
    made = openapi.document([Route("POST", "/x", handle, frozenset(), said)])
    validate(json.loads(json.dumps(made)))
    inner = made["components"]["schemas"]["Inner"]
    assert inner["description"] == "What is inside."
    assert inner["properties"]["two"]["description"] == "numbers that go together."
    assert made["components"]["schemas"]["Outer"]["properties"]["inner"]["items"] == {
        "$ref": "#/components/schemas/Inner"
    }
    operation = made["paths"]["/x"]["post"]
    assert operation["operationId"] == "x"
    assert operation["description"] == "Needs being enrolled."
    assert said["responses"] == {}
