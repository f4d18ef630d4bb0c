"""The commands of an incident, as a user gives them: a whole affair, what is refused, and what is one JSON document."""

import json

import pytest

from ecluse import cli
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.reader import scan, take_snapshot
from ecluse.model.time import parse_instant
from ecluse.registers.folder import Register
from ecluse.registers.log import append, begin
from incident_factory import exposure

ALICE, BRUNO = ("--by", "A. Martin"), ("--by", "B. Durand")
IT = ("--incident", "2026-0001")
NOW = parse_instant("2026-11-30T18:30:00Z")


@pytest.fixture
def run(tmp_path, monkeypatch, capfdbinary):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECLUSE_REGISTER", "register")
    monkeypatch.setattr("ecluse.wiring.now", lambda: NOW)

    def once(*arguments, code=0):
        with pytest.raises(SystemExit) as ended:
            cli.main(["incident", *arguments])
        out, err = (stream.decode() for stream in capfdbinary.readouterr())
        assert ended.value.code == code, err
        return json.loads(out) if "--json" in arguments else out + err

    once("init")
    return once


@pytest.fixture
def opened(run):
    run("open", "--title", "one account reads everybody", "--account", "agent-7", *ALICE)
    return run


def test_scenario_h_on_the_command_line(opened):
    """Warned on Friday at 18:00, aware on Saturday at 09:00 in Paris: due on Tuesday at 09:00, shadow on Monday at 18:00."""
    opened("warning", *IT, "--from", "CERT-FR", "--received-at", "2026-11-27T18:00", *ALICE)
    opened("aware", *IT, "2026-11-28T09:00", "--reasons", "340,000 persons in two hours", *ALICE)
    out = opened("clocks", *IT)
    assert "due Tue 2026-12-01 09:00 +01:00, from `aware` (13 h 30 min left; 2026-12-01T08:00:00Z)" in out  # fmt: skip
    assert "Mon 2026-11-30 18:00 +01:00 (LATE by 1 h 30 min)" in out
    assert "not in force on 1 October 2026" in out
    document = opened("clocks", *IT, "--json")
    clock = document["running"][0]
    assert (clock["due"], clock["shadow_due"]) == ("2026-12-01T08:00:00Z", "2026-11-30T17:00:00Z")
    assert clock["due_local"] == "2026-12-01T09:00:00+01:00"
    assert clock["left_seconds"] == 13.5 * 3600
    assert {r["regime"] for r in document["off"]} == {"nis2", "processor"}
    assert "gdpr_33_1 due Tue" in opened("list")


def test_a_second_person_signs_awareness_after_evidence(opened):
    opened("instant", *IT, "conclusive", "2026-11-28T08:00", *ALICE)
    out = opened("aware", *IT, "2026-11-28T09:00", "--reasons", "x", *ALICE)
    assert "waits for a second person" in out
    assert "does not run yet" in opened("clocks", *IT)
    assert "`A. Martin` said it" in opened("countersign", *IT, "aware", *ALICE, code=2)
    opened("countersign", *IT, "aware", *BRUNO)
    assert "by A. Martin and B. Durand" in opened("show", *IT)


def test_an_instant_is_not_overwritten(opened):
    opened("instant", *IT, "began", "2026-11-28T08:00", *ALICE)
    assert "nothing is overwritten" in opened("instant", *IT, "began", "2026-11-28T07:00", *ALICE, code=2)  # fmt: skip
    opened("instant", *IT, "began", "2026-11-28T07:00", "--corrects", "--reasons", "the log", *ALICE)  # fmt: skip
    instants = opened("show", *IT, "--json")["instants"]
    assert [i["at"] for i in instants] == ["2026-11-28T07:00:00Z", "2026-11-28T06:00:00Z"]
    assert "in the future" in opened("instant", *IT, "ended", "2027-01-01T00:00Z", *ALICE, code=2)


@pytest.mark.parametrize("text", ["noon", "2026-10-25T02:30", "2026-03-29T02:30", "9999-99-99"])
def test_an_instant_that_is_none_or_two(opened, text):
    assert "help: write" in opened("instant", *IT, "began", text, code=2)


def test_resolved_needs_an_exposure_and_closed_the_register(opened, tmp_path):
    opened("move", *IT, "in_progress", *ALICE)
    assert "neither is an exposure frozen" in opened("move", *IT, "resolved", "--reasons", "x", code=2)  # fmt: skip
    opened("decide", *IT, "breach", "no", "--reasons", "a drill", *ALICE)
    opened("move", *IT, "resolved", "--reasons", "a drill", *ALICE)
    assert "`A. Martin` resolved it" in opened("move", *IT, "closed", *ALICE, code=2)
    Register(tmp_path / "register").open("2026-0001").append("document_released", {"name": "register_entry"}, by="B", at=NOW)  # fmt: skip
    opened("move", *IT, "closed", *BRUNO)
    assert opened("show", *IT, "--json")["state"] == "closed"


