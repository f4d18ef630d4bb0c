"""Each letter goes out once: by a real outbox and a real server that refuses, delays, puts off and hangs up."""

import threading

import pytest

from ecluse.channels.letter_server import SmtpLetterServer
from ecluse.model.channel import Mail
from ecluse.model.errors import UnavailableError
from ecluse.model.letter import LetterState
from ecluse.model.time import MINUTE, SECOND
from ecluse.registers.outbox import open_outbox
from ecluse.registers.outbox_filling import People, fill
from ecluse.service.sending import Pace, Sending
from letters_kit import everybody, exposure, write_people
from servers.letterbox import letterbox

START = 10**15


class Clock:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.at = START
        self.lock = threading.Lock()

    def now(self):
        return self.at

    def sleep(self, seconds):
        with self.lock:
            self.at += round(seconds * SECOND)


@pytest.fixture
def outbox(tmp_path):
    import pyarrow.parquet as pq

    def made(rows, persons):
        table = tmp_path / "v1.parquet"
        pq.write_table(exposure(persons, None)[1], table)
        people = People(write_people(tmp_path / "people.csv", rows))
        fill(box, table, people, language="fr", zone="Europe/Paris", most_per_address=6, moved=lambda *_: None)  # fmt: skip
        return box

    with open_outbox(tmp_path, create=True) as box:
        yield made


def write(row, message_id, _at):
    return f"Message-ID: {message_id}\r\nTo: {row.to}\r\n\r\n.dots stay\r\n".encode()


def send(outbox, box, *, clock=None, connections=3, timeout=5.0, per_minute=60_000):
    clock = clock or Clock()
    way = Mail("127.0.0.1", box.port, "bounces@example.org", (), "none")
    sending = Sending(
        outbox, write, domain="example.org", clock=clock, pace=Pace(per_minute, clock),
        open_server=lambda: SmtpLetterServer(way, timeout=timeout, most=20),
    )  # fmt: skip
    return sending.run(connections=connections)


def test_everybody_gets_one_letter_and_the_answer_is_kept(outbox):
    letters = outbox(everybody(60), 60)
    with letterbox() as box:
        assert send(letters, box).sent == 60
        assert sorted(box.recipients) == sorted(f"p{n}@example.org" for n in range(60))
        assert set(box.taken.values()) == {1}
        assert box.senders == {"bounces@example.org"}
        assert 3 <= box.connections <= 8  # twenty letters over one connection at most
        assert box.letters[0].get_content().rstrip() == ".dots stay"
        assert send(letters, box).sent == 0
    assert letters.count() == {"sent": 60}
    row = next(letters.rows())
    sending, sent = letters.attempts(row.person)
    assert (sending.state, sent.state) == ("sending", "sent")
    assert sent.reply.startswith("250 taken as ")
    assert sent.message_id == row.message_id == sending.message_id
    assert len(sent.content) == 64


def test_an_address_that_is_put_off_is_tried_again_later(outbox):
    letters, clock = outbox(everybody(6), 6), Clock()
    seen = set()

    def greylist(address):
        known = address in seen
        seen.add(address)
        return "" if known else "450 come back later"

    with letterbox(at_recipient=greylist) as box:
        tally = send(letters, box, clock=clock)
        assert (tally.sent, tally.later) == (0, 6)
        assert send(letters, box, clock=clock).sent == 0  # not before its time
        assert letters.next_due() >= START + 5 * MINUTE
        clock.at = letters.next_due() + SECOND
        assert send(letters, box, clock=clock).sent == 6
    assert letters.count() == {"sent": 6}


def test_who_is_always_put_off_goes_to_the_post_in_the_end(outbox):
    letters, clock = outbox(everybody(1), 1), Clock()
    with letterbox(at_recipient=lambda _: "450 come back later") as box:
        for _ in range(9):
            assert letters.count() == {"prepared": 1}
            send(letters, box, clock=clock)
            clock.at += 10**12
    assert letters.count() == {"post": 1}


