"""Drills: a failed one is in capitals with what failed, none at all is said."""

from dataclasses import replace

from assurance_factory import bare, full, past
from ecluse.model.assurance import DrillRun
from ecluse.model.time import parse_instant
from ecluse.reports.assurance.drills import chapter
from ecluse.reports.document.blocks import Figure, Note, Table
from ecluse.reports.language import words

EN = words("en", document="assurance")


def _blocks(drills, **changes):
    return list(chapter(replace(full(), past=past(drills=drills, **changes)), EN))


def test_none():
    assert [b.text for b in _blocks(()) if isinstance(b, Note)] == ["No drill has been recorded."]
    assert [b.warns for b in chapter(bare(), EN) if isinstance(b, Note)] == [True]


def test_one():
    blocks = _blocks((DrillRun("d", parse_instant("2026-11-29T04:00:00Z"), "passed", read=60, printed=60, told_after=0, acknowledged_after=90),))  # fmt: skip
    (table,) = [b for b in blocks if isinstance(b, Table)]
    assert [c.text for c in table.rows[0]] == ["2026-11-29 04:00", "–", "passed", "60", "60", "less than a second", "90 seconds", "–"]  # fmt: skip
    assert not [b for b in blocks if isinstance(b, Note)]


def test_a_failed_one_says_by_what():
    row = next(r for b in chapter(full(), EN) if isinstance(b, Table) for r in b.rows if r[2].text == "FAILED")  # fmt: skip
    assert row[2].small == "not stopped at the number printed; the alarm reached nobody; brand-new"
    assert (row[2].strong, row[2].tone) == (True, "open")


def test_the_chart_hatches_what_failed():
    (figure,) = [b for b in chapter(full(), EN) if isinstance(b, Figure)]
    assert "212, FAILED" in figure.description
    assert {s.part for s in figure.drawing.shapes if hasattr(s, "part")} >= {"first", "open", "limit"}  # fmt: skip


def test_a_drill_of_which_nothing_was_counted_has_no_chart():
    blocks = _blocks((DrillRun("d", parse_instant("2026-11-29"), "broken"),))
    assert not [b for b in blocks if isinstance(b, Figure)]
    assert [b.rows[0][2].text for b in blocks if isinstance(b, Table)] == ["BROKEN OFF"]


def test_only_an_old_one():
    old = DrillRun("d", parse_instant("2026-01-01"), "passed")
    (note,) = [b for b in _blocks((old,)) if isinstance(b, Note)]
    assert "No drill has been recorded since" in note.text


def test_a_long_wait_is_told_in_minutes():
    blocks = _blocks((DrillRun("d", parse_instant("2026-11-29"), "passed", acknowledged_after=1799),))  # fmt: skip
    (table,) = [b for b in blocks if isinstance(b, Table)]
    assert table.rows[0][6].text == "30 minutes"
