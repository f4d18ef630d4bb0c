"""What a segment holds is the same whoever makes it; a process that fails is replaced by the thread that started it."""

import subprocess
import sys

import pytest

from ecluse.ledgers import press
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.press import press_apart, press_here
from ecluse.ledgers.verify import verify
from ecluse.ledgers.wal import WalHeader, read_records
from ledger_factory import entries_of, entry


@pytest.fixture
def written(tmp_path):
    """A log of twenty entries, and its secret."""
    with DirectoryLedger.create(tmp_path / "l") as ledger:
        for number in range(20):
            ledger.append(entry(number))
        ledger.commit()
    layout = Layout(tmp_path / "l")
    header = next(r for r in read_records(layout.wal) if isinstance(r, WalHeader))
    return layout, header.secret


def nothing():
    return None


def test_another_process_makes_the_same_and_changes_nothing(written):
    layout, secret = written
    before = sorted(p.relative_to(layout.root) for p in layout.root.rglob("*"))
    apart = press_apart(layout, 0, secret, nothing)
    assert apart == press_here(layout, 0, secret, nothing)
    assert (apart.count, len(apart.hashes)) == (20, 640)
    assert sorted(p.relative_to(layout.root) for p in layout.root.rglob("*")) == before


@pytest.mark.parametrize("program", ["import sys; sys.exit(1)", "print('half')", ""])
def test_a_process_that_fails_is_replaced(written, monkeypatch, program):
    layout, secret = written
    run, asked = subprocess.run, []

    def other(command, **options):
        asked.append(command)
        return run([sys.executable, "-c", program], **options)

    monkeypatch.setattr(press.subprocess, "run", other)
    assert press_apart(layout, 0, secret, nothing) == press_here(layout, 0, secret, nothing)
    assert len(asked) == 1


def test_a_process_that_cannot_start_is_replaced(written, monkeypatch):
    layout, secret = written
    monkeypatch.setattr(press.sys, "executable", "/nonexistent/python")
    assert press_apart(layout, 0, secret, nothing).count == 20


def test_a_ledger_sealed_by_another_process_verifies(tmp_path):
    with DirectoryLedger.create(tmp_path / "l") as ledger:
        for number in range(7):
            ledger.append(entry(number))
        assert ledger.seal_behind(apart=True).count == 7
        for number in range(7, 9):
            ledger.append(entry(number))
        ledger.checkpoint()
        assert ledger.seal_behind(apart=True).first == 7
        assert entries_of(ledger) == [entry(number) for number in range(9)]
    assert verify(tmp_path / "l").holds
