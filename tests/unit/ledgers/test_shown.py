"""A release takes away only what it may: of the same account, later, verified, acknowledged, and who was in it."""

import polars as pl
import pyarrow.parquet as pq
import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.exposure import expose
from ecluse.ledgers.retention import retain
from ecluse.ledgers.segment import SCHEMA, secret_of, write_table
from ecluse.ledgers.wal import WalRecord, frame, read_records
from ecluse.model.entry import Entry
from ecluse.model.time import DAY

START = 1_752_314_400_000_000


def persons(*numbers):
    return tuple(bytes([number]) * 16 for number in numbers)


def access(at, *numbers, account="a", **facts):
    return Entry(at=START + at, account=account, persons=persons(*numbers), **facts)


def release(at, of, *numbers, account="a"):
    detail = of if isinstance(of, str) else f'{{"of": {of}}}'
    names = persons(*numbers)
    return Entry(at=START + at, account=account, kind="release", persons=names, detail=detail)


def exposed(root, entries, *, seal=False, account="a", **question):
    with DirectoryLedger.create(root, now=lambda: START) as ledger:
        for one in entries:
            ledger.append(one)
        ledger.commit()
        if seal:
            ledger.seal()
    return expose(root, [account], **question)


def shown(exposure):
    return sorted(person[0] for person in exposure.list["person"].to_list())


@pytest.mark.parametrize("seal", [False, True])
def test_what_was_taken_back_does_not_count(tmp_path, seal):
    entries = [
        access(0, 1, 2, application="old", categories=("bank",)),
        release(1, 0, 1, 2),
        access(2, 2, 3, application="cv", categories=("address",)),
        release(3, 2, 2),
        access(4),
        release(5, 4),
        access(6, 3),
        release(7, 6),  # everything was shown after all
    ]
    found = exposed(tmp_path / "l", entries, seal=seal)
    assert (shown(found), found.records, found.taken_back) == ([3], 2, 3)
    assert (found.first_at, found.last_at) == (START + 2, START + 6)
    assert (found.applications, found.categories) == (("cv",), ("address",))
    assert found.list["accesses"].to_list() == [2]
    assert found.gaps == []


@pytest.mark.parametrize(
    "release_",
    [
        release(9, 0, 1, account="b"),
        release(9, 7, 1),
        release(9, -1, 1),
        release(9, 2, 5),  # refused
        release(9, 3, 1),  # an act
        release(9, 1, 7),  # another one's access
        release(9, 6, 1),  # itself
        release(9, "", 1),
        release(9, '{"of": "all"}', 1),
        release(9, '{"of": 0', 1),
    ],
)
def test_a_release_that_names_no_such_access_is_ignored_and_told(tmp_path, release_):
    entries = [
        access(0, 1, 2),
        access(1, 7, account="b"),
        access(2, 5, effect="deny"),
        Entry(at=START + 3, account="a", kind="reopen"),
        access(4, 3),
        access(5, 4),
        release_,
    ]
    found = exposed(tmp_path / "l", entries)
    assert (shown(found), found.records, found.taken_back) == ([1, 2, 3, 4], 4, 0)
    told = [gap.what for gap in found.gaps]
    if release_.account == "a":
        assert ["1 release is ignored" in what for what in told] == [True]
    else:
        assert told == []  # it is not about the account that was asked for


def test_a_release_that_comes_first_or_names_strangers_takes_nothing_of_them(tmp_path):
    entries = [release(0, 1, 1), access(1, 1, 2), release(2, 1, 2, 9)]
    found = exposed(tmp_path / "l", entries)
    assert (shown(found), found.records, found.taken_back) == ([1], 1, 1)
    assert ["ignored" in gap.what for gap in found.gaps] == [True, False]
    assert "1 release is about persons who were not in the access" in found.gaps[1].what


def test_several_releases_of_one_access_and_of_several_accounts(tmp_path):
    entries = [
        access(0, 1, 2, 3),
        access(1, 1, account="b"),
        release(2, 0, 1),
        release(3, 0, 1, 2),
        release(4, 0, 1, account="b"),
    ]
    assert shown(exposed(tmp_path / "l", entries)) == [3]
    both = expose(tmp_path / "l", ["b", "a", "a"])
    assert (shown(both), both.records, both.taken_back) == ([1, 3], 2, 1)
    assert [gap.what.split(",")[0] for gap in both.gaps] == ["1 release is ignored"]


def test_an_interval_asks_for_accesses_and_takes_releases_whenever_they_came(tmp_path):
    entries = [access(0, 1), access(10, 2, 3), release(30, 1, 2), release(31, 0, 1)]
    found = exposed(tmp_path / "l", entries, since=START + 5, until=START + 20)
    assert (shown(found), found.taken_back, found.gaps) == ([3], 1, [])
    found = expose(tmp_path / "l", ["a"], until=START + 5)
    assert (shown(found), found.known, found.persons, found.gaps) == ([], True, 0, [])


def test_a_release_in_an_altered_segment_takes_nothing(tmp_path):
    found = exposed(tmp_path / "l", [access(0, 1), release(1, 0, 1)], seal=True)
    assert shown(found) == []
    path = tmp_path / "l" / "segments" / "000000.0.parquet"
    table = pl.read_parquet(path)
    forged = table.with_columns(detail=pl.col("detail").str.replace("0", " 0"))  # of the release
    secret = secret_of(pq.ParquetFile(path))
    path.write_bytes(write_table(forged.to_arrow().cast(SCHEMA), secret=secret))
    found = expose(tmp_path / "l", ["a"])
    assert shown(found) == [1]
    assert [("was altered" in gap.what, "ignored" in gap.what) for gap in found.gaps] == [(True, False), (False, True)]  # fmt: skip
    (tmp_path / "l" / "segments" / "000000.0.parquet").write_bytes(b"nothing")
    assert [gap.what[-28:] for gap in expose(tmp_path / "l", ["a"]).gaps] == [
        "read: its entries are left out"[-28:]
    ]


def test_a_release_that_was_never_acknowledged_takes_nothing(tmp_path):
    exposed(tmp_path / "l", [access(0, 1)])
    *_, last = read_records(tmp_path / "l" / "wal")
    assert isinstance(last, WalRecord)
    with (tmp_path / "l" / "wal").open("ab") as file:  # needs no key
        file.write(frame(release(1, 0, 1), last.chain)[0])
    found = expose(tmp_path / "l", ["a"])
    assert shown(found) == [1]
    assert "not acknowledged" in found.gaps[0].what


def test_once_persons_are_destroyed_the_number_is_not_made_smaller(tmp_path):
    exposed(tmp_path / "l", [access(0, 1, 2), access(1, 3), release(2, 0, 1)])
    with DirectoryLedger(tmp_path / "l", now=lambda: START + 400 * DAY) as ledger:
        retain(ledger, START + 365 * DAY + 1)
    found = expose(tmp_path / "l", ["a"])
    assert (shown(found), found.records, found.taken_back) == ([3], 3, 0)
    assert any("were destroyed" in gap.what for gap in found.gaps)
    assert any("ignored" in gap.what for gap in found.gaps)
