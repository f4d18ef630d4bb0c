"""A report tells what the files and the ledger of a gate say, as they stand today."""

import json

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.loaders.defaults import shipped
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError, ConfigError
from ecluse.model.estate import LifeCycle
from ecluse.model.time import DAY
from ecluse.reports.language import words
from ecluse.verify import lints
from ecluse.wiring import now, open_policies
from ecluse.wiring.assurance import ReportFiles, gather

STEPS = ("reading", "bounding", "mapping")


@pytest.fixture
def files(tmp_path):
    (tmp_path / "estate.yaml").write_bytes(shipped("estate-example.yaml"))
    (tmp_path / "policy.yaml").write_bytes(shipped("policy.yaml"))
    with DirectoryLedger.create(tmp_path / "evidence"):
        pass
    return ReportFiles(tmp_path / "policy.yaml", tmp_path / "estate.yaml", tmp_path / "evidence")


def _gather(files):
    seen = []

    def step(what, parts):
        seen.append(what)
        return lambda: None

    gathered = gather(files, by="auditor", step=step)
    assert tuple(seen) == STEPS
    return gathered


def _write(files, kind, detail, *, at=None):
    with DirectoryLedger(files.ledger) as ledger:
        text = detail if isinstance(detail, str) else json.dumps(detail)
        ledger.append(Entry(at=at or now(), account="", kind=kind, detail=text), durable=True)


def test_the_shipped_files(files):
    facts = _gather(files).facts
    assert [r.persons for r in facts.bounds[0].horizons][1:] == [500, 4_000, 6_000]
    assert {(c.application, c.kind) for c in facts.covers} == {
        ("job-seekers", "adviser"), ("job-seekers", "machine"), ("archive", "adviser"), ("partners", "partner"), ("partners", "manager"),
    }  # fmt: skip
    assert all(c.short is not None and c.long is not None for c in facts.covers)
    one = next(c for c in facts.covers if c.kind == "partner")
    assert (one.short, one.long) == (500, 6_000)
    assert facts.past is not None
    assert facts.ledger is not None
    assert facts.policy_at is None, "the ledger does not say that they are in force"
    assert facts.findings is not None


def test_since_when_the_policies_are_in_force(files):
    digest = open_policies(files.policy, None).digest
    at = now() - DAY
    _write(files, "policy", {"digest": digest, "by": "Camille"}, at=at)
    gathered = _gather(files)
    assert (gathered.facts.policy_at, gathered.size) == (at, 1)
    _write(files, "policy", {"digest": "another", "by": "start"})
    facts = _gather(files).facts
    assert facts.policy_at is None
    assert facts.past.in_force == "another"


def test_an_application_that_a_person_closed_can_no_longer_be_read(files):
    act = {"id": "archive", "state": "closed", "by": "Camille", "reason": "theft going on"}
    _write(files, "application", act)
    facts = _gather(files).facts
    state = {a.id: a.state for a in facts.estate.applications}
    assert state["archive"] is LifeCycle.CLOSED
    assert [(c.short, c.long) for c in facts.covers if c.application == "archive"] == [(0, 0)]
    assert [d.about for d in facts.past.decided] == ["archive"]


def test_an_act_that_cannot_be_read_hides_nothing(files):
    _write(files, "application", "{")
    _write(files, "application", {"id": "archive", "state": "gone"})
    facts = _gather(files).facts
    assert facts.past.unreadable == 1
    assert len(facts.past.decided) == 1


def test_the_summary_is_about_one_account_whatever_adversaries_are_given(files, tmp_path):
    adversary = tmp_path / "adversary.yaml"
    adversary.write_bytes(shipped("adversary.yaml"))
    given = _gather(ReportFiles(files.policy, files.estate, adversary=adversary)).facts
    (stolen,) = given.bounds[0].adversary.stolen
    assert (stolen.kind, stolen.organization, stolen.accounts, stolen.application) == (None, None, 1, None)  # fmt: skip
    assert given.past is None
    assert given.ledger is None


def test_relaxed_settings_add_to_the_map_too(files, tmp_path):
    settings = tmp_path / "gate.yaml"
    settings.write_text("version: 1\ndurable: false\nloss: 10s\n", "utf-8")
    plain, relaxed = (
        _gather(ReportFiles(files.policy, files.estate, settings=s)).facts for s in (None, settings)
    )
    assert [c.short for c in relaxed.covers] >= [c.short for c in plain.covers]
    assert sum(c.short for c in relaxed.covers) > sum(c.short for c in plain.covers)


def test_findings_are_those_of_the_lints_at_their_place(files):
    files.policy.write_text(
        "version: 1\nbudgets:\n  - {id: a, per: account, limits: {24h: 5}, mode: shadow}\n", "utf-8"
    )
    facts = _gather(files).facts
    codes = {f.code for f in facts.findings}
    assert codes & {"budget-in-shadow", "shadow-on-sensitive", "flow-only-watched"}
    assert any("policy.yaml:" in f.what for f in facts.findings)


def test_every_lint_has_a_headline_in_both_languages():
    for language in ("en", "fr"):
        sentences = words(language, document="assurance").sentences
        assert {f"lint.{code.replace('-', '_')}" for code in lints.codes()} == {k for k in sentences if k.startswith("lint.")}  # fmt: skip


def test_wrong_files_are_refused(files, tmp_path):
    wrong = tmp_path / "b.json"
    wrong.write_text("{}", "utf-8")
    with pytest.raises(ConfigError):
        _gather(ReportFiles(files.policy, files.estate, backtest=wrong))
    with pytest.raises(CallerError):
        _gather(ReportFiles(files.policy, files.estate, ledger=tmp_path / "nothing"))
