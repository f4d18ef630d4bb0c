"""`ecluse identify`: two persons, one run, the file and the exposure that were named, and never a name on the screen."""

import json
import sqlite3

import duckdb
import polars as pl
import pytest

from ecluse.cli import main
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.entry import Entry
from ecluse.registers import exposures, identification
from ecluse.registers.folder import Register
from ecluse.registers.log import read

START = 1_752_314_400_000_000
SECRET = "Nadia Exemple"


@pytest.fixture
def run(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as done:
            main([*map(str, arguments)])
        out, err = capsys.readouterr()
        assert SECRET not in out + err
        return done.value.code, out, err

    return run


@pytest.fixture
def house(tmp_path, run):
    with DirectoryLedger.create(tmp_path / "ledger", now=lambda: START + 10**9) as ledger:
        names = ledger.pseudonymizer.pseudonyms([f"p-{n}" for n in range(5)])
        ledger.append(Entry(at=START, account="thief", persons=tuple(names), categories=("identity",)))  # fmt: skip
        ledger.commit()
    key = tmp_path / "keys"
    key.mkdir()
    (key / "pseudonym.key").write_bytes((tmp_path / "ledger/keys/pseudonym.key").read_bytes())
    Register(tmp_path / "register").create()
    register = ("--register", tmp_path / "register")
    assert run("incident", "open", *register, "--title", "a theft", "--by", "dupont")[0] == 0
    (identity,) = Register(tmp_path / "register").ids()
    code, _, err = run("exposure", "--ledger", tmp_path / "ledger", "--account", "thief", *register, "--incident", identity)  # fmt: skip
    assert code == 0, err
    (tmp_path / "people.csv").write_text(
        "numero;nom;courriel\n"
        f"p-0;{SECRET};a@example.org\np-9;Nobody;\np-3;{SECRET} 3;\n;Nameless;\np-0;{SECRET} again;\np-4;{SECRET} 4;b@example.org\n"
    )
    return tmp_path, register, identity


def ask(run, house, *more, file="people.csv", by="dupont"):
    root, register, incident = house
    return run(
        "identify", "request", root / "desk", *register, "--incident", incident, "--file", root / file, "--identifier", "numero",
        "--map", "name=nom", "--map", "mail=courriel", "--reasons", "letters", "--by", by, "--json", *more,
    )  # fmt: skip


def go(run, house, *more, file="people.csv", out="named.csv"):
    root, register, _ = house
    return run(
        "identify", "run", root / "desk", *register, "--request", "1", "--file", root / file, "--keys", root / "keys",
        "--out", root / out, "--by", "dupont", "--json", *more,
    )  # fmt: skip


def agree(run, house, by="martin", *more):
    return run("identify", "agree", house[0] / "desk", "--request", "1", "--by", by, "--json", *more)  # fmt: skip


def test_two_persons_make_names_once(run, house):
    root, _, incident = house
    code, out, err = ask(run, house)
    assert code == 0, err
    assert json.loads(out)["request"] == 1
    assert go(run, house)[0] == 2, "nobody agreed"
    assert agree(run, house, " DUPONT")[0] == 2, "the same person"
    assert agree(run, house)[0] == 0
    assert agree(run, house)[0] == 2, "agreed already"
    code, out, err = go(run, house)
    assert code == 0, err
    told = json.loads(out)
    assert {k: told[k] for k in ("rows", "found", "missing", "duplicates", "without_identifier")} == {
        "rows": 6, "found": 3, "missing": 2, "duplicates": 1, "without_identifier": 1,
    }  # fmt: skip
    named = pl.read_csv(root / "named.csv", infer_schema=False)
    assert named.columns == ["person", "identifier", "name", "mail"]
    assert named["identifier"].to_list() == ["p-0", "p-3", "p-4"]
    assert named["name"].to_list() == [SECRET, f"{SECRET} 3", f"{SECRET} 4"]
    assert named["mail"].to_list() == ["a@example.org", None, "b@example.org"]
    listed = pl.read_parquet(exposures.table_path(root / "register" / incident, 1))
    assert set(named["person"]) < {person.hex() for person in listed["person"]}
    assert (root / "named.csv").stat().st_mode & 0o777 == 0o600
    assert go(run, house)[0] == 2, "an agreement serves once"
    log = (root / "desk/log.jsonl").read_text()
    assert SECRET not in log
    assert [line.act for line in read(root / "desk/log.jsonl").lines] == [
        "identification_asked", "identification_agreed", "identification_started", "identification_done",
    ]  # fmt: skip
    acts = [line.act for line in Register(root / "register").open(incident).log().lines]
    assert acts[-2:] == ["exposure_frozen", "persons_identified"]
    assert "done" in run("identify", "log", root / "desk")[1]


def test_another_file_another_exposure_a_late_run_and_another_key_are_refused(run, house):  # fmt: skip
    root = house[0]
    ask(run, house)
    agree(run, house)
    (root / "other.csv").write_text((root / "people.csv").read_text() + "p-1;x;\n")
    code, _, err = go(run, house, file="other.csv")
    assert (code, "another file" in err) == (2, True)
    known = identification.requests(root / "desk")[1]
    with pytest.raises(Exception, match="another exposure"):
        identification.start(root / "desk", 1, exposure="00", file=known.file, by="x", at=known.at)
    with pytest.raises(Exception, match="ended on"):
        identification.start(root / "desk", 1, exposure=known.exposure, file=known.file, by="x", at=known.until)  # fmt: skip
    (root / "keys/pseudonym.key").write_text("ab" * 32 + "\n")
    code, _, err = go(run, house)
    assert (code, "not the one of this exposure" in err) == (5, True)
    assert not (root / "named.csv").exists()


@pytest.mark.parametrize("kind", ["parquet", "sqlite", "duckdb"])
def test_other_files_of_people(run, house, kind):
    root = house[0]
    frame = pl.read_csv(root / "people.csv", separator=";", infer_schema=False)
    path, table = root / f"people.{kind}", ()
    if kind == "parquet":
        frame.write_parquet(path)
    else:
        table = ("--table", "les gens")
        connection = sqlite3.connect(path) if kind == "sqlite" else duckdb.connect(str(path))
        connection.execute('CREATE TABLE "les gens" (numero VARCHAR, nom VARCHAR, courriel VARCHAR)')  # fmt: skip
        connection.executemany('INSERT INTO "les gens" VALUES (?, ?, ?)', frame.rows())
        if kind == "sqlite":
            connection.commit()
        connection.close()
    code, _, err = ask(run, house, *table, file=path.name)
    assert code == 0, err
    agree(run, house)
    code, out, err = go(run, house, *table, file=path.name, out="named.parquet")
    assert code == 0, err
    assert json.loads(out)["found"] == 3
    assert pl.read_parquet(root / "named.parquet").columns == ["person", "identifier", "name", "mail"]  # fmt: skip


def test_a_broken_file_is_told_without_quoting_it(run, house):
    root = house[0]
    with (root / "people.csv").open("a") as file:
        file.write(f"p-2;{SECRET};too;many\n")
    ask(run, house)
    agree(run, house)
    code, _, err = go(run, house)
    assert code == 4
    assert "4 values, and there are 3 headings" in err
    assert not (root / "named.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--map", "phone=telephone"), "no column"),
        (("--map", "phone=nom"), "taken"),
        (("--map", "Name"), "no NAME=COLUMN"),
    ],
)
def test_wrong_columns_are_refused_before_anything_is_asked(run, house, arguments, what):
    code, _, err = ask(run, house, *arguments)
    assert (code, what in err) == (2, True)
    assert not (house[0] / "desk").exists()
