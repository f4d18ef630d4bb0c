"""A proof names the person by the pseudonym, and every step with its hash, instant and answer."""

from ecluse.model.letter import Attempt, LetterRow, LetterState, Personal, Wording
from ecluse.notices.checks import texts
from ecluse.notices.letter_proof import proof_data, proof_document
from notice_factory import MADE_AT, affair

ROW = LetterRow(b"p" * 16, Wording("fr", shown=("identity",)), "mail", LetterState.SENT, "Zoé Exemple", "zoe@example.org", (), "1 rue X", "12/07/2025", 1, 0, MADE_AT, 0, "<m@example.org>", "")  # fmt: skip
ONE = Personal("7K3F-9QWX-M2TD", "ABCD-EFGH-JKLM", "NPQR-STUV-WXYZ", "12/07/2025")
STEPS = (Attempt(MADE_AT, "mail", "sent", "e" * 64, "<m@example.org>", "250 taken\x1b[31m", "Sacha"),)  # fmt: skip


def made(steps=STEPS):
    return proof_data(affair(), ROW, ONE, steps, digest="d" * 64, released_by=("A", "B"))


def test_it_proves_what_was_sent_and_names_nobody():
    data = made()
    assert data["person"] == (b"p" * 16).hex()
    assert data["steps"][0]["sha256"] == "e" * 64
    for language in ("fr", "en"):
        said = " ".join(text for _, text in texts(proof_document(affair(), data, language=language, at=MADE_AT)))  # fmt: skip
        for word in ("e" * 64, "2025-07-15T16:00:00Z", "<m@example.org>", "250 taken", "A, B", ONE.reference, "d" * 64):  # fmt: skip
            assert word in said
        for word in ("Zoé", "zoe@", "rue X", ONE.code, "\x1b"):
            assert word not in said


def test_nothing_sent_is_said():
    said = " ".join(text for _, text in texts(proof_document(affair(), made(()), language="en", at=MADE_AT)))  # fmt: skip
    assert "Nothing was sent yet" in said
