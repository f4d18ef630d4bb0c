"""Entries, and a small ledger of them, for the tests of the ledger."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.entry import Entry

thorough = [
    pytest.mark.slow,
    pytest.mark.skipif(
        "ECLUSE_THOROUGH" not in os.environ, reason="minutes long: set ECLUSE_THOROUGH=1"
    ),
]
"""Marks of the tests that leave no byte and no step out."""

START = 1_752_314_400_000_000


def entry(number: int, persons: int | None = None) -> Entry:
    """An access of account `agent-N`, showing two persons or so."""
    count = number % 3 if persons is None else persons
    return Entry(
        at=START + number * 1_000_000,
        account=f"agent-{number % 3}",
        application="kairos",
        organization="org-1",
        session=f"session-{number}",
        source="192.0.2.7",
        operation="view",
        categories=("address", "identity"),
        persons=tuple(
            bytes([number % 251, i % 251, i // 251]).ljust(16, b"\x07") for i in range(count)
        ),
        own="10"[:count] if count < 3 else "",
        bytes=1000 + number,
    )


def small_ledger(root: Path) -> Path:
    """Two segments, a log with a checkpoint in its middle, and everything acknowledged."""
    ticks = iter(range(START, START + 10**12, 1_000_000))
    with DirectoryLedger.create(
        root, origin="example.org/small", now=lambda: next(ticks)
    ) as ledger:
        for number in range(4):
            ledger.append(entry(number))
        ledger.seal()
        for number in range(4, 7):
            ledger.append(entry(number))
        ledger.seal()
        for number in range(7, 9):
            ledger.append(entry(number))
        ledger.checkpoint()
        ledger.append(entry(9), durable=True)
    return root


def close_after_crash(ledger: DirectoryLedger) -> None:
    """Lets go of the files as the system does when a process dies: nothing more is written."""
    for descriptor in (ledger._log._file, ledger._log._mark_file, ledger._lock):
        os.close(descriptor)


def files(root: Path) -> Iterator[Path]:
    """Every file that has bytes."""
    return (path for path in sorted(root.rglob("*")) if path.is_file() and path.stat().st_size)


def entries_of(ledger: DirectoryLedger) -> list[Entry]:
    """Every committed entry, read back."""
    rows = []
    for frame in ledger.scan():
        for row in frame.drop("seq").iter_rows(named=True):
            words = row["categories"]
            row["categories"] = tuple(words.split(",")) if words else ()
            rows.append(Entry(**{**row, "persons": tuple(row["persons"])}))
    return rows
