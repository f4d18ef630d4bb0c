"""`ecluse exposure`: exact persons, and every hole stated."""

import json
import shutil

import polars as pl
import pytest

from ecluse.cli import main
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.retention import retain
from ecluse.model.entry import Entry
from ecluse.model.time import DAY
from ecluse.registers import exposures
from ecluse.registers.folder import Register

START = 1_752_314_400_000_000
SECOND = 1_000_000


@pytest.fixture
def run(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as done:
            main(["exposure", *map(str, arguments)])
        out, err = capsys.readouterr()
        return done.value.code, out, err

    return run


def access(ledger, second, account, persons, **facts):
    names = tuple(ledger.pseudonymizer.pseudonyms([f"person-{number}" for number in persons]))
    ledger.append(
        Entry(
            at=START + second * SECOND,
            account=account,
            application=facts.pop("application", "kairos"),
            persons=names,
            **facts,
        )
    )


@pytest.fixture
def ledger(tmp_path):
    ticks = iter(range(START + 50 * SECOND, START + DAY, SECOND))
    with DirectoryLedger.create(tmp_path / "evidence", now=lambda: next(ticks)) as made:
        access(made, 0, "thief", [1, 2, 3], categories=("address", "identity"))
        access(made, 1, "other", [9])
        access(made, 2, "thief", [3, 4], categories=("identity",), effect="warn")
        made.commit()
        made.seal()
        access(made, 3, "thief", [5], application="cv", effect="slow")
        access(made, 4, "thief", [6, 7], effect="deny")
        access(made, 5, "thief", [8], effect="hold")
        made.append(Entry(at=START + 6 * SECOND, account="thief", kind="reopen"))
        access(made, 7, "accomplice", [3, 10])
        made.commit()
    return tmp_path / "evidence"


def document(run, *arguments):
    code, out, _ = run(*arguments, "--json")
    assert code == 0
    return json.loads(out)


def test_the_persons_released_are_counted_once_and_the_refused_not_at_all(run, ledger):
    assert document(run, "--ledger", ledger, "--account", "thief") == {
        "account": "thief",
        "from": None,
        "to": None,
        "persons": 5,
        "at_least": 5,
        "at_most": 5,
        "shown": 5,
        "exported": 0,
        "listed": 0,
        "linked": 0,
        "records": 6,
        "categories": ["address", "identity"],
        "by_category": {"address": 3, "identity": 4},
        "applications": ["cv", "kairos"],
        "first_at": "2025-07-12T10:00:00Z",
        "last_at": "2025-07-12T10:00:03Z",
        "refused": 2,
        "taken_back": 0,
        "gaps": [],
    }


def test_several_accounts_and_an_interval(run, ledger):
    both = document(run, "--ledger", ledger, "--account", "thief", "--account", "accomplice")
    assert (both["account"], both["persons"], both["records"]) == (["thief", "accomplice"], 6, 8)
    part = document(
        run,
        "--ledger",
        ledger,
        "--account",
        "thief",
        "--from",
        "2025-07-12T10:00:02Z",
        "--to",
        "2025-07-12T10:00:03Z",
    )
    assert (part["persons"], part["from"], part["to"]) == (
        2,
        "2025-07-12T10:00:02Z",
        "2025-07-12T10:00:03Z",
    )


def test_an_unknown_account_is_nothing_and_a_note(run, ledger):
    code, out, err = run("--ledger", ledger, "--account", "nobody", "--json")
    assert (code, json.loads(out)["persons"]) == (0, 0)
    assert "no access by `nobody`" in err


def release(ledger, second, account, of, persons):
    names = tuple(ledger.pseudonymizer.pseudonyms([f"person-{number}" for number in persons]))
    ledger.append(
        Entry(
            at=START + second * SECOND,
            kind="release",
            account=account,
            persons=names,
            detail=f'{{"of": {of}}}',
        ),
        durable=True,
    )


def test_who_was_reserved_and_not_shown_is_told_apart(run, ledger):
    with DirectoryLedger(ledger) as opened:
        access(opened, 8, "thief", [20, 21, 22])
        release(opened, 9, "thief", opened.size - 1, [21, 22])
        access(opened, 10, "thief", [1, 30], kind="observed", effect="deny")
    found = document(run, "--ledger", ledger, "--account", "thief")
    assert (found["persons"], found["records"], found["taken_back"]) == (7, 9, 1)
    assert (found["refused"], found["gaps"]) == (2, [])
    _, out, _ = run("--ledger", ledger, "--account", "thief")
    assert "taken back    1 accesses" in out


@pytest.fixture
def second(ledger, tmp_path):
    key = ledger / "keys" / "pseudonym.key"
    with DirectoryLedger.create(
        tmp_path / "second", origin="example.org/second", pseudonym_key=key
    ) as made:
        access(made, -5, "thief", [1, 2, 40], application="cv")
        access(made, 20, "thief", [41], effect="deny")
        made.commit()
    return tmp_path / "second"


def test_several_gates_of_one_estate_are_asked_together(run, ledger, second, tmp_path):
    out = tmp_path / "list.jsonl"
    both = ("--ledger", ledger, "--ledger", second, "--account", "thief")
    found = document(run, *both, "--out", out)
    assert (found["persons"], found["records"], found["refused"]) == (6, 9, 3)
    assert (found["first_at"], found["last_at"]) == ("2025-07-12T09:59:55Z", "2025-07-12T10:00:03Z")
    assert found["ledgers"][1] == "example.org/second"
    counts = pl.read_ndjson(out)["accesses"].to_list()
    assert sorted(counts) == [1, 1, 1, 2, 2, 2]
    for asked, other in ((ledger, "example.org/second"), (second, found["ledgers"][0])):
        with DirectoryLedger(asked) as opened:
            kinds = pl.concat(opened.scan(columns=["kind", "detail"]))
        (detail,) = kinds.filter(pl.col("kind") == "exposure")["detail"].to_list()
        assert json.loads(detail)["with"] == [other]
    with (second / "wal").open("ab") as file:
        file.write(b"torn")
    (gap,) = document(run, *both)["gaps"]
    assert gap["what"].startswith("in `example.org/second`: ")
    assert "ledgers       ecluse/evidence" in run(*both)[1]


def test_ledgers_that_cannot_be_compared_are_refused(run, ledger, tmp_path):
    DirectoryLedger.create(tmp_path / "stranger").close()
    code, _, err = run("--ledger", ledger, "--ledger", tmp_path / "stranger", "--account", "a")
    assert code == 2
    assert "different pseudonym keys" in err
    shutil.copytree(ledger, tmp_path / "copy")
    code, _, err = run("--ledger", ledger, "--ledger", tmp_path / "copy", "--account", "a")
    assert code == 2
    assert "the same ledger" in err


def test_keys_elsewhere_are_given_for_each_ledger(run, ledger, second, tmp_path):
    for name, folder in (("first-keys", ledger), ("second-keys", second)):
        (folder / "keys").rename(tmp_path / name)
    both = ("--ledger", ledger, "--ledger", second, "--account", "thief")
    keys = ("--keys", tmp_path / "first-keys", "--keys", tmp_path / "second-keys")
    assert run(*both, *keys)[2] == ""
    assert run(*both)[2] == ""
    assert all(list((folder / "questions").iterdir()) for folder in (ledger, second)), (
        "left for who has the keys"
    )
    assert run(*both, *keys[:2])[0] == 2


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_the_list_is_written_and_can_be_named(run, ledger, tmp_path, suffix):
    names = tmp_path / "identifiers.txt"
    names.write_text("".join(f"person-{number}\n" for number in range(5)))
    out = tmp_path / f"list.{suffix}"
    code, _, err = run("--ledger", ledger, "--account", "thief", "--out", out, "--resolve", names)
    assert code == 0
    assert "4 persons named, 1 not" in err
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "jsonl": pl.read_ndjson}[suffix](out)
    assert read.columns == [
        "person",
        "identifier",
        "first_at",
        "last_at",
        "accesses",
        "categories",
        "applications",
        "linked",
        "manner",
        "shown",
        "exported",
        "listed",
    ]
    rows = {row["identifier"]: row for row in read.iter_rows(named=True)}
    assert set(rows) == {"person-1", "person-2", "person-3", "person-4", None}
    assert rows["person-3"]["accesses"] == 2
    assert rows["person-3"]["categories"] == "address identity"
    assert len(rows["person-1"]["person"]) == 32


