"""The reports as they were reviewed, character by character."""

import json

import pytest

from ecluse.model.report import Bucket
from ecluse.model.time import HOUR
from ecluse.reports.html import render as html
from ecluse.reports.json import document
from ecluse.reports.terminal import render as terminal
from report_factory import START, crowd, empty, hostile, quiet, report, stopped


def _small():
    """The theft with few enough points for its files to be read."""
    hours = (
        (62_000, 0),
        (81_000, 0),
        (97_500, 0),
        (101_200, 0),
        (71_300, 169_900),
        (69_800, 169_900),
        (88_000, 0),
        (79_000, 0),
    )
    timeline = tuple(Bucket(START + i * HOUR, p, r) for i, (p, r) in enumerate(hours))
    curve = tuple(
        (START + 4 * HOUR + i * HOUR // 4, max(1, 42_500 * i), min(200, max(1, 42_500 * i)))
        for i in range(9)
    )
    return report(timeline=timeline, bucket=HOUR, stopped=(stopped(curve=curve),))


REPORTS = {"theft": _small, "quiet": quiet, "empty": empty, "crowd": crowd, "hostile": hostile}


@pytest.mark.parametrize("name", REPORTS)
def test_terminal(golden, name):
    golden(f"terminal-{name}.txt", terminal(REPORTS[name](), width=110, color=False))


def test_terminal_narrow_and_plain(golden):
    golden(
        "terminal-theft-narrow.txt",
        terminal(_small(), width=72, color=False, unicode=False, zone="Europe/Paris"),
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_html(golden, language):
    golden(f"replay-theft.{language}.html", html(_small(), language=language, zone="Europe/Paris"))


def test_json(golden):
    golden("replay-theft.json", json.dumps(document(_small()), ensure_ascii=False, indent=2) + "\n")
