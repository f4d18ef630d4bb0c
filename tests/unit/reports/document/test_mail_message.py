"""The mail of a letter: headers that no name can change, the same words twice, nothing to fetch or follow."""

import re
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.model.letter import Personal, Wording
from ecluse.notices.letter_body import letter
from ecluse.reports.document.mail_message import LetterMails, Sender
from notice_factory import affair

MADE = affair()
SENDER = Sender("Agence d’Exemple", "info@example.org", "bounces@example.org", "reply@example.org")
MAILS = LetterMails(lambda w, p: letter(MADE, w, p), lambda _: "Vos données\u00a0: à lire", SENDER)
ONE = Personal("7K3F-9QWX-M2TD", "ABCD-EFGH-JKLM", "NPQR-STUV-WXYZ", "12/07/2025")
ALLOWED = ["Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Language"]  # fmt: skip


def write(name="Zoé Exemple", to="zoe@example.org", wording=None):
    raw = MAILS.write(wording or Wording("fr", shown=("identity",)), ONE, name=name, to=to, message_id="<abc@example.org>", at=MADE.made_at)  # fmt: skip
    return raw, message_from_bytes(raw, policy=policy.default)


def test_it_says_what_it_is():
    raw, mail = write()
    assert sorted(mail.keys()) == sorted(ALLOWED)
    assert mail["Subject"] == "Vos données : à lire"
    assert mail["To"].addresses[0].addr_spec == "zoe@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Tue, 15 Jul 2025 16:00:00 +0000"
    assert mail.get_content_type() == "multipart/alternative"
    assert max(map(len, raw.splitlines())) <= 998  # RFC 5322, 2.1.1
    assert write()[0] == raw


def test_text_and_page_say_the_same_and_reach_for_nothing():
    _, mail = write()
    text = mail.get_body(("plain",)).get_content()
    page = mail.get_body(("html",)).get_content()
    for word in (ONE.code, ONE.attestation, ONE.reference, "01 99 00 56 78"):
        assert word in text
        assert word in page
    assert not re.search(r"<(?:a|img|script|link|iframe|form|object|video)\b|https?:|url\(|@import|on\w+=", page)  # fmt: skip
    assert "\ue000" not in text + page


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_name_changes_the_mail(name):
    raw, mail = write(name=name)
    assert sorted(mail.keys()) == sorted(ALLOWED)
    assert [a.addr_spec for a in mail["To"].addresses] == ["zoe@example.org"]
    assert raw.partition(b"\r\n\r\n")[2] == write()[0].partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("to", ["zoé@exämple.test", "zoé@example.org"])
def test_addresses_beyond_ascii_are_written_as_utf8(to):
    raw, _ = write(to=to)
    assert "zoé@".encode() in raw


def test_each_wording_has_its_own_words():
    assert b"social security" not in write(wording=Wording("en", shown=("identity", "nir")))[0][:200]  # fmt: skip
    one = write(wording=Wording("en", shown=("identity", "nir")))[1].get_body(("plain",)).get_content()  # fmt: skip
    assert "Steal your identity" in one
    assert "Steal your identity" not in write(wording=Wording("en", shown=("identity",)))[1].get_body(("plain",)).get_content()  # fmt: skip
