"""`ecluse export`: what is written, what is refused, which trace it leaves, and that our own reader reads it again."""

import json
import socket
import threading
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from ecluse.cli import main
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.reader import scan, take_snapshot
from ecluse.model.entry import Entry
from ecluse.model.time import EPOCH
from ecluse.registers.folder import Register
from export_kit import check_misp, check_ocsf, check_stix, check_syslog, check_thehive, noticed
from ledger_factory import START, entry, small_ledger
from veris_kit import check_veris

NIR = "2 55 08 99 999 001"
"""The shape of a social security number, of a place that there is not."""


@pytest.fixture
def run(capsysbinary):
    def run(*arguments):
        with pytest.raises(SystemExit) as done:
            main(["export", *map(str, arguments)])
        out, err = capsysbinary.readouterr()
        return done.value.code, out.decode(), err.decode()

    return run


@pytest.fixture
def register(tmp_path):
    opened = Register(tmp_path / "register")
    opened.create()
    said = {
        "title": "Read through agent-1", "severity": "high", "confidence": "high", "owner": "Claude Martin", "accounts": ["agent-1"],
        "sources": ["192.0.2.7"], "findings": ["account-over-budget:agent-1"],
    }  # fmt: skip
    folder = opened.begin(2025, "opened", said, by="ada", at=START)
    folder.append("instant", {"kind": "aware", "happened_at": START, "reasons": "sure"}, by="ada", at=START)  # fmt: skip
    return opened.root


@pytest.fixture
def ledger(tmp_path):
    root = small_ledger(tmp_path / "ledger")
    found = noticed().finding
    detail = {"code": found.code, "severity": "high", "what": found.what, "help": found.help, "about": "agent-1", "over": False}  # fmt: skip
    with DirectoryLedger(root) as opened:
        opened.append(Entry(at=START, account="", kind="finding", detail=json.dumps(detail)))
        opened.append(Entry(at=START, account="", kind="finding", detail=json.dumps({**detail, "about": "agent-2"})))  # fmt: skip
        opened.append(entry(10), durable=True)
    return root


def of_incident(register, *more):
    return ("--register", register, "--incident", "2025-0001", *more)


CHECKS = {"misp": check_misp, "stix": check_stix, "veris": check_veris, "thehive": check_thehive}


@pytest.mark.parametrize("name", [*CHECKS, "dfir_iris"])
def test_an_incident_goes_to_a_file_that_its_tool_takes(run, register, tmp_path, name):
    out = tmp_path / "out.json"
    code, printed, told = run(name, *of_incident(register, "--out", out, "--tlp", "green"))
    assert (code, printed) == (0, "")
    assert "TLP:GREEN" in told
    written = json.loads(out.read_text("utf-8"))
    CHECKS.get(name, lambda _: None)(written)


def test_everything_goes_to_one_file_of_lines_and_leaves_its_trace(run, register, ledger, tmp_path):
    out = tmp_path / "out.jsonl"
    code, printed, _ = run("ocsf", *of_incident(register, "--ledger", ledger, "--what", "findings,incident,accesses", "--out", out, "--by", "ada", "--json"))  # fmt: skip
    assert code == 0
    summary = json.loads(printed)
    events = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    for event in events:
        check_ocsf(event)
    assert [e["class_uid"] for e in events] == [2004, 2005, 6001, 6001, 6001, 6001]
    assert events[0]["unmapped"]["ecluse"]["about"] == "agent-1"
    (listed,) = events[1]["finding_info_list"]
    assert listed == {"uid": events[0]["finding_info"]["uid"], "title": "account-over-budget"}
    assert (summary["lines"], summary["persons"], summary["tlp"]) == (6, False, "TLP:AMBER+STRICT")
    last = Register(register).open("2025-0001").log().lines[-1]
    assert (last.act, last.by) == ("exported", "ada")
    assert last.detail["sha256"] == summary["sha256"]
    kinds = [k for frame in scan(take_snapshot(ledger), columns=("kind",)) for k in frame["kind"]]
    assert kinds.count("export") == 1
    assert Register(register).open("2025-0001").incident().title == "Read through agent-1"