def test_persons_that_were_destroyed_are_a_gap_not_a_smaller_number(run, ledger):
    with DirectoryLedger(ledger, now=lambda: START + 60 * SECOND) as opened:
        retain(opened, START + 366 * DAY + 1_500_000 - DAY)
    found = document(run, "--ledger", ledger, "--account", "thief")
    assert (found["persons"], found["records"]) == (3, 6)
    assert [(gap["from"], gap["to"]) for gap in found["gaps"]] == [
        ("2025-07-12T10:00:00Z", "2025-07-12T10:00:00Z")
    ]
    assert "3 records" in found["gaps"][0]["what"]


def test_an_altered_segment_is_a_gap(run, ledger):
    path = ledger / "segments/000000.leaves"
    path.write_bytes(b"x" * 32 + path.read_bytes()[32:])
    assert not document(run, "--ledger", ledger, "--account", "thief")["gaps"], (
        "the entries are as they were signed"
    )
    parquet = ledger / "segments/000000.0.parquet"
    content = bytearray(parquet.read_bytes())
    for position in range(0, len(content), 40):
        content[position] ^= 64
        parquet.write_bytes(content)
        found = document(run, "--ledger", ledger, "--account", "thief")
        assert any("segment 0" in gap["what"] for gap in found["gaps"])


