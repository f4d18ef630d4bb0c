"""The terminal page: the sentence first, hostile names harmless, long lists cut, widths kept."""

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from rich.cells import cell_len

from ecluse.reports.terminal import render
from report_factory import crowd, empty, hostile, quiet, report, reports, stopped, theft


def _page(value, *, width=110, color=False, **options):
    return render(value, width=width, color=color, **options)


def test_the_headline_comes_first():
    first = _page(theft()).splitlines()[0]
    assert first == "1 account stopped: partner-0311 read 200 of the 340,000 persons it asked for"


def test_who_else_was_disturbed_comes_second():
    assert (
        _page(theft())
        .splitlines()[1]
        .startswith("Nobody else was disturbed: 1,999 other accounts were refused nothing")
    )


def test_several_accounts_are_added_up_and_the_page_says_so():
    page = _page(report(stopped=(stopped("a"), stopped("b"))))
    assert page.startswith(
        "2 accounts stopped: they read 400 of the 680,000 persons they asked for (added up by account)"
    )


def test_a_quiet_day_says_so():
    page = _page(quiet())
    assert page.startswith("No account was stopped")
    assert "Stopped accounts" not in page
    assert "Lines that could not be used: none" in page
    assert "--ledger DIR" in page


def test_a_log_of_which_nothing_was_used_does_not_look_like_a_quiet_day():
    page = _page(empty())
    assert page.startswith("Nothing was decided: no access event among 12 lines")
    assert "Nobody else" not in page
    assert "wrong.log:1" in page


def test_a_lone_account_leaves_nobody_undisturbed():
    assert "No other account is in this log" in _page(report(accounts=1))


def test_the_numbers_of_the_stopped_account_are_shown():
    row = next(line for line in _page(theft()).splitlines() if line.startswith("  partner-0311"))
    for part in (
        "2025-07-12 10:01:13",
        "account-persons",
        "200 in 1h",
        "hold",
        " 200 ",
        "340,000",
        "339,800",
    ):
        assert part in row


def test_an_earlier_hold_has_no_window():
    assert "an earlier hold" in _page(report(stopped=(stopped(window=0),)))


def test_local_time_stands_beside_utc():
    for width in (80, 140):
        page = _page(theft(), width=width, zone="Europe/Paris")
        assert "2025-07-12 10:01:13" in page
        assert "2025-07-12 12:01:13" in page
        assert "Europe/Paris" in page


def test_the_command_that_lists_the_persons_is_one_line_to_copy():
    for width in (40, 80, 160):
        command = "  ecluse exposure --ledger demo/ledger --account partner-0311 --out persons.csv"
        assert command in _page(theft(), width=width).splitlines()


def test_an_account_that_looks_like_an_option_stays_a_value():
    assert "--account=-rf " in _page(report(stopped=(stopped("-rf"),)))


def test_long_lists_are_cut_and_say_so():
    page = _page(crowd())
    assert "and 290 more (see --json)" in page
    assert len(page.splitlines()) < 80


def test_rejects_and_ignored_lines_are_told_apart():
    page = _page(theft())
    assert "Lines that could not be used: 122 (0.013%)" in page
    assert re.search(
        r"no account +97 +gate-1.log.gz:1184, gate-1.log.gz:1185, gate-2.log.zst:90211", page
    )
    assert "4,310 static file, 507 status 4xx" in page


def test_findings_come_most_severe_first():
    page = _page(theft())
    assert page.index("high  application `archive`") < page.index("low  31 events")


def test_shadow_policies_are_said_to_watch_only():
    assert re.search(
        r"organization-persons +deny +shadow \(only watched\) +338,500", _page(theft())
    )


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("width", [40, 80, 130])
def test_hostile_names_do_nothing(width, color):
    page = _page(hostile(), width=width, color=color)
    without_colour = re.sub(r"\x1b\[[0-9;]*m", "", page)
    assert all(c == "\n" or unicodedata.category(c)[0] != "C" for c in without_colour)
    assert not any(line.startswith("forged line") for line in page.splitlines())
    if not color:
        assert "\x1b" not in page
    joined = re.sub(r"\s", "", without_colour)
    assert "[boldred]markup[/boldred]" in joined
    assert r"\x1b]0;owned\x07" in joined


def test_colour_only_on_request():
    assert "\x1b[" not in _page(theft())
    assert "\x1b[" in _page(theft(), color=True)


@pytest.mark.parametrize("value", [theft(), crowd(12), hostile(), empty()])
def test_plain_terminals_get_ascii(value):
    assert _page(value, width=100, unicode=False).isascii()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reports())
def test_any_report_fits_the_terminal(value):
    for width in (40, 100):
        page = _page(value, width=width)
        assert page.endswith("\n")
        for line in page.splitlines():
            assert cell_len(line) <= width or line.startswith("  ecluse exposure ")
