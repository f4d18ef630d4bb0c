"""A frozen exposure is there as a whole, is never written again, and whoever alters it is found."""

import errno
import os
from dataclasses import replace

import pyarrow as pa
import pytest

from ecluse.incident.exposure_digest import SCHEMA
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.exposure import ExposureGap, ExposureVersion, LedgerState, Selection
from ecluse.registers import exposures


def people(count: int) -> pa.Table:
    return pa.table(
        {
            "person": pa.array([i.to_bytes(16, "big") for i in range(count)], pa.binary(16)),
            "linked": [False] * count,
            "manner": ["shown"] * count,
            "categories": ["contact identity"] * count,
            "shown": ["contact identity"] * count,
            "exported": [""] * count,
            "listed": [""] * count,
            "first_at": list(range(count)),
            "last_at": [i + 5 for i in range(count)],
            "accesses": [1] * count,
            "minor": [None, *[i % 2 == 0 for i in range(count - 1)]],
            "protected": pa.nulls(count, pa.bool_()),
            "member_state": [None, *["BE"] * (count - 1)],
        }
    ).cast(SCHEMA)


def made(persons: int) -> ExposureVersion:
    return ExposureVersion(
        number=0, digest="", made_at=7, made_by="dupont", persons=persons, at_most=persons + 4,
        records=persons, shown=persons, selections=(Selection(accounts=("a",), since=1),),
        ledgers=(LedgerState("example.org/l", 9, "00" * 32),),
        gaps=(ExposureGap(None, 4, "a hole", 4),),
    )  # fmt: skip


def test_versions_are_numbered_and_come_back_as_they_were_frozen(tmp_path):
    assert exposures.versions(tmp_path) == ()
    first = exposures.freeze(tmp_path, made(3), people(3))
    second = exposures.freeze(tmp_path, made(4), people(4))
    assert (first.number, second.number) == (1, 2)
    assert exposures.versions(tmp_path) == (first, second)
    assert exposures.version(tmp_path) == second
    assert exposures.version(tmp_path, 1) == first
    assert first.digest != second.digest
    read = pa.Table.from_batches(exposures.list_batches(tmp_path, 2))
    assert read.equals(people(4))
    exposures.check_list(tmp_path, second)
    assert exposures.table_path(tmp_path, 1).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "exposures/v1.json").stat().st_mode & 0o777 == 0o600


def test_the_same_facts_have_the_same_digest_whoever_freezes_them(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    one = exposures.freeze(tmp_path / "one", made(3), people(3))
    other = replace(made(3), made_by="martin", made_at=99)
    assert exposures.freeze(tmp_path / "other", other, people(3)).digest == one.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"persons": 3', b'"persons": 2'),
        (b'"at_most": 7', b'"at_most": 3'),
        (b'"number": 1', b'"number": 2'),
        (b"a hole", b"a hose"),
        (b'"records": 3', b'"records": "3"'),
        (b"{", b"["),
    ],
)
def test_an_altered_page_is_found(tmp_path, old, new):
    exposures.freeze(tmp_path, made(3), people(3))
    page = tmp_path / "exposures/v1.json"
    content = page.read_bytes()
    assert old in content
    page.write_bytes(content.replace(old, new, 1))
    with pytest.raises(IntegrityError, match=r"v1\.json` was altered"):
        exposures.versions(tmp_path)


def test_an_altered_list_is_found_by_its_file_and_by_its_rows(tmp_path):
    frozen = exposures.freeze(tmp_path, made(3), people(3))
    path = exposures.table_path(tmp_path, 1)
    exposures.freeze(tmp_path, made(4), people(4))
    path.write_bytes(exposures.table_path(tmp_path, 2).read_bytes())
    with pytest.raises(IntegrityError, match=r"v1\.parquet` was altered"):
        exposures.versions(tmp_path)
    with pytest.raises(IntegrityError, match="its persons are others"):
        exposures.check_list(tmp_path, frozen)
    path.write_bytes(b"PAR1")
    with pytest.raises(IntegrityError, match="not a list of persons"):
        exposures.check_list(tmp_path, frozen)


def test_a_version_that_was_taken_away_is_missed(tmp_path):
    for count in (2, 3):
        exposures.freeze(tmp_path, made(count), people(count))
    exposures.table_path(tmp_path, 2).unlink()
    with pytest.raises(IntegrityError, match=r"v2\.parquet` is missing"):
        exposures.versions(tmp_path)
    (tmp_path / "exposures/v1.json").unlink()
    with pytest.raises(IntegrityError, match=r"v1\.json` is missing"):
        exposures.versions(tmp_path)


def test_what_a_killed_process_left_is_no_version_and_is_replaced(tmp_path):
    (tmp_path / "exposures").mkdir()
    (tmp_path / "exposures/v1.parquet").write_bytes(b"half")
    (tmp_path / "exposures/.v1.json.part").write_bytes(b"half")
    assert exposures.versions(tmp_path) == ()
    frozen = exposures.freeze(tmp_path, made(3), people(3))
    assert exposures.versions(tmp_path) == (frozen,)
    assert sorted(path.name for path in (tmp_path / "exposures").iterdir()) == [
        ".lock", "v1.json", "v1.parquet",
    ]  # fmt: skip


def test_a_page_that_came_meanwhile_is_not_overwritten(tmp_path, monkeypatch):
    frozen = exposures.freeze(tmp_path, made(3), people(3))
    page = (tmp_path / "exposures/v1.json").read_bytes()
    monkeypatch.setattr(
        exposures, "versions", lambda folder: ()
    )  # looks before the other one wrote
    with pytest.raises(UnavailableError, match="file exists"):
        exposures.freeze(tmp_path, made(3), people(3))
    monkeypatch.undo()
    assert (tmp_path / "exposures/v1.json").read_bytes() == page
    assert exposures.versions(tmp_path) == (frozen,)


def test_a_full_disk_leaves_the_versions_that_were_there(tmp_path, monkeypatch):
    frozen = exposures.freeze(tmp_path, made(3), people(3))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnavailableError, match="no space left"):
        exposures.freeze(tmp_path, made(4), people(4))
    monkeypatch.undo()
    assert exposures.versions(tmp_path) == (frozen,)


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(CallerError, match="no such incident"):
        exposures.freeze(tmp_path / "2026-0001", made(1), people(1))
    with pytest.raises(CallerError, match="no exposure was frozen"):
        exposures.version(tmp_path)
    exposures.freeze(tmp_path, made(3), people(3))
    with pytest.raises(CallerError, match="no version 2"):
        exposures.version(tmp_path, 2)