def test_a_clock_that_goes_back_and_a_torn_write_are_gaps(run, ledger):
    with DirectoryLedger(ledger) as opened:
        access(opened, -30, "thief", [11])
        opened.commit()
    with (ledger / "wal").open("ab") as file:
        file.write(b"torn")
    gaps = document(run, "--ledger", ledger, "--account", "thief")["gaps"]
    assert [gap["to"] for gap in gaps] == ["2025-07-12T10:00:07Z", None]
    assert "went back" in gaps[0]["what"]
    assert "by up to 37s" in gaps[0]["what"]
    assert "torn" in gaps[1]["what"]
    gaps = document(run, "--ledger", ledger, "--account", "thief")["gaps"]
    assert any(
        "4 bytes" in gap["what"] for gap in gaps
    )  # repaired when the first question was recorded


def test_the_question_itself_is_an_entry(run, ledger):
    document(run, "--ledger", ledger, "--account", "thief", "--to", "2025-07-13")
    with DirectoryLedger(ledger) as opened:
        kinds = pl.concat(opened.scan(columns=["kind", "detail"]))
    (asked,) = kinds.filter(pl.col("kind") == "exposure")["detail"].to_list()
    assert json.loads(asked) == {
        "accounts": ["thief"],
        "from": None,
        "to": "2025-07-13",
        "named": False,
    }


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--account", "a", "--from", "yesterday"], 2),
        (["--account", "a", "--resolve", "{names}"], 2),
        (["--account", "a", "--out", "list.pdf"], 2),
        ([], 2),
    ],
)
def test_wrong_command_lines_are_refused(run, ledger, tmp_path, arguments, code):
    (tmp_path / "names").write_text("a\n")
    assert (
        run("--ledger", ledger, *(word.format(names=tmp_path / "names") for word in arguments))[0]
        == code
    )


def test_the_terminal_shows_the_same(run, ledger):
    _, out, _ = run("--ledger", ledger, "--account", "thief")
    assert "persons       5" in out
    assert "gaps          none" in out
    assert run("--ledger", ledger / "nothing", "--account", "a")[0] == 2


