"""Checkpoints on paper: the published example verifies, and no altered character passes."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.ledgers.keys import check_signature
from ecluse.merkle.note import (
    Checkpoint,
    VerifierKey,
    open_note,
    parse_checkpoint,
    parse_verifier_key,
    seal_note,
    split_notes,
)

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey("example.org/log", PRIVATE.public_key().public_bytes_raw())
CHECKPOINT = Checkpoint(
    "example.org/log", 7, b"r" * 32, "2026-11-22T08:00:00Z", "ab" * 32, ((3, "cd" * 32),)
)
NOTE = seal_note(CHECKPOINT.text(), KEY, PRIVATE.sign)


def opened(note):
    return open_note(note, KEY, lambda signature, text: check_signature(KEY, signature, text))


def test_a_checkpoint_survives_writing_and_reading():
    assert parse_checkpoint(opened(NOTE)) == CHECKPOINT
    assert NOTE.startswith("example.org/log\n7\n")
    assert NOTE.count("\n\n— example.org/log ") == 1


def test_the_first_lines_are_those_of_the_specification():
    bare = Checkpoint(
        "example.com/behind-the-sofa",
        20852163,
        base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="),
    )
    assert (
        bare.text()
        == "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )


@pytest.mark.parametrize("position", range(len(NOTE)))
def test_no_altered_character_passes(position):
    for replacement in ("A", "/", "\n", " "):
        if NOTE[position] == replacement:
            continue
        altered = NOTE[:position] + replacement + NOTE[position + 1 :]
        with pytest.raises(ValueError, match=r"\w"):
            parse_checkpoint(opened(altered))
    with pytest.raises(ValueError, match=r"\w"):
        opened(NOTE[:position])


def test_a_note_of_another_ledger_is_told_from_a_broken_one():
    other = VerifierKey("example.org/other", KEY.public)
    with pytest.raises(ValueError, match=r"not signed in the name of `example\.org/log`"):
        opened(seal_note(CHECKPOINT.text(), other, PRIVATE.sign))
    for broken in ("", "a text", NOTE[:-1], NOTE + NOTE, NOTE.replace("\n\n", "\n")):
        with pytest.raises(ValueError, match=r"one signature line$"):
            opened(broken)


def test_the_spare_bits_of_base64_are_not_a_way_out():
    # 68 bytes leave two unused bits in the last character; another one there decodes alike
    last = NOTE[-3]
    for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/":
        if other != last:
            with pytest.raises(ValueError, match=r"\w"):
                opened(NOTE[:-3] + other + NOTE[-2:])


def test_a_verifier_key_survives_writing_and_reading():
    assert parse_verifier_key(str(KEY)) == KEY
    assert parse_verifier_key(f"{KEY}\n") == KEY


@pytest.mark.parametrize("text", ["", "a+b", "a+00000000+AAAA", f"other{KEY}", str(KEY)[:-1]])
def test_what_is_not_a_verifier_key_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse_verifier_key(text)


def test_the_key_named_in_the_specification_has_its_id():
    # C2SP signed-note, "Verifier keys" example of the Go checksum database
    key = parse_verifier_key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert key.name == "sum.golang.org"


@pytest.mark.parametrize(
    "text", ["", "a\n1\n", "a\n01\nAAAA\n", "a\n1\nAAAA\n", f"{CHECKPOINT.text()}more\n"]
)
def test_what_is_not_a_checkpoint_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse_checkpoint(text)


def test_a_file_of_notes_is_cut_at_their_ends():
    assert split_notes(NOTE + NOTE) == [NOTE, NOTE]
    assert split_notes(NOTE + NOTE[:-5]) == [NOTE, NOTE[:-5]]
    assert split_notes("") == []
