import os

import pytest

from ecluse.model.errors import UnavailableError
from ecluse.registers import files
from ecluse.registers.files import make_folder, unavailable, write_whole, written_or_shipped


def test_a_file_is_the_old_one_or_the_new_one(tmp_path, monkeypatch):
    path = tmp_path / "page.json"
    write_whole(path, b"old")
    monkeypatch.setattr(files, "write_all", lambda d, c: (_ for _ in ()).throw(OSError(28, "No space left on device")))  # fmt: skip
    with pytest.raises(UnavailableError, match="no space left") as found, unavailable("cannot"):
        write_whole(path, b"new")
    assert "free some space" in found.value.help
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["page.json"]


def test_others_do_not_read_what_is_written(tmp_path):
    write_whole(tmp_path / "f", b"x")
    make_folder(tmp_path / "d")
    make_folder(tmp_path / "d")
    assert (tmp_path / "f").stat().st_mode & 0o007 == 0
    assert (tmp_path / "d").stat().st_mode & 0o007 == 0


def test_an_unfinished_name_that_somebody_made_a_link_is_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"kept")
    (tmp_path / f".f.{os.getpid()}.part").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        write_whole(tmp_path / "f", b"x")
    assert victim.read_bytes() == b"kept"


def test_what_people_wrote_stands_in_for_what_ships(tmp_path):
    text, name = written_or_shipped(tmp_path, "clocks.yaml")
    assert (text.startswith(b"#"), name) == (True, "clocks.yaml")
    (tmp_path / "clocks.yaml").write_bytes(b"mine")
    assert written_or_shipped(tmp_path, "clocks.yaml") == (b"mine", str(tmp_path / "clocks.yaml"))
    (tmp_path / "gravity.yaml").mkdir()
    with pytest.raises(UnavailableError, match=r"gravity\.yaml"):
        written_or_shipped(tmp_path, "gravity.yaml")
