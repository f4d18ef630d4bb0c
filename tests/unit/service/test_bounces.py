"""A report of the mail system counts when it names a letter of ours, once, whatever the mail around it looks like."""

import pytest

from ecluse.model.letter import LetterState
from ecluse.registers.outbox import open_outbox
from ecluse.registers.outbox_filling import People, fill
from ecluse.service.bounces import BounceKind, read_bounces, take_bounces
from letters_kit import everybody, exposure, person, write_people

REPORT = """From: MAILER-DAEMON@example.org
To: bounces@example.org
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I am sorry.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org

Final-Recipient: rfc822; p1@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {text}

--B
Content-Type: {returned}

{before}Message-ID: {message_id}
Subject: yours

--B--
"""


def report(message_id, *, action="failed", status="5.1.1", text="550 no such mailbox", whole=True):
    returned = "message/rfc822" if whole else "text/rfc822-headers"
    return REPORT.format(action=action, status=status, text=text, returned=returned, before="From: x@example.org\n", message_id=message_id).encode()  # fmt: skip


@pytest.fixture
def sent(tmp_path):
    """Three letters that were sent: the first person has a second address, the last one no postal one."""
    import pyarrow.parquet as pq

    rows = everybody(3)
    rows[2]["address"] = ""
    rows.append({**rows[0], "mail": "z0@example.org"})
    pq.write_table(exposure(3, None)[1], tmp_path / "v1.parquet")
    people = People(write_people(tmp_path / "people.csv", rows))
    with open_outbox(tmp_path, create=True) as outbox:
        fill(outbox, tmp_path / "v1.parquet", people, language="fr", zone="UTC", most_per_address=6, moved=lambda *_: None)  # fmt: skip
        send_all(outbox)
        yield outbox


def send_all(outbox, at=10):
    from ecluse.model.letter import Attempt

    for row in outbox.due(at, 10):
        message_id = outbox.message_id(row, "example.org")
        outbox.begin(row, content="c" * 64, message_id=message_id, at=at)
        outbox.settle(row, LetterState.SENT, attempt=Attempt(at, "mail", "sent", "c" * 64, message_id, "250", ""))  # fmt: skip


def ids(outbox):
    return [row.message_id for row in outbox.rows()]


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_is_read_with_what_it_is_about(whole):
    (bounce,) = read_bounces(report("<a@example.org>", whole=whole))
    assert (bounce.kind, bounce.message_id, bounce.status) == (BounceKind.HARD, "<a@example.org>", "5.1.1")  # fmt: skip
    assert "no such mailbox" in bounce.text


@pytest.mark.parametrize(
    "mail",
    [b"", b"\xff\xfe\x00", b"Subject: hello\n\nI am on holiday", b"Content-Type: multipart/report\n\nno parts"],
)  # fmt: skip
def test_what_is_no_report_says_nothing(mail):
    assert read_bounces(mail) == ()


def test_who_cannot_be_reached_goes_on_to_the_next_way(sent):
    first = ids(sent)
    tally = take_bounces(sent, [report(i) for i in first], at=20)
    assert tally.hard == 3
    states = [r.state for r in sent.rows()]
    assert states == [LetterState.PREPARED, LetterState.POST, LetterState.BOUNCED]
    assert sent.row(person(0)).to == "z0@example.org"
    send_all(sent, at=30)
    assert sent.row(person(0)).message_id not in first
    assert take_bounces(sent, [report(sent.row(person(0)).message_id)], at=40).hard == 1
    assert sent.row(person(0)).state is LetterState.POST


def test_the_same_mailbox_twice_changes_nothing(sent):
    mails = [report(i) for i in ids(sent)]
    take_bounces(sent, mails, at=20)
    before = list(sent.rows())
    assert take_bounces(sent, mails, at=30).repeated == 3
    assert list(sent.rows()) == before


def test_a_late_report_of_an_old_address_does_not_undo_a_letter_that_arrived(sent):
    old = sent.row(person(0)).message_id
    take_bounces(sent, [report(old)], at=20)
    send_all(sent, at=30)
    tally = take_bounces(sent, [report(old, text="550 another report")], at=40)
    assert tally.late == 1
    assert sent.row(person(0)).state is LetterState.SENT


def test_forged_reports_and_ones_about_others_are_counted_only(sent):
    before = list(sent.rows())
    tally = take_bounces(sent, [report("<forged@example.org>"), report(""), b"Subject: spam\n\nx"], at=20)  # fmt: skip
    assert (tally.unmatched, tally.others) == (2, 1)
    assert list(sent.rows()) == before


def test_a_delay_is_noted_and_a_delivery_settles_what_was_unknown(sent):
    one, two, _ = ids(sent)
    take_bounces(sent, [report(one, action="delayed", status="4.4.1", text="451 busy")], at=20)
    assert sent.row(person(0)).state is LetterState.SENT
    assert "4.4.1" in sent.row(person(0)).note
    row = sent.row(person(1))
    sent.settle(row, LetterState.SENDING, attempt=sent.attempts(person(1))[0])
    take_bounces(sent, [report(two, action="delivered", status="2.0.0", text="ok")], at=20)
    assert sent.row(person(1)).state is LetterState.SENT
