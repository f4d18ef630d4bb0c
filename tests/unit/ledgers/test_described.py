"""A ledger says what it is, and an altered one does not pass for it."""

import pytest

from ecluse.ledgers.described import describe
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.notes import read_note
from ecluse.ledgers.reader import take_snapshot
from ecluse.model.errors import IntegrityError
from ledger_factory import small_ledger


def test_it_gives_the_last_signed_checkpoint(tmp_path):
    root = small_ledger(tmp_path / "evidence")
    with DirectoryLedger(root) as ledger:
        note, size = ledger.checkpoint(), ledger.size
    snapshot = take_snapshot(root)
    state = describe(snapshot)
    signed = read_note(note, snapshot.layout.read_public_key())
    assert (state.entries, state.size, state.root) == (size, size, signed.root.hex())
    assert (state.origin, state.months, state.destroyed) == ("example.org/small", 12, 0)
    assert state.key == str(snapshot.layout.read_public_key())


def test_a_new_ledger_has_none(tmp_path):
    with DirectoryLedger.create(tmp_path / "evidence"):
        pass
    state = describe(take_snapshot(tmp_path / "evidence"))
    assert (state.entries, state.size, state.root) == (0, 0, "")


def test_an_altered_checkpoint_is_told(tmp_path):
    root = small_ledger(tmp_path / "evidence")
    path = root / "checkpoints"
    path.write_text(path.read_text("utf-8").replace("example.org/small\n4\n", "example.org/small\n5\n", 1), "utf-8")  # fmt: skip
    with pytest.raises(IntegrityError, match="checkpoint 1"):
        describe(take_snapshot(root))
