"""Destroying persons: what goes, what stays, who says so, and that everything still verifies."""

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.retention import cutoff, retain
from ecluse.ledgers.verify import verify
from ecluse.model.errors import CallerError
from ecluse.model.time import DAY, format_instant, parse_instant
from ledger_factory import entry

NOW = parse_instant("2026-07-12T10:00:05.500Z")  # a year after the entries 0 to 5


def rows(ledger):
    return {row["seq"]: row for frame in ledger.scan() for row in frame.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("now", "months", "before"),
    [
        ("2026-11-22T08:00:00Z", 12, "2025-11-22T08:00:00Z"),
        ("2026-08-31T08:00:00Z", 6, "2026-02-28T08:00:00Z"),
        ("2024-02-29T00:00:00.25Z", 12, "2023-02-28T00:00:00.250000Z"),
        ("2026-01-15T00:00:00Z", 36, "2023-01-15T00:00:00Z"),
    ],
)
def test_the_cutoff_counts_calendar_months(now, months, before):
    assert format_instant(cutoff(parse_instant(now), months)) == before


def test_persons_go_and_the_rest_stays_and_verifies(small):
    with DirectoryLedger(small) as ledger:
        before = rows(ledger)
        done = retain(ledger, NOW)
        after = rows(ledger)
    assert (done.entries, done.segments, done.months) == (6, (0, 1), 12)
    for seq in range(10):
        gone = seq < 6
        for name in ("persons", "own", "session", "source"):
            assert after[seq][name] == (None if gone else before[seq][name])
        for name in ("at", "account", "application", "effect", "categories", "bytes"):
            assert after[seq][name] == before[seq][name]
    assert after[10]["kind"] == "retention"
    result = verify(small)
    assert result.holds
    assert [(gone.first, gone.last, gone.count) for gone in result.destroyed] == [
        (0, 3, 4),
        (4, 5, 2),
    ]
    everything = b"".join(path.read_bytes() for path in small.rglob("*") if path.is_file())
    assert bytes([4, 0, 0]).ljust(16, b"\x07") not in everything
    assert bytes([7, 0, 0]).ljust(16, b"\x07") in everything


def test_a_second_run_finishes_the_segment_and_a_third_has_nothing_to_do(small):
    with DirectoryLedger(small) as ledger:
        retain(ledger, NOW)
        assert retain(ledger, NOW).entries == 0
        assert retain(ledger, NOW + 100 * DAY).entries == 4
        ledger.append(entry(20), durable=True)
    result = verify(small)
    assert result.holds
    assert sum(gone.count for gone in result.destroyed) == 10


def test_persons_removed_without_a_retention_are_a_fault(small):
    with DirectoryLedger(small) as ledger:
        ledger.act = lambda *_, **__: None  # somebody destroys without saying so
        retain(ledger, NOW)
    faults = verify(small).faults
    assert (faults[0].seq, "no retention entry covers" in faults[0].what) == (0, True)


def test_the_band_of_the_cnil_holds(small, tmp_path):
    reason = "claims surface eighteen months later, as in 2025"
    for months, why in ((5, ""), (13, ""), (24, "short"), (37, reason)):
        with pytest.raises(CallerError):
            DirectoryLedger.create(tmp_path / "l", months=months, reason=why)
    with DirectoryLedger(small) as ledger:
        with pytest.raises(CallerError, match="written reason"):
            retain(ledger, NOW, months=24)
        with pytest.raises(CallerError, match="goes with"):
            retain(ledger, NOW, reason=reason)
        assert retain(ledger, NOW, months=24, reason=reason).entries == 0
        assert ledger.page.months == 24
        kept = rows(ledger)[10]
    assert kept["kind"] == "retention"
    assert reason in kept["detail"]
    with DirectoryLedger(small) as ledger:
        assert retain(ledger, NOW).entries == 0  # the setting stays
        assert retain(ledger, NOW, months=6).entries > 0
    assert verify(small).holds
