"""`ecluse evidence` from the command line: one document in JSON, exit codes, the log of handing over."""

import json
import subprocess

import pytest

from ecluse.cli import main
from evidence_kit import PYTHON, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    monkeypatch.setattr("ecluse.wiring.evidence.pages.print_form.installed", lambda: False)


@pytest.fixture
def run(capsysbinary):
    def run(*arguments):
        with pytest.raises(SystemExit) as done:
            main(["evidence", *map(str, arguments)])
        out, err = capsysbinary.readouterr()
        return done.value.code, out.decode(), err.decode()

    return run


def where(world):
    return ["--register", world.register, "--incident", world.incident]


def packing(world, out, *more, profile="police"):
    return ["pack", *where(world), "--ledger", world.ledger, "--profile", profile, "--out", out, "--by", "Alix", *more]  # fmt: skip


def test_from_packing_to_handing_over(world, run, tmp_path):
    code, out, err = run(*packing(world, tmp_path / "pack.zip", "--json"))
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert (told["entries"], told["accesses"], told["accounts"]) == (44, 40, 2)
    assert told["timestamp"] is None
    assert set(told["left_out"]) >= {"timestamp", "pseudonym_key"}
    code, out, _ = run("verify", tmp_path / "pack.zip", "--key", told["key"], "--json")
    assert (code, json.loads(out)["holds"]) == (0, True)
    given = ["--to", "Brigade", "--why", "complaint", "--how", "by hand", "--by", "Alix"]
    code, out, _ = run("custody", tmp_path / "pack.zip", *where(world), *given, "--json")
    rows = json.loads(out)["custody"]
    assert code == 0
    assert [row["act"] for row in rows[-2:]] == ["evidence_packed", "evidence_handed"]
    assert {row["sha256"] for row in rows[-2:]} == {told["sha256"]}
    assert (rows[-1]["to"], rows[-1]["why"], rows[-1]["how"]) == ("Brigade", "complaint", "by hand")
    code, out, _ = run("custody", *where(world))
    assert "to Brigade: complaint" in out


def test_reading_the_ledger_leaves_a_trace(world, run, tmp_path):
    from ecluse.ledgers.reader import scan, take_snapshot

    run(*packing(world, tmp_path / "pack"))
    last = [
        row for frame in scan(take_snapshot(world.ledger)) for row in frame.iter_rows(named=True)
    ][-1]
    assert last["kind"] == "query"
    assert json.loads(last["detail"])["question"] == "evidence"


def test_what_is_told_for_people(world, run, tmp_path):
    code, out, _ = run(*packing(world, tmp_path / "pack", profile="regulator"))
    assert code == 0
    for words in (
        "none: no time-stamping authority",
        "none, neither names nor pseudonyms",
        "Nothing was sent",
    ):
        assert words in out
    code, out, _ = run("verify", tmp_path / "pack")
    assert "the key inside was believed" in out
    assert out.count("HOLDS: ") == 7


def test_the_printed_verifier_needs_python_alone(world, run, tmp_path):
    run(*packing(world, tmp_path / "pack"))
    script = run("verifier")[1]
    (tmp_path / "verify.py").write_text(script, "utf-8")
    assert (tmp_path / "pack" / "verify.py").read_text("utf-8") == script

    def verified(*arguments):
        command = [*PYTHON, str(tmp_path / "verify.py"), *map(str, arguments)]
        ran = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=tmp_path, env={}
        )
        return ran.returncode, ran.stdout + ran.stderr

    key = world.register / "register.key"
    code, out = verified("--key", key, "pack")
    assert (code, out.count("HOLDS: ")) == (0, 7), out
    code, out = verified("--key", world.ledger / "public.key", "pack")
    assert (code, out.split(":")[0]) == (5, "DOES NOT HOLD")
    path = tmp_path / "pack" / "data" / "lineage.svg"
    path.write_bytes(path.read_bytes() + b" ")
    assert verified("pack")[0] == 5
    assert verified("nothing")[0] == 2
    assert verified()[0] == 2
    assert verified("--key", "nowhere", "pack")[0] == 2
    assert "ecluse" not in {line.split()[1].split(".")[0] for line in script.splitlines() if line.startswith(("import ", "from "))}  # fmt: skip


def test_a_pack_that_does_not_hold(world, run, tmp_path):
    run(*packing(world, tmp_path / "pack"))
    path = tmp_path / "pack" / "data" / "ledgers" / "1" / "entries.csv"
    path.write_bytes(path.read_bytes().replace(b"trainer", b"adviser", 1))
    code, _, err = run("verify", tmp_path / "pack")
    assert code == 5
    assert "entries.csv` was altered" in err
    assert run("custody", tmp_path / "pack", *where(world), "--to", "x", "--why", "y")[0] == 5
    (tmp_path / "no.zip").write_bytes(b"PK nothing")
    code, _, err = run("verify", tmp_path / "no.zip")
    assert (code, "no evidence pack" in err) == (5, True)


def test_a_pack_of_another_register_is_not_handed_over(world, run, tmp_path):
    other = make_world(tmp_path / "other")
    other.pack(tmp_path / "pack")
    code, _, err = run("custody", tmp_path / "pack", *where(world), "--to", "x", "--why", "y")
    assert code == 2
    assert "was not made from this register" in err


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--to", "x"], "name the pack"),
        (["PACK", "--to", "x"], "--why"),
        (["PACK", "--to", " ", "--why", "y"], "--to"),
    ],
)
def test_half_a_handing_over_is_refused(world, run, tmp_path, more, says):
    (tmp_path / "PACK").mkdir()
    more = [tmp_path / word if word == "PACK" else word for word in more]
    code, _, err = run("custody", *more, *where(world))
    assert (code, says in err) == (2, True)


def test_a_key_that_is_none(world, run, tmp_path):
    run(*packing(world, tmp_path / "pack"))
    code, _, err = run("verify", tmp_path / "pack", "--key", "nowhere")
    assert (code, "no verifier key" in err) == (2, True)
