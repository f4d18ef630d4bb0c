"""`ecluse bound`: numbers for people and machines, proofs that check, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecluse.cli import main
from ecluse.cli.bound import command
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.query import run as answer
from ecluse.ledgers.reader import take_snapshot
from ecluse.ledgers.standalone import check_bound
from ecluse.loaders.defaults import shipped


@pytest.fixture
def files(tmp_path):
    for name, file in (("estate-example", "estate"), ("policy", "policy"), ("adversary", "thief")):
        (tmp_path / f"{file}.yaml").write_bytes(shipped(f"{name}.yaml"))
    return tmp_path


def run(files, *arguments, **options):
    told = ["--policy", files / "policy.yaml", "--estate", files / "estate.yaml", *arguments]
    return CliRunner().invoke(command, [str(a) for a in told], standalone_mode=False, **options)


def test_json_has_the_horizons_of_the_first_thief_and_of_all(files):
    ran = run(files, "--json")
    told = json.loads(ran.stdout)
    assert {h["horizon"]: h["persons"] for h in told["horizons"]} == {
        "10m": 60, "1h": 150, "24h": 500, "30d": 4000, "360d": 6000,
    }  # fmt: skip
    assert told["adversary"] == "one account"
    assert all(h["exact"] and h["unbounded"] == [] for h in told["horizons"])
    assert all(h["binding"][0]["budget"] == "account" for h in told["horizons"])
    assert all(sum(p["persons"] for p in h["plan"]) == h["persons"] for h in told["horizons"])
    others = {a["id"]: a["horizons"] for a in told["adversaries"]}
    credential = others["the credential of archive"][2]
    assert credential["persons"] is None
    assert "archive" in credential["unbounded"][0]


def test_people_read_a_table_and_the_reasons(files):
    ran = run(files, "--adversary", files / "thief.yaml", "--horizon", "24h")
    assert ran.exit_code == 0
    for text in ("one-partner", "unbounded", "held by  `account` 500 in 24h", "unseen  209 persons", "stopped  359 persons"):  # fmt: skip
        assert text in ran.stdout, text
    told = run(
        files, "--adversary", files / "thief.yaml", "--thief", "the-archive", "--horizon", "1h"
    )
    assert "nothing bounds  accounts that nobody knows through `archive`" in told.stdout


@pytest.mark.parametrize(
    ("most", "code"), [("24h=500", 0), ("24h=499", 1), ("2h=300", 0), ("2h=299", 1)]
)
def test_a_team_can_hold_itself_to_a_number(files, most, code):
    ran = run(files, "--adversary", files / "thief.yaml", "--horizon", "1h", "--at-most", most)
    assert ran.return_value == code
    assert ("are allowed" in ran.stderr) == bool(code)


def test_unbounded_is_more_than_any_number(files):
    asked = ("--adversary", files / "thief.yaml", "--thief", "the-archive", "--horizon", "1h")
    assert run(files, *asked, "--at-most", "1h=99999999").return_value == 1


def test_the_proofs_check(files):
    proofs = files / "proofs.json"
    assert run(files, "--adversary", files / "thief.yaml", "--certificate", proofs).exit_code == 0
    script = CliRunner().invoke(command, ["--checker"], standalone_mode=False).stdout
    (files / "check.py").write_text(script, "utf-8")
    ran = subprocess.run(
        [sys.executable, "-I", str(files / "check.py"), str(proofs)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.count(": holds") == len(json.loads(proofs.read_text("utf-8"))["certificates"])


def test_the_ledger_keeps_the_bound_with_its_proofs(files):
    with DirectoryLedger.create(files / "ledger"):
        pass
    run(files, "--horizon", "1h", "--ledger", files / "ledger")
    snapshot = take_snapshot(files / "ledger")
    ((detail,),) = answer(snapshot, "SELECT detail FROM entries WHERE kind = 'bound'").rows()
    kept = json.loads(detail)
    assert kept["persons"]["one account"] == {"1h": 150}
    assert kept["certificates"]
    assert all(check_bound.check(c) == [] for c in kept["certificates"])
    assert len(kept["digests"]) == len(kept["certificates"])


def test_the_example_is_printed_and_read(files):
    ran = CliRunner().invoke(command, ["--example"], standalone_mode=False)
    assert ran.stdout == shipped("adversary.yaml").decode()


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--horizon", "x"], 2, "`x` is not a duration"),
        (["--at-most", "24h"], 2, "has no number of persons"),
        (["--thief", "nobody"], 2, "no thief is called `nobody`"),
        (["--adversary", "ESTATE"], 3, "estate.yaml"),
        (["--certificate", "/nowhere/x.json"], 2, "there is no such folder"),
    ],
)
def test_faults_are_told(files, capsys, arguments, code, text):
    told = [str(files / "estate.yaml") if a == "ESTATE" else a for a in arguments]
    with pytest.raises(SystemExit) as ended:
        main(["bound", "--estate", str(files / "estate.yaml"), *told])
    assert ended.value.code == code
    assert text in capsys.readouterr().err


def test_relaxed_settings_are_added(files):
    (files / "gate.yaml").write_text("version: 1\ndurable: false\nloss: 1s\n", "utf-8")
    told = json.loads(run(files, "--settings", files / "gate.yaml", "--json").stdout)
    assert [h["persons"] for h in told["horizons"]] == [120, 210, 560, 4060, 6060]
    assert "durable: false" in told["horizons"][0]["adds"][0]


class TestKairos:
    """The settings of July 2025: a detector that was there and mis-set, an application without a budget of its own."""

    FOLDER = Path(__file__).parents[3] / "examples" / "kairos"

    def told(self, policy: str):
        files = [
            "--policy",
            str(self.FOLDER / policy),
            "--estate",
            str(self.FOLDER / "estate.yaml"),
        ]
        ran = CliRunner().invoke(command, [*files, "--json"], standalone_mode=False)
        return {a["id"]: a["horizons"] for a in json.loads(ran.stdout)["adversaries"]}

    def test_as_they_were_nothing_bounds_a_trainer(self):
        for horizon in self.told("policy.yaml")["one trainer"]:
            assert horizon["persons"] is None
            assert any("`kairos`" in flow for flow in horizon["unbounded"])

    def test_mended_they_hold_everybody(self):
        for horizon in self.told("policy-mended.yaml")["one trainer"]:
            assert horizon["persons"] is not None
            assert horizon["exact"]
            assert horizon["persons"] <= 1500
