"""Letters for the post go into packages, each letter into one, also when the run is killed between package and mark."""

import csv
import io
import json
import zipfile
from hashlib import sha256

import pyarrow.parquet as pq
import pytest

from ecluse.registers import postal
from ecluse.registers.outbox import open_outbox
from ecluse.registers.outbox_filling import People, fill
from ecluse.registers.postal import export_post
from letters_kit import everybody, exposure, person, write_people


@pytest.fixture
def outbox(tmp_path):
    rows = everybody(7, mail="", channel="post")
    for row in rows:
        row["mail"] = ""
    rows[0]["name"] = "=cmd|x"
    pq.write_table(exposure(7, None)[1], tmp_path / "v1.parquet")
    people = People(write_people(tmp_path / "people.csv", rows))
    with open_outbox(tmp_path, create=True) as made:
        fill(made, tmp_path / "v1.parquet", people, language="fr", zone="UTC", most_per_address=6, moved=lambda *_: None)  # fmt: skip
        yield made


def printed(row):
    if row.person == person(3):
        raise ValueError("too long")
    return b"%PDF " + row.person, 2


def export(outbox, folder):
    return export_post(outbox, folder, printed=printed, batch=3, at=lambda: 9, by="Sacha", moved=lambda _: None)  # fmt: skip


def test_every_letter_is_in_one_package_with_its_hash(outbox, tmp_path):
    packages = export(outbox, tmp_path / "post")
    assert [p["letters"] for p in packages] == [3, 2, 1]
    assert outbox.count() == {"posted": 6, "failed": 1}
    seen = []
    for package in packages:
        with zipfile.ZipFile(package["file"]) as archive:
            assert archive.testzip() is None
            lines = list(csv.DictReader(io.StringIO(archive.read("letters.csv").decode("utf-8-sig"))))  # fmt: skip
            manifest = json.loads(archive.read("manifest.json"))
            assert manifest["letters"] == len(lines) == package["letters"]
            for line in lines:
                assert sha256(archive.read(line["file"])).hexdigest() == line["sha256"] == manifest["files"][line["file"]]  # fmt: skip
                seen.append(line)
    assert len({line["reference"] for line in seen}) == 6
    assert seen[0]["name"] == "'=cmd|x"  # no formula to a spreadsheet
    assert outbox.attempts(person(1))[0].content == seen[1]["sha256"]
    assert export(outbox, tmp_path / "post") == []


def test_killed_before_the_mark_the_same_package_is_written_again(outbox, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(postal, "_mark", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            export(outbox, tmp_path / "post")
    first = (tmp_path / "post/letters-00001.zip").read_bytes()
    export(outbox, tmp_path / "post")
    assert (tmp_path / "post/letters-00001.zip").read_bytes() == first
    assert len(list((tmp_path / "post").iterdir())) == 3
