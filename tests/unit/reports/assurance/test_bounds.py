"""Bounds: upper bounds are marked, no bound is bold, and the settings that hold the thief are named."""

from dataclasses import replace

from assurance_factory import full, hostile
from ecluse.reports.assurance.bounds import chapter
from ecluse.reports.document.blocks import Bullets, Figure, Heading, Note, Table
from ecluse.reports.language import words

EN, FR = words("en", document="assurance"), words("fr", document="assurance")


def test_the_overview_has_a_row_for_each_thief():
    overview = next(b for b in chapter(full(), EN) if isinstance(b, Table))
    rows = {row[0].text: [c.text for c in row[1:]] for row in overview.rows}
    assert list(rows.values()) == [
        ["150", "500", "4,000", "6,000"],
        ["no bound"] * 4,
        ["900", "90,000", "no bound", "no bound"],
        ["≤ 1,500", "≤ 5,000", "≤ 40,000", "≤ 60,000"],
        ["6,750", "22,500", "180,000", "270,000"],
        ["≤ 36,820,828"] * 4,
    ]
    assert all(c.strong == (c.text == "no bound") for row in overview.rows for c in row[1:])


def test_each_thief_is_told_but_credentials():
    headings = [b.text for b in chapter(full(), EN) if isinstance(b, Heading) and b.level == 2]
    assert [h.split(".")[0] for h in headings] == ["1", "2", "3", "4", "5"]
    assert headings[2] == "3. one stolen account of kind manager, opening as many further accounts as the thief likes, without the second factor"  # fmt: skip


def test_settings_plan_and_nature_of_the_first():
    blocks = list(chapter(full(), EN))
    detail, binding = [b for b in blocks if isinstance(b, Table)][1:3]
    assert [row[2].text for row in detail.rows] == ["exact: a plan reaches it"] * 4
    assert [c.text for c in binding.rows[0]] == ["24 hours", "account-persons", "500 in 24 hours", "account of kind partner", "1"]  # fmt: skip
    assert [c.text for c in binding.rows[1]][1:3] == ["population of the application", "2,100,000 persons in all"]  # fmt: skip
    assert binding.rows[1][-1].text == "0.3"
    plan = next(b for b in blocks if isinstance(b, Bullets)).items[0]
    assert "read 499 persons in partners (search, identity); as many accounts as he likes read 1 person in partners" in plan  # fmt: skip


def test_an_upper_bound_says_what_the_best_plan_takes():
    tables = [b for b in chapter(full(), FR) if isinstance(b, Table)]
    small = {c.small for t in tables for row in t.rows for c in row if c.text == "majorant"}
    assert {s.replace("\u00a0", " ") for s in small} == {"le meilleur plan connu en prend 480"}


def test_ways_without_a_bound_are_listed_in_the_words_of_the_software():
    blocks = list(chapter(full(), FR))
    place = next(i for i, b in enumerate(blocks) if isinstance(b, Note) and b.warns)
    assert blocks[place + 1] == Bullets(
        ("`machine` accounts through `job-seekers` by search",), "en"
    )


def test_the_chart_tells_its_numbers_in_words():
    (figure,) = [b for b in chapter(full(), EN) if isinstance(b, Figure)]
    assert "1. one stolen account, of whichever kind reads most: 500, 6,000" in figure.description
    assert "no bound, no bound" in figure.description


def test_without_bounds():
    assert any(isinstance(b, Note) for b in chapter(replace(full(), bounds=()), EN))


def test_many_thieves():
    blocks = list(chapter(hostile(), EN))
    assert sum(isinstance(b, Heading) and b.level == 2 for b in blocks) == 6