def test_what_is_exported_is_read_again(run, ledger, tmp_path, capsysbinary):
    """By our own reader of OCSF: who read which persons, when, through what, from where."""
    for store in ((), ("--datastore", "kairos")):
        out, events = tmp_path / "out.jsonl", tmp_path / f"events-{len(store)}.parquet"
        code, *_ = run("ocsf", "--ledger", ledger, "--what", "accesses", "--from", "1970-01-01", "--persons", "--out", out, *store)  # fmt: skip
        assert code == 0
        with pytest.raises(SystemExit) as done:
            main(["convert", str(out), "--format", "ocsf", "--out", str(events)])
        capsysbinary.readouterr()
        assert done.value.code == 0
        again = pl.read_parquet(events).to_dicts()
        wanted = [e for e in map(entry, range(11)) if e.persons]
        assert len(again) == len(wanted)
        for read, was in zip(again, wanted, strict=True):
            assert read["persons"] == [p.hex() for p in was.persons]
            for name in (
                "account",
                "session",
                "organization",
                "application",
                "source",
                "operation",
            ):
                assert read[name] == getattr(was, name)
            at = read["at"]
            micros = (at.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1) if isinstance(at, datetime) else at  # fmt: skip
            assert micros == was.at


def test_persons_leave_only_when_asked_and_it_is_said(run, ledger, tmp_path):
    named = entry(1).persons[0].hex()
    asked = ("ocsf", "--ledger", ledger, "--what", "accesses", "--account", "agent-1")
    code, printed, told = run(*asked)
    assert (code, named in printed, "pseudonyms" in told) == (0, False, False)
    code, printed, told = run(*asked, "--persons")
    assert (code, named in printed, "pseudonyms of persons are in it" in told) == (0, True, True)
    for wrong in (("syslog", *asked[1:]), ("ocsf", "--ledger", ledger, "--what", "findings")):
        code, printed, told = run(*wrong, "--persons")
        assert (code, printed) == (2, "")
        assert "--persons is for accesses" in told


def test_findings_leave_from_a_ledger_alone(run, ledger):
    code, printed, _ = run("syslog", "--ledger", ledger)
    assert code == 0
    values = [check_syslog(line)[3] for line in printed.splitlines()]
    assert [v["about"] for v in values] == ["agent-1", "agent-2"]
    code, printed, _ = run("ocsf", "--ledger", ledger)
    assert [json.loads(line)["class_uid"] for line in printed.splitlines()] == [2004, 2004]


def test_what_is_printed_has_left_its_trace_before(run, register):
    code, printed, _ = run("misp", *of_incident(register))
    assert code == 0
    check_misp(json.loads(printed))
    acts = [line for line in Register(register).open("2025-0001").log().lines if line.act == "exported"]  # fmt: skip
    assert [a.detail.get("begun", False) for a in acts] == [True, False]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nope",), "no way out `nope`"),
        ((), "no format is named"),
        (("misp",), "nothing to export"),
        (("misp", "--what", "accesses"), "carries no `accesses`"),
        (("ocsf", "--what", "incident"), "no incident is named"),
        (("ocsf", "--what", "findings"), "in a ledger"),
        (("misp", "--incident", "2025-0001"), "--register is missing"),
        (("syslog", "--ledger", "nowhere", "--option", "colour=red"), "no option of `syslog`"),
        (("ocsf", "--send", "udp:127.0.0.1:1"), "--send is for syslog"),
    ],
)
def test_a_wrong_command_is_refused_with_what_to_do(run, arguments, told):
    code, printed, err = run(
        *arguments, *(("--ledger", "nowhere") if "--send" in arguments else ())
    )
    assert (code, printed) == (2, "")
    assert told in err
    assert "help: " in err


