"""Promise 5: kill the process at any point, and no budget starts afresh."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.engine.evaluate import Engine
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.policy import PolicySet
from ecluse.service.rebuild import read_back, read_on, rebuild, released
from ecluse.service.rebuild_bytes import pack, unpack
from ecluse.service.rebuild_state import engine_of, state_of
from ecluse.service.rebuild_tail import catch_up, charge_all
from rebuild_kit import Book, Gate
from strategies.histories import START, policy_sets, requests, steps

ACTS = ["check", "check", "check", "observe", "reserve", "post", "release", "hold", "reopen"]
moves = st.lists(
    st.tuples(st.sampled_from(ACTS), steps, st.integers(0, 5), st.integers(0, 9)), max_size=40
)
asked = st.lists(requests(), min_size=6, max_size=6)
law = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def lived(policies, asked, moves):
    """A gate after some moves; what the clock of the world says goes back and forth."""
    gate, at = Gate(Engine(policies)), START
    for act, step, which, pick in moves:
        at += step
        gate.play(act, asked[which], at, pick)
    return gate


def goes_on_alike(one, other, asked, moves):
    at = one.clock
    for act, step, which, _ in moves:
        at = max(at + step, one.clock)
        if act in {"check", "observe"}:
            assert getattr(one, act)(asked[which], at) == getattr(other, act)(asked[which], at)


@given(policy_sets(), asked, moves, moves)
@law
def test_an_engine_rebuilt_from_the_ledger_goes_on_as_the_one_that_died(
    policies, asked, before, after
):
    gate = lived(policies, asked, before)
    again, size = rebuild(policies, gate.book, now=gate.engine.clock)
    assert size == len(gate.book.entries)
    gate.end()
    goes_on_alike(gate.engine, again, asked, after)


@given(policy_sets(), asked, moves)
@settings(law, max_examples=20)
def test_a_ledger_on_disk_tells_the_same_as_one_in_memory(policies, asked, before):
    gate = lived(policies, asked, before)
    with (
        tempfile.TemporaryDirectory() as folder,
        DirectoryLedger.create(Path(folder) / "ledger") as ledger,
    ):
        for number, entry in enumerate(gate.book.entries):
            ledger.append(entry)
            if number % 13 == 12:
                ledger.seal()
        ledger.commit()
        now = gate.engine.clock
        on_disk = read_back(policies, ledger, now=now)
    in_memory = read_back(policies, gate.book, now=now)
    assert (pack(on_disk.state), on_disk.size) == (pack(in_memory.state), in_memory.size)


@given(policy_sets(), asked, moves, st.permutations(range(40)))
@law
def test_accesses_counted_at_once_are_counted_as_one_by_one(policies, asked, before, order):
    """Also when the ledger goes back in time, as after a replay of older logs."""
    gate = lived(policies, asked, before)
    entries = gate.book.entries
    book = Book([entries[i] for i in order if i < len(entries)] if order[0] % 2 else entries)
    now = gate.engine.clock
    at_once, _ = rebuild(policies, book, now=now)
    one_by_one = Engine(policies)
    charge_all(one_by_one, released(policies, book, now=now))
    adopted = Engine(PolicySet(()))
    adopted.adopt(policies, released(policies, book, now=now))
    for slow in (one_by_one, adopted):
        slow.holds, slow.clock = at_once.holds, max(slow.clock, at_once.clock)
    assert told(at_once) == told(one_by_one) == told(adopted)


def told(engine):
    """All that later decisions depend on."""
    return engine.clock, engine.holds, [entries_of(d, engine.clock) for d in engine.detectors]


def entries_of(detector, now):
    """Everything that a budget counts; numbers of accesses are only names."""
    by_number = detector.counts.value in {"accesses", "bytes"}
    found = {}
    for key, log in detector.logs.items():
        kept = log.dump(now)
        if kept:
            found[key] = (
                [(i[1:] if isinstance(i, tuple) else "", at) for i, at in kept]
                if by_number
                else kept
            )
    return found


@given(policy_sets(), asked, moves, st.integers(0, 40), st.integers(0, 40))
@law
def test_a_state_and_what_came_after_are_the_whole(policies, asked, before, split, read):
    gate = lived(policies, asked, before)
    entries, now = gate.book.entries, gate.engine.clock
    split = min(split, len(entries))
    known = max(split, min(read, len(entries)))
    first = read_back(policies, Book(entries[:known]), now=now, until=split)
    assert (first.size, first.known) == (split, known)
    whole = read_back(policies, gate.book, now=now)
    for former in (first, stored(first)):
        both = read_on(policies, former, gate.book)
        if both is None:
            taken = [e for e in entries[known:] if e.kind == "release"]
            assert any(int(e.detail[7:-1]) < split for e in taken)
            continue
        assert (both.size, both.known) == (whole.size, whole.known)
        assert both.state.clock == whole.state.clock
        assert packed(policies, both, now) == packed(policies, whole, now)


def packed(policies, read, now):
    """Its bytes, keys in one order, without what has left the longest window."""
    engine = engine_of(policies, read.state)
    engine.clock = max(engine.clock, now)
    return pack(state_of(engine))


def stored(read):
    """The same after its counts were bytes."""
    return type(read)(unpack(pack(read.state)), read.size, read.known)


@given(policy_sets(), asked, moves, moves)
@law
def test_the_counts_of_a_running_engine_are_stored_and_go_on(policies, asked, before, after):
    gate = lived(policies, asked, before)
    again = engine_of(policies, unpack(pack(state_of(gate.engine))))
    gate.end()
    goes_on_alike(gate.engine, again, asked, after)


@given(policy_sets(), asked, moves, st.integers(0, 40), moves)
@law
def test_an_engine_that_caught_up_lets_nothing_more_go(policies, asked, before, split, after):
    """Where the entries it caught up with took back what was counted before, it may let less go."""
    gate = lived(policies, asked, before)
    entries, now = gate.book.entries, gate.engine.clock
    split = min(split, len(entries))
    late, size = rebuild(policies, Book(entries[:split]), now=now)
    assert size == split
    assert catch_up(late, gate.book, split) == len(entries)
    whole, _ = rebuild(policies, gate.book, now=now)
    assert late.holds == whole.holds
    if not any(e.kind == "release" and int(e.detail[7:-1]) < split for e in entries[split:]):
        goes_on_alike(whole, late, asked, after)
        return
    at = whole.clock
    for _, step, which, _ in after[:1]:
        if late.check(asked[which], max(at + step, at)).permitted:
            assert whole.check(asked[which], max(at + step, at)).permitted