def test_a_refused_address_goes_on_to_the_next_way(outbox):
    rows = everybody(3)
    rows[1]["address"] = ""
    rows.append({**rows[2], "mail": "z-other@example.org"})
    letters = outbox(rows, 3)

    def strict(address):
        return "" if address.startswith("z-other") else "550 no such mailbox"

    with letterbox(at_recipient=strict) as box:
        tally = send(letters, box)
        assert box.recipients == ["z-other@example.org"]
    assert (tally.sent, tally.refused) == (1, 3)
    assert [r.state for r in letters.rows()] == [LetterState.POST, LetterState.FAILED, LetterState.SENT]  # fmt: skip


def test_a_letter_without_an_answer_is_unknown_and_not_sent_again(outbox):
    letters = outbox(everybody(5), 5)
    with letterbox(at_data=lambda a: "hang up after" if a == "p2@example.org" else "") as box:
        tally = send(letters, box, connections=1)
        assert (tally.sent, tally.unknown) == (4, 1)
        assert send(letters, box).sent == 0
        assert set(box.taken.values()) == {1}
        assert len(box.taken) == 5
    (row,) = letters.rows("state = 'sending'")
    assert row.to == "p2@example.org"
    assert "no answer" in row.note
    assert row.message_id in box.taken  # by which a person finds it in the server's log


def test_a_letter_that_the_server_put_off_after_reading_it_is_tried_again(outbox):
    letters, clock = outbox(everybody(2), 2), Clock()
    answers = iter(["452 no room", "452 no room"])
    with letterbox(at_data=lambda _: next(answers, "")) as box:
        assert send(letters, box, clock=clock).later == 2
        clock.at = letters.next_due() + MINUTE
        assert send(letters, box, clock=clock).sent == 2
    assert letters.count() == {"sent": 2}


def test_a_server_that_refuses_every_letter_stops_the_run(outbox):
    letters = outbox(everybody(60), 60)
    with letterbox(at_data=lambda _: "554 looks like spam") as box:
        with pytest.raises(UnavailableError, match="refused 20 letters"):
            send(letters, box, connections=1)
        assert box.taken == {}
    assert letters.count() == {"failed": 20, "prepared": 40}


def test_a_server_that_is_gone_costs_nobody_a_letter(outbox):
    letters = outbox(everybody(4), 4)
    with letterbox() as box:
        pass
    with pytest.raises(UnavailableError, match="takes no letters"):
        send(letters, box)
    assert letters.count() == {"prepared": 4}
    assert all(row.attempts <= 1 for row in letters.rows())


def test_a_slow_server_is_not_taken_for_a_silent_one(outbox):
    letters = outbox(everybody(2), 2)
    with letterbox(pause=0.3) as box:
        assert send(letters, box, connections=2).sent == 2


def test_a_server_slower_than_the_wait_leaves_the_outcome_unknown(outbox):
    letters = outbox(everybody(1), 1)
    with letterbox(pause=0.8) as box:
        assert send(letters, box, connections=1, timeout=0.3).unknown == 1
    assert letters.count() == {"sending": 1}


def test_an_address_beyond_ascii_goes_out_where_the_server_takes_it(outbox):
    rows = everybody(1)
    rows[0]["mail"] = "zoé@exämple.test"
    letters = outbox(rows, 1)
    with letterbox() as box:
        assert send(letters, box).sent == 1
        assert box.recipients == ["zoé@xn--exmple-cua.test"]


def test_letters_go_out_no_faster_than_asked(outbox):
    letters, clock = outbox(everybody(10), 10), Clock()
    with letterbox() as box:
        send(letters, box, clock=clock, connections=1, per_minute=60)
    assert clock.at - START >= 9 * SECOND


def test_an_outbox_that_cannot_be_written_stops_before_the_server_is_given_anything(
    outbox, monkeypatch
):
    letters = outbox(everybody(3), 3)

    def full(*_, **__):
        raise UnavailableError("the disk is full")

    monkeypatch.setattr(letters, "begin", full)
    with letterbox() as box:
        with pytest.raises(UnavailableError, match="the disk is full"):
            send(letters, box)
        assert box.taken == {}
    assert letters.count() == {"prepared": 3}
