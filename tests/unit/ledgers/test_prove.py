"""Proofs for outsiders: the stand-alone script believes what is true and nothing else."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.prove import prove_consistency, prove_inclusion
from ecluse.ledgers.retention import retain
from ecluse.ledgers.standalone import verify_ecluse
from ecluse.merkle.note import split_notes
from ecluse.model.errors import CallerError, IntegrityError
from ledger_factory import START, entry


def script(*arguments):
    return verify_ecluse.main([str(argument) for argument in arguments])


def written(tmp_path, bundle):
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle))
    return path


@pytest.fixture
def covered(small):
    with DirectoryLedger(small) as ledger:
        ledger.checkpoint()
    return small


@pytest.mark.parametrize("seq", range(10))
@pytest.mark.parametrize("without_persons", [False, True])
def test_every_entry_can_be_proved(covered, tmp_path, seq, without_persons):
    bundle = prove_inclusion(covered, seq, without_persons=without_persons)
    assert script(written(tmp_path, bundle)) == 0
    assert ("private" in bundle) != without_persons


def changes(bundle):
    yield {**bundle, "seq": bundle["seq"] + 1}
    yield {**bundle, "path": bundle["path"][:-1]}
    yield {**bundle, "salt": "00" * 16}
    yield {**bundle, "checkpoint": bundle["checkpoint"].replace("example", "exbmple")}
    yield {**bundle, "type": "other"}
    for name, value in bundle["public"].items():
        yield {**bundle, "public": {**bundle["public"], name: value + "1"}}
    for name in ("session", "source", "own"):
        yield {**bundle, "private": {**bundle["private"], name: "x"}}
    yield {
        **bundle,
        "private": {**bundle["private"], "persons": bundle["private"]["persons"][::-1]},
    }
    yield {key: value for key, value in bundle.items() if key != "path"}


def test_no_changed_bundle_is_believed(covered, tmp_path, capsys):
    bundle = prove_inclusion(covered, 5)
    assert len(bundle["private"]["persons"]) == 2
    for changed in changes(bundle):
        assert script(written(tmp_path, changed)) == 5
    assert "DOES NOT HOLD" in capsys.readouterr().out


def test_an_entry_whose_persons_were_destroyed_can_still_be_proved(covered, tmp_path):
    with DirectoryLedger(covered) as ledger:
        retain(ledger, START + 366 * 86_400_000_000)
        ledger.checkpoint()
    bundle = prove_inclusion(covered, 0)
    assert "commitment" in bundle
    assert script(written(tmp_path, bundle)) == 0


def test_an_earlier_checkpoint_begins_the_ledger(covered, tmp_path):
    notes = split_notes((covered / "checkpoints").read_text())
    for note in notes:
        bundle = prove_consistency(covered, note)
        assert script(written(tmp_path, bundle)) == 0
        if bundle["path"]:
            assert script(written(tmp_path, {**bundle, "path": bundle["path"][:-1]})) == 5
    with pytest.raises(IntegrityError, match="not one of this ledger"):
        prove_consistency(covered, notes[0].replace("4\n", "5\n", 1))


def test_an_entry_without_a_checkpoint_cannot_be_proved(small):
    with pytest.raises(CallerError, match="no checkpoint covers"):
        prove_inclusion(small, 9)
    with pytest.raises(CallerError, match="no checkpoint covers"):
        prove_inclusion(small, -1)


def test_the_script_checks_a_whole_ledger(covered, tmp_path, capsys):
    with DirectoryLedger(covered) as ledger:
        ledger.seal()
        key = ledger.layout.read_public_key()
        outside = ledger.checkpoint()
    (tmp_path / "outside.note").write_text(outside)
    assert script("--key", str(key), covered) == 0
    assert script("--key", covered / "public.key", tmp_path / "outside.note", covered) == 0
    assert "10 sealed entries" in capsys.readouterr().out
    assert script(covered, "--key", str(key)) == 0
    assert script(tmp_path / "outside.note", "--key", covered / "public.key", covered) == 0
    assert "believed" not in capsys.readouterr().out
    assert script("--key", "other+00000000+AAAA", covered) == 5
    assert script(covered, "--key", "other+00000000+AAAA") == 5
    assert script(covered, "--key") == 2
    capsys.readouterr()
    for name in ("segments/000001.leaves", "checkpoints", "public.key"):
        content = (covered / name).read_bytes()
        for position in range(3, len(content), 37):
            (covered / name).write_bytes(
                content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]
            )
            assert script(covered) == 5, (name, position)
        (covered / name).write_bytes(content)
    assert script(covered) == 0
    assert script("/nonexistent") == 2
    assert script() == 2


def test_the_script_needs_the_standard_library_alone(covered, tmp_path):
    path = verify_ecluse.__file__
    modules = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8")))
        for name in (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert modules <= sys.stdlib_module_names
    done = subprocess.run(
        [sys.executable, "-I", "-S", path, written(tmp_path, prove_inclusion(covered, 3))],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("HOLDS: entry 3")


def test_its_ed25519_is_the_one_of_rfc_8032():
    # RFC 8032 §7.1, test 2
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert verify_ecluse.ed25519_verify(public, signature, b"\x72")
    assert not verify_ecluse.ed25519_verify(public, signature, b"\x73")
    for seed in range(4):
        private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        key, signed = private.public_key().public_bytes_raw(), private.sign(b"message")
        assert verify_ecluse.ed25519_verify(key, signed, b"message")
        for position in (0, 31, 32, 63):
            assert not verify_ecluse.ed25519_verify(
                key,
                signed[:position] + bytes([signed[position] ^ 1]) + signed[position + 1 :],
                b"message",
            )
    assert not verify_ecluse.ed25519_verify(b"\xff" * 32, signature, b"\x72")


def test_the_edge_of_a_segment_in_a_larger_tree(tmp_path):
    with DirectoryLedger.create(tmp_path / "l", seal_at=5) as ledger:
        for number in range(23):
            ledger.append(entry(number), durable=True)
        ledger.checkpoint()
    for seq in range(23):
        assert script(written(tmp_path, prove_inclusion(tmp_path / "l", seq))) == 0
