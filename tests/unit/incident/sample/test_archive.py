"""Archives of strangers: bombs, paths, links, archives within."""

import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.incident.sample.archive import unpack
from ecluse.incident.sample.rows import Refused


def packed(*files, mode=None, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            if mode is not None:
                info.external_attr = mode << 16
            archive.writestr(info, content)
    return out.getvalue()


def test_one_file_is_taken_out():
    assert unpack(packed(("dump/people.csv", b"id\n1\n"))) == b"id\n1\n"
    assert unpack(gzip.compress(b"id\n") + gzip.compress(b"1\n")) == b"id\n1\n"
    assert unpack(b"id\n1\n") == b"id\n1\n"


def test_of_several_one_is_chosen():
    archive = packed(("a.csv", b"a"), ("b.csv", b"b"))
    assert unpack(archive, "b.csv") == b"b"
    with pytest.raises(Refused, match="2 files"):
        unpack(archive)
    with pytest.raises(Refused, match="no file of that name"):
        unpack(archive, "c.csv")


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "C:\\x", "..\\x"])
def test_a_name_that_leads_out_is_refused(name):
    with pytest.raises(Refused, match="leads out"):
        unpack(packed((name, b"x")))


def test_a_link_is_refused():
    with pytest.raises(Refused, match="link"):
        unpack(packed(("x", b"/etc/passwd"), mode=0o120777))


def test_bombs_are_refused_before_they_are_large():
    zeros = b"\0" * (8 * 1024 * 1024)
    with pytest.raises(Refused, match="times its size"):
        unpack(packed(("x", zeros)))
    with pytest.raises(Refused, match="times its size"):
        unpack(gzip.compress(zeros))
    with pytest.raises(Refused, match="more than 1 MiB"):
        unpack(packed(("x", bytes(range(256)) * 8192), method=zipfile.ZIP_STORED), most=1024 * 1024)


def test_an_archive_within_an_archive_is_refused():
    with pytest.raises(Refused, match="another archive"):
        unpack(gzip.compress(packed(("x", b"1"))))


@given(st.binary(max_size=200), st.sampled_from([b"PK\x03\x04", b"\x1f\x8b"]))
def test_broken_archives_are_refused(content, magic):
    with pytest.raises(Refused):
        unpack(magic + content)


def test_one_that_was_cut_is_refused():
    whole = packed(("x", b"abc" * 1000))
    with pytest.raises(Refused):
        unpack(whole[: len(whole) // 2])
    with pytest.raises(Refused):
        unpack(gzip.compress(b"abc" * 1000)[:-9])
