"""The register shows every incident, those without an entry too, and the last entry of each whole."""

from dataclasses import replace

import pytest

from ecluse.notices.checks import texts
from ecluse.notices.register_book import COLUMNS, Row, book, rows
from ecluse.notices.register_entry import NOTICE
from notice_factory import MADE_AT, affair, controller, incident


@pytest.fixture
def register():
    first = NOTICE.data(affair())
    second = NOTICE.data(affair(previous=first))
    bare = Row(replace(incident(), id="2025-0002", title="Un poste volé", decisions=()))
    return (Row(incident(), ((first, "A, B"), (second, "A, C"))), bare)


def test_a_line_for_each_entry_and_one_for_an_incident_without(register):
    lines = list(rows(register))
    assert [(line["incident"], line["version"], line["persons"]) for line in lines] == [
        ("2025-0001", 1, 340_000), ("2025-0001", 2, 340_000), ("2025-0002", None, None),
    ]  # fmt: skip
    assert lines[1]["entry_before"] == lines[0]["entry_hash"]
    assert all(tuple(line) == COLUMNS for line in lines)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_book_has_the_last_entry_of_each(register, language):
    document = book(controller(), register, language, made_at=MADE_AT)
    said = [text for _, text in texts(document)]
    assert any("2025-0002" in text and ("sans entrée" in text or "without" in text) for text in said)  # fmt: skip
    assert register[0].entries[1][0]["hash"] in said
    assert any("340" in text for text in said)
    assert not [text for text in said if text.startswith(("field.", "part.", "book."))]


def test_an_empty_register_says_so():
    said = [text for _, text in texts(book(controller(), (), "fr", made_at=MADE_AT))]
    assert "Le registre ne contient aucun incident." in said
