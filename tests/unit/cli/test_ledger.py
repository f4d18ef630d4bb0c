"""`ecluse ledger`: what it prints, its exit codes, and that a query changes nothing but the record of itself."""

import json
import subprocess
import sys

import pytest

from ecluse.cli import main
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.verify import verify
from ecluse.model.entry import Entry


@pytest.fixture
def run(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as done:
            main(["ledger", *map(str, arguments)])
        out, err = capsys.readouterr()
        return done.value.code, out, err

    return run


@pytest.fixture
def ledger(tmp_path):
    with DirectoryLedger.create(tmp_path / "evidence", origin="example.org/evidence") as made:
        for number in range(4):
            persons = tuple(made.pseudonymizer.pseudonyms([f"person-{number}", "person-0"]))
            made.append(
                Entry(
                    at=1_752_314_400_000_000 + number,
                    account=f"agent-{number % 2}",
                    application="kairos",
                    persons=persons,
                )
            )
        made.commit()
        made.seal()
        made.append(Entry(at=1_752_314_500_000_000, account="agent-1", effect="deny"), durable=True)
    return tmp_path / "evidence"


def test_init_makes_a_ledger_that_verifies(run, tmp_path):
    code, out, _ = run("init", tmp_path / "l", "--origin", "example.org/l", "--json")
    assert code == 0
    document = json.loads(out)
    assert document["origin"] == "example.org/l"
    assert document["key"].startswith("example.org/l+")
    assert run("verify", tmp_path / "l")[0] == 0
    assert run("init", tmp_path / "l")[0] == 2
    assert run("init", tmp_path / "m", "--months", "24")[0] == 2
    assert "verifier" in run("init", tmp_path / "m")[1]


def test_ledgers_of_several_gates_name_persons_alike(run, ledger, tmp_path):
    key = ledger / "keys" / "pseudonym.key"
    code, out, _ = run("init", tmp_path / "l", "--pseudonym-key", key, "--json")
    assert code == 0
    shown = json.loads(run("show", ledger, "--json")[1])
    assert json.loads(out)["pseudonym_key"] == shown["pseudonym_key"]
    copied = tmp_path / "l" / "keys" / "pseudonym.key"
    assert copied.read_text() == key.read_text()
    assert copied.stat().st_mode & 0o777 == 0o600
    assert run("verify", tmp_path / "l")[0] == 0
    (tmp_path / "text").write_text("a text\n")
    for wrong in (ledger / "keys" / "signing.key", tmp_path / "text", tmp_path / "nothing"):
        code, _, err = run("init", tmp_path / "m", "--pseudonym-key", wrong)
        assert code == 2
        assert "pseudonym key" in err
        assert not (tmp_path / "m" / "ledger.note").exists()
    assert (
        run("init", tmp_path / "m", "--pseudonym-key", key)[0] == 0
    )  # nothing was left in the way


def test_verify_exits_with_5_and_names_the_entry(run, ledger):
    path = ledger / "segments/000000.leaves"
    path.write_bytes(path.read_bytes()[:64] + b"x" * 32 + path.read_bytes()[96:])
    code, out, _ = run("verify", ledger)
    assert code == 5
    assert "WRONG  entry 2 · 000000.leaves" in out
    code, out, _ = run("verify", ledger, "--json")
    document = json.loads(out)
    assert (code, document["holds"], document["faults"][0]["seq"]) == (5, False, 2)


def test_verify_believes_a_key_and_checkpoints_from_outside(run, ledger, tmp_path):
    key = (ledger / "public.key").read_text().strip()
    code, note, _ = run("checkpoint", ledger)
    assert code == 0
    (tmp_path / "outside.note").write_text(note)
    assert run("verify", ledger, "--key", key, "--witnessed", tmp_path / "outside.note")[0] == 0
    assert run("verify", ledger, "--key", ledger / "public.key")[0] == 0
    assert run("verify", ledger, "--key", "nonsense")[0] == 2
    (tmp_path / "outside.note").write_text(note.replace("\n5\n", "\n6\n"))
    assert run("verify", ledger, "--witnessed", tmp_path / "outside.note")[0] == 5


def test_a_query_answers_and_is_recorded(run, ledger):
    code, out, _ = run(
        "query",
        ledger,
        'SELECT account, count(*) AS n, max("at") FROM entries GROUP BY ALL ORDER BY 1',
        "--json",
    )
    assert code == 0
    assert json.loads(out) == {
        "columns": ["account", "n", 'max("at")'],
        "rows": [
            {"account": "agent-0", "n": 2, 'max("at")': 1752314400000002},
            {"account": "agent-1", "n": 3, 'max("at")': 1752314500000000},
        ],
    }
    _, out, _ = run(
        "query", ledger, "SELECT kind, detail FROM entries WHERE kind = 'query'", "--csv"
    )
    assert out.startswith("kind,detail\nquery,")
    assert "sql_sha256" in out
    _, out, _ = run("query", ledger, "SELECT time, persons FROM entries WHERE seq < 2", "--csv")
    assert out.splitlines()[1].startswith("2025-07-12 10:00:00,")
    _, out, _ = run("query", ledger, "SELECT seq, persons FROM entries")
    assert "persons" in out
    assert verify(ledger).holds


def test_the_view_of_persons_shown_leaves_out_who_was_taken_back(run, ledger):
    with DirectoryLedger(ledger) as opened:
        gone = tuple(opened.pseudonymizer.pseudonyms(["person-0", "person-9"]))
        for account in ("agent-0", "agent-1"):
            opened.append(Entry(at=1, account=account, kind="release", persons=gone, detail='{"of": 1}'))  # fmt: skip
        opened.append(Entry(at=1, account="agent-1", kind="release", persons=gone, detail="nonsense"))  # fmt: skip
        opened.commit()
    _, out, _ = run("query", ledger, "SELECT seq, account, count(*) AS n FROM shown GROUP BY ALL ORDER BY 1", "--json")  # fmt: skip
    rows = [(row["seq"], row["account"], row["n"]) for row in json.loads(out)["rows"]]
    assert rows == [(0, "agent-0", 2), (1, "agent-1", 1), (2, "agent-0", 2), (3, "agent-1", 2)]


def test_a_query_is_answered_although_a_writer_holds_the_ledger(run, ledger):
    with DirectoryLedger(ledger):
        code, out, err = run("query", ledger, "SELECT count(*) AS n FROM entries", "--json")
    assert (code, json.loads(out)["rows"], err) == (0, [{"n": 5}], "")
    kinds = "SELECT count(*) AS n FROM entries WHERE kind = 'query'"
    run("query", ledger, kinds)
    _, out, _ = run("query", ledger, kinds, "--json")
    assert json.loads(out)["rows"] == [{"n": 2}], (
        "the first was left beside the ledger, and taken in"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO entries VALUES (1)",
        "SELECT 1; SELECT 2",
        "",
        "COPY (SELECT 1) TO '{there}'",
        "COPY entries TO '{ledger}/segments/000000.0.parquet'",
        "ATTACH '{there}'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "CREATE TABLE x AS SELECT 1",
        "SELECT * FROM read_text('{ledger}/keys/signing.key')",
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM '{ledger}/ledger.note'",
        "SELECT * FROM glob('/*')",
        "SELECT at FROM entries",
        "nonsense",
    ],
)
def test_a_query_reads_the_ledger_and_nothing_else(run, ledger, tmp_path, sql):
    before = {path: path.read_bytes() for path in ledger.rglob("*") if path.is_file()}
    code, out, err = run("query", ledger, sql.format(there=tmp_path / "there", ledger=ledger))
    assert code == 2
    assert out == ""
    assert err.startswith("error: ")
    assert not (tmp_path / "there").exists()
    assert before == {path: path.read_bytes() for path in ledger.rglob("*") if path.is_file()}


