"""Whoever alters an evidence pack is found out, by the stand-alone verifier alone; also when he signs it anew."""

import json
import shutil
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.ledgers.standalone.pack_files import NO_PACK, Pack
from ecluse.ledgers.standalone.verify_ecluse import Wrong, parse_key
from ecluse.ledgers.standalone.verify_evidence import check_pack, main
from ecluse.merkle.note import split_notes
from evidence_kit import make_ledger, make_world
from ledger_factory import files
from registers_kit import resign
from tsa_kit import make_authority, serving


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def pack(world, tmp_path_factory):
    """With a timestamp, so that every kind of file is there."""
    folder = tmp_path_factory.mktemp("packs")
    authority = make_authority(folder / "tsa")
    shutil.copy(authority / "ca.pem", world.register / "tsa.pem")
    with pytest.MonkeyPatch.context() as patch, serving(authority) as url:
        patch.setenv("no_proxy", "127.0.0.1")
        text = f"version: 1\ntimestamp: {{url: '{url}', certificates: tsa.pem}}\n"
        (world.register / "evidence.yaml").write_text(text)
        world.pack(folder / "pack", pdf=True)
        world.pack(folder / "pack.zip")
        (world.register / "evidence.yaml").unlink()
    assert len(list((folder / "pack" / "data").glob("*.pdf"))) == 4
    return folder / "pack"


def key_of(world):
    return parse_key((world.register / "register.key").read_text())


def found(path, key=None):
    """What the verifier says of a pack that does not hold; fails when it holds."""
    with pytest.raises((Wrong, *NO_PACK)) as caught:
        check_pack(path, key)
    return str(caught.value)


def test_it_holds_as_it_was_made(pack, world):
    answers = check_pack(pack, key_of(world))
    assert len(answers) == 7
    assert "signed by the authority" in answers[2]
    zipped = check_pack(pack.with_suffix(".zip"), key_of(world))
    assert zipped[4:] == answers[4:]
    assert "signed by the authority" in zipped[2]


class TestEveryByte:
    """Any byte of any file, altered, cut off or added."""

    @given(st.data())
    @settings(max_examples=120, suppress_health_check=list(HealthCheck))
    def test_is_covered(self, pack, data):
        path = data.draw(st.sampled_from(list(files(pack))))
        content = path.read_bytes()
        at = data.draw(st.integers(0, len(content) - 1))
        change = data.draw(st.sampled_from(["flip", "cut", "add", "lose"]))
        flip = bytes([content[at] ^ data.draw(st.integers(1, 255))])
        changed = {
            "flip": content[:at] + flip + content[at + 1 :],
            "cut": content[:at],
            "add": content[:at] + flip + content[at:],
            "lose": content[:at] + content[at + 1 :],
        }[change]
        if changed == content:  # one of two equal neighbours is lost or added elsewhere
            return
        try:
            path.write_bytes(changed)
            assert found(pack)
        finally:
            path.write_bytes(content)

    def test_no_file_may_go_come_or_move(self, pack):
        for path in list(files(pack)):
            aside = pack.parent / "aside"
            path.rename(aside)
            assert found(pack), path
            if path.name not in {"timestamp.tsr", "signature.note", "tagmanifest-sha256.txt"}:
                aside.rename(path.with_name("other"))
                assert found(pack), path
                path.with_name("other").rename(path)
            else:
                aside.rename(path)
        stranger = pack / "data" / "tables" / "more.csv"
        stranger.write_text("x")
        assert "in no manifest" in found(pack)
        stranger.unlink()

    @given(st.data())
    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    def test_of_a_zip_file_is_covered_or_means_nothing(self, pack, data):
        path = pack.with_suffix(".zip")
        content = bytearray(path.read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] ^= data.draw(st.integers(1, 255))
        changed = path.with_name("changed.zip")
        changed.write_bytes(content)
        if main([str(changed)]) == 0:
            before, after = Pack(path), Pack(changed)
            assert before.names.keys() == after.names.keys()
            assert all(before.read(name) == after.read(name) for name in before.names)


def forged(pack, folder, change):
    """A copy that somebody changed, and made whole again with a key of his own."""
    copy = folder / "forged"
    shutil.copytree(pack, copy)
    change(copy)
    resign(copy, Ed25519PrivateKey.generate())
    return copy


