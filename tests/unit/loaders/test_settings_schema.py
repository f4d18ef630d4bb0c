"""The schema of settings takes what the loader takes: the shipped example, and random changes of a full file."""

import json
from copy import deepcopy

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.loaders import schema
from ecluse.loaders.defaults import shipped
from ecluse.loaders.routes import load_routes
from ecluse.loaders.routes_schema import ROUTES
from ecluse.loaders.schemas import names, published
from ecluse.loaders.settings import load_settings
from ecluse.loaders.settings_schema import SETTINGS
from ecluse.model.errors import ConfigError

FULL = {
    "version": 1,
    "listen": {
        "unix": {"path": "g.sock", "mode": "0660", "group": "g"},
        "tcp": {"address": "127.0.0.1:1", "certificate": "c", "key": "k", "client_ca": "a"},
    },
    "clients": "c",
    "routes": "r",
    "counter": {
        "redis": "redis://h", "cluster": False, "name": "n", "password_file": "p", "gates": ["a", "b"], "gate": "a",
        "timeout": "250ms", "when_unreachable": "permit", "allowance": {"10m": 5},
    },
    "step_up": {"acr_values": "urn:x", "max_age": "5m", "factors": ["totp"]},
    "reservation": "60s",
    "slow": "3s",
    "durable": False,
    "loss": "1s",
    "contact": {"en": "e", "fr": "f"},
    "snapshot_every": 1000,
    "retire": "30d",
    "channels": [
        {"name": "m", "severity": "high", "over": False, "repeat": "2h", "most": 5, "mail": {
            "host": "h", "port": 25, "tls": "tls", "sender": "a@b", "to": ["c@d"], "account": "u", "password_file": "p", "ca_file": "f"}},
        {"name": "w", "webhook": {"url": "https://h/x", "secret_file": "s", "ca_file": "f"}},
        {"name": "s", "syslog": {"address": "tls:h:6514", "facility": "local3", "ca_file": "f"}},
    ],
    "honey": {"persons": "h", "accounts": ["d"]},
}  # fmt: skip
KINDS = {
    "gate": (SETTINGS, "Ecluse gate settings", load_settings, FULL),
    "routes": (ROUTES, "Ecluse routes", load_routes, yaml.safe_load(shipped("routes.yaml"))),
}


def typed(name):
    return json.loads(json.dumps(yaml.safe_load(shipped(f"{name}.yaml")), default=str))


@pytest.mark.parametrize("name", KINDS)
def test_the_published_file_is_the_description(name):
    described, title, _, full = KINDS[name]
    assert published(name) == schema.text(described, title=title), (
        f"write src/ecluse/loaders/schemas/{name}.json anew from ecluse.loaders.schema.text"
    )
    assert name in names()
    jsonschema.Draft202012Validator.check_schema(described)
    validator = jsonschema.Draft202012Validator(described)
    validator.validate(full)
    validator.validate(typed(name))


@pytest.mark.parametrize("name", KINDS)
def test_every_key_is_described_for_the_editor(name):
    described = KINDS[name][0]
    parts = [described, *described["$defs"].values()]
    properties = [p for part in parts for p in part["properties"].values() if "$ref" not in p]
    assert all(p.get("description") for p in properties)
    assert all(part["additionalProperties"] is False for part in parts)


@pytest.mark.parametrize("name", KINDS)
def test_what_the_loader_takes_is_valid_by_the_schema(name):
    described, _, load, full = KINDS[name]
    validator = jsonschema.Draft202012Validator(described)
    taken = refused = 0

    @settings(max_examples=250, deadline=None)
    @given(st.data())
    def holds(data):
        nonlocal taken, refused
        document = changed(data, full)
        issues = faults(load, document)
        if issues:
            refused += 1
            assert all(i.line == 1 and not i.message.endswith(".") for i in issues)
            return
        taken += 1
        assert list(validator.iter_errors(document)) == []

    holds()
    assert taken > 10
    assert refused > 10


def faults(load, document):
    try:
        load(json.dumps(document, ensure_ascii=False), file="f")
    except ConfigError as error:
        return error.issues
    return ()


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2000), st.sampled_from([0.5, "", " ", "a", "1", "5s", "10ms", "0770", "mail", "free", "nobody", "permit"]),
    st.sampled_from(["/", "/{person}", "/a/{}", "/{*}", "GET", "h.example.org", "redis://h", "127.0.0.1:1", "[0-9]+"]),
    st.just([]), st.just({}), st.just(["a"]), st.just(["a", "b"]), st.just({"a": 1}), st.just({"1h": 9}),
)  # fmt: skip


def changed(data, document):
    """A copy with one or two of its parts taken away or replaced."""
    copy = json.loads(json.dumps(document))
    for _ in range(data.draw(st.integers(1, 2))):
        places = list(inner(copy))
        holder, key = data.draw(st.sampled_from(places))
        if data.draw(st.booleans()):
            del holder[key]
        else:
            holder[key] = deepcopy(data.draw(ODD))  # the next turn may change it
    return copy


def inner(value):
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in list(pairs):
        yield value, key
        if isinstance(part, dict | list):
            yield from inner(part)