def test_without_saying_which_accesses_none_leave(run, ledger, tmp_path):
    out = tmp_path / "out.jsonl"
    code, _, err = run("ocsf", "--ledger", ledger, "--what", "accesses", "--out", out)
    assert code == 2
    assert "which accesses" in err
    assert not out.exists()


def test_json_needs_a_file_to_write_to(run, register):
    code, printed, _ = run("misp", *of_incident(register, "--json"))
    assert (code, json.loads(printed)["error"]["message"]) == (2, "--json prints a summary where the export would go")  # fmt: skip


def test_a_text_with_a_persons_number_does_not_leave_without_a_reason(run, register, tmp_path):
    folder = Register(register).open("2025-0001")
    folder.append("note", {"text": f"the file of {NIR} was read"}, by="ada", at=START)
    out = tmp_path / "out.json"
    code, _, err = run("thehive", *of_incident(register, "--out", out))
    assert code == 2
    assert "the time line: " in err
    assert NIR not in err
    assert not out.exists()
    assert run("misp", *of_incident(register, "--out", out))[0] == 0  # the time line is not in it
    code, _, err = run("thehive", *of_incident(register, "--out", out, "--accept", "a test number"))
    assert code == 0
    assert "as accepted" in err
    assert folder.log().lines[-1].detail["accepted"] == "a test number"


def test_a_log_that_was_changed_is_not_exported(run, register, tmp_path):
    log = register / "2025-0001" / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b"agent-1", b"agent-2", 1))
    out = tmp_path / "out.json"
    code, _, err = run("stix", *of_incident(register, "--out", out))
    assert code == 5
    assert "log.jsonl" in err
    assert not out.exists()


def test_a_damaged_segment_is_told_beside_what_is_left(run, ledger, tmp_path):
    next((ledger / "segments").glob("*.parquet")).write_bytes(b"no parquet")
    out = tmp_path / "out.jsonl"
    code, printed, err = run("ocsf", "--ledger", ledger, "--what", "accesses", "--account", "agent-1", "--out", out, "--json")  # fmt: skip
    assert code == 0
    assert any("cannot be read" in doubt for doubt in json.loads(printed)["doubts"])
    assert "cannot be read" in err


def test_lines_are_sent_to_a_log_server(run, ledger):
    got = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take():
            opened, _ = server.accept()
            with opened:
                opened.settimeout(10)
                got.append(b"".join(iter(lambda: opened.recv(4096), b"")))

        thread = threading.Thread(target=take)
        thread.start()
        port = server.getsockname()[1]
        code, printed, _ = run("syslog", "--ledger", ledger, "--send", f"tcp:127.0.0.1:{port}", "--json")  # fmt: skip
        thread.join(10)
    assert code == 0
    assert json.loads(printed)["sent"] == f"tcp:127.0.0.1:{port}"
    rest, lines = got[0], []
    while rest:  # RFC 6587, 3.4.1: octet counting
        length, _, rest = rest.partition(b" ")
        lines.append(rest[: int(length)].decode())
        rest = rest[int(length) :]
    assert [check_syslog(line)[3]["about"] for line in lines] == ["agent-1", "agent-2"]


def test_a_log_server_that_does_not_answer_is_told(run, ledger):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    code, _, err = run("syslog", "--ledger", ledger, "--send", f"tcp:127.0.0.1:{port}")
    assert code == 6
    assert f"127.0.0.1:{port}" in err
    code, _, err = run("syslog", "--ledger", ledger, "--send", "carrier-pigeon:7")
    assert (code, "no address of a log server" in err) == (2, True)


def test_formats_are_listed_by_their_files(run):
    code, printed, _ = run("--list", "--json")
    assert code == 0
    found = {one["name"]: one for one in json.loads(printed)["formats"]}
    assert sorted(found) == ["dfir_iris", "misp", "ocsf", "stix", "syslog", "thehive", "veris"]
    assert found["ocsf"]["carries"] == ["findings", "incident", "accesses"]
    code, printed, _ = run("--list")
    assert code == 0
    assert "DFIR-IRIS" in printed
