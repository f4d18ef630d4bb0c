"""The lists of the terminal page, each empty when there is nothing to say."""

import io
import itertools

import pytest
from rich.console import Console, Group

from ecluse.model.finding import Finding, Severity
from ecluse.reports.language import words
from ecluse.reports.lists import findings, ignored_lines, policies, rejects, stopped_accounts
from ecluse.reports.page import Page
from report_factory import empty, quiet, report, stopped, theft


def _lines(part, value, width=110, zone=None):
    console = Console(file=io.StringIO(), width=width, _environ={})
    console.print(Group(*part(Page(value, width, unicode=True, words=words("en", zone=zone)))))
    return [line.rstrip() for line in console.file.getvalue().splitlines() if line.strip()]


@pytest.mark.parametrize("part", [stopped_accounts, policies, ignored_lines, findings])
def test_nothing_to_say_nothing_said(part):
    assert list(part(Page(empty(), 100, unicode=True, words=words("en")))) == []


def test_no_rejects_are_worth_a_line():
    assert _lines(rejects, quiet()) == ["Lines that could not be used: none"]


def test_a_narrow_terminal_gets_a_list_and_a_wide_one_a_table():
    assert any(
        "hold by" in line or "hold at" in line
        for line in _lines(stopped_accounts, theft(), width=80)
    )
    assert sum("partner-0311" in line for line in _lines(stopped_accounts, theft(), width=110)) == 1


def test_accounts_stand_in_the_order_in_which_they_were_stopped():
    lines = _lines(stopped_accounts, report(stopped=(stopped("zulu"), stopped("alpha"))))
    places = [next(i for i, line in enumerate(lines) if name in line) for name in ("zulu", "alpha")]
    assert all(a < b for a, b in itertools.pairwise(places))


def test_a_policy_has_its_numbers():
    row = next(line for line in _lines(policies, theft()) if "organization-persons" in line)
    assert row.split()[-2:] == ["338,500", "1"]


def test_findings_are_sorted_by_severity():
    found = tuple(
        Finding("c", s, f"what {s.name}", "help")
        for s in (Severity.LOW, Severity.CRITICAL, Severity.MEDIUM)
    )
    lines = [line.split()[0] for line in _lines(findings, report(findings=found)) if "what" in line]
    assert lines == ["critical", "medium", "low"]
