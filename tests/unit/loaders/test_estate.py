"""An estate is read whole, and what contradicts itself is refused."""

import pytest

from ecluse.loaders.defaults import shipped
from ecluse.loaders.estate import default_estate, load_estate
from ecluse.model.errors import ConfigError
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, LifeCycle, Organization
from ecluse.model.time import DAY, parse_instant

TEXT = """\
version: 1
applications:
  - {id: files, owner: team, portal: agents, population: 100, categories: [identity], operations: view}
  - {id: old, owner: team, population: 5, state: closing, since: 2026-01-01, closes: 2027-01-01}
kinds:
  - {id: adviser, description: Follows people., factors: [totp], applications: [files], creates: [trainee]}
  - {id: trainee}
organizations:
  - {id: north, accounts: {adviser: 20, trainee: 2}, description: The north.}
tables: {accounts: a.csv, caseload: sub/c.parquet}
"""


def faults(text, **arguments):
    with pytest.raises(ConfigError) as caught:
        load_estate(text, file="e.yaml", **arguments)
    return [i.message for i in caught.value.issues]


def test_everything_an_estate_can_say():
    assert load_estate(TEXT, file="e") == Estate(
        applications=(
            Application("files", "team", 100, portal="agents", categories=("identity",), operations=("view",)),
            Application(
                "old", "team", 5,
                state=LifeCycle.CLOSING,
                state_since=parse_instant("2026-01-01"),
                closes_at=parse_instant("2027-01-01"),
            ),
        ),
        kinds=(AccountKind("adviser", "Follows people.", ("totp",), ("files",), ("trainee",)), AccountKind("trainee")),
        organizations=(Organization("north", (Headcount("adviser", 20), Headcount("trainee", 2)), "The north."),),
        accounts_table="a.csv",
        caseload_table="sub/c.parquet",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: 3", "version 3 is not known"),
        ("owner: team, portal", "portal", "`owner` is missing from an application"),
        ("population: 100", "population: 0", "an application that holds nobody needs no policy"),
        ("population: 100", "population: -4", "`-4` is out of range: at least 1"),
        ("population: 100", "population: 1e6", "`1e6` is not a whole number"),
        (
            "state: closing",
            "state: closin",
            "`closin` is not one of live, decommissioning, closing, closed",
        ),
        (", closes: 2027-01-01", "", "a closing application needs its closing date"),
        ("state: closing, ", "", "a live application has no closing date"),
        ("closes: 2027-01-01", "closes: 2025-01-01", "it closes before it began to close"),
        ("closes: 2027-01-01", "closes: soon", "`soon` is not an instant"),
        ("id: old", "id: files", "`files` is the id of another one too"),
        ("id: trainee", "id: adviser", "`adviser` is the id of another one too"),
        (
            "applications: [files]",
            "applications: [file]",
            "`file` is not an application of this estate",
        ),
        ("creates: [trainee]", "creates: trainees", "`trainees` is not a kind of this estate"),
        ("trainee: 2", "visitor: 2", "`visitor` is not a kind of this estate"),
        ("trainee: 2", "trainee: 0", "`0` is out of range: at least 1"),
        ("{adviser: 20, trainee: 2}", "{}", "the mapping is empty"),
        ("{adviser: 20, trainee: 2}", "20", "this is a single value, and a mapping is wanted"),
        (
            "tables: {accounts: a.csv, caseload: sub/c.parquet}",
            "tables: {}",
            "the mapping is empty",
        ),
        ("tables: {accounts: a.csv", "tables: {account: a.csv", "`account` is not a key of tables"),
        ("  - {id: north", "  - {id: no", "`no` is false to YAML, and a text is wanted"),
    ],
)
def test_contradictions_are_refused(old, new, message):
    assert old in TEXT
    assert message in faults(TEXT.replace(old, new))


def test_closed_applications_are_checked_against_the_day():
    closed = TEXT.replace("closing", "closed")
    assert load_estate(closed, file="e").applications[1].state is LifeCycle.CLOSED
    load_estate(closed, file="e", now=parse_instant("2027-01-02"))
    messages = faults(closed, now=parse_instant("2026-12-31"))
    assert messages == ["it is said to be closed, and closes only on 2027-01-01T00:00:00Z"]


def test_all_faults_come_in_one_run():
    broken = TEXT.replace("population: 100", "population: 0").replace("trainee: 2", "visitor: 2")
    assert len(faults(broken)) == 2


def test_missing_parts():
    assert faults("version: 1\nkinds: []\n") == [
        "`applications` is missing from an estate",
        "`organizations` is missing from an estate",
        "the list is empty",
    ]


def test_the_shipped_estates_load():
    assert default_estate().accounts_table is None
    example = load_estate(
        shipped("estate-example.yaml"), file="example", now=parse_instant("2026-11-22")
    )
    assert len(example.applications) == 3


def test_what_lints_ask_of_an_application():
    text = TEXT.replace(
        "operations: view}",
        "lockout_after: 5, retention: 30d, retention_reason: moved after a month}",
    ).replace("population: 5,", "population: 5, categories: health,")
    files, old = load_estate(text, file="e").applications
    assert (files.lockout_after, files.retention, files.retention_reason) == (
        5,
        30 * DAY,
        "moved after a month",
    )
    assert (old.lockout_after, old.retention, old.retention_reason) == (None, None, "")
    assert load_estate(text, file="e").sensitive is None
    assert load_estate(text + "sensitive: health\n", file="e").sensitive == {"health"}
    assert faults(text + "sensitive: helth\n") == ["`helth` is not a category of any application"]
    assert load_estate(TEXT + "sensitive: any\n", file="e").sensitive == {"any"}  # `old` lists none
    assert faults(text.replace("lockout_after: 5", "lockout_after: 0")) == [
        "`0` is out of range: at least 1"
    ]
    assert faults(text.replace("retention: 30d, ", "")) == [
        "`retention_reason` says why, and nothing says how long"
    ]
