"""Laws of the ledger, over random histories of writing, sealing, signing, importing and reopening."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from ecluse.ledgers import directory
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.exposure import expose
from ecluse.ledgers.prove import prove_consistency, prove_inclusion
from ecluse.ledgers.query import run
from ecluse.ledgers.reader import frame_of, take_snapshot
from ecluse.ledgers.retention import retain
from ecluse.ledgers.standalone.verify_ecluse import check_bundle
from ecluse.ledgers.verify import verify
from ecluse.model.entry import Entry
from ecluse.model.policy import Effect
from ecluse.model.time import DAY

START = 1_752_314_400_000_000

entries = st.builds(
    Entry,
    at=st.integers(START, START + 20 * DAY),
    account=st.sampled_from(["a", "b", "é|%"]),
    effect=st.sampled_from([effect.word for effect in Effect]),
    categories=st.sampled_from([(), ("x",), ("x", "y")]),
    persons=st.lists(st.integers(0, 6).map(lambda n: bytes([n]) * 16), max_size=4, unique=True).map(
        tuple
    ),
    session=st.sampled_from(["", "s"]),
)
releases = st.builds(
    Entry,
    at=st.integers(START, START + 20 * DAY),
    kind=st.just("release"),
    account=st.sampled_from(["a", "b"]),
    persons=st.lists(st.integers(0, 6).map(lambda n: bytes([n]) * 16), max_size=4, unique=True).map(
        tuple
    ),
    detail=st.one_of(
        st.integers(-1, 12).map(lambda n: f'{{"of": {n}}}'),
        st.sampled_from(["", "{}", '{"of": "x"}', '{"of": 1', '{"of": 99999999999999999999}']),
    ),
)
observed = entries.map(lambda e: structs.replace(e, kind="observed"))


def histories(entries):
    return st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.lists(entries, min_size=1, max_size=3)),
            st.tuples(st.just("extend"), st.lists(entries, min_size=1, max_size=6)),
            st.tuples(
                st.sampled_from(["seal", "behind", "turn", "checkpoint", "reopen"]), st.just([])
            ),
        ),
        min_size=1,
        max_size=6,
    )


steps = histories(entries)
steps_with_releases = histories(st.one_of(entries, observed, releases, releases))
relaxed = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _small_segments(monkeypatch):
    monkeypatch.setattr(directory, "DIRECT", 3)
    monkeypatch.setattr(directory, "SEGMENT", 4)


def play(root, history):
    """Writes a history; returns the entries and the checkpoints that a witness would hold."""
    ledger = DirectoryLedger.create(root, now=lambda: START)
    written, notes = [], []
    for step, several in history:
        if step == "append":
            for one in several:
                ledger.append(one)
            ledger.commit()
        elif step == "extend":
            ledger.extend(frame_of(several))
        elif step == "checkpoint":
            notes.append(ledger.checkpoint())
        elif step == "seal":
            ledger.seal()
        elif step == "behind":
            ledger.seal_behind()
        elif step == "turn":  # a seal behind that was interrupted at once
            if ledger.size > ledger._log.first and len(ledger._log.parts) == 1:
                ledger._log.turn()
        else:
            ledger.close()
            ledger = DirectoryLedger(root, now=lambda: START)
        written += several
    notes.append(ledger.checkpoint())
    ledger.close()
    return written, notes


class TestLedger:
    @relaxed
    @given(steps)
    def test_what_is_written_is_read_and_every_checkpoint_holds(self, history):
        """The ledger is append-only and tamper-evident, and it proves it to an outsider."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "l"
            written, notes = play(root, history)
            with DirectoryLedger(root) as ledger:
                rows = [row for frame in ledger.scan() for row in frame.iter_rows(named=True)]
            assert [(row["at"], row["account"], tuple(row["persons"])) for row in rows] == [
                (e.at, e.account, e.persons) for e in written
            ]
            assert verify(root, witnessed=notes).holds
            for seq in range(len(written)):
                check_bundle(prove_inclusion(root, seq), None)
            for note in notes:
                check_bundle(prove_consistency(root, note), None)

    @relaxed
    @given(steps, st.sampled_from(["a", "b", "é|%"]), st.integers(-1, 21), st.integers(-1, 21))
    def test_an_exposure_equals_the_brute_force_set(self, history, account, low, high):
        """The exposure of an incident is the exact set of persons read."""
        since, until = START + low * DAY, START + high * DAY
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "l"
            written, _ = play(root, history)
            found = expose(root, [account], since=since, until=until)
        mine = [e for e in written if e.account == account and since <= e.at < until]
        released = [e for e in mine if e.effect in {"permit", "warn", "slow"}]
        assert set(found.list["person"].to_list()) == {
            person for e in released for person in e.persons
        }
        assert found.persons == found.list.height
        assert found.records == sum(len(e.persons) for e in released)
        assert found.refused == len(mine) - len(released)
        assert found.first_at == min((e.at for e in released), default=None)
        assert found.last_at == max((e.at for e in released), default=None)

    @relaxed
    @given(
        steps_with_releases, st.sampled_from(["a", "b"]), st.integers(-1, 21), st.integers(-1, 21)
    )
    def test_a_release_takes_away_what_it_may_and_nothing_else(self, history, account, low, high):
        """Who was reserved and not shown does not count; only a later word of the same account says so."""
        since, until = START + low * DAY, START + high * DAY
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "l"
            written, _ = play(root, history)
            found = expose(root, [account], since=since, until=until)
            question = f'SELECT seq, person FROM shown WHERE account = \'{account}\' AND "at" >= {since} AND "at" < {until}'
            in_sql = set(run(take_snapshot(root), question).rows())
        shown, records, taken_back = set(), 0, 0
        for seq, e in enumerate(written):
            left = e.kind == "observed" or (
                e.kind == "access" and e.effect in {"permit", "warn", "slow"}
            )
            if e.account != account or not since <= e.at < until or not left:
                continue
            releases = [
                r for r in written[seq + 1 :]
                if r.kind == "release" and r.account == account and r.detail == f'{{"of": {seq}}}'
            ]  # fmt: skip
            gone = {person for r in releases for person in r.persons} & set(e.persons)
            shown |= {(seq, person) for person in set(e.persons) - gone}
            records += len(set(e.persons) - gone)
            taken_back += bool(gone) or bool(releases and not e.persons)
        assert set(found.list["person"].to_list()) == {person for _, person in shown}
        assert (found.records, found.taken_back) == (records, taken_back)
        assert in_sql == shown

    @relaxed
    @given(steps, st.integers(-1, 21))
    def test_destroying_persons_keeps_the_ledger_verifiable(self, history, days):
        """Erasing persons keeps the ledger verifiable, and removes exactly what is older."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "l"
            written, notes = play(root, history)
            now = START + days * DAY + 365 * DAY
            with DirectoryLedger(root, now=lambda: START + 30 * DAY) as ledger:
                done = retain(ledger, now)
                rows = [row for frame in ledger.scan() for row in frame.iter_rows(named=True)][
                    : len(written)
                ]
            for row, entry in zip(rows, written, strict=True):
                assert (row["persons"] is None) == (entry.at < done.before)
            assert verify(root, witnessed=notes).holds
