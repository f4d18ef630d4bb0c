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
