"""Groups of several threads: what one commit's failure takes back, no other commit confirms."""

import errno

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.verify import verify
from ecluse.model.errors import UnavailableError
from fragile_disk import BusyDisk, Crash, UnsyncedDisk
from ledger_factory import close_after_crash, entries_of, entry


class FullAtNext(BusyDisk):
    """Has no space for the next write of the log; `first` does something just before."""

    full = False
    first = None

    def write(self, descriptor, data):
        if self.full:
            self.full = False
            if self.first is not None:
                self.first()
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(descriptor, data)


@pytest.fixture
def disk():
    return FullAtNext()


@pytest.fixture
def ledger(tmp_path, disk):
    with DirectoryLedger.create(tmp_path / "l", disk=disk) as made:
        made.append(entry(0), durable=True)
        yield made
        assert [one.at for one in entries_of(made)] == [entry(0).at, entry(9).at]
        assert verify(tmp_path / "l").holds


def test_a_group_is_told_when_another_ones_commit_took_it_back(ledger, disk):
    ledger.append(entry(1))
    disk.full = True
    with pytest.raises(UnavailableError, match="space"):
        ledger.append(entry(2), durable=True)  # an act of another thread
    ledger.append(entry(3))
    with pytest.raises(UnavailableError, match="taken back"):
        ledger.commit()  # the group of entries 1 and 3
    assert ledger.size == 1
    ledger.append(entry(9))
    assert ledger.commit() == 2


def test_the_next_group_is_told_when_it_was_appended_while_the_disk_refused_this_one(ledger, disk):
    ledger.append(entry(1))
    disk.full, disk.first = True, lambda: ledger.append(entry(2))
    with pytest.raises(UnavailableError, match="space"):
        ledger.commit()
    with pytest.raises(UnavailableError, match="taken back"):
        ledger.commit()
    ledger.append(entry(9))
    assert ledger.commit() == 2


def test_who_was_not_told_can_ask(ledger, disk):
    kept = ledger.append(entry(9))
    ledger.commit()
    gone = ledger.append(entry(1))
    disk.full = True
    with pytest.raises(UnavailableError):
        ledger.commit()
    assert (ledger.kept(kept), ledger.kept(gone)) == (True, False)
    assert ledger.commit() == 2, (
        "the group after it has nothing to write, and nothing to complain of"
    )


def test_a_sync_that_the_disk_refuses_tells_the_group(tmp_path, disk):
    with DirectoryLedger.create(tmp_path / "l", disk=disk, relaxed=True) as ledger:
        ledger.append(entry(1))
        disk.full = True
        with pytest.raises(UnavailableError, match="space"):
            ledger.sync()  # a duty of another thread
        ledger.append(entry(2))
        with pytest.raises(UnavailableError, match="taken back"):
            ledger.commit()  # the group of entries 1 and 2
        ledger.append(entry(3))
        assert ledger.sync() == ledger.commit() == 1


def test_a_seal_that_the_disk_refuses_tells_the_group(ledger, disk):
    ledger.append(entry(1))
    disk.full = True
    with pytest.raises(UnavailableError, match="space"):
        ledger.seal_behind()
    with pytest.raises(UnavailableError, match="taken back"):
        ledger.commit()
    ledger.append(entry(9))
    assert ledger.commit() == 2


def test_who_is_alone_is_told_once(ledger, disk):
    disk.full = True
    with pytest.raises(UnavailableError, match="space"):
        ledger.append(entry(1), durable=True)
    ledger.append(entry(9))
    assert ledger.commit() == 2
    disk.full = True
    with pytest.raises(UnavailableError, match="space"):
        ledger.seal_behind()  # took nothing back
    assert ledger.commit() == 2


def test_a_closed_ledger_takes_nothing(tmp_path):
    ledger = DirectoryLedger.create(tmp_path / "l")
    ledger.append(entry(0), durable=True)
    ledger.close()
    for late in (lambda: ledger.append(entry(0)), ledger.commit, ledger.seal_behind):
        with pytest.raises(UnavailableError, match="closed"):
            late()


def test_a_mark_that_cannot_be_written_stops_the_writing(tmp_path):
    class NoMark(BusyDisk):
        fail = False

        def write_at(self, descriptor, data, offset):
            if self.fail:
                raise OSError(errno.EIO, "Input/output error")
            super().write_at(descriptor, data, offset)

    disk = NoMark()
    ledger = DirectoryLedger.create(tmp_path / "l", disk=disk)
    disk.fail = True
    with pytest.raises(UnavailableError, match="mark"):
        ledger.append(entry(0), durable=True)
    with pytest.raises(UnavailableError, match="stopped writing"):
        ledger.append(entry(1))
    ledger.close()
    with DirectoryLedger(tmp_path / "l") as again:
        assert entries_of(again) == [entry(0)]


def test_what_a_killed_writer_had_not_synced_is_safe_once_the_next_one_is_there(tmp_path):
    disk = UnsyncedDisk()
    ledger = DirectoryLedger.create(tmp_path / "l", disk=disk)
    ledger.append(entry(0))
    disk.done, disk.dies_at = 0, 1  # written, killed before the sync
    with pytest.raises(Crash):
        ledger.commit()
    close_after_crash(ledger)
    disk.dead, disk.dies_at = False, None
    with DirectoryLedger(tmp_path / "l", disk=disk) as again:
        assert again.size == 1
        disk.lose_power(tmp_path / "l")
        assert entries_of(again) == [entry(0)]
    assert verify(tmp_path / "l").holds