def test_the_other_acts_and_one_document_each(opened, tmp_path):
    (tmp_path / "mail.eml").write_bytes(b"raw")
    done = [
        opened("note", *IT, "portal closed", "--happened-at", "2026-11-28T10:00", "--json", *ALICE),
        opened("add", *IT, "--account", "agent-8", "--source", "192.0.2.7", "--reasons", "same night", "--json", *ALICE),
        opened("warning", *IT, "--from", "press", "--received-at", "2026-11-28", "--file", "mail.eml", "--json", *ALICE),
        opened("read", *IT, "w1", "--at", "2026-11-28T12:00", "--json", *ALICE),
        opened("assign", *IT, "B. Durand", "--reasons", "on duty", "--json", *ALICE),
    ]  # fmt: skip
    assert [d["act"] for d in done] == ["note", "added", "warning", "instant", "assigned"]
    shown = opened("show", *IT, "--json")
    assert shown["head"] == done[-1]["head"]
    assert shown["members"]["accounts"] == ["agent-7", "agent-8"]
    assert shown["links"][0] == {"what": "agent-8", "rule": "person", "reason": "same night"}
    assert len(shown["warnings"][0]["sha256"]) == 64
    assert shown["owner"] == "B. Durand"
    assert [s["act"] for s in shown["timeline"]] == ["warning", "note", "instant", "opened", "added", "assigned"]  # fmt: skip
    assert "nothing is added" in opened("add", *IT, "--reasons", "x", code=2)
    assert "no reasons" in opened("add", *IT, "--account", "x", code=2)
    assert "there is no warning `w9`" in opened("read", *IT, "w9", "--at", "2026-11-28", code=2)


def test_gravity_is_proposed_changed_and_signed(opened, monkeypatch):
    assert "no exposure was frozen" in opened("gravity", "propose", *IT, code=2)
    assert "no gravity is proposed" in opened("gravity", "sign", *IT, code=2)
    frozen = exposure("identity", "contact", "registration")
    monkeypatch.setattr("ecluse.registers.exposures.version", lambda folder, number: frozen)
    out = opened("gravity", "propose", *IT, "--malicious", "yes", *ALICE)
    assert "Gravity: 2 x 1 + 1 = 3, high; a proposal" in out
    assert "données simples" in out
    opened("gravity", "change", *IT, "cb_integrity", "0.25", "--reasons", "addresses altered", *ALICE)  # fmt: skip
    assert "cannot be 0.3" in opened("gravity", "change", *IT, "ei", "0.3", "--reasons", "x", code=2)  # fmt: skip
    document = opened("gravity", "sign", *IT, "--override", "very_high", "--reasons", "threats", "--json", *BRUNO)["gravity"]  # fmt: skip
    assert (document["score"], document["level"], document["decided"]) == (3.25, "high", "very_high")  # fmt: skip
    assert document["recommendation"]["cnil"] == "maximal"
    assert document["signed"]["by"] == "B. Durand"
    assert opened("gravity", "show", *IT, "--json")["gravity"] == document
    assert "signed by B. Durand" in opened("show", *IT)


def test_heads_go_into_the_ledger_and_a_rewritten_log_is_found(opened, tmp_path):
    with DirectoryLedger.create(tmp_path / "ledger"):
        pass
    opened("note", *IT, "as it was", "--ledger", "ledger", *ALICE)
    entries = [d for f in scan(take_snapshot(tmp_path / "ledger")) for d in f["detail"].to_list()]
    assert json.loads(entries[-1])["by"] == "A. Martin"
    assert "1 of its heads" in opened("verify", *IT, "--ledger", "ledger")
    folder = tmp_path / "register" / "2026-0001"
    (folder / "log.jsonl").unlink()
    (folder / "log.head").unlink()
    detail = {"id": "2026-0001", "title": "x", "owner": "A"}
    begin(folder / "log.jsonl", "opened", detail, by="A. Martin", at=NOW)
    append(folder / "log.jsonl", "note", {"text": "as it is now"}, by="A. Martin", at=NOW)
    opened("verify", *IT)
    out = opened("verify", *IT, "--ledger", "ledger", code=5)
    assert "is not the one of which entry" in out


def test_a_changed_line_ends_every_command_with_5(opened, tmp_path):
    log = tmp_path / "register" / "2026-0001" / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b"agent-7", b"agent-9"))
    for words in (("show",), ("verify",), ("clocks",), ("note", "x")):
        assert "line 1 was changed" in opened(words[0], *IT, *words[1:], code=5)


def test_proposals_are_opened_by_a_person(run, tmp_path):
    proposal = {"title": "t", "severity": "high", "confidence": "low", "findings": ["f"], "accounts": ["a"], "sessions": [], "sources": [], "lineages": [], "links": []}  # fmt: skip
    (tmp_path / "p.json").write_text(json.dumps({"proposals": [proposal]}))
    run("open", "--proposal", "p.json", "--number", "1", "--severity", "critical", *ALICE)
    shown = run("show", *IT, "--json")
    assert (shown["severity"], shown["confidence"], shown["title"]) == ("critical", "low", "t")
    assert shown["members"]["findings"] == ["f"]
    assert "no number 2" in run("open", "--proposal", "p.json", "--number", "2", code=2)
    assert "go together" in run("open", "--proposal", "p.json", code=2)
    for content in ("{", "{}", '{"proposals": [{}]}', json.dumps({"proposals": [{**proposal, "severity": "grave"}]})):  # fmt: skip
        (tmp_path / "p.json").write_text(content)
        assert "no file of proposals" in run("open", "--proposal", "p.json", "--number", "1", code=2)  # fmt: skip
    assert run("list", "--json")["incidents"][0]["id"] == "2026-0001"


def test_propose_says_when_there_is_nothing(run, tmp_path):
    with DirectoryLedger.create(tmp_path / "ledger"):
        pass
    assert "nothing to propose" in run("propose", "--ledger", "ledger")
    assert run("propose", "--ledger", "ledger", "--json")["proposals"] == []


def test_what_is_wrong_is_said(run, tmp_path):
    assert "no incident `2026-0001`" in run("show", *IT, code=2)
    assert "no register" in run("list", "--register", "elsewhere", code=2)
    assert "no title" in run("open", code=2)
    (tmp_path / "register" / "clocks.yaml").write_text("version: 1\n")
    run("open", "--title", "t", *ALICE)
    assert "`zone` is missing" in run("clocks", *IT, code=3)
