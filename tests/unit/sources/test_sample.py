"""A sample is read by another process, which answers with fingerprints or is refused, and never takes this one down."""

import gzip
import os

import pytest

from ecluse.incident.sample.fingerprint import Field, Wanted
from ecluse.incident.sample.rows import Shape
from ecluse.ledgers.keys import Pseudonymizer
from ecluse.model.errors import CallerError, SourceError
from ecluse.sources.sample import Limits, read_sample

WANTED = Wanted(
    shape=Shape(form="csv"), identifier=Field("identifier", "id", "exact"), fields=(), times=(), person_key=bytes(32), value_key=b"\1" * 32,
)  # fmt: skip


def test_it_answers_with_pseudonyms(tmp_path):
    path = tmp_path / "posted.csv.gz"
    path.write_bytes(gzip.compress(b"id\n7\n9\n"))
    read = read_sample(path, WANTED)
    assert read.found.persons == tuple(Pseudonymizer(bytes(32)).pseudonyms(["7", "9"]))
    assert read.size == path.stat().st_size
    assert sorted(p.name for p in tmp_path.iterdir()) == ["posted.csv.gz"]


def test_what_is_no_sample_is_refused_with_its_reason(tmp_path):
    path = tmp_path / "posted.csv"
    path.write_bytes(b"id\n")
    with pytest.raises(SourceError, match="no rows when read as csv"):
        read_sample(path, WANTED)


def test_a_process_that_needs_too_much_time_is_ended(tmp_path):
    path = tmp_path / "posted.csv"
    path.write_bytes(b"id\n" + b"".join(b"%d\n" % n for n in range(900_000)))
    with pytest.raises(SourceError, match=r"limits|failed"):
        read_sample(path, WANTED, limits=Limits(seconds=1))


def test_a_process_that_needs_too_much_memory_says_so(tmp_path):
    path = tmp_path / "posted.csv"
    path.write_bytes(b"id\n" + b"".join(b"%d\n" % n for n in range(400_000)))
    with pytest.raises(SourceError, match=r"memory|limits|failed"):
        read_sample(path, WANTED, limits=Limits(memory=160 * 1024**2))


def test_what_is_no_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CallerError, match="no ordinary file"):
        read_sample(tmp_path / "pipe", WANTED)
    with pytest.raises(CallerError, match="no ordinary file"):
        read_sample(tmp_path, WANTED)
