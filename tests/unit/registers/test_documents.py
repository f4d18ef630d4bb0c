"""Documents lie in their folder as a whole, and no name in a log reads another file."""

import pytest

from ecluse.model.errors import CallerError
from ecluse.registers.documents import digests, file_name, read_document, save
from ecluse.registers.folder import IncidentFolder


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "2025-0001").mkdir()
    return IncidentFolder(tmp_path / "2025-0001")


def test_files_are_written_and_hashed(folder):
    name = file_name("cnil", 1, "fr", "json")
    (digest,) = save(folder, {name: b"{}"}).values()
    assert name == "cnil-v1.fr.json"
    assert digests(folder, [name]) == {name: digest}
    assert read_document(folder, name) == {}
    assert [p.name for p in (folder.path / "documents").iterdir()] == [name]


@pytest.mark.parametrize("name", ["../log.jsonl", "/etc/passwd", "cnil-v1.fr.json", "cnil"])
def test_a_file_that_is_missing_or_elsewhere_has_no_hash(folder, name):
    assert digests(folder, [name]) == {name: None}


def test_a_document_that_is_none_is_said(folder):
    save(folder, {"cnil-v1.fr.json": b"{"})
    with pytest.raises(CallerError, match="is no document"):
        read_document(folder, "cnil-v1.fr.json")
