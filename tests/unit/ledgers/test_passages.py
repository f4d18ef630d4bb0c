"""Accesses and findings as they leave a ledger: the wanted ones, without whom was taken back, with every doubt told."""

import json

import pytest

from ecluse.exports.common.material import Stage
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.passages import open_reading
from ecluse.ledgers.retention import retain
from ecluse.model.entry import Entry
from ecluse.model.exposure import Selection
from ecluse.model.finding import Severity
from ecluse.model.time import DAY
from ledger_factory import START, entry, small_ledger

ALL = (Selection(),)


@pytest.fixture
def ledger(tmp_path):
    return small_ledger(tmp_path / "ledger")


def read(root, *selections):
    reading = open_reading(root)
    return list(reading.accesses(selections or ALL)), reading.doubts


def add(root, *entries):
    with DirectoryLedger(root) as opened:
        for one in entries:
            opened.append(one)
        opened.checkpoint()


def test_every_access_leaves_once_and_whole(ledger):
    found, doubts = read(ledger)
    assert not doubts
    assert [p.seq for p in found] == list(range(10))
    one = found[5]
    want = entry(5)
    assert (one.account, one.session, one.source, one.at) == (want.account, want.session, want.source, want.at)  # fmt: skip
    assert (one.persons, one.count) == (want.persons, len(want.persons))
    assert one.categories == want.categories
    assert one.released
    assert one.ledger == "example.org/small"


def test_a_sealed_access_has_its_leaf_and_another_has_none(ledger):
    found, _ = read(ledger)
    assert [p.leaf is not None for p in found] == [True] * 7 + [False] * 3
    assert len({p.leaf for p in found[:7]}) == 7
    stored = b"".join(p.read_bytes() for p in sorted((ledger / "segments").glob("*.leaves")))
    assert all(p.leaf in stored for p in found[:7])


@pytest.mark.parametrize(
    ("selections", "numbers"),
    [
        ((Selection(accounts=("agent-1",)),), [1, 4, 7]),
        ((Selection(sessions=("session-3", "session-9")),), [3, 9]),
        ((Selection(accounts=("agent-1",), sessions=("session-3",)),), []),
        ((Selection(accounts=("agent-1",)), Selection(sessions=("session-3", "session-4"))), [1, 3, 4, 7]),
        ((Selection(since=START + 2_000_000, until=START + 5_000_000),), [2, 3, 4]),
        ((Selection(applications=("kairos",), organizations=("org-1",), sources=("192.0.2.7",), until=START + 1),), [0]),
        ((Selection(applications=("other",)),), []),
        ((Selection(lineages=("m",)),), []),
        ((), []),
    ],
)  # fmt: skip
def test_selections_are_taken_together(ledger, selections, numbers):
    reading = open_reading(ledger)
    assert [p.seq for p in reading.accesses(selections)] == numbers


def test_a_refusal_says_that_nothing_was_released(ledger):
    add(ledger, Entry(at=START, account="x", effect="deny", policy="b", persons=(b"p" * 16,)))
    (found,), _ = read(ledger, Selection(accounts=("x",)))
    assert (found.released, found.effect, found.policy, found.count) == (False, "deny", "b", 1)


def test_who_was_taken_back_does_not_leave(ledger):
    def release(of, persons, account="agent-2"):
        return Entry(at=START, account=account, kind="release", persons=persons, detail=json.dumps({"of": of}))  # fmt: skip

    two, five = entry(2).persons, entry(5).persons
    add(ledger, release(2, two[:1]), release(5, five), release(8, entry(8).persons, account="other"))  # fmt: skip
    found, _ = read(ledger, Selection(accounts=("agent-2",)))
    assert [(p.seq, p.count, p.taken_back) for p in found] == [(2, 1, 1), (8, 2, 0)]
    assert found[0].persons == two[1:]


def test_persons_destroyed_by_a_retention_are_counted_and_not_named(ledger):
    with DirectoryLedger(ledger) as opened:
        opened.seal()
        retain(opened, START + 500 * DAY)
    found, doubts = read(ledger, Selection(accounts=("agent-2",)))
    assert not doubts
    assert [(p.persons, p.count, p.session, p.source) for p in found] == [(None, 2, "", "")] * 3


def test_an_altered_segment_is_told_and_a_broken_one_left_out(ledger):
    second = sorted((ledger / "segments").glob("*.parquet"))[1]
    content = second.read_bytes()
    second.write_bytes(content.replace(b"agent-1", b"agent-9"))
    found, doubts = read(ledger)
    assert any("segment 1 (entries 4 to 6) was altered" in doubt for doubt in doubts)
    assert len(found) in (7, 10)
    second.write_bytes(b"no parquet")
    found, doubts = read(ledger)
    assert [p.seq for p in found] == [0, 1, 2, 3, 7, 8, 9]
    assert any("segment 1 (entries 4 to 6) cannot be read" in doubt for doubt in doubts)


def test_findings_are_told_from_raising_to_end_under_one_name(ledger):
    def finding(at, **detail):
        said = {"code": "c", "severity": "high", "what": "w", "help": "h", "about": "agent-1", "over": False, **detail}  # fmt: skip
        return Entry(at=at, account="", kind="finding", detail=json.dumps(said))

    seen = Entry(at=START + 2, account="", kind="acknowledgement", detail=json.dumps({"code": "c", "about": "agent-1", "by": "ada", "note": "n"}))  # fmt: skip
    add(ledger, finding(START + 1), seen, finding(START + 3, over=True), finding(START + 9))
    add(ledger, finding(START + 4, about="x", over=True))
    add(ledger, Entry(at=START, account="", kind="finding", detail="nonsense"))
    reading = open_reading(ledger)
    found = list(reading.findings())
    assert [n.stage for n in found] == [Stage.RAISED, Stage.ACKNOWLEDGED, Stage.OVER, Stage.RAISED, Stage.OVER]  # fmt: skip
    assert len({n.uid for n in found[:3]}) == 1
    assert len({n.uid for n in found}) == 3
    assert found[1].finding.severity is Severity.HIGH
    assert (found[1].by, found[1].note, found[2].raised_at) == ("ada", "n", START + 1)
    assert found[4].raised_at is None
    assert reading.doubts == ["entry 15 says nothing that can be read of a finding"]
    assert [n.uid for n in open_reading(ledger).findings()] == [n.uid for n in found]


def test_steps_tell_of_every_entry(ledger):
    steps = []
    list(open_reading(ledger).accesses((Selection(until=START + 1),), steps.append))
    assert sum(steps) == 10


def test_a_log_that_ends_in_the_middle_of_an_entry_is_told(ledger):
    with (ledger / "wal").open("ab") as file:
        file.write(b"\x07half")
    found, doubts = read(ledger)
    assert len(found) == 10
    assert any("no entry" in doubt for doubt in doubts)
