"""`ecluse simulate` from the outside: files, messages, codes."""

import csv
import gzip
import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from ecluse.cli import main
from ecluse.cli.simulate import FORMATS
from ecluse.directories.tables import read_accounts, read_caseload
from ecluse.loaders.estate import load_estate
from ecluse.loaders.mapping import load_mapping
from ecluse.model.batch import EVENT_SCHEMA

SMALL = ("--scale", "0.002", "--accounts", "40")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["simulate", *arguments])
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out, printed.err


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_list_shows_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--list")
    assert code == 0
    assert len(out.splitlines()) == 18
    assert "36,820,828" in out
    code, out, _ = run(capsys, "--list", "--json")
    assert {"S1", "S18"} <= {scenario["number"] for scenario in json.loads(out)["scenarios"]}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_gives_all_files(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "sim"
    code, printed, _ = run(capsys, "kairos", "--out", str(out), "--format", form, "--json", *SMALL)
    assert code == 0
    truth = json.loads(printed)
    assert sorted(path.name for path in out.iterdir()) == truth["files"]
    assert json.loads((out / "truth.json").read_text()) == {
        k: v for k, v in truth.items() if k != "out"
    }
    assert truth["persons_stolen"] == 680
    estate = load_estate((out / "estate.yaml").read_bytes(), file="estate.yaml")
    assert estate.accounts_table is not None
    accounts = read_accounts(out / estate.accounts_table)
    assert len(accounts) == truth["accounts"]
    assert set(read_caseload(out / "caseload.csv")["account"]) <= set(accounts["account"])
    mapping = load_mapping((out / "mapping.yaml").read_bytes(), file="mapping.yaml")
    assert mapping.format == form
    with gzip.open(out / "truth_persons.csv.gz", "rt") as file:
        assert len({tuple(row.items()) for row in csv.DictReader(file)}) == 680


@pytest.mark.parametrize("form", ["combined", "parquet", "jsonl"])
def test_the_same_seed_gives_the_same_bytes(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        run(
            capsys,
            "S12",
            "--days",
            "1",
            "--seed",
            seed,
            "--format",
            form,
            "--gzip",
            "--out",
            str(tmp_path / name),
            *SMALL,
        )
    assert all_bytes(tmp_path / "a") == all_bytes(tmp_path / "b")
    assert all_bytes(tmp_path / "a") != all_bytes(tmp_path / "c")


def test_gzip_holds_the_same_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "S1", "--format", "csv", "--out", str(tmp_path / "a"), *SMALL)
    run(capsys, "S1", "--format", "csv", "--gzip", "--out", str(tmp_path / "b"), *SMALL)
    plain = (tmp_path / "a" / "kairos.csv").read_bytes()
    assert gzip.decompress((tmp_path / "b" / "kairos.csv.gz").read_bytes()) == plain
    assert plain.count(b"at,account") == 1


def test_one_log_an_application_with_the_lines_that_the_truth_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "o"
    run(capsys, "S1", "--working-day", "--out", str(out), *SMALL)
    lines = json.loads((out / "truth.json").read_text())["lines"]
    assert set(lines) == {"kairos.log", "suivi.log"}
    for name, count in lines.items():
        text = (out / name).read_text()
        assert text.count("\n") == count
        application = name.removesuffix(".log")
        assert all(
            f'" /{application}/' not in line for line in text.splitlines() if "/static/" in line
        )


def test_parquet_holds_the_columns_of_access_events(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "S1", "--format", "parquet", "--out", str(tmp_path / "o"), *SMALL)
    table = pl.read_parquet(tmp_path / "o" / "kairos.parquet")
    assert dict(table.schema) == EVENT_SCHEMA
    assert table["at"].is_sorted()


def test_a_folder_with_other_things_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    code, _, err = run(capsys, "S1", "--out", str(tmp_path), *SMALL)
    assert code == 2
    assert "holds no simulation" in err
    assert (tmp_path / "mine.txt").read_text() == "mine"
    code, _, err = run(capsys, "S1", "--overwrite", "--out", str(tmp_path), *SMALL)
    assert code == 2


def test_an_earlier_simulation_is_replaced_only_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "o"
    run(capsys, "S1", "--out", str(out), *SMALL)
    before = all_bytes(out)
    code, _, err = run(capsys, "S1", "--format", "csv", "--out", str(out), *SMALL)
    assert code == 2
    assert "--overwrite" in err
    assert all_bytes(out) == before
    (out / "notes.txt").write_text("mine")
    code, _, _ = run(capsys, "S1", "--format", "csv", "--overwrite", "--out", str(out), *SMALL)
    assert code == 0
    names = {path.name for path in out.iterdir()}
    assert "notes.txt" in names
    assert "kairos.csv" in names
    assert "kairos.log" not in names
    assert not (tmp_path / ".o.partial").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing", "--out", "x"), "there is no scenario `nothing`"),
        (("kairos",), "a folder to write is missing"),
        ((), "a scenario is missing"),
        (("kairos", "--out", "x", "--full", "--scale", "0.5"), "exclude each other"),
        (("kairos", "--out", "x", "--scale", "0"), "0"),
        (("kairos", "--out", "x", "--format", "xml"), "xml"),
        (("kairos", "--out", "x", "--seed", "-1"), "-1"),
    ],
)
def test_wrong_command_lines_are_refused(
    arguments: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert message in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "o").write_text("x")
    code, _, err = run(capsys, "S1", "--out", str(tmp_path / "o"), *SMALL)
    assert code == 2
    assert "is not a folder" in err


def test_the_current_folder_will_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "o").mkdir()
    monkeypatch.chdir(tmp_path / "o")
    code, _, _ = run(capsys, "kairos", "--out", ".", *SMALL)
    assert code == 0
    assert (tmp_path / "o" / "truth.json").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["o"]


def test_a_run_that_fails_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ecluse.cli._simulation_files._write_tables", full_disk)
    code, _, err = run(capsys, "kairos", "--out", str(tmp_path / "o"), *SMALL)
    assert code == 6
    assert "no space left" in err
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_cleared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".o.partial").mkdir()
    (tmp_path / ".o.partial" / "half.log").write_text("half")
    code, _, _ = run(capsys, "kairos", "--out", str(tmp_path / "o"), *SMALL)
    assert code == 0
    assert not (tmp_path / "o" / "half.log").exists()


def test_the_summary_for_people_names_thief_and_reduction(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "kairos", "--out", str(tmp_path / "o"), *SMALL)
    assert code == 0
    assert (
        "680 persons stolen by formateur-0038, 2025-07-12T08:00:00Z to 2025-07-12T09:59:59Z" in out
    )
    assert "0.002 of its size" in out


def test_history_and_peaks_can_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(
        capsys, "S1", "--history", "3", "--peaks", "20", "--json", "--out", str(tmp_path / "o"), *SMALL
    )  # fmt: skip
    truth = json.loads(out)
    assert code == 0
    assert (truth["first_day"], truth["last_day"]) == ("2025-07-09", "2025-07-12")
    assert len(truth["peaks"]) > 30
    assert yaml.safe_load((tmp_path / "o" / "estate.yaml").read_text())["version"] == 1


def test_list_pages_are_an_assumption_to_vary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "S1", "--page", "100", "--json", "--out", str(tmp_path / "o"), *SMALL)
    truth = json.loads(out)
    assert (truth["persons_stolen"], truth["theft_events"], truth["parameters"]["page"]) == (
        680,
        7,
        100,
    )
