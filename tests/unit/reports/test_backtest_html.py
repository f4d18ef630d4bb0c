"""The page of a backtest: its sentences in both languages, and what it does with names that strangers chose."""

import re
from importlib.resources import files
from pathlib import Path

from ecluse.model.backtest import Backtest, Case, Disturbed, Tried
from ecluse.model.time import DAY, HOUR, parse_instant
from ecluse.reports.backtest_html import render
from ecluse.reports.language import words

EN, FR = words("en", document="backtest"), words("fr", document="backtest")
REPORTS = Path(str(files("ecluse.reports")))
AT = parse_instant("2026-06-03T10:00:00Z")


def _placeholders(sentence):
    forms = sentence.values() if isinstance(sentence, dict) else [sentence]
    return set(re.findall(r"\{(\w+)\}", " ".join(map(str, forms))))


def test_both_languages_say_the_same():
    assert EN.sentences.keys() == FR.sentences.keys()
    for key in EN.sentences:
        if key.startswith("backtest."):
            assert _placeholders(EN.sentences[key]) == _placeholders(FR.sentences[key]), key


def test_every_sentence_is_used_and_every_one_used_exists():
    texts = [
        p.read_text("utf-8")
        for p in (*REPORTS.glob("backtest*.py"), *REPORTS.glob("templates/backtest*"))
    ]
    used = {key for text in texts for key in re.findall(r'"(backtest\.[a-z_.]*[a-z])"', text)}
    own = {key for key in EN.sentences if key.startswith("backtest.")}
    columns = {key for key in own if key.startswith("backtest.column.")}
    assert used <= own
    assert own - columns <= used


def row(name, **more):
    given = dict.fromkeys(
        (
            "requests",
            "accounts",
            "days",
            "warned",
            "refused",
            "held",
            "stopped",
            "disturbed",
            "explained",
            "hostile",
        ),
        0,
    )
    return Disturbed(name=name, kind="", **(given | more))


def report(cases=(), weeks=()):
    total = row("", requests=9, accounts=3, days=4, refused=len(cases), disturbed=len(cases))
    tried = Tried(
        "p<.yaml", "0", total, (row("adviser"),), tuple(weeks), (), (), (), tuple(cases), ()
    )
    return Backtest(("log",), 9, AT, AT + DAY, None, "UTC", (tried,))


def case(account, closed=None):
    opened = None if closed is None else AT + closed
    return Case(account, "k", "", AT, AT, opened, "two", HOUR, 2, 3, "deny", 1, 0, 1)


def test_names_do_nothing_to_the_page():
    page = render(report([case("<script>x</script>"), case("a\u202eb")]), language="en")
    assert "<script" not in page
    assert "&lt;script&gt;x" in page
    assert "\u202e" not in page


def test_how_long_a_case_was_closed():
    page = render(report([case("a"), case("b", 3 * HOUR), case("c", 2 * DAY)]), language="en")
    assert all(words in page for words in ("nothing since", "3 hours", "2 days"))


def test_weeks_are_bars_once_there_are_two():
    two = [row("2026-06-01", disturbed=3, explained=1), row("2026-06-08", disturbed=1)]
    assert '<svg class="wide"' in render(report(weeks=two), language="fr")
    assert '<svg class="wide"' not in render(report(weeks=two[:1]), language="fr")


def test_nothing_asked_is_said():
    nothing = Backtest((), 0, None, None, None, "UTC", (report().tried[0],))
    assert "there is nothing to test" in render(nothing, language="en")
