"""The page of drills: what the bars say, both languages, nothing fetched, names that strangers chose made harmless."""

import re

from ecluse.model.drill import Check, Past
from ecluse.reports.drills import chart, render
from ecluse.reports.language import words

START = 1_774_951_200_000_000
DAY = 86_400_000_000


def past(number, passed=True, *, read=60, printed=60, failed=(), drill="weekly"):
    checks = [Check(code=code, passed=False, what="x") for code in failed]
    checks.append(Check(code="raised", passed=True, what="x", after=3))
    return Past(
        run=number, at=START + number * DAY, drill=drill, account="d", owner="o", printed=printed, read=read, passed=passed, checks=tuple(checks),
    )  # fmt: skip


def test_bars_by_outcome_and_a_line_at_what_was_printed():
    runs = [past(1), past(2, False, read=80), past(3, None, read=30), past(4, False, read=None, printed=None)]  # fmt: skip
    made = chart(runs, words("en"))
    assert (len(made.passed), len(made.failed), len(made.waiting), len(made.printed)) == (1, 1, 1, 3)  # fmt: skip
    (good,), (bad,) = made.passed, made.failed
    assert bad.height == made.box.bottom - made.box.top
    assert round(good.height / bad.height, 3) == round(60 / 80, 3)
    assert made.printed[0].y == good.y, "the line lies at the end of a bar that kept to it"
    assert bad.y < made.printed[1].y, "and below the top of one that did not"


def test_no_chart_where_nobody_was_read():
    assert chart([], words("en")) is None
    assert chart([past(1, read=0, printed=0)], words("en")) is None


def test_the_page_says_what_failed_in_both_languages():
    page = render([past(1), past(2, False, failed=("told", "logging"))])
    assert "no channel took it in time, an application has stopped logging" in page
    assert "aucun canal ne l’a pris à temps" in page
    assert page.index("2026-04-02") < page.index("2026-04-01"), "the last one first"


def test_nothing_is_fetched_and_no_name_acts():
    page = render([past(1, drill="<script>alert(1)</script>\u202e")], language="en")
    assert "<script" not in page
    assert "\u202e" not in page
    assert not re.search(r'(?:src|href)="', page)
    assert "default-src 'none'" in page


def test_an_empty_history():
    assert "No drill was run." in render([], language="en")
    assert "Aucun exercice n’a eu lieu." in render([], language="fr")