@pytest.fixture
def register(ledger, tmp_path, run, capsys):
    Register(tmp_path / "register").create()
    with pytest.raises(SystemExit):
        main(["incident", "open", "--register", str(tmp_path / "register"), "--title", "a theft", "--by", "dupont"])  # fmt: skip
    (identity,) = Register(tmp_path / "register").ids()
    capsys.readouterr()
    return ("--register", tmp_path / "register", "--incident", identity)


def test_an_exposure_is_frozen_checked_and_compared(run, ledger, register, tmp_path):
    asked = ("--ledger", ledger, "--account", "thief")
    code, out, err = run(*asked, *register, "--by", "dupont", "--json")
    assert code == 0, err
    (first,) = exposures.versions(tmp_path / "register" / register[3])
    frozen = json.loads(out)["frozen"]
    assert (frozen["version"], frozen["digest"], frozen["persons"]) == (1, first.digest, 5)
    assert first.ledgers[0].size == first.ledgers[0].entries, "the ledger signed where it stands"
    assert (first.made_by, first.accounts, first.at_most) == ("dupont", ("thief",), 5)
    again = run("check", "--ledger", ledger, *register)
    assert (again[0], "the same persons" in again[1]) == (0, True)
    with DirectoryLedger(ledger) as opened:
        access(opened, 60, "thief", [77, 78], operation="list")
        access(opened, 61, "thief", [1], operation="export")
        opened.commit()
    assert run("check", "--ledger", ledger, *register)[0] == 0, "what came later is not in it"
    assert run(*asked, *register)[0] == 0
    told = json.loads(run("diff", *register, "--json")[1])
    assert told["added"] == {"exported": 0, "shown": 0, "listed": 2, "linked": 0}
    assert told["removed"] == {"exported": 0, "shown": 0, "listed": 0, "linked": 0}
    assert told["moved"] == [{"from": "shown", "to": "exported", "persons": 1}]
    assert [cause["cause"] for cause in told["causes"]] == ["ledger", "gaps"], (
        "the clock of the later accesses is behind"
    )
    assert "added         2 persons: 2 listed" in run("diff", *register)[1]
    assert "version 1  " in run("versions", *register)[1]
    assert len(json.loads(run("versions", *register, "--json")[1])["versions"]) == 2
    for path in (ledger / "segments").glob("000000.*"):
        path.unlink()
    code, out, _ = run("check", "--ledger", ledger, *register, "--version", "1", "--json")
    told = json.loads(out)
    assert (code, told["same"], told["only_frozen"]) == (1, False, 4)
    assert any("missing" in what for what in told["gaps_since"])


def test_another_ledger_cannot_stand_in_for_the_one_that_was_frozen(run, ledger, register, tmp_path):  # fmt: skip
    assert run("--ledger", ledger, "--account", "thief", *register)[0] == 0
    DirectoryLedger.create(tmp_path / "other").close()
    code, _, err = run("check", "--ledger", tmp_path / "other", *register)
    assert (code, "was computed over" in err) == (2, True)
    assert run("check", *register)[0] == 2
    assert run("diff", *register)[0] == 2, "one version alone"
    assert run("check", "--ledger", ledger)[0] == 2, "no incident"
    assert run("--ledger", ledger, "--account", "thief", "--incident", register[3])[0] == 2


