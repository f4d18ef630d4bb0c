"""Sealing behind the writer: whatever happens meanwhile and wherever it stops, each acknowledged entry is there once."""

import contextlib
import random
import threading
from itertools import count

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.verify import verify
from ecluse.model.errors import UnavailableError
from fragile_disk import BusyDisk, Crash, RefusingDisk, UnsyncedDisk
from ledger_factory import START, close_after_crash, entries_of, entry, thorough


class Writer:
    """Appends entries 0, 1, 2, … and remembers how many are acknowledged."""

    def __init__(self, ledger):
        self.ledger, self.acknowledged = ledger, 0

    def write(self, several=1):
        for _ in range(several):
            self.ledger.append(entry(self.ledger.size))
        self.acknowledged = self.ledger.commit()

    def meanwhile(self):
        if not self.ledger._log._committing.locked():  # else a real writer would wait
            self.write()


def opened(root, disk=None):
    return DirectoryLedger(root, now=lambda: START, disk=disk, seal_at=None)


def made(root, disk):
    DirectoryLedger.create(root, now=lambda: START).close()
    ledger = opened(root, disk)
    disk.done = 0
    return ledger


def check(root, acknowledged):
    """Opens what a crash left, and goes on."""
    assert verify(root).holds, verify(root).faults  # also before the repair
    with opened(root) as ledger:
        found = [one for one in entries_of(ledger) if one.kind == "access"]
        assert len(found) >= acknowledged
        assert found == [entry(number) for number in range(len(found))]
        ledger.append(entry(50), durable=True)
        ledger.seal_behind()
        ledger.append(entry(51), durable=True)
        assert entries_of(ledger)[-2:] == [entry(50), entry(51)]
    assert verify(root).holds, verify(root).faults


def everyday(ledger, disk, writer):
    """Two seals behind, with an entry committed before every single operation; a checkpoint; a seal."""
    writer.write(3)
    disk.meanwhile = writer.meanwhile
    ledger.seal_behind()
    ledger.checkpoint()
    ledger.seal_behind()
    disk.meanwhile = None
    writer.write(2)
    ledger.seal()
    writer.write()


@pytest.mark.parametrize("stride", [23, pytest.param(1, marks=thorough)])
def test_a_crash_at_any_operation_with_commits_between_all_of_them(tmp_path, stride):
    for step in range(0, 1000, stride):
        root = tmp_path / f"crash-{step}"
        disk = BusyDisk()
        ledger = made(root, disk)
        writer, disk.dies_at = Writer(ledger), step
        try:
            everyday(ledger, disk, writer)
        except Crash:
            close_after_crash(ledger)
            check(root, writer.acknowledged)
        else:
            close_after_crash(ledger)
            check(root, writer.acknowledged)
            assert step > 150
            return
    pytest.fail("the work never came to its end")


@pytest.mark.parametrize("stride", [13, pytest.param(1, marks=thorough)])
def test_a_loss_of_power_at_any_operation(tmp_path, stride):
    for step in range(0, 1000, stride):
        root = tmp_path / f"power-{step}"
        disk = UnsyncedDisk()
        ledger = made(root, disk)
        writer, disk.dies_at = Writer(ledger), step
        try:
            everyday(ledger, disk, writer)
        except Crash:
            close_after_crash(ledger)
            disk.lose_power(root)
            check(root, writer.acknowledged)
        else:
            close_after_crash(ledger)
            assert step > 150
            return
    pytest.fail("the work never came to its end")


@pytest.mark.parametrize("stride", [41, pytest.param(3, marks=thorough)])
def test_a_second_crash_while_the_first_is_repaired(tmp_path, stride):
    for step in range(20, 150, stride):
        for again in range(0, 40, 1 if stride == 3 else 5):
            root = tmp_path / f"crash-{step}-{again}"
            disk = BusyDisk()
            ledger = made(root, disk)
            writer, disk.dies_at = Writer(ledger), step
            with pytest.raises(Crash):
                everyday(ledger, disk, writer)
            close_after_crash(ledger)
            try:
                opened(root, BusyDisk(dies_at=again)).close()
                finished = True
            except Crash:
                finished = False
            check(root, writer.acknowledged)
            if finished:
                break
        else:
            pytest.fail("the repair never came to its end")


@pytest.mark.parametrize("stride", [11, pytest.param(1, marks=thorough)])
def test_a_disk_that_refuses_any_operation_once_loses_nothing(tmp_path, stride):
    for step in range(0, 1000, stride):
        root = tmp_path / f"refusal-{step}"
        disk = RefusingDisk()
        ledger = made(root, disk)
        kept, numbers = [], count()

        def write(ledger=ledger, kept=kept, numbers=numbers):
            one = entry(next(numbers))
            with contextlib.suppress(UnavailableError):
                ledger.append(one)
                ledger.commit()
                kept.append(one)

        def meanwhile(ledger=ledger, write=write):
            if not ledger._log._committing.locked():
                write()

        write()
        write()
        disk.meanwhile, disk.done, disk.refuses_at = meanwhile, 0, step
        for work in (ledger.seal_behind, ledger.checkpoint, ledger.seal_behind):
            with contextlib.suppress(UnavailableError):
                work()
        refused = disk.done > step
        disk.meanwhile = None
        if ledger._log.broken:
            ledger.close()
            ledger = opened(root)
        write(ledger)
        with contextlib.suppress(UnavailableError):
            ledger.seal_behind()
            assert ledger.seal_behind() is None or ledger.manifests
        ledger.close()
        assert verify(root).holds, (step, verify(root).faults)
        with opened(root) as ledger:
            found = [one for one in entries_of(ledger) if one.kind == "access"]
            assert [one for one in found if one in kept] == kept, step
            assert len(found) <= len(kept) + 1, (
                step
            )  # a last one may be kept that nobody could confirm
        if not refused:
            assert step > 50
            return
    pytest.fail("the work never came to its end")


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(n, marks=thorough) for n in range(4, 60))]
)
def test_threads_that_append_commit_seal_sign_and_read_until_it_stops(tmp_path, seed):
    chance = random.Random(seed)
    disk = BusyDisk()
    ledger = made(tmp_path / "l", disk)
    disk.dies_at = chance.randrange(50, 600)
    acknowledged, failures = [0], []
    stopped, committed = threading.Event(), threading.Event()

    def append():
        for _ in range(chance.randrange(1, 9)):
            ledger.append(entry(ledger.size))
        committed.clear()
        committed.wait(0.01)

    def commit():
        acknowledged[0] = ledger.commit()
        committed.set()

    def read():
        found = entries_of(ledger)
        assert found == [entry(number) for number in range(len(found))]
        stopped.wait(0.05)

    def until_stopped(work):
        try:
            while not stopped.is_set():
                work()
        except Crash:
            pass
        except BaseException as error:
            failures.append(error)
            raise
        finally:
            stopped.set()

    works = (append, commit, ledger.seal_behind, ledger.checkpoint, read)
    threads = [threading.Thread(target=until_stopped, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert not failures
    close_after_crash(ledger)
    check(tmp_path / "l", acknowledged[0])
