"""`ecluse formats`."""

import json

from click.testing import CliRunner

from ecluse import formats
from ecluse.cli.formats import command
from ecluse.loaders.mapping import load_mapping
from ecluse.model.errors import CallerError


def run(*arguments):
    return CliRunner().invoke(command, arguments)


def test_lists_every_format():
    result = run()
    assert result.exit_code == 0
    assert all(name in result.stdout for name in formats.names())
    known = json.loads(run("--json").stdout)["formats"]
    assert [fmt["name"] for fmt in known] == list(formats.names())


def test_prints_a_mapping_that_loads():
    for name in formats.names():
        load_mapping(run(name, "--mapping").stdout, file="m.yaml")
    assert json.loads(run("csv", "--mapping", "--json").stdout)["name"] == "csv"


def test_describes_one():
    shown = run("pgaudit").stdout
    assert "Option prefix" in shown
    assert "statement" in shown
    assert json.loads(run("jsonl", "--json").stdout)["open_fields"] is True
    assert "any other field" in run("jsonl").stdout


def test_refuses_what_is_unknown():
    assert isinstance(run("nothing").exception, CallerError)
    assert isinstance(run("--mapping").exception, CallerError)