def test_selections_meet_every_option_and_are_taken_together(run, ledger, tmp_path):
    with DirectoryLedger(ledger) as opened:
        access(opened, 70, "x", [50], session="s-1", source="192.0.2.1", application="cv", organization="o", lineage="boss")  # fmt: skip
        access(opened, 71, "x", [51], session="s-2", source="192.0.2.1", application="cv", organization="o", lineage="boss")  # fmt: skip
        access(opened, 72, "y", [50, 52], session="s-3", source="192.0.2.2", organization="p", lineage="boss")  # fmt: skip
        opened.commit()

    def persons(*options):
        return document(run, "--ledger", ledger, *options)["persons"]

    assert persons("--session", "s-1") == 1
    assert persons("--session", "s-1", "--session", "s-3") == 2
    assert persons("--source", "192.0.2.1") == persons("--organization", "o") == 2
    assert persons("--lineage", "boss") == 3
    assert persons("--lineage", "boss", "--application", "cv") == 2
    assert persons("--session", "s-1", "--source", "192.0.2.2") == 0
    assert persons("--from", "2025-07-12T10:01:12Z") == 2
    file = tmp_path / "two.yaml"
    file.write_text("version: 1\nselections:\n  - {sessions: [s-1]}\n  - {accounts: [y]}\n")
    assert persons("--select", file) == 2
    assert persons("--select", file, "--account", "thief") == 7
    told = document(run, "--ledger", ledger, "--select", file)
    assert [sorted(s) for s in told["selections"]] == [["from", "sessions", "to"], ["accounts", "from", "to"]]  # fmt: skip
    assert run("--ledger", ledger, "--select", file, "--from", "2025-07-12")[0] == 2
    file.write_text(
        "version: 1\nselections:\n  - sessions: ["
        + ", ".join(f"s-{n}" for n in range(5000))
        + "]\n"
    )
    assert persons("--select", file) == 3
    with DirectoryLedger(ledger) as opened:
        kinds = pl.concat(opened.scan(columns=["kind", "detail"]))
    last = json.loads(kinds.filter(pl.col("kind") == "exposure")["detail"][-1])
    assert (last["sessions"]["number"], len(last["sessions"]["sha256"])) == (5000, 64)
    assert run("--account", "a")[0] == 2, "no ledger"


def test_what_a_session_hides_after_its_retention_is_bounded(run, ledger):
    with DirectoryLedger(ledger, now=lambda: START + 60 * SECOND) as opened:
        retain(opened, START + 366 * DAY + 1_500_000 - DAY)
    found = document(run, "--ledger", ledger, "--session", "s-9")
    (gap,) = found["gaps"]
    assert (found["persons"], found["records"], found["at_most"], gap["at_most"]) == (0, 0, 4, 4)
    assert "may belong to the question or not" in gap["what"]


def test_minors_protected_persons_and_other_member_states_are_flagged(run, ledger, tmp_path):
    about = tmp_path / "people.csv"
    about.write_text(
        "identifier,birth_date,protected,member_state\n"
        "person-1,2007-07-13,oui,BE\nperson-2,2007-07-12,,fr\nperson-3,1960-01-01,no,\nperson-3,,yes,DE\nperson-99,2015-01-01,yes,IT\n,,,\n"
    )
    asked = ("--ledger", ledger, "--account", "thief", "--about", about)
    out = tmp_path / "list.parquet"
    told = document(run, *asked, "--out", out)
    assert (told["minors"], told["protected"], told["member_states"]) == (1, 2, {"BE": 1, "DE": 1, "FR": 1})  # fmt: skip
    rows = pl.read_parquet(out)
    assert rows["minor"].to_list().count(True) == 1
    assert rows["minor"].null_count() == 2, "of whom nobody says"
    _, text, err = run(*asked)
    assert "minors        1" in text
    assert "3 of the 5 persons are in it" in err
    for old, new, what in (("oui", "maybe", "neither yes nor no"), ("BE", "Belgium", "no country"), ("2007-07-13", "soon", "no date")):  # fmt: skip
        about_text = about.read_text()
        (tmp_path / "wrong.csv").write_text(about_text.replace(old, new))
        code, _, err = run("--ledger", ledger, "--account", "thief", "--about", tmp_path / "wrong.csv")  # fmt: skip
        assert (code, what in err) == (4, True)
        assert new not in err
    (tmp_path / "bare.csv").write_text("identifier\nperson-1\n")
    assert run("--ledger", ledger, "--account", "thief", "--about", tmp_path / "bare.csv")[0] == 2
