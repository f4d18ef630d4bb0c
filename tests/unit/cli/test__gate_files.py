"""`ecluse gate example`, `schema` and `route`, as a user runs them."""

import json

import jsonschema
import pytest
from click.testing import CliRunner

from ecluse.cli import _gate_files
from ecluse.loaders.defaults import shipped
from ecluse.loaders.schemas import published
from ecluse.model.errors import CallerError, ConfigError


def run(command, *arguments):
    ran = CliRunner().invoke(command, [str(a) for a in arguments], standalone_mode=False)
    if ran.exception is not None:
        raise ran.exception
    return ran.return_value, ran.stdout


@pytest.fixture
def routes(tmp_path):
    path = tmp_path / "routes.yaml"
    path.write_bytes(shipped("routes.yaml"))
    return path


@pytest.mark.parametrize("name", ["gate", "routes"])
def test_examples(name, tmp_path):
    text = shipped(f"{name}.yaml").decode()
    assert run(_gate_files.example, name) == (None, text)
    assert json.loads(run(_gate_files.example, name, "--json")[1]) == {name: text}
    out = tmp_path / "new.yaml"
    assert run(_gate_files.example, name, "--out", out)[1] == f"{out}: written\n"
    assert out.read_text(encoding="utf-8") == text
    with pytest.raises(CallerError, match="exists already"):
        run(_gate_files.example, name, "--out", out)


@pytest.mark.parametrize("name", ["gate", "routes"])
def test_schemas(name):
    for more in ((), ("--json",)):
        code, out = run(_gate_files.schema, name, *more)
        assert (code, out) == (None, published(name))
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


@pytest.mark.parametrize(
    ("target", "code", "lines"),
    [
        (
            "/people/0012",
            0,
            ["found: persons", "persons: 12", "application: job-seekers", "operation: view", "categories: identity, contact", "route: /people/{person}"],
        ),
        ("/compare?id=1&id=2", 0, ["found: persons", "persons: 1, 2"]),
        ("/static/site.css", 0, ["found: uncounted", "application: job-seekers", "route: /static/{*}"]),
        ("/search", 0, ["found: disclosed"]),
        ("/people/12%2f13", 1, ["found: refused", "reason: separator", "why: an encoded"]),
        ("/people/é", 1, ["found: refused", "reason: person"]),
        ("/else", 1, ["found: refused", "reason: route"]),
    ],
)  # fmt: skip
def test_what_the_gate_sees(routes, target, code, lines):
    ended, out = run(_gate_files.route, "GET", target, "--routes", routes)
    assert ended == code
    for line, printed in zip(lines, out.splitlines(), strict=False):
        assert printed.startswith(line)


def test_the_same_as_json(routes):
    code, out = run(_gate_files.route, "GET", "/people/12", "--routes", routes, "--json")
    assert code == 0
    assert json.loads(out) == {
        "found": "persons",
        "persons": ["12"],
        "application": "job-seekers",
        "operation": "view",
        "categories": ["identity", "contact"],
        "route": "/people/{person}",
    }
    code, out = run(_gate_files.route, "GET", "/..", "--routes", routes, "--json")
    assert code == 1
    assert json.loads(out).keys() == {"found", "reason", "why"}


def test_host_and_estate(tmp_path, routes):
    named = tmp_path / "named.yaml"
    named.write_text('version: 1\nroutes:\n- {path: "/p/{person}", hosts: a.example.org}\n')
    assert run(_gate_files.route, "GET", "/p/1", "--routes", named)[0] == 1
    assert run(_gate_files.route, "GET", "/p/1", "--routes", named, "--host", "a.example.org")[0] == 0  # fmt: skip
    estate = tmp_path / "estate.yaml"
    estate.write_bytes(shipped("estate-example.yaml"))
    assert run(_gate_files.route, "GET", "/people/1", "--routes", routes, "--estate", estate)[0] == 0  # fmt: skip
    routes.write_bytes(routes.read_bytes().replace(b"job-seekers", b"job-seeker"))
    with pytest.raises(ConfigError) as caught:
        run(_gate_files.route, "GET", "/people/1", "--routes", routes, "--estate", estate)
    assert caught.value.issues[0].help == "did you mean `job-seekers`?"
