"""A log of one or two parts: read to the end, and where it is cut or altered to that place."""

import os

import pytest

from ecluse.ledgers.wal import (
    HEADER_SIZE,
    WalFault,
    WalHeader,
    WalRecord,
    frame,
    read_records,
)
from ledger_factory import entry

SECRETS = bytes(range(32)), bytes(range(32, 64))


def two_parts(first=5):
    """A log of two records, a header, and two records; returns it with where everything ends."""
    header = WalHeader(first, SECRETS[0], bytes(32))
    content, chain, ends = header.write(), header.chain, [HEADER_SIZE]
    for number in range(4):
        if number == 2:
            header = WalHeader(first + 2, SECRETS[1], chain)
            content, chain = content + header.write(), header.chain
            ends.append(len(content))
        record, chain = frame(entry(number), chain)
        content += record
        ends.append(len(content))
    return content, ends


def read(tmp_path, content):
    (tmp_path / "wal").write_bytes(content)
    return list(read_records(tmp_path / "wal"))


def test_headers_and_records_come_in_order(tmp_path):
    content, ends = two_parts()
    items = read(tmp_path, content)
    kinds = [WalHeader, WalRecord, WalRecord, WalHeader, WalRecord, WalRecord]
    assert [type(item) for item in items] == kinds
    assert [item.first for item in items if isinstance(item, WalHeader)] == [5, 7]
    assert [item.secret for item in items if isinstance(item, WalHeader)] == list(SECRETS)
    records = [item for item in items if isinstance(item, WalRecord)]
    assert [item.entry for item in records] == [entry(number) for number in range(4)]
    assert [item.end for item in records] == [ends[1], ends[2], ends[4], ends[5]]
    assert SECRETS[0].hex() not in repr(items[0])


def test_the_second_part_alone_is_a_log(tmp_path):
    content, ends = two_parts()
    items = read(tmp_path, content[ends[2] :])
    assert [type(item) for item in items] == [WalHeader, WalRecord, WalRecord]


@pytest.mark.parametrize("where", range(0, 900, 13))
def test_a_cut_is_a_fault_at_the_end_of_what_is_sound(tmp_path, where):
    content, ends = two_parts()
    if where < HEADER_SIZE:
        with pytest.raises(ValueError, match="cut"):
            read(tmp_path, content[:where])
        return
    items = read(tmp_path, content[:where])
    sound = max(end for end in ends if end <= where)
    fault = items[-1] if isinstance(items[-1], WalFault) else None
    assert (fault is None) == (where == sound or where >= len(content))
    assert fault is None or fault.offset == sound
    assert len(items) == ends.index(sound) + 1 + (fault is not None)


def test_a_header_that_does_not_follow_is_a_fault(tmp_path):
    content, ends = two_parts()
    chain = next(item.before for item in read(tmp_path, content[ends[2] :]))
    for header in (
        WalHeader(8, SECRETS[1], chain),
        WalHeader(7, SECRETS[1], os.urandom(32)),
    ):
        altered = content[: ends[2]] + header.write() + content[ends[3] :]
        fault = read(tmp_path, altered)[-1]
        assert fault == WalFault(ends[2], "a header does not follow the record before it")
    fault = read(tmp_path, content[: ends[2] + 20] + b"x" + content[ends[2] + 21 :])[-1]
    assert (fault.offset, "altered" in fault.what) == (ends[2], True)
    other = WalHeader(7, bytes(32), chain).write()  # another secret: the records do not follow it
    fault = read(tmp_path, content[: ends[2]] + other + content[ends[3] :])[-1]
    assert fault.offset == ends[3]