def replace(name, before, after):
    def change(copy):
        content = (copy / name).read_bytes()
        assert before in content, name
        (copy / name).write_bytes(content.replace(before, after, 1))

    return change


def without_line(name, number):
    def change(copy):
        lines = (copy / name).read_bytes().splitlines(keepends=True)
        del lines[number]
        (copy / name).write_bytes(b"".join(lines))

    return change


ENTRIES = "data/ledgers/1/entries.csv"
PERSONS = "data/exposures/v1.persons.csv"


def other_checkpoints(copy):
    other = make_ledger(copy.parent / "other")
    (copy / "data/ledgers/1/checkpoints").write_bytes((other / "checkpoints").read_bytes())


def other_ledger(copy):
    other_checkpoints(copy)
    key = (copy.parent / "other" / "public.key").read_bytes()
    (copy / "data/ledgers/1/public.key").write_bytes(key)


def forgot_a_checkpoint(copy):
    path = copy / "data/ledgers/1/checkpoints"
    notes = split_notes(path.read_text())
    path.write_text("".join(notes[:1] + notes[2:]))


def says_less(copy):
    path = copy / "data/evidence.json"
    facts = json.loads(path.read_bytes())
    facts["exposures"], facts["ledgers"][0]["frozen"] = [], 0
    path.write_text(json.dumps(facts))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda _: None, None),
        (without_line(ENTRIES, 3), "not those under the checkpoint|is missing|in order|is cut"),
        (without_line(ENTRIES, -1), "not those under the checkpoint|is missing|is cut"),
        (replace(ENTRIES, b"trainer", b"adviser"), "not those under the checkpoint"),
        (replace(ENTRIES, b"192.0.2.7", b"192.0.2.8"), "not those under the checkpoint"),
        (replace(ENTRIES, b"10:00:01", b"10:00:02"), "another time"),
        (replace(ENTRIES, b",permit,", b",deny,"), "not those under the checkpoint"),
        (replace("data/ledgers/1/tree.bin", b"", b"\0" * 32), "not those under the checkpoint|too many"),
        (other_checkpoints, "signature does not hold|not signed"),
        (other_ledger, "not those"),
        (forgot_a_checkpoint, "does not follow"),
        (without_line(PERSONS, 1), "are not those of its digest"),
        (replace(PERSONS, b",no,shown,", b",no,listed,"), "are not those of its digest"),
        (replace("data/exposures/v1.json", b'"persons": 41', b'"persons": 40'), "not what its digest says"),
        (replace("data/incident/log.jsonl", b"Alix", b"Alex"), "ends elsewhere"),
        (lambda copy: (copy / PERSONS).unlink(), None),
        (says_less, None),
    ],
)  # fmt: skip
def test_a_forger_with_a_key_of_his_own(pack, world, tmp_path, change, says):
    """With the register's key none of his packs holds; believing his key, what the ledger signed still finds him out.

    Where nothing is said, the pack holds for whoever believes the key inside: that is what --key is for.
    """
    copy = forged(pack, tmp_path, change)
    assert "not signed in the name" in found(copy, key_of(world)) or "does not hold" in found(
        copy, key_of(world)
    )
    if says is None:
        check_pack(copy)
    else:
        assert any(part in found(copy) for part in says.split("|")), found(copy)


def test_a_link_out_of_the_pack_is_refused(pack, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(pack, copy)
    target = copy / "data" / "lineage.svg"
    (tmp_path / "outside").write_bytes(target.read_bytes())
    target.unlink()
    target.symlink_to(tmp_path / "outside")
    assert "ordinary" in found(copy)


@pytest.mark.parametrize("line", ["../outside", "/etc/passwd", "data/../../x"])
def test_a_manifest_that_points_outside_is_refused(pack, tmp_path, line):
    copy = tmp_path / "copy"
    shutil.copytree(pack, copy)
    with (copy / "manifest-sha256.txt").open("a") as file:
        file.write(f"{sha256(b'').hexdigest()}  {line}\n")
    resign(copy, Ed25519PrivateKey.generate(), manifest=False)
    assert "a line that is none" in found(copy)


def test_the_timestamp_of_another_pack_is_refused(pack, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(pack, copy)
    (copy / "data" / "lineage.svg").write_text("<svg/>")
    resign(copy, Ed25519PrivateKey.generate(), keep_timestamp=True)
    assert "that of something else" in found(copy)
