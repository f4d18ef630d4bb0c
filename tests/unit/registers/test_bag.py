# ruff: noqa: PT012 - what is tested happens within the block
"""A bag is whole under its final name, or not there; the Library of Congress's own library finds it valid."""

import errno
import os
import zipfile

import bagit
import pytest

from ecluse.model.errors import CallerError, UnavailableError
from ecluse.registers import bag as bags
from ecluse.registers.bag import building, safe_name


def fill(bag):
    bag.add("data/a.txt", b"a")
    with bag.file("data/deep/b.bin") as file:
        for _ in range(3):
            file.write(b"0123456789")
    bag.add("verify.py", b"print()")
    return bag.close({"Source-Organization": "Agence\nd’exemple"})


def test_the_official_library_finds_it_valid(tmp_path):
    with building(tmp_path / "pack") as bag:
        fill(bag)
    made = bagit.Bag(str(tmp_path / "pack"))
    made.validate()
    assert made.info["Payload-Oxum"] == "31.2"
    assert made.info["Source-Organization"] == "Agence d’exemple"
    assert set(made.payload_entries()) == {"data/a.txt", "data/deep/b.bin"}
    (tmp_path / "pack" / "data" / "a.txt").write_bytes(b"b")
    assert not bagit.Bag(str(tmp_path / "pack")).is_valid()


def test_a_zip_has_the_same_files_and_the_same_bytes_each_time(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with building(tmp_path / name / "pack.zip") as bag:
            fill(bag)
    assert (tmp_path / "one" / "pack.zip").read_bytes() == (
        tmp_path / "two" / "pack.zip"
    ).read_bytes()
    with zipfile.ZipFile(tmp_path / "one" / "pack.zip") as archive:
        archive.extractall(tmp_path)
    bagit.Bag(str(tmp_path / "pack")).validate()


@pytest.mark.parametrize("name", ["pack", "pack.zip"])
def test_nothing_has_the_name_when_the_block_fails(tmp_path, name):
    with pytest.raises(RuntimeError), building(tmp_path / name) as bag:
        fill(bag)
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path, monkeypatch, number):
    def full(self, content):
        raise OSError(number, os.strerror(number))

    with pytest.raises(UnavailableError) as caught, building(tmp_path / "pack") as bag:
        bag.add("data/a.txt", b"a")
        monkeypatch.setattr(bags.PayloadFile, "write", full)
        bag.add("data/b.txt", b"b")
    assert "cannot be written" in str(caught.value)
    assert caught.value.help
    assert list(tmp_path.iterdir()) == []


def test_a_pack_is_never_written_over(tmp_path):
    (tmp_path / "pack").write_text("mine")
    with pytest.raises(CallerError, match="there already"), building(tmp_path / "pack"):
        pass
    assert (tmp_path / "pack").read_text() == "mine"


def test_one_that_appears_meanwhile_stays(tmp_path):
    with pytest.raises(CallerError, match="there already"), building(tmp_path / "pack.zip") as bag:
        fill(bag)
        (tmp_path / "pack.zip").write_text("mine")
    assert (tmp_path / "pack.zip").read_text() == "mine"


def test_what_a_killed_process_left_is_removed(tmp_path):
    left = tmp_path / ".pack.unfinished"
    (left / "pack" / "data").mkdir(parents=True)
    (left / "pack" / "data" / "half").write_text("half")
    (left / "made.zip").write_text("half")
    with building(tmp_path / "pack") as bag:
        fill(bag)
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]
    bagit.Bag(str(tmp_path / "pack")).validate()


def test_two_processes_do_not_share_an_unfinished_pack(tmp_path):
    with building(tmp_path / "pack") as bag:
        with pytest.raises(UnavailableError, match="another process"), building(tmp_path / "pack"):
            pass
        fill(bag)
    bagit.Bag(str(tmp_path / "pack")).validate()


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_only_ordinary_files_are_copied(tmp_path, kind):
    source = tmp_path / "source"
    source.symlink_to("/etc/passwd") if kind == "link" else os.mkfifo(source)
    with pytest.raises(UnavailableError), building(tmp_path / "pack") as bag:
        bag.copy("data/x", source)
    assert not (tmp_path / "pack").exists()


@pytest.mark.parametrize(("name", "safe"), [("../../etc/passwd", "_.._etc_passwd"), ("=a b\x1b.csv", "_a_b_.csv"), ("...", "_"), ("é" * 300, "_" * 120)])  # fmt: skip
def test_names_that_strangers_chose_stay_in_the_folder(name, safe):
    assert safe_name(name) == safe
