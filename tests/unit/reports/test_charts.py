"""The charts' geometry: to scale, inside the picture, and nothing that happened is too small to see."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.model.report import Bucket, WindowCurve
from ecluse.model.time import HOUR, SECOND, parse_instant
from ecluse.reports.charts import comparisons, curve_chart, histogram, timeline_chart
from ecluse.reports.language import words
from report_factory import START, crowd, empty, report, reports, stopped, theft

EN = words("en")


def test_no_accesses_no_timeline():
    assert timeline_chart(empty(), EN) is None


def test_the_bars_are_to_scale():
    chart = timeline_chart(
        report(timeline=(Bucket(START, 50, 50), Bucket(START + HOUR, 25, 0)), bucket=HOUR), EN
    )
    full = chart.box.bottom - chart.box.top
    assert [round(b.height / full, 3) for b in chart.permitted] == [0.5, 0.25]
    assert [round(b.height / full, 3) for b in chart.refused] == [0.5]
    assert chart.refused[0].y == chart.box.top  # stacked on the permitted ones
    assert [m.label for m in chart.up] == ["0", "20", "40", "60", "80", "100"]


def test_one_refusal_in_ten_million_is_visible():
    chart = timeline_chart(report(timeline=(Bucket(START, 10_000_000, 1),), bucket=SECOND), EN)
    assert chart.refused[0].height >= 1
    assert len(chart.permitted) == 1


def test_a_log_of_one_second_has_an_axis():
    chart = timeline_chart(report(timeline=(Bucket(START, 3, 0),), bucket=1), EN)
    assert [m.label for m in chart.across] == ["06:00:00"]


def test_a_year_has_months_on_its_axis():
    labels = [m.label for m in timeline_chart(crowd(), EN).across]
    assert "Jan 2026" in labels
    assert len(labels) <= 8


def test_clock_times_of_several_days_say_the_day():
    """Over a change to summer time as well: midnight then lies between two marks."""
    start = parse_instant("2026-03-28T00:00:00+01:00")
    buckets = tuple(Bucket(start + i * HOUR, 1, 0) for i in range(60))
    chart = timeline_chart(report(timeline=buckets, bucket=HOUR), words("en", zone="Europe/Paris"))
    labels = [m.label.replace("\N{NO-BREAK SPACE}", " ") for m in chart.across]
    assert labels == ["28 Mar", "12:00", "29 Mar", "13:00", "30 Mar 01:00", "13:00"]
    cut = timeline_chart(
        report(timeline=buckets[:49], bucket=HOUR), words("en", zone="Europe/Paris")
    )
    assert cut.across[-1].label == "01:00"  # at the edge there is no room for the day
    one_day = timeline_chart(report(timeline=buckets[2:20], bucket=HOUR), EN)
    assert {m.label[-3:] for m in one_day.across} == {":00"}
    assert {len(m.label) for m in one_day.across} == {5}


def test_a_great_theft_gets_a_second_look_near_the_limit():
    chart = curve_chart(stopped(), EN)
    assert chart.whole.beyond is None
    assert chart.near.beyond is not None
    assert chart.near.limit == pytest.approx(
        chart.near.box.bottom - (200 / 300) * (chart.near.box.bottom - chart.near.box.top)
    )


def test_a_small_excess_needs_one_look():
    chart = curve_chart(
        stopped(persons_attempted=220, curve=((START, 1, 1), (START + HOUR, 220, 200))), EN
    )
    assert chart.near is None
    assert chart.whole.limit is not None


def test_the_two_names_beside_the_lines_do_not_overlap():
    curve = ((START, 1, 1), (START + HOUR, 205, 200))
    for attempted, read in ((205, 200), (340_000, 200), (340_000, 339_999), (2, 0), (200, 200)):
        chart = curve_chart(
            stopped(persons_attempted=attempted, persons_read=read, curve=curve), EN
        )
        for panel in filter(None, (chart.whole, chart.near)):
            assert panel.read_end - panel.asked_end >= 29


def test_an_account_without_a_curve_has_no_chart():
    assert curve_chart(stopped(curve=()), EN) is None
    assert curve_chart(stopped(persons_attempted=0), EN) is None


def test_one_point_is_still_a_line():
    chart = curve_chart(stopped(curve=((START, 5, 2),), persons_attempted=5, persons_read=2), EN)
    assert len(chart.whole.read.split()) == 2


def test_comparisons_share_a_scale_and_show_a_hair_for_little():
    found = comparisons(
        (stopped("a"), stopped("b", persons_attempted=170_000, persons_read=0)), width=500
    )
    assert [c.asked.width for c in found] == [500, 250]
    assert found[0].read.width == 1.5
    assert found[1].read.width == 0
    assert comparisons((), width=500) == ()
    assert comparisons((stopped(persons_attempted=0),), width=500) == ()


def test_a_histogram_labels_what_is_there_and_only_that():
    found = histogram(WindowCurve("p", HOUR, 200, (1502, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)), EN)
    assert [(m.at, m.label) for m in found.labels] == [(0.0, "1,502"), (10.0, "1")]
    assert found.bars[1].height == 0
    assert found.bars[10].height >= 1
    assert histogram(WindowCurve("p", HOUR, 200, (0,) * 11), EN) is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reports(), st.sampled_from(["en", "fr"]))
def test_everything_lies_inside_its_picture(value, language):
    spoken = words(language)
    chart = timeline_chart(value, spoken)
    if chart is not None:
        for bar in (*chart.permitted, *chart.refused):
            assert chart.box.left - 0.01 <= bar.x <= bar.x + bar.width <= chart.box.right + 0.01
            assert chart.box.top - 3 <= bar.y <= bar.y + bar.height <= chart.box.bottom + 0.01
    for one in value.stopped:
        curve = curve_chart(one, spoken)
        for panel in filter(None, (curve.whole, curve.near) if curve else ()):
            for points in (panel.asked, panel.read):
                for x, y in (map(float, p.split(",")) for p in points.split()):
                    assert panel.box.left - 0.1 <= x <= panel.box.right + 3.1
                    assert panel.box.top - 0.1 <= y <= panel.box.bottom + 0.1


def test_the_theft_in_numbers():
    chart = timeline_chart(theft(), EN)
    assert len(chart.permitted) == 96
    assert len(chart.refused) == 24
