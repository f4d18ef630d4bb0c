"""The chart of the terminal: both sides on one scale, nothing too small to be seen."""

from ecluse.model.time import DAY, HOUR, MINUTE, parse_instant
from ecluse.reports.bars import OVERHANG, lines, width_of
from ecluse.reports.language import words
from ecluse.reports.timeline import Column

NOON = parse_instant("2025-07-12T12:00:00Z")
EN = words("en")


def _draw(*pairs, unicode=True, bucket=MINUTE):
    cells = [Column(NOON + i * bucket, p, r) for i, (p, r) in enumerate(pairs)]
    return lines(cells, bucket=bucket, unicode=unicode, words=EN)


def _bodies(rows, kind):
    return [r.body for r in rows if r.kind == kind]


def test_nothing_happened_nothing_is_drawn():
    assert _draw((0, 0)) == []
    assert lines([], bucket=MINUTE, unicode=True, words=EN) == []


def test_permits_rise_and_refusals_hang():
    rows = _draw((4, 0), (2, 0), (0, 4))
    assert _bodies(rows, "permitted") == ["█  ", "█  ", "██ ", "██ "]
    assert _bodies(rows, "refused") == ["  █"] * 4


def test_one_event_among_millions_shows():
    rows = _draw((10_000_000, 0), (1, 1))
    assert _bodies(rows, "permitted")[-1] == "█▁"
    assert _bodies(rows, "refused") == [" ▀"]


def test_plain_characters_alone():
    rows = _draw((4, 0), (1, 4), unicode=False)
    assert all((r.gutter + r.body).isascii() for r in rows if r.kind != "labels")
    assert _bodies(rows, "permitted") == ["# ", "# ", "# ", "##"]
    assert _bodies(rows, "refused") == [" x"] * 4


def test_the_numbers_stand_beside_the_tops():
    rows = _draw((8_594, 0), (0, 14_158))
    assert rows[0].gutter.strip("│ ") == "8,594"
    assert next(r for r in rows if r.kind == "axis").gutter.startswith("          0 ")
    assert [r.gutter.strip("│ ") for r in rows if r.kind == "refused"][-1] == "14,158"


def test_labels_name_the_zone_and_days_where_there_are_several():
    hours = _bodies(_draw(*[(1, 0)] * 48, bucket=5 * MINUTE), "labels")[0]
    assert hours.startswith("12:00 UTC")
    days = _bodies(_draw(*[(1, 0)] * 48, bucket=HOUR), "labels")[0]
    assert "13\u00a0Jul" in days
    assert len(days) <= 48 + OVERHANG


def test_width_of_a_column():
    assert width_of([Column(NOON, 1, 0), Column(NOON + DAY, 1, 0)], HOUR) == DAY
    assert width_of([Column(NOON, 1, 0)], HOUR) == HOUR
    assert width_of([Column(NOON, 1, 0)], 0) == 1
