"""Charts stay inside their frame, whatever the numbers are."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.reports.assurance.figures import BoundRow, Column, bound_chart, column_chart
from ecluse.reports.document.drawing import Dot, Label, Line, Rectangle
from ecluse.reports.language import words

EN = words("en", document="assurance")
COUNTS = st.none() | st.integers(0, 10**11)


def _inside(drawing):
    for shape in drawing.shapes:
        match shape:
            case Line(x1, y1, x2, y2):
                points = [(x1, y1), (x2, y2)]
            case Rectangle(x, y, width, height):
                assert width >= 0
                assert height >= 0
                points = [(x, y), (x + width, y + height)]
            case Dot(x, y) | Label(x, y):
                points = [(x, y)]
        for x, y in points:
            assert -0.01 <= x <= drawing.width + 0.01
            assert -0.01 <= y <= drawing.height + 0.01


@settings(deadline=None)
@given(st.lists(st.builds(BoundRow, st.text(max_size=90), COUNTS, COUNTS), max_size=20))
def test_bounds(rows):
    _inside(bound_chart(rows, EN, names=("24 hours", "360 days")))


@settings(deadline=None)
@given(st.lists(st.builds(Column, st.text(max_size=8), st.integers(0, 10**9), st.none() | st.integers(0, 10**9), st.booleans()), max_size=60))  # fmt: skip
def test_columns(columns):
    _inside(column_chart(columns, EN, every=3))


def _places(rows):
    drawing = bound_chart(rows, EN, names=("a", "b"))
    return [s.x for s in drawing.shapes if isinstance(s, Dot) and s.part == "first"][:-1]


def test_ten_times_as_many_is_one_step_to_the_right():
    one, ten, hundred = _places([BoundRow("", n, n) for n in (10, 100, 1000)])
    assert abs((ten - one) - (hundred - ten)) < 1e-9
    assert ten > one


def test_no_bound_is_a_hatched_bar_that_says_so():
    drawing = bound_chart([BoundRow("x", 5, None)], EN, names=("a", "b"))
    (bar,) = [s for s in drawing.shapes if isinstance(s, Rectangle)]
    assert bar.part == "open"
    assert "no bound" in [s.text for s in drawing.shapes if isinstance(s, Label)]


def test_a_failed_column_is_hatched_and_a_mark_is_drawn():
    drawing = column_chart([Column("a", 60, 60), Column("b", 212, 60, alarming=True)], EN)
    bars = [s for s in drawing.shapes if isinstance(s, Rectangle)]
    assert [b.part for b in bars] == ["first", "open"]
    assert bars[1].height > 3 * bars[0].height
    assert sum(isinstance(s, Line) and s.part == "limit" for s in drawing.shapes) == 2


def test_a_long_name_is_cut():
    labels = [s.text for s in bound_chart([BoundRow("x" * 99, 1, 2), BoundRow("汉" * 9, 1, 2)], EN, names=("a", "b")).shapes if isinstance(s, Label)]  # fmt: skip
    assert any(t.startswith("xxx") and t.endswith("…") and len(t) < 40 for t in labels)
    assert any(t.startswith("汉") and len(t) <= 6 for t in labels)
