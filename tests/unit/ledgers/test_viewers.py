"""Viewers are found by brute force over the view `shown`, and by the streaming reader; both say the same."""

import random
from collections import defaultdict

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.query import connect
from ecluse.ledgers.reader import take_snapshot
from ecluse.ledgers.viewers import Question, viewers
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError
from ledger_factory import START


def pseudonym(number):
    return number.to_bytes(4, "little") * 4


def person(rng):
    number = rng.randrange(60)
    if number < 10:  # persons whose first halves are equal
        return b"\x01" * 8 + number.to_bytes(8, "little")
    return pseudonym(number)


def ledger(root, seed, *, count=400):
    rng = random.Random(seed)
    ticks = iter(range(START, START + 10**12, 1_000_000))
    with DirectoryLedger.create(root, origin="example.org/x", now=lambda: next(ticks)) as opened:
        for number in range(count):
            persons = tuple(dict.fromkeys(person(rng) for _ in range(rng.choice([0, 1, 1, 1, 4]))))
            access = Entry(
                at=START + number * 1_000_000,
                account=f"agent-{rng.randrange(9)}",
                session=rng.choice(["", "a", "b"]),
                application="kairos",
                effect=rng.choice(["permit", "permit", "warn", "deny"]),
                persons=persons,
            )
            opened.append(access)
            if persons and rng.random() < 0.2:
                opened.append(
                    Entry(
                        at=access.at + 1,
                        kind="release",
                        account=access.account,
                        persons=persons[:1],
                        detail=f'{{"of": {opened.size - 1}}}',
                    )
                )
            if number in {150, 300}:
                opened.commit()
                opened.seal()
        opened.commit()
    return root


def by_brute_force(root, sample, unit):
    rows = (
        connect(take_snapshot(root))
        .execute('SELECT account, session, person, "at" FROM shown')
        .fetchall()
    )
    seen, sizes = defaultdict(list), defaultdict(set)
    for account, session, who, at in rows:
        key = (account, session or "") if unit == "session" else (account, "")
        sizes[key].add(bytes(who))
        if bytes(who) in sample:
            seen[key].append((sample.index(bytes(who)), at))
    return {k: sorted(v) for k, v in seen.items()}, {k: len(v) for k, v in sizes.items()}


@pytest.mark.parametrize("unit", ["session", "account"])
@pytest.mark.parametrize("seed", range(4))
def test_the_viewers_are_those_of_the_view_shown(tmp_path, seed, unit):
    root = ledger(tmp_path / "ledger", seed)
    sample = [pseudonym(20), pseudonym(33), b"\x01" * 8 + (3).to_bytes(8, "little"), pseudonym(999)]
    views = viewers([root], Question(tuple(sample), unit)).views
    seen, sizes = by_brute_force(root, sample, unit)
    found = defaultdict(list)
    for record, candidate, at in zip(views.record, views.candidate, views.at, strict=True):
        who = views.who[candidate]
        found[who.account, who.session].append((int(record), int(at)))
    assert {k: sorted(v) for k, v in found.items()} == seen
    several = {k for k, v in seen.items() if len({r for r, _ in v}) > 1}
    assert several, "the test must look at sizes"
    for number, who in enumerate(views.who):
        key = (who.account, who.session)
        assert (
            views.size[number] == sizes[key] if key in several else views.size[number] >= sizes[key]
        )
    assert views.candidates >= len(sizes)


def test_places_follow_the_order_of_reading(tmp_path):
    root = ledger(tmp_path / "ledger", 1)
    views = viewers([root], Question((pseudonym(20), pseudonym(33)))).views
    assert (views.at[views.place.argsort()] == sorted(views.at)).all()


def test_an_interval_is_half_open(tmp_path):
    root = ledger(tmp_path / "ledger", 1)
    everything = viewers([root], Question((pseudonym(20),))).views
    first, last = int(everything.at.min()), int(everything.at.max())
    inside = viewers([root], Question((pseudonym(20),), since=first, until=last)).views
    assert int(inside.at.min()) == first
    assert int(inside.at.max()) < last


def test_who_saw_one_person_only_is_told(tmp_path):
    with DirectoryLedger.create(tmp_path / "l", origin="example.org/x") as opened:
        for number in range(3):
            for times in range(2):
                opened.append(
                    Entry(
                        at=START + times,
                        account=f"own-{number}",
                        session=f"s{times}",
                        persons=(pseudonym(number),),
                    )
                )
        opened.append(
            Entry(at=START, account="adviser", session="x", persons=(pseudonym(0), pseudonym(1)))
        )
        opened.commit()
    views = viewers([tmp_path / "l"], Question((pseudonym(0), pseudonym(1)))).views
    assert views.lone == 3
    assert {w.account for w in views.who if w.alone} == {"own-0", "own-1"}


def test_an_altered_segment_is_a_gap(tmp_path):
    root = ledger(tmp_path / "ledger", 1)
    assert viewers([root], Question((pseudonym(20),))).gaps == ()
    (segment, *_) = sorted((root / "segments").glob("*.parquet"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    assert any("segment 0" in gap for gap in viewers([root], Question((pseudonym(20),))).gaps)


def test_two_ledgers_count_as_one(tmp_path):
    one = ledger(tmp_path / "one", 1)
    with DirectoryLedger.create(
        tmp_path / "two", origin="example.org/y", pseudonym_key=one / "keys" / "pseudonym.key"
    ) as opened:
        opened.append(
            Entry(at=START, account="agent-1", session="a", persons=(pseudonym(20), pseudonym(33)))
        )
        opened.commit()
    both = viewers([one, tmp_path / "two"], Question((pseudonym(20), pseudonym(33))))
    alone = viewers([one], Question((pseudonym(20), pseudonym(33))))
    assert len(both.views.record) == len(alone.views.record) + 2
    with pytest.raises(CallerError, match="given twice"):
        viewers([one, one], Question((pseudonym(20),)))
