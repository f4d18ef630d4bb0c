"""What is left of a log that the disk gives up in the middle is there, and that it goes on is said."""

from ecluse.ledgers import reader
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.remains import _log
from ecluse.model.entry import Entry

START = 1_752_314_400_000_000


def test_a_disk_that_refuses_in_the_middle_leaves_a_fault(tmp_path, monkeypatch):
    with DirectoryLedger.create(tmp_path / "l", origin="example.org/l", now=lambda: START) as made:
        for number in range(5):
            made.append(Entry(at=START + number, account="a", persons=(bytes([number]) * 16,)))
        made.commit()
    layout = Layout(tmp_path / "l")
    whole = _log(layout, 0)
    assert (len(whole.entries), whole.fault) == (5, None)
    assert whole.end == layout.wal.stat().st_size
    records = list(reader.read_records(layout.wal))

    def two_and_no_more(_path):
        yield from records[:3]
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(reader, "read_records", two_and_no_more)
    cut = _log(layout, 0)
    assert len(cut.entries) == 2
    assert "Input/output error" in cut.fault.what
    assert cut.fault.offset == records[2].end < whole.end, "all that comes after is in doubt"


def test_a_log_without_a_header_has_neither_entries_nor_a_fault(tmp_path):
    with DirectoryLedger.create(tmp_path / "l", origin="example.org/l", now=lambda: START):
        pass
    layout = Layout(tmp_path / "l")
    layout.wal.write_bytes(b"nothing of the kind")
    assert _log(layout, 0) == reader.LogTail()
