"""An outbox keeps what was written, is read by its owner alone, and says when it is not what it was."""

import pyarrow.parquet as pq
import pytest

from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.letter import Attempt, LetterState
from ecluse.registers.outbox import open_outbox, outbox_path
from ecluse.registers.outbox_filling import People, fill
from letters_kit import everybody, exposure, person, write_people


@pytest.fixture
def outbox(tmp_path):
    pq.write_table(exposure(3, None)[1], tmp_path / "v1.parquet")
    people = People(write_people(tmp_path / "people.csv", everybody(3)))
    with open_outbox(tmp_path, create=True) as made:
        fill(made, tmp_path / "v1.parquet", people, language="fr", zone="UTC", most_per_address=6, moved=lambda *_: None)  # fmt: skip
        yield made


def test_only_its_owner_may_look(outbox, tmp_path):
    assert outbox_path(tmp_path).stat().st_mode & 0o077 == 0
    assert (tmp_path / "outbox/key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "outbox").stat().st_mode & 0o077 == 0


def test_codes_are_the_same_whenever_they_are_made_and_found_again(outbox, tmp_path):
    one = outbox.personal(person(1), "x")
    with open_outbox(tmp_path) as again:
        assert again.personal(person(1), "x") == one
        assert again.by_word("code", one.code).person == person(1)
        assert again.by_word("attestation", one.attestation).person == person(1)
        assert again.by_word("attestation", one.code) is None
        assert again.by_word("code", "AAAA-AAAA-AAAA") is None
    words = {w for n in range(3) for p in [outbox.personal(person(n), "")] for w in (p.code, p.attestation, p.reference)}  # fmt: skip
    assert len(words) == 9
    assert all(len(w) == 14 for w in words)


def test_a_code_is_answered_and_the_first_time_is_remembered(outbox):
    assert outbox.answered(person(1), 100) is None
    assert outbox.answered(person(1), 200) == 100


def test_a_letter_is_begun_once(outbox):
    row = outbox.row(person(0))
    outbox.begin(row, content="c", message_id="<m@example.org>", at=5)
    with pytest.raises(UnavailableError, match="another process"):
        outbox.begin(row, content="c", message_id="<m@example.org>", at=6)
    assert len(outbox.attempts(person(0))) == 1
    assert outbox.by_message("<m@example.org>").person == person(0)
    assert outbox.attempted() == 1


def test_the_digest_of_the_list_knows_addresses_and_not_what_was_sent(outbox):
    before = outbox.list_digest()
    row = outbox.row(person(0))
    outbox.begin(row, content="c", message_id="<m@example.org>", at=5)
    outbox.settle(row, LetterState.SENT, attempt=Attempt(6, "mail", "sent", "c", "<m@example.org>", "250", ""))  # fmt: skip
    assert outbox.list_digest() == before
    with outbox.writing() as base:
        base.execute("UPDATE letter SET mail = 'thief@example.org' WHERE person = ?", (person(2),))
    assert outbox.list_digest() != before


def test_a_failed_step_leaves_nothing(outbox):
    def fails():
        with outbox.writing() as base:
            base.execute("DELETE FROM letter")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert outbox.count() == {"prepared": 3}


def test_another_file_or_a_lost_key_is_said(tmp_path):
    with pytest.raises(CallerError, match="no letters were prepared"), open_outbox(tmp_path):
        pass
    with open_outbox(tmp_path, create=True):
        pass
    outbox_path(tmp_path).write_bytes(b"this is no database, and never was one" * 100)
    with pytest.raises(IntegrityError, match="is no outbox"), open_outbox(tmp_path):
        pass
    (tmp_path / "outbox/key").write_bytes(b"short")
    with pytest.raises(IntegrityError, match="is no key"), open_outbox(tmp_path):
        pass
