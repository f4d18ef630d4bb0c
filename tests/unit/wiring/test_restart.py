import pytest

from ecluse.wiring import open_rules
from ecluse.wiring.gate_files import GateFiles
from ecluse.wiring.restart import Former

ESTATE = """\
version: 1
applications: [{id: files, owner: office, population: 10}]
kinds: [{id: adviser}]
organizations: [{id: agency, accounts: {adviser: 1}}]
tables: {accounts: accounts.csv}
"""
ACCOUNTS = "account,kind,organization,created_at,created_by\n"
ROW = "ana,adviser,agency,2020-01-01T00:00:00Z,\n"


@pytest.fixture
def files(tmp_path):
    for name, text in {
        "estate.yaml": ESTATE,
        "accounts.csv": ACCOUNTS + ROW,
        "gate.yaml": "version: 1\n",
    }.items():
        (tmp_path / name).write_text(text)
    return GateFiles(
        policy=None,
        estate=tmp_path / "estate.yaml",
        ledger=tmp_path / "ledger",
        settings=tmp_path / "gate.yaml",
    )


@pytest.fixture
def former(files):
    return Former(files, files.read_settings(), open_rules(None, files.estate).estate)


def whats(former):
    return [finding.what for finding in former.findings()]


def test_what_was_only_written_otherwise_is_no_change(files, former):
    files.settings.write_text("# ours\nversion: 1\n")
    files.estate.write_text("# ours\n" + ESTATE)
    assert former.findings() == ()


def test_each_changed_part_is_named(files, former):
    files.settings.write_text("version: 1\nslow: 9s\nretire: 9d\n")
    files.estate.write_text(
        ESTATE.replace("population: 10", "population: 11").replace(
            "tables: {accounts: accounts.csv}\n", ""
        )
    )
    assert whats(former) == [
        "changed settings are not in force: `slow`, `retire`",
        "a changed estate is not in force: `applications`, `accounts`",
    ]


def test_a_table_that_was_written_or_is_gone(files, former):
    table = files.estate.parent / "accounts.csv"
    table.write_text(ACCOUNTS + ROW + ROW.replace("ana", "bob"))
    assert whats(former) == ["the table `accounts.csv` was written since the gate read it"]
    table.unlink()
    assert len(former.findings()) == 1


@pytest.mark.parametrize("half", ["", "version: 1\nslow: [", "\0"])
def test_what_the_next_start_could_not_read_is_told_before_it(files, former, half):
    files.settings.write_text(half)
    files.estate.write_text(half)
    settings, estate = former.findings()
    assert "settings could not be read at the next start" in settings.what
    assert "estate could not be read at the next start" in estate.what
    files.estate.unlink()
    assert "could not be read" in former.findings()[1].what


def test_without_files_nothing_changes(tmp_path):
    files = GateFiles(policy=None, estate=None, ledger=tmp_path)
    assert Former(files, files.read_settings(), None).findings() == ()
