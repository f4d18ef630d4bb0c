"""The register is read with its chain checked, and its table holds nothing that a spreadsheet runs."""

import csv
import io
from dataclasses import replace

import pytest

from ecluse.model.errors import CallerError
from ecluse.notices.register_book import Row
from ecluse.notices.register_entry import NOTICE
from ecluse.wiring.registering import read_register, write_register
from notice_factory import MADE_AT, affair, incident
from notice_kit import register_with_incident


def test_an_incident_without_an_entry_is_in_the_register(tmp_path):
    desk = register_with_incident(tmp_path)
    (row,) = read_register(desk.register.root)
    assert (row.incident.id, row.entries) == ("2025-0001", ())


def test_no_cell_is_a_formula():
    row = Row(replace(incident(), title='=HYPERLINK("x")'), ((NOTICE.data(affair()), "@A, B"),))
    text = write_register(None, (row,), "fr", "csv", made_at=MADE_AT).decode()
    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["title"], line["released_by"]) == ('\'=HYPERLINK("x")', "'@A, B")


def test_a_document_of_the_register_needs_the_controller(tmp_path):
    desk = register_with_incident(tmp_path)
    (desk.register.root / "controller.yaml").unlink()
    with pytest.raises(CallerError, match="is not there"):
        write_register(desk.register.root, (), "fr", "html", made_at=MADE_AT)
