"""A crash before any single operation on the disk, while appending, sealing, signing, importing, destroying."""

import pytest

from ecluse.ledgers import directory
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.reader import frame_of
from ecluse.ledgers.retention import retain
from ecluse.ledgers.verify import verify
from fragile_disk import Crash, FragileDisk
from ledger_factory import START, close_after_crash, entries_of, entry, thorough

YEAR = 366 * 86_400 * 1_000_000


def everyday(ledger, acknowledged):
    """A few groups, a checkpoint, a seal, an import, another seal."""
    for number in range(3):
        ledger.append(entry(number))
    acknowledged.append(ledger.commit())
    ledger.checkpoint()
    ledger.append(entry(3))
    ledger.append(entry(4))
    acknowledged.append(ledger.commit())
    ledger.seal()
    ledger.append(entry(5))
    acknowledged.append(ledger.commit())
    acknowledged.append(ledger.extend(frame_of([entry(number) for number in range(6, 12)])).stop)
    ledger.seal()


def crash_at(tmp_path, step, work, prepare=lambda ledger: None):
    root = tmp_path / f"crash-{step}"
    with DirectoryLedger.create(root, now=lambda: START) as ledger:
        prepare(ledger)
    acknowledged = [0]
    disk = FragileDisk()
    ledger = DirectoryLedger(root, now=lambda: START, disk=disk)
    disk.done, disk.dies_at = 0, step
    try:
        work(ledger, acknowledged)
        crashed = False
    except Crash:
        crashed = True
    close_after_crash(ledger)
    return root, acknowledged[-1], crashed


def every_step(tmp_path, work, prepare=lambda ledger: None, *, stride):
    for step in range(0, 500, stride):
        root, acknowledged, crashed = crash_at(tmp_path, step, work, prepare)
        yield root, acknowledged, step
        if not crashed:
            assert step > 15
            return
    pytest.fail("the work never came to its end")


THOROUGH = pytest.param(1, marks=thorough)


@pytest.mark.parametrize("stride", [19, THOROUGH])
def test_whatever_the_step_acknowledged_entries_stay_and_torn_ones_do_not(
    tmp_path, monkeypatch, stride
):
    monkeypatch.setattr(directory, "DIRECT", 4)
    monkeypatch.setattr(directory, "SEGMENT", 3)
    wanted = [entry(number) for number in range(12)]
    for root, acknowledged, step in every_step(tmp_path, everyday, stride=stride):
        assert verify(root).holds, (step, verify(root).faults)  # also before the repair
        with DirectoryLedger(root, now=lambda: START) as ledger:
            found = [one for one in entries_of(ledger) if one.kind == "access"]
            assert len(found) >= acknowledged, step
            assert found == wanted[: len(found)], step
            ledger.append(entry(50), durable=True)
            ledger.seal()
        assert verify(root).holds, (step, verify(root).faults)


@pytest.mark.parametrize("stride", [13, THOROUGH])
def test_a_retention_that_is_cut_short_keeps_the_tree_and_is_completed_by_the_next(
    tmp_path, stride
):
    def prepare(ledger):
        for number in range(4):
            ledger.append(entry(number))
        ledger.seal()
        ledger.append(entry(4), durable=True)

    def work(ledger, _):
        retain(ledger, START + YEAR + 2_500_000)

    for root, _, step in every_step(tmp_path, work, prepare, stride=stride):
        assert verify(root).holds, (step, verify(root).faults)
        with DirectoryLedger(root, now=lambda: START) as ledger:
            retain(ledger, START + YEAR + 2_500_000)
        result = verify(root)
        assert result.holds, (step, result.faults)
        assert sum(gone.count for gone in result.destroyed) >= 3, step
        leftovers = b"".join(path.read_bytes() for path in root.rglob("*.parquet"))
        assert b"session-1" not in leftovers, step
