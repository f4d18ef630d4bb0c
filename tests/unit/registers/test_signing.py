"""The register's key is made once, is secret, and is never quietly replaced."""

import pytest

from ecluse.ledgers.keys import check_signature
from ecluse.merkle.note import open_note
from ecluse.model.errors import IntegrityError
from ecluse.registers.signing import register_key


def test_it_is_made_once_and_signs(tmp_path):
    key = register_key(tmp_path)
    secret = tmp_path / "keys" / "signing.key"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert register_key(tmp_path).public == key.public
    assert (tmp_path / "register.key").read_text() == f"{key.public}\n"
    note = register_key(tmp_path).seal("hello\n")
    assert (
        open_note(note, key.public, lambda s, text: check_signature(key.public, s, text))
        == "hello\n"
    )
    assert secret.read_text().strip() not in repr(key)


@pytest.mark.parametrize("missing", ["register.key", "keys/signing.key"])
def test_a_lost_half_is_said_and_no_new_key_is_made(tmp_path, missing):
    register_key(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(IntegrityError, match="is missing"):
        register_key(tmp_path)
    assert not (tmp_path / missing).exists()


@pytest.mark.parametrize(("name", "content"), [("register.key", "x"), ("keys/signing.key", "x"), ("keys/signing.key", "00" * 32 + "\n")])  # fmt: skip
def test_another_key_is_not_taken(tmp_path, name, content):
    register_key(tmp_path)
    (tmp_path / name).write_text(content)
    with pytest.raises(IntegrityError):
        register_key(tmp_path)


def test_what_a_killed_process_left_does_not_stop_it(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "signing.key.part").write_text("half")
    assert register_key(tmp_path).public == register_key(tmp_path).public
