"""Pseudonyms and keys: keyed, equal in bulk, unreadable by others, never made twice."""

from hashlib import blake2b

import pytest

from ecluse.ledgers.disk import Disk
from ecluse.ledgers.keys import Pseudonymizer, check_signature, create_keys, load_keys
from ecluse.ledgers.salts import Salter
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError


def test_pseudonyms_are_keyed_blake2b_of_16_bytes_alone_and_in_bulk():
    own = Pseudonymizer(b"k" * 32)
    assert own.pseudonym("é1") == blake2b("é1".encode(), key=b"k" * 32, digest_size=16).digest()
    assert own.pseudonyms(["a", "b", "a"]) == [
        own.pseudonym("a"),
        own.pseudonym("b"),
        own.pseudonym("a"),
    ]
    assert Pseudonymizer(b"o" * 32).pseudonym("a") != own.pseudonym("a")
    with pytest.raises(ValueError, match="32 bytes"):
        Pseudonymizer(b"short")


def test_identities_are_the_first_eight_bytes():
    own = Pseudonymizer(b"k" * 32)
    pseudonyms = own.pseudonyms(["a", "b"])
    assert own.person_ids(pseudonyms).tolist() == [own.person_id(one) for one in pseudonyms]
    assert own.person_id(pseudonyms[0]) == int.from_bytes(pseudonyms[0][:8], "little")
    assert own.person_ids([]).tolist() == []


def test_keys_are_made_once_and_kept_private(tmp_path):
    folder = tmp_path / "keys"
    made = create_keys(folder, name="example.org/l", disk=Disk())
    assert {
        path.name: path.stat().st_mode & 0o777 for path in folder.iterdir() if path.suffix == ".key"
    } == {
        "pseudonym.key": 0o600,
        "signing.key": 0o600,
    }
    assert (folder / ".gitignore").read_text() == "*\n"
    again = load_keys(folder, name="example.org/l")
    assert again.signer.key == made.signer.key
    assert check_signature(made.signer.key, again.signer.sign(b"text"), b"text")
    assert not check_signature(made.signer.key, again.signer.sign(b"text"), b"other")
    assert made.signer.derive(b"one") != made.signer.derive(b"two")
    with pytest.raises(UnavailableError, match="already"):
        create_keys(folder, name="example.org/l", disk=Disk())
    (folder / "signing.key").write_text("not a key\n")
    with pytest.raises(IntegrityError, match="does not hold a key"):
        load_keys(folder, name="example.org/l")


def test_a_pseudonym_key_is_taken_over_and_a_signing_key_never(tmp_path):
    first = create_keys(tmp_path / "first", name="example.org/1", disk=Disk())
    taken = tmp_path / "first" / "pseudonym.key"
    second = create_keys(
        tmp_path / "second", name="example.org/2", disk=Disk(), pseudonym_key=taken
    )
    assert second.pseudonymizer.fingerprint == first.pseudonymizer.fingerprint
    assert second.signer.key.public != first.signer.key.public
    assert (tmp_path / "second" / "pseudonym.key").stat().st_mode & 0o777 == 0o600
    renamed = tmp_path / "first" / "copy.key"
    renamed.write_bytes((tmp_path / "first" / "signing.key").read_bytes())
    for wrong, message in (
        (tmp_path / "first" / "signing.key", "is a signing key"),
        (renamed, "is a signing key"),
        (tmp_path / "first" / ".gitignore", "does not hold a pseudonym key"),
        (tmp_path / "first" / "none", "there is no pseudonym key"),
    ):
        with pytest.raises(CallerError, match=message):
            create_keys(tmp_path / "third", name="example.org/3", disk=Disk(), pseudonym_key=wrong)
    assert not (tmp_path / "third").exists()


def test_salts_are_the_same_alone_and_in_bulk():
    salter = Salter(b"s" * 32)
    assert salter.many(5, 3) == salter.one(5) + salter.one(6) + salter.one(7)
    assert len({salter.one(number) for number in range(100)}) == 100
    assert repr(salter) == "Salter()"
