"""The steps of a disclosure, carried out by hand."""

import pytest

from ecluse.enforcers._book import Book, Refused, Settlement
from ecluse.enforcers._plan import (
    END,
    Disclosing,
    Emit,
    Pull,
    Reserve,
    Streaming,
    Wait,
    Walk,
    disclosing,
    streaming,
)
from ecluse.enforcers.identity import Identity
from ecluse.model.asked import PERSONS_MAX, Answer, Why
from ecluse.sdk.errors import GateUnavailable


def book():
    return Book(identify=lambda: Identity(account="adviser"))


def permit(number, effect="permit", delay=0):
    return Answer(effect=effect, released=True, reservation=f"r{number}", delay=delay)


def refusal(effect="deny", window=60):
    return Answer(effect=effect, released=False, reasons=(Why("account", effect, window),))


def flow(room, rows, **fields):
    """Carries a stream out against so much room; gives the steps, and the rows handed out."""
    wish = Streaming(person=lambda row: row, **fields)
    walk = Walk(streaming(book(), wish))
    source, steps, out, number = iter(rows), [], [], 0
    while walk.step is not None:
        step = walk.step
        steps.append(step)
        match step:
            case Pull():
                walk.send(next(source, END))
            case Reserve(asked):
                number += 1
                fits = len(asked.persons) <= room
                room -= len(asked.persons) if fits else 0
                walk.send(permit(number) if fits else refusal(fields.get("effect", "deny")))
            case Emit(row):
                out.append(row)
                walk.send(None)
            case _:
                walk.send(None)
    return steps, out, walk.answer


def sizes(steps):
    return [len(step.asked.persons) for step in steps if isinstance(step, Reserve)]


def test_one_message_is_reserved():
    walk = Walk(disclosing(book(), Disclosing(["1", "2"])))
    assert isinstance(walk.step, Reserve)
    walk.send(permit(1))
    assert walk.step is None
    assert walk.answer.released


def test_a_second_message_refused_releases_the_first():
    kept = book()
    walk = Walk(disclosing(kept, Disclosing(range(PERSONS_MAX + 1))))
    walk.send(permit(1))
    assert walk.step.asked.persons == (str(PERSONS_MAX),)
    walk.send(refusal())
    assert walk.step == Settlement("r1", ())
    with pytest.raises(Refused):
        walk.send(None)
    assert not kept.open
    assert kept.case.kind == "deny"


def test_who_only_asks_gets_the_refusal_as_an_answer():
    kept = book()
    walk = Walk(disclosing(kept, Disclosing("1", binding=False)))
    walk.send(refusal("justify"))
    assert walk.step is None
    assert walk.answer.effect == "justify"
    assert kept.case is None
    assert kept.asked


def test_slow_waits_once_and_not_for_ever():
    walk = Walk(disclosing(book(), Disclosing("1")))
    walk.send(permit(1, "slow", delay=3000))
    assert walk.step == Wait(3.0)
    walk = Walk(disclosing(book(), Disclosing("1")))
    walk.send(permit(1, "slow", delay=10**9))
    assert walk.step == Wait(10.0)
    walk.send(None)
    assert walk.answer.effect == "slow"


def test_a_gate_that_fails_refuses():
    kept = book()
    walk = Walk(disclosing(kept, Disclosing("1")))
    with pytest.raises(Refused) as refused:
        walk.throw(GateUnavailable("x"))
    assert refused.value.case.kind == "unavailable"
    assert isinstance(refused.value.__cause__, GateUnavailable)
    assert kept.case.status == 503


def test_batches_grow():
    steps, out, answer = flow(10_000, range(300))
    assert sizes(steps) == [1, 2, 4, 8, 16, 32, 64, 100, 73]
    assert out == list(range(300))
    assert answer.released


def test_a_stream_is_cut_at_the_limit_to_the_person():
    for room in range(1, 40):
        _, out, answer = flow(room, range(300))
        assert out == list(range(room))
        assert not answer.released


def test_few_questions_find_the_limit():
    steps, out, _ = flow(1037, range(5000), most=100)
    assert len(out) == 1037
    assert len(sizes(steps)) < 40


def test_what_is_closed_is_not_tried_again():
    kept = book()
    walk = Walk(streaming(kept, Streaming(person=lambda row: row)))
    for answer in (permit(1), refusal("hold")):
        while not isinstance(walk.step, Reserve):
            walk.send("1" if isinstance(walk.step, Pull) else None)
        walk.send(answer)
    assert walk.step is None
    assert walk.answer.effect == "hold"


def test_a_closed_application_is_not_tried_again():
    walk = Walk(streaming(book(), Streaming(person=lambda row: row)))
    for answer in (permit(1), permit(2), refusal(window=0)):
        while not isinstance(walk.step, Reserve):
            walk.send("1" if isinstance(walk.step, Pull) else None)
        walk.send(answer)
    assert walk.step is None


def test_a_first_row_refused_raises():
    with pytest.raises(Refused):
        flow(0, range(3))


def test_no_row_is_a_question_about_nobody():
    steps, out, answer = flow(0, [])
    assert sizes(steps) == [0]
    assert out == []
    assert answer.released


def test_a_cut_may_hand_out_a_last_row():
    told = []
    _, out, _ = flow(5, range(9), on_cut=lambda answer: told.append(answer.effect) or "cut")
    assert out == [0, 1, 2, 3, 4, "cut"]
    assert told == ["deny"]
    _, out, _ = flow(9, range(9), on_cut=lambda _: "cut")
    assert out == list(range(9))


def test_a_row_of_several_persons_is_shown_whole_or_not():
    wide = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    _, out, _ = flow(7, wide)
    assert out == wide[:2]


def test_a_row_of_very_many_persons_takes_several_messages():
    wide = [list(range(PERSONS_MAX + 1))]
    _, out, _ = flow(PERSONS_MAX + 1, wide)
    assert out == wide
    with pytest.raises(Refused):
        flow(PERSONS_MAX, wide)


def test_bytes_are_counted_by_row():
    steps, _, _ = flow(99, range(3), size=lambda row: 10 + row)
    assert [s.asked.bytes for s in steps if isinstance(s, Reserve)] == [10, 11 + 12]


def test_each_batch_is_settled_as_it_went():
    steps, _, _ = flow(99, range(7))
    kinds = [type(step) for step in steps if not isinstance(step, Pull)]
    assert kinds[:3] == [Reserve, Emit, Settlement]
    assert kinds.count(Settlement) == kinds.count(Reserve) == 3
