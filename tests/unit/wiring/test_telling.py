"""The file of honey persons, and what a gate takes from its settings and its ledger before it tells anybody."""

import json

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError, ConfigError
from ecluse.model.settings import Honey, Settings
from ecluse.service.findings_book import FindingsBook
from ecluse.wiring.gate_files import GateFiles
from ecluse.wiring.telling import _told_since, read_honey_persons, watch_honey
from gate_kit import ME, GateKit, asked


def test_honey_persons_one_a_line(tmp_path):
    (tmp_path / "h").write_text("\ufeff# nobody\nH1\n\n  H2 \n", "utf-8")
    assert read_honey_persons(tmp_path / "h") == ("H1", "H2")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# none\n", "holds nobody"),
        (b"H1\nH1\n", "names somebody twice"),
        (b"H1\nH\x1b2\n", "an identifier that is none, the 2th"),
        (b"x" * 300, "an identifier that is none"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_files_of_honey_persons_that_are_none(tmp_path, content, message):
    (tmp_path / "h").write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        read_honey_persons(tmp_path / "h")


def test_files_are_found_from_the_settings(tmp_path):
    (tmp_path / "gate.yaml").write_text(
        "version: 1\nhoney: {persons: h.txt}\nchannels:\n"
        "  - {name: m, mail: {host: h, sender: a@b, to: c@d, account: u, password_file: p}}\n"
        "  - {name: w, webhook: {url: 'https://h/', secret_file: /abs/s, ca_file: ca}}\n"
        "  - {name: s, syslog: {address: 'tls:h:1', ca_file: ca}}\n"
    )
    files = GateFiles(policy=None, estate=None, ledger=tmp_path, settings=tmp_path / "gate.yaml")
    settings = files.read_settings()
    mail, webhook, syslog = (channel.way for channel in settings.channels)
    assert settings.honey.persons == str(tmp_path / "h.txt")
    assert mail.password_file == str(tmp_path / "p")
    assert (webhook.secret_file, webhook.ca_file) == ("/abs/s", str(tmp_path / "ca"))
    assert syslog.ca_file == str(tmp_path / "ca")


def test_the_keeper_watches_when_the_settings_name_honey_records(tmp_path):
    (tmp_path / "h").write_text("H1\n")
    settings = Settings(honey=Honey(str(tmp_path / "h"), frozenset({"drill-01"})))
    with GateKit(tmp_path / "ledger") as kit:
        runs = watch_honey(settings, kit.keeper, FindingsBook(kit.ledger, kit.clock))
        kit.decider.decide("check", asked("H1"), ME)
        assert [f.code for f in kit.keeper.honey.findings(kit.clock.at)] == ["honey-read"]
        body = {"phase": "begin", "drill": "d", "account": "drill-01", "within": 5}
        assert runs.act(body, "t")[0]["done"] == "drill"


def test_without_honey_records_there_are_no_drills(tmp_path):
    with GateKit(tmp_path / "ledger") as kit:
        runs = watch_honey(Settings(), kit.keeper, FindingsBook(kit.ledger, kit.clock))
        assert kit.keeper.honey is None
        body = {"phase": "begin", "drill": "d", "account": "agent", "within": 5}
        with pytest.raises(CallerError, match="not an account for drills"):
            runs.act(body, "t")


def test_what_was_told_before_is_read_from_the_ledger(tmp_path):
    said = {"channel": "m", "code": "c", "about": "a", "taken": True, "over": False}
    with DirectoryLedger.create(tmp_path / "l") as ledger:
        for at, more in ((5, {}), (20, {"taken": False}), (21, {"over": True}), (22, {"about": "b"})):  # fmt: skip
            ledger.append(Entry(at=at, account="", kind="told", detail=json.dumps(said | more)))
        ledger.append(Entry(at=23, account="", kind="told", detail="not json"))
        ledger.commit()
        assert _told_since(ledger, 10) == [("m", "c", "b", 22)]
