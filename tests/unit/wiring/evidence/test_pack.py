"""A pack holds what it says, for its reader; it is there whole or not at all, and its making is on record."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import bagit
import pyrage
import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.standalone.verify_ecluse import parse_key
from ecluse.ledgers.standalone.verify_evidence import check_pack
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.evidence import PackProfile
from ecluse.registers import bag as bags
from ecluse.registers.folder import Register
from evidence_kit import HOSTILE, THIEF, fingerprint, make_ledger, make_world, shown
from ledger_factory import files

TESTS = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def police(world, tmp_path_factory):
    return world.pack(tmp_path_factory.mktemp("police") / "pack")


@pytest.fixture(scope="module")
def regulator(world, tmp_path_factory):
    return world.pack(tmp_path_factory.mktemp("reg") / "pack", profile=PackProfile.REGULATOR)


def rows(pack, name):
    with (pack.out / "data" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def acts(world, name):
    lines = Register(world.register).open(world.incident).log().lines
    return [line for line in lines if line.act == name]


def test_it_has_exactly_the_entries_of_the_incident(world, police):
    kept = rows(police, "ledgers/1/entries.csv")
    accesses = [row for row in kept if row["kind"] == "access"]
    assert {row["account"] for row in accesses} == {THIEF, f"'{HOSTILE[:-4]}\\u001b[2J"}
    assert len(accesses) == 40
    assert sorted(row["kind"] for row in kept if row["kind"] != "access") == ["account", "hold", "policy", "release"]  # fmt: skip
    persons = {row["person"] for row in rows(police, "exposures/v1.persons.csv")}
    assert persons == {one.hex() for one in shown(world.ledger, (THIEF, HOSTILE))}
    events = (police.out / "data/ledgers/1/accesses.ocsf.jsonl").read_text().splitlines()
    assert [json.loads(event)["class_uid"] for event in events] == [6001] * 40


def test_the_official_library_finds_it_valid(police, regulator):
    for pack in (police, regulator):
        bagit.Bag(str(pack.out)).validate()
    assert bagit.Bag(str(police.out)).info["External-Identifier"] == "2025-0001"


def test_the_inventory_names_every_file(police):
    listed = {row["file"] for row in rows(police, "inventory.csv")}
    there = {path.relative_to(police.out).as_posix() for path in files(police.out / "data")}
    assert there - listed == {"data/inventory.csv", "data/evidence.json"}
    assert listed <= there


def test_the_regulator_gets_no_person_at_all(world, regulator):
    persons = [one for (one,) in ((p,) for p in shown(world.ledger, (THIEF, HOSTILE)))]
    for path in files(regulator.out):
        content = path.read_bytes()
        for one in persons:
            assert one not in content
            assert one.hex().encode() not in content.lower()
    for row in rows(regulator, "ledgers/1/entries.csv"):
        assert not any(row[name] for name in ("persons", "own", "session", "source", "salt"))
        assert len(row["commitment"]) == 64
    assert "persons" in {left.what for left in regulator.facts.left}
    assert not (regulator.out / "data/exposures/v1.persons.csv").exists()


def test_no_secret_is_in_it(world, police, regulator):
    secrets = [path.read_text().strip() for path in (world.ledger / "keys").glob("*.key")]
    secrets += [(world.register / "keys" / "signing.key").read_text().strip()]
    assert len(secrets) == 3
    for path in (*files(police.out), *files(regulator.out)):
        content = path.read_bytes()
        for secret in secrets:
            assert secret.encode() not in content
            assert bytes.fromhex(secret) not in content


def test_hostile_names_do_nothing_in_a_spreadsheet_or_terminal(police):
    for path in (*files(police.out / "data" / "tables"), police.out / "data/ledgers/1/entries.csv"):
        text = path.read_bytes().decode()
        assert "\x1b" not in text
        assert "\u202e" not in text
        if path.suffix == ".csv":
            with path.open(newline="", encoding="utf-8") as file:
                assert not any(
                    value.startswith(("=", "+", "-", "@"))
                    for row in csv.reader(file)
                    for value in row
                )
    for path in (police.out / "data").glob("*.html"):
        assert "\x1b" not in path.read_text("utf-8")


def test_the_pseudonym_key_is_sealed_to_its_recipient(world, tmp_path):
    theirs = pyrage.x25519.Identity.generate()
    packed = world.pack(tmp_path / "pack", seal_to=str(theirs.to_public()))
    sealed = (packed.out / "data/sealed/pseudonym-key.age").read_bytes()
    text = pyrage.decrypt(sealed, [theirs]).decode()
    assert f"fingerprint {fingerprint(world)}\n" in text
    assert (world.ledger / "keys" / "pseudonym.key").read_text().strip() in text
    check_pack(packed.out)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"seal_to": "age1x"}, "no public key"),
        ({"seal_to": "age1x", "profile": PackProfile.REGULATOR}, "no pseudonyms"),
        ({"incident": "2025-0009"}, "no incident"),
        ({"attached": (Path("/nowhere"),)}, "no such file"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(world, tmp_path, changes, says):
    with pytest.raises(CallerError, match=says):
        world.pack(tmp_path / "pack", **changes)
    assert list(tmp_path.iterdir()) == []


def test_another_ledger_is_refused(world, tmp_path):
    other = make_ledger(tmp_path / "other")
    shutil.rmtree(tmp_path / "other" / "segments")
    for ledgers in ((world.ledger, world.ledger), (other, world.ledger)):
        with pytest.raises((CallerError, IntegrityError)):
            world.pack(tmp_path / "pack", ledgers=ledgers)
    assert not (tmp_path / "pack").exists()


def test_an_exposure_beyond_the_last_checkpoint_is_refused(tmp_path):
    made = make_world(tmp_path / "world")
    notes = made.ledger / "checkpoints"
    kept = notes.read_text("utf-8").split("example.org/kairos\n")
    notes.write_text("example.org/kairos\n".join(kept[:-2]), "utf-8")
    with pytest.raises(CallerError, match="not all that must be proved") as caught:
        made.pack(tmp_path / "pack")
    assert "ecluse ledger checkpoint" in caught.value.help


def test_an_altered_ledger_gives_no_evidence(tmp_path):
    made = make_world(tmp_path / "world")
    path = next((made.ledger / "segments").glob("*.leaves"))
    content = bytearray(path.read_bytes())
    for at in range(0, len(content), 32):
        content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match="cannot be given as evidence"):
        made.pack(tmp_path / "pack")
    assert [p.name for p in tmp_path.iterdir()] == ["world"]


def test_its_making_is_on_record_with_its_hash(world, police):
    packed = [
        line
        for line in acts(world, "evidence_packed")
        if line.detail["tagmanifest"] == police.digest
    ]
    assert len(packed) == 1
    assert packed[0].by == "tester"
    assert packed[0].detail["profile"] == "police"
    facts = json.loads((police.out / "data/evidence.json").read_bytes())
    assert packed[0].previous  # chained like every act
    assert facts["log_head"] == packed[0].detail["log_head"]


def test_persons_destroyed_by_a_retention_are_given_as_commitments(tmp_path):
    from ecluse.ledgers.retention import retain

    made = make_world(tmp_path / "world")
    packed = made.pack(tmp_path / "before")
    with DirectoryLedger(made.ledger) as ledger:
        retain(ledger, 1_752_314_400_000_000 + 400 * 86_400_000_000)
        ledger.checkpoint()
    after = made.pack(tmp_path / "after")
    kept = rows(after, "ledgers/1/entries.csv")
    assert {len(row["commitment"]) for row in kept if row["kind"] == "access"} == {64}
    assert {len(row["commitment"]) for row in rows(packed, "ledgers/1/entries.csv")} == {0}
    assert not any(row["persons"] for row in kept if row["commitment"])
    assert "a retention destroyed the persons of 39 accesses" in check_pack(after.out)[-1]


KILLED = """
import os, signal, sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
from evidence_kit import World
from ecluse.registers import bag
calls = 0
def dies(wrapped):
    def at(*given, **named):
        global calls
        calls += 1
        if calls == {number}:
            os.kill(os.getpid(), signal.SIGKILL)
        return wrapped(*given, **named)
    return at
{where} = dies({where})
World(Path({register!r}), "2025-0001", Path({ledger!r}), 0).pack(Path({out!r}))
"""


@pytest.mark.parametrize(("where", "number"), [("bag.PayloadFile.write", 9), ("bag.Bag.close", 1), ("bag._zip", 1), ("bag.sync_folder", 2)])  # fmt: skip
def test_killed_at_any_point_it_is_not_there_and_the_next_attempt_works(tmp_path, where, number):
    made = make_world(tmp_path / "world")
    out = tmp_path / "out" / "pack.zip"
    out.parent.mkdir()
    script = textwrap.dedent(KILLED).format(
        tests=str(TESTS),
        where=where,
        number=number,
        register=str(made.register),
        ledger=str(made.ledger),
        out=str(out),
    )
    ran = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    assert not out.exists()
    assert not acts(made, "evidence_packed")
    made.pack(out)
    check_pack(out, parse_key((made.register / "register.key").read_text()))
    assert [path.name for path in out.parent.iterdir()] == ["pack.zip"]


def test_a_full_disk_leaves_nothing_and_no_act(tmp_path, monkeypatch):
    made = make_world(tmp_path / "world")
    (tmp_path / "out").mkdir()
    written = 0
    wrapped = bags.PayloadFile.write

    def full(self, content):
        nonlocal written
        written += len(content)
        if written > 20_000:
            raise OSError(28, "No space left on device")
        wrapped(self, content)

    monkeypatch.setattr(bags.PayloadFile, "write", full)
    with pytest.raises(UnavailableError, match="no space left") as caught:
        made.pack(tmp_path / "out" / "pack.zip")
    assert "free some space" in caught.value.help
    assert list((tmp_path / "out").iterdir()) == []
    assert not acts(made, "evidence_packed")
