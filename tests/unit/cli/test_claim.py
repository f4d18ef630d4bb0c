"""`ecluse claim` as its user meets it: through a real ledger, files of people and of changes, honey persons, and the register."""

import json
import random

import polars as pl
import pytest

from ecluse.cli import main
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.query import connect
from ecluse.ledgers.reader import take_snapshot
from ecluse.model.entry import Entry
from ecluse.registers.folder import Register

DAY = 86_400_000_000
START = 1_752_314_400_000_000
PEOPLE = 3_000
STOLEN = 400


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A ledger with forty advisers and a thief, and the organization's files."""
    root = tmp_path_factory.mktemp("claim")
    rng = random.Random(5)
    with DirectoryLedger.create(root / "evidence", origin="example.org/claim") as ledger:

        def read(account, session, number, at):
            person = ledger.pseudonymizer.pseudonym(f"{number:06d}")
            ledger.append(
                Entry(
                    at=at, account=account, session=session, application="kairos", persons=(person,)
                )
            )

        for adviser in range(40):
            for n, number in enumerate(rng.sample(range(adviser * 75, adviser * 75 + 75), 30)):
                read(f"adviser-{adviser:02d}", f"a{adviser}", number, START - DAY + n)
        stolen = [*rng.sample(range(PEOPLE), STOLEN), PEOPLE]  # the last one is a honey person
        for n, number in enumerate(stolen):
            read("thief", "night", number, START + n * 1_000_000)
        ledger.commit()
        ledger.seal()
    rows = {
        "id": [f"{n:06d}" for n in range(PEOPLE + 1)],
        "mail": [f"p{n}@mail.example.org" for n in range(PEOPLE + 1)],
    }
    pl.DataFrame(rows).write_parquet(root / "people.parquet")
    moved = "".join(
        f"{n:06d},mail,p{n}@mail.example.org,2025-06-01,\n{n:06d},mail,old{n}@mail.example.org,2020-01-01,2025-06-01\n"
        for n in stolen[:50]
    )
    (root / "changes.csv").write_text("id,field,value,from,until\n" + moved)
    (root / "honey.csv").write_text(f"identifier,account,since\n{PEOPLE:06d},thief,2025-01-01\n")
    (root / "claim.yaml").write_text(
        f"version: 1\nidentifier: {{column: id}}\npopulation: {PEOPLE}\n"
    )
    (root / "whole.yaml").write_text(
        "version: 1\nclaim: {group: example group, posted_at: 2025-08-01}\nfields: [{name: mail, column: courriel, kind: mail}]\n"
        "people: {file: people.parquet, identifier: id, fields: {mail: mail}}\nhoney: honey.csv\n"
        "changes: {file: changes.csv, identifier: id, field: field, value: value, from: from, until: until}\n"
        "screens: [{name: file, columns: [Courriel, numero]}]\n"
    )
    Register(root / "register").create()
    return root, stolen, rng


def run(*arguments, code=0):
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    assert ended.value.code == code


def document(capsys):
    return json.loads(capsys.readouterr().out)


def posted(root, name, numbers, *, mail="p{}@mail.example.org"):
    lines = "".join(f"{n:06d};{mail.format(n).upper()}\n" for n in numbers)
    (root / name).write_text("id;courriel\n" + lines)
    return root / name


def test_the_thief_is_named_and_the_question_is_kept(place, capsys):
    root, stolen, rng = place
    sample = posted(root, "stolen.csv", rng.sample(stolen, 25))
    run(
        "claim",
        sample,
        "--map",
        root / "claim.yaml",
        "--ledger",
        root / "evidence",
        "--by",
        "A. Analyst",
        "--json",
    )
    found = document(capsys)
    assert found["verdict"] == "ours-new"
    assert [
        (s["account"], s["session"], s["records"], s["size"])
        for s in found["suspects"]
        if s["named"]
    ] == [("thief", "night", 25, 401)]
    kept = (
        connect(take_snapshot(root / "evidence"))
        .execute("SELECT detail FROM entries WHERE kind = 'claim'")
        .fetchall()
    )
    assert [json.loads(detail)["by"] for (detail,) in kept] == ["A. Analyst"]
    run("claim", sample, "--map", root / "claim.yaml", "--ledger", root / "evidence")
    text = capsys.readouterr().out
    assert text.startswith("verdict       ours-new")
    assert "rank 1        thief, session night: 25 of 25 persons, of 401 that it saw" in text
    assert "A named session is where to look" in text


def test_accounts_may_be_looked_at_and_an_interval(place, capsys):
    root, stolen, _ = place
    sample = posted(root, "stolen.csv", stolen[:20])
    run(
        "claim",
        sample,
        "--map",
        root / "claim.yaml",
        "--ledger",
        root / "evidence",
        "--unit",
        "account",
        "--to",
        "2025-07-12T10:00:00Z",
        "--json",
    )
    found = document(capsys)
    assert found["unit"] == "account"
    assert "thief" not in {s["account"] for s in found["suspects"]}


