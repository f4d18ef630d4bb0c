"""The estate and its map: no bound is bold and said, closing dates that have passed stand out."""

from dataclasses import replace

from assurance_factory import bare, full
from ecluse.model.assurance import Cover
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.reports.assurance.estate import chapter
from ecluse.reports.document.blocks import Note, Table
from ecluse.reports.language import words

EN = words("en", document="assurance")


def _tables(facts):
    return [b for b in chapter(facts, EN) if isinstance(b, Table)]


def test_an_application_past_its_closing_date():
    applications = _tables(full())[0]
    states = {row[0].text: row[2] for row in applications.rows}
    assert (states["old-portal"].strong, states["old-portal"].tone) == (True, "open")
    assert "was to close" in states["old-portal"].small
    assert "closes on" in states["archive"].small
    assert states["archive"].tone == ""


def test_a_kind_without_second_factor_stands_out():
    kinds = _tables(full())[1]
    factors = {row[0].text: row[3] for row in kinds.rows}
    assert (factors["machine"].text, factors["machine"].strong) == ("none known", True)
    assert not factors["adviser"].strong


def test_the_factor_none_is_no_factor():
    kinds = (AccountKind("a", factors=("none",)), AccountKind("b", factors=("mail", "none")))
    table = _tables(replace(full(), estate=replace(full().estate, kinds=kinds)))[1]
    cells = [(row[3].text, row[3].small, row[3].strong) for row in table.rows]
    assert cells == [("none", "", True), ("mail", "or none", True)]


def test_the_map():
    covers = _tables(full())[2]
    assert [c.title for c in covers.columns] == ["Application", "adviser", "machine", "partner", "manager"]  # fmt: skip
    cells = {row[0].text: row[1:] for row in covers.rows}
    assert (cells["job-seekers"][1].text, cells["job-seekers"][1].strong, cells["job-seekers"][1].tone) == ("NO BOUND", True, "open")  # fmt: skip
    bounded = cells["job-seekers"][0]
    assert (bounded.text, bounded.small, bounded.strong, bounded.tone) == ("500 in 24 h", "6,000 in 360 d", False, "middle")  # fmt: skip
    half = cells["archive"][0]
    assert (half.text, half.small, half.strong, half.tone) == ("250 in 24 h", "no bound in 360 d", True, "open")  # fmt: skip
    assert cells["partners"][0].text == "does not open it"


def test_many_kinds_make_several_maps_and_lose_none():
    kinds = [f"k{i}" for i in range(12)]
    covers = tuple(Cover(f"a{i % 3}", kind, 1, i, i) for i, kind in enumerate(kinds))
    tables = _tables(replace(full(), covers=covers))[2:]
    assert [c.title for t in tables for c in t.columns[1:]] == kinds
    shown = [c.text for t in tables for row in t.rows for c in row[1:] if "24 h" in c.text]
    assert sorted(shown) == sorted(f"{i} in 24 h" for i in range(12))


def test_nothing_to_show_is_said():
    assert [b.warns for b in chapter(bare(), EN) if isinstance(b, Note)] == [True, True]
    assert _tables(bare()) == []


def test_long_lists_say_how_many_more_there_are():
    estate = Estate(tuple(Application(f"a{i}", "o", 1) for i in range(205)), (AccountKind("k"),), (Organization("o", (Headcount("k", 1),)),))  # fmt: skip
    table = _tables(replace(full(), estate=estate, covers=()))[0]
    assert len(table.rows) == 200
    assert table.note == "and 5 more, in the JSON report"