def test_a_proof_travels_with_the_printed_verifier(run, ledger, tmp_path):
    _, bundle, _ = run("prove", ledger, 2)
    (tmp_path / "entry.json").write_text(bundle)
    _, script, _ = run("verifier")
    (tmp_path / "verify.py").write_text(script)
    _, note, _ = run("checkpoint", ledger)
    (tmp_path / "old.note").write_text(note)
    assert run("seal", ledger)[0] == 0
    _, bundle, _ = run("prove", ledger, "--since", tmp_path / "old.note")
    (tmp_path / "since.json").write_text(bundle)
    for arguments in (["entry.json"], ["since.json"], ["old.note", str(ledger)]):
        done = subprocess.run(
            [sys.executable, "-I", "verify.py", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout[:6]) == (0, "HOLDS:"), done.stdout
    assert run("prove", ledger)[0] == 2
    assert run("prove", ledger, 99)[0] == 2
    assert "verify_inclusion" in json.loads(run("verifier", "--json")[1])["script"]


def test_seal_show_and_retain(run, ledger):
    assert json.loads(run("seal", ledger, "--json")[1]) == {
        "sealed": 1,
        "entries": 5,
        "repairs": [],
    }
    document = json.loads(run("show", ledger, "--json")[1])
    assert (document["entries"], document["segments"], document["retention_months"]) == (5, 2, 12)
    assert document["first_at"] == "2025-07-12T10:00:00Z"
    assert "origin" in run("show", ledger)[1]
    done = json.loads(run("retain", ledger, "--json")[1])
    assert done["months"] == 12
    assert done["entries"] in {0, 5}  # the clock decides
    assert run("retain", ledger, "--months", "4")[0] == 2
    assert run("verify", ledger)[0] == 0
    assert json.loads(run("checkpoint", ledger, "--json")[1])["note"].startswith(
        "example.org/evidence\n"
    )


def test_lost_entries_are_accepted_with_a_reason_only(run, ledger):
    size = (ledger / "wal").stat().st_size
    with (ledger / "wal").open("r+b") as file:
        file.truncate(size - 3)
    assert run("seal", ledger)[0] == 5
    code, out, _ = run("seal", ledger, "--accept-loss", "the disk was replaced", "--json")
    assert code == 0
    assert {repair.get("lost") for repair in json.loads(out)["repairs"]} >= {1}
    _, out, _ = run("query", ledger, "SELECT detail FROM entries WHERE kind = 'recovery'", "--csv")
    assert "the disk was replaced" in out


@pytest.mark.parametrize(
    "words", [["verify"], ["show"], ["checkpoint"], ["seal"], ["retain"], ["prove"], ["query"]]
)
def test_what_is_not_a_ledger_is_refused(run, tmp_path, words):
    more = {"prove": ["1"], "query": ["SELECT 1"]}.get(words[0], [])
    code, _, err = run(*words, tmp_path, *more)
    assert code == 2
    assert "is not a ledger" in err