def test_persons_are_found_by_mail_and_values_bound_the_time(place, capsys):
    root, stolen, _ = place
    (root / "mails.csv").write_text(
        "courriel\n" + "".join(f"P{n}@mail.EXAMPLE.org\n" for n in [*stolen[:30], PEOPLE])
    )
    run(
        "claim",
        root / "mails.csv",
        "--map",
        root / "whole.yaml",
        "--ledger",
        root / "evidence",
        "--json",
    )
    found = document(capsys)
    assert (found["sample"]["persons"], found["sample"]["held"], found["sample"]["agreeing"]) == (
        31,
        31,
        31,
    )
    outcomes = {t["name"]: t["outcome"] for t in found["tests"]}
    assert outcomes["canary"] == "hit-account"
    assert outcomes["versions"] == "after"
    assert outcomes["columns"] == "fit"
    assert found["verdict"] == "ours-new"
    (root / "mails.csv").write_text(
        "courriel\n" + "".join(f"old{n}@mail.example.org\n" for n in stolen[:30])
    )
    run(
        "claim",
        root / "mails.csv",
        "--map",
        root / "whole.yaml",
        "--ledger",
        root / "evidence",
        code=2,
    )
    assert "0 persons of the sample can be told" in capsys.readouterr().err


def test_an_older_leak_is_told_and_the_report_is_kept_and_written(place, capsys, tmp_path):
    root, _, rng = place
    register = root / "register"
    opened = {"title": "a theft", "owner": "A. Analyst"}
    incident = Register(register).begin(2025, "opened", opened, by="A. Analyst", at=START)
    leaked = rng.sample(range(PEOPLE), 300)
    dump, sample = (
        posted(root, "dump.csv", leaked),
        posted(root, "again.csv", rng.sample(leaked, 40)),
    )
    known = ("--map", root / "claim.yaml", "--ledger", root / "evidence", "--register", register)
    run(
        "claim",
        "register-leak",
        "leak-2024",
        "--sample",
        dump,
        *known,
        "--until",
        "2024-06-01",
        "--share",
        "1",
    )
    run("claim", "leaks", "--register", register)
    assert "leak-2024: 300 persons" in capsys.readouterr().out
    reports = [tmp_path / name for name in ("r.html", "r.json", "r.pdf")]
    options = [word for path in reports for word in ("--report", path)]
    run(
        "claim",
        sample,
        *known,
        *options,
        "--incident",
        incident.id,
        "--language",
        "fr",
        "--zone",
        "Europe/Paris",
        "--json",
    )
    found = document(capsys)
    assert (found["verdict"], found["leak"]) == ("ours-recycled", "leak-2024")
    assert "reprend la fuite leak-2024" in reports[0].read_text("utf-8")
    assert json.loads(reports[1].read_text("utf-8"))["verdict"] == "ours-recycled"
    assert reports[2].read_bytes().startswith(b"%PDF")
    assert incident.log().lines[-1].detail["verdict"] == "ours-recycled"
    run("claim", "report", "--register", register, "--incident", incident.id, "--number", 1)
    assert capsys.readouterr().out.startswith("verdict       ours-recycled")
    run(
        "claim",
        "report",
        "--register",
        register,
        "--incident",
        incident.id,
        "--out",
        tmp_path / "again.html",
    )
    assert "is the leak leak-2024 again" in (tmp_path / "again.html").read_text("utf-8")
    capsys.readouterr()
    table = pl.DataFrame({"person": [bytes(16), b"\1" * 16]})
    table.write_parquet(tmp_path / "v1.parquet")
    run(
        "claim",
        "register-leak",
        "own",
        "--persons",
        tmp_path / "v1.parquet",
        "--ledger",
        root / "evidence",
        "--register",
        register,
        "--until",
        "2024-06-01",
        "--share",
        "1",
        "--json",
    )
    assert document(capsys)["size"] == 2


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("id\n000001\n", 2, "1 persons of the sample can be told"),
        ("numero\n000001\n", 4, "no column for `identifier`"),
        ("", 4, "no rows when read as csv"),
    ],
)
def test_what_cannot_be_asked_is_said(place, capsys, content, code, said):
    root, _, _ = place
    (root / "bad.csv").write_text(content)
    run(
        "claim",
        root / "bad.csv",
        "--map",
        root / "claim.yaml",
        "--ledger",
        root / "evidence",
        code=code,
    )
    assert said in capsys.readouterr().err


def test_wrong_options_are_refused_before_any_work(place, capsys, tmp_path):
    root, _, _ = place
    known = (root / "dump.csv", "--map", root / "claim.yaml", "--ledger", root / "evidence")
    run("claim", *known, "--report", tmp_path / "r.doc", code=2)
    assert "neither in .html" in capsys.readouterr().err
    run("claim", *known, "--incident", "2025-0001", code=2)
    assert "--incident needs the register" in capsys.readouterr().err
    run(
        "claim",
        "register-leak",
        "x",
        "--ledger",
        root / "evidence",
        "--register",
        root / "register",
        "--until",
        "2024-01-01",
        "--share",
        "1",
        code=2,
    )
    assert "from --sample or from --persons" in capsys.readouterr().err


def test_the_example_and_its_schema(capsys):
    run("claim", "example")
    assert capsys.readouterr().out.startswith("# A claim")
    run("claim", "schema")
    assert document(capsys)["title"] == "Ecluse claim"
