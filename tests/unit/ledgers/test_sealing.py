"""Sealing behind the writer: the same entries, tickets that keep their meaning, secrets that go with their segment."""

import errno
import threading

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.disk import Disk
from ecluse.ledgers.opening import read_log
from ecluse.ledgers.prove import prove_inclusion
from ecluse.ledgers.reader import frame_of
from ecluse.ledgers.retention import retain
from ecluse.ledgers.standalone.verify_ecluse import check_bundle, check_ledger
from ecluse.ledgers.verify import verify
from ecluse.ledgers.wal import WalHeader, read_records
from ecluse.model.errors import UnavailableError
from ecluse.model.time import DAY
from fragile_disk import BusyDisk, RefusingDisk
from ledger_factory import START, entries_of, entry


def secrets(root):
    return [item.secret for item in read_records(root / "wal") if isinstance(item, WalHeader)]


def test_entries_are_the_same_and_a_part_takes_its_secret_along(tmp_path):
    root = tmp_path / "l"
    with DirectoryLedger.create(root) as ledger:
        assert ledger.seal_behind() is None
        for number in range(5):
            ledger.append(entry(number))  # the last ones are not even committed
            if number == 2:
                ledger.commit()
        (before,) = secrets(root)
        assert ledger.seal_behind(at_least=6) is None
        manifest = ledger.seal_behind(at_least=5)
        assert (manifest.first, manifest.count) == (0, 5)
        (after,) = secrets(root)
        assert after != before
        assert before.hex().encode() in (root / "segments/000000.0.parquet").read_bytes()
        assert ledger.seal_behind() is None
        ledger.append(entry(5), durable=True)
        assert ledger.seal_behind().first == 5
        ledger.extend(frame_of([entry(6)]))
        ledger.checkpoint()
        ledger.seal_behind()
        assert entries_of(ledger) == [entry(number) for number in range(7)]
    assert verify(root).holds
    check_ledger(root, None, [])
    for seq in range(7):
        check_bundle(prove_inclusion(root, seq), None)
    with DirectoryLedger(root) as ledger:
        assert ledger.repairs == ()
        assert entries_of(ledger) == [entry(number) for number in range(7)]


class Between(BusyDisk):
    """Does something once, before the operation after so many."""

    def __init__(self, after, work):
        super().__init__()
        self.after, self.work = after, work

    def _count(self):
        super()._count()
        if self.done == self.after:
            self.work()


@pytest.mark.parametrize("after", range(6, 36, 3))
def test_entries_appended_meanwhile_are_committed_by_their_tickets(tmp_path, after):
    tickets = []
    disk = Between(10**9, lambda: tickets.append(ledger.append(entry(3))))
    with DirectoryLedger.create(tmp_path / "l", disk=disk) as ledger:
        for number in range(3):
            ledger.append(entry(number))
        ledger.commit()
        disk.after = disk.done + after
        ledger.seal_behind()
        if tickets:
            assert tickets[0].seq == 3
            assert ledger.commit(tickets[0]) == 4
        held = 4 if tickets else 3
        assert entries_of(ledger) == [entry(number) for number in range(held)]
        assert ledger.seal_behind() is not None or not tickets
        assert sum(manifest.count for manifest in ledger.manifests) in {3, held}
    assert verify(tmp_path / "l").holds


def test_readers_and_the_verifier_see_the_same_at_every_step(tmp_path):
    seen = []
    disk = BusyDisk()

    def look():
        assert entries_of(ledger) == [entry(number) for number in range(7)]
        assert verify(tmp_path / "l").holds
        for seq in range(4):
            check_bundle(prove_inclusion(tmp_path / "l", seq), None)
        seen.append(len(read_log(ledger.layout).parts))

    with DirectoryLedger.create(tmp_path / "l", disk=disk) as ledger:
        for number in range(4):
            ledger.append(entry(number))
        ledger.checkpoint()
        for number in range(4, 7):
            ledger.append(entry(number), durable=True)
        disk.meanwhile = look
        ledger.seal_behind()
        disk.meanwhile = None
    assert {1, 2} <= set(seen)


def test_what_one_call_could_not_finish_the_next_does(tmp_path):
    kept = [entry(number) for number in range(4)]
    for step in range(0, 60, 2):
        root, disk = tmp_path / f"l-{step}", RefusingDisk()
        with DirectoryLedger.create(root, disk=disk) as ledger:
            for one in kept:
                ledger.append(one, durable=True)
            disk.done, disk.refuses_at = 0, step
            try:
                ledger.seal_behind()
                disk.refuses_at = None
                break
            except UnavailableError:
                if ledger._log.broken:
                    continue
            ledger.append(entry(4), durable=True)
            assert ledger.checkpoint().split("\n")[1] == "5"  # more than the part that is next
            assert sum(manifest.count for manifest in ledger.manifests) in {0, 4}
            ledger.seal_behind()
            assert ledger.manifests[0].count in {4, 5}
            ledger.seal()
            assert len(secrets(root)) == 1
            assert entries_of(ledger) == [*kept, entry(4)]
        assert verify(root).holds
    assert step > 20


class StuckLog(Disk):
    """Cannot put another log in the place of the one that is there."""

    stuck = False

    def rename(self, source, target):
        if self.stuck and target.name == "wal":
            raise OSError(errno.EIO, "Input/output error")
        super().rename(source, target)


def test_persons_that_a_retention_destroys_are_in_no_part_of_the_log(tmp_path):
    root = tmp_path / "l"
    disk = StuckLog()
    with DirectoryLedger.create(root, disk=disk, now=lambda: START + 400 * DAY) as ledger:
        for number in range(4):
            ledger.append(entry(number))
        ledger.commit()
        disk.stuck = True
        with pytest.raises(UnavailableError, match="log cannot be replaced"):
            ledger.seal_behind()
        assert (len(ledger.manifests), ledger._log.first) == (1, 0)  # sealed, and still in the log
        with pytest.raises(UnavailableError, match="log cannot be replaced"):
            retain(ledger, START + 400 * DAY)
        assert b"session-2" in (root / "wal").read_bytes()
        assert entries_of(ledger)[:4] == [entry(number) for number in range(4)]
        disk.stuck = False
        secret = secrets(root)[0]
        assert retain(ledger, START + 400 * DAY).entries == 4
        everything = b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())
        assert b"session-2" not in everything
        assert secret not in everything
        assert secret.hex().encode() not in everything
    assert verify(root).holds


def test_many_threads_commit_while_segments_are_made(tmp_path):
    with DirectoryLedger.create(tmp_path / "l", seal_at=None) as ledger:
        done = threading.Event()

        def seal():
            while not done.is_set():
                ledger.seal_behind()

        def write(account):
            for number in range(40):
                one = entry(number)
                kept = ledger.append(type(one)(at=number, account=account, persons=one.persons))
                assert ledger.commit(kept) > kept.seq

        sealing = threading.Thread(target=seal)
        writers = [threading.Thread(target=write, args=(f"agent-{n}",)) for n in range(4)]
        for thread in (sealing, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        sealing.join()
        assert len(ledger.manifests) > 1
        found = entries_of(ledger)
    for name in (f"agent-{n}" for n in range(4)):
        assert [one.at for one in found if one.account == name] == list(range(40))
    assert verify(tmp_path / "l").holds
