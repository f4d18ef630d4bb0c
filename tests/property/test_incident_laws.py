"""Laws of an incident: nothing is overwritten, folding is laying one by one, no change of a log passes, no clock is generous."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.incident.clocks import deadlines, due_at
from ecluse.incident.folding import fold, lay
from ecluse.model.errors import IntegrityError
from ecluse.model.incident import InstantKind, Signed
from ecluse.model.time import DAY, HOUR
from ecluse.registers.log import append, begin, read
from incident_factory import AT, CLOCKS, incident, lines

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
TIMES = st.integers(AT - 400 * DAY, AT + 400 * DAY)
NAMES = st.sampled_from(["A. Martin", "B. Durand", "C. Petit"])
LISTS = st.lists(WORDS, max_size=3)

ACTS = st.one_of(
    st.tuples(st.just("note"), st.fixed_dictionaries({"text": WORDS}, optional={"happened_at": TIMES})),
    st.tuples(st.just("added"), st.fixed_dictionaries({"accounts": LISTS, "sources": LISTS})),
    st.tuples(st.just("warning"), st.fixed_dictionaries({"warning": st.sampled_from(["w1", "w2"]), "source": WORDS, "summary": WORDS, "received_at": TIMES})),
    st.tuples(st.just("instant"), st.fixed_dictionaries({"kind": st.sampled_from(list(InstantKind)).map(str), "happened_at": TIMES, "corrects": st.booleans()})),
    st.tuples(st.just("decided"), st.fixed_dictionaries({"what": st.sampled_from(["breach", "severity", "notify_authority"]), "answer": st.sampled_from(["yes", "no", "high"])})),
    st.tuples(st.just("assigned"), st.fixed_dictionaries({"owner": NAMES})),
    st.tuples(st.just("moved"), st.fixed_dictionaries({"state": st.sampled_from(["in_progress", "resolved"])})),
    st.tuples(st.just("document_released"), st.dictionaries(WORDS, WORDS, max_size=2)),
).flatmap(lambda act: NAMES.map(lambda by: (*act, by)))  # fmt: skip


@given(st.lists(ACTS, max_size=12))
def test_folding_is_laying_one_by_one_and_nothing_is_taken_back(acts):
    made = lines(*acts)
    known = None
    for number, (line, head) in enumerate(made, start=1):
        before, known = known, lay(known, line, head=head, id="2025-0001")
        assert known == fold("2025-0001", made[:number])
        assert known.head == head
        if before is not None:
            for name in ("instants", "decisions", "warnings", "accounts", "sources"):
                old = getattr(before, name)
                assert getattr(known, name)[: len(old)] == old
            assert set(before.timeline) <= set(known.timeline)
    assert [s.at for s in known.timeline] == sorted(s.at for s in known.timeline)
    assert len(known.timeline) == len(made)
    assert {s.signed for s in known.timeline} <= {Signed(line.by, line.at) for line, _ in made}


@given(st.lists(ACTS, max_size=6), st.data())
@settings(max_examples=60, deadline=None)
def test_no_change_of_a_log_passes(acts, data):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        begin(path, "opened", {"title": "x"}, by="A", at=AT)
        for name, detail, by in acts:
            append(path, name, detail, by=by, at=AT)
        whole, sound = path.read_bytes(), read(path)
        place = data.draw(st.integers(0, len(whole) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "drop", "insert"]))
        changed = {
            "flip": whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :],
            "cut": whole[:place],
            "drop": whole[:place] + whole[place + 1 :],
            "insert": whole[:place] + bytes([data.draw(st.integers(0, 255))]) + whole[place:],
        }[kind]  # fmt: skip
        if changed == whole:
            return
        path.write_bytes(changed)
        with pytest.raises(IntegrityError):
            read(path)
        path.write_bytes(whole)
        assert read(path) == sound


@given(st.lists(ACTS, max_size=8))
def test_no_clock_is_generous(acts):
    made = incident(*acts)
    for clock in deadlines(made, CLOCKS):
        setting = next(c for c in CLOCKS.clocks if c.name == clock.name)
        if clock.due is not None:
            assert clock.due == clock.begun_at + setting.hours * HOUR
            assert clock.begins in setting.begins
        if clock.shadow_due is not None:
            warned = min(i.at for i in made.instants if i.kind is InstantKind.WARNING_RECEIVED)
            assert clock.shadow_due >= warned + setting.hours * HOUR
        if clock.due is not None and clock.shadow_due is not None:
            assert clock.shadow_due < clock.due
        assert not (clock.waived and (clock.due or clock.shadow_due))


@given(st.integers(0, 4_000_000_000), st.integers(1, 12), st.sampled_from(["Europe/Paris", "UTC", "America/Cayenne", "Pacific/Noumea", "Indian/Reunion"]))  # fmt: skip
def test_a_month_is_28_to_31_days_and_never_more(seconds, months, zone):
    clock = replace(CLOCKS.clocks[0], hours=None, months=months)
    begins = seconds * 1_000_000
    length = due_at(begins, clock, zone) - begins
    assert 28 * months * DAY - HOUR <= length <= 31 * months * DAY + HOUR
    assert due_at(begins, replace(clock, months=months + 1), zone) > due_at(begins, clock, zone)
