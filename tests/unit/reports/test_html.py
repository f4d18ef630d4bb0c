"""The page for a director: self-contained, escaped, accessible, in two languages, and true to the numbers."""

import base64
import hashlib
import html
import itertools
import re
from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from ecluse.reports.html import ROWS, render
from report_factory import (
    HOSTILE_NAMES,
    crowd,
    empty,
    hostile,
    quiet,
    report,
    reports,
    stopped,
    theft,
)

VOID = {"meta", "input", "br", "link", "img"}
ALL = {
    "theft": theft(),
    "quiet": quiet(),
    "empty": empty(),
    "crowd": crowd(60),
    "hostile": hostile(),
}


class _Reader(HTMLParser):
    """Checks that every element is closed in its place, and collects what the tests ask about."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.ids, self.texts, self.attributes = [], Counter(), [], [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.mark.parametrize("language", ["en", "fr", "both"])
@pytest.mark.parametrize("name", ALL)
def test_the_page_is_whole_and_fetches_nothing(name, language):
    page = render(ALL[name], language=language)
    reader = _Reader(page)
    assert (
        reader.tags.keys() & {"script", "link", "img", "iframe", "object", "base", "form"} == set()
    )
    for tag, attribute, value in reader.attributes:
        assert not attribute.startswith("on")
        assert attribute not in {"style", "src", "href", "srcset", "action"}, (
            tag,
            attribute,
            value,
        )
    assert not re.search(r"url\((?!#hatch\))", page)
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize("name", ALL)
def test_identifiers_are_unique_and_references_lead_somewhere(name):
    reader = _Reader(render(ALL[name], language="both"))
    assert [i for i, n in Counter(reader.ids).items() if n > 1] == []
    for _, attribute, value in reader.attributes:
        if attribute in {"aria-labelledby", "for"}:
            assert set(value.split()) <= set(reader.ids)


def test_only_this_very_style_is_allowed():
    page = render(theft())
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1])
    assert (
        policy
        == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_picture_says_what_it_shows(language):
    page = render(theft(), language=language)
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert (
        len(pictures) == 1 + 1 + 2 + 1 + 4
    )  # patterns, timeline, two panels, comparison, four windows
    for picture in pictures[1:]:
        tree = ET.fromstring(picture)
        assert tree.attrib["role"] == "img"
        assert [child.tag for child in tree][:2] == ["title", "desc"]
        assert all(child.text.strip() for child in list(tree)[:2])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_tables_have_captions_and_headings_descend_by_one(language):
    page = render(theft(), language=language)
    assert page.count("<table>") == page.count("<caption>") == 3
    levels = [int(level) for level in re.findall(r"<h([1-6])>", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert page.count("<th ") == page.count('scope="')


def test_the_language_is_declared_and_both_have_a_switch():
    assert '<html lang="fr">' in render(theft(), language="fr")
    both = render(theft(), language="both")
    assert '<main class="page page-en" lang="en">' in both
    assert '<main class="page page-fr" lang="fr">' in both
    assert both.count('type="radio"') == 2
    assert 'type="radio"' not in render(theft(), language="en")


def test_the_story_in_english():
    text = _Reader(render(theft(), language="en")).text
    assert (
        "2,000 accounts made 947,579 accesses to 512,908 different persons on 12 July 2025 between 06:00:00 and 13:59:59. "
        "One of them, partner-0311, asked for 340,000 different persons. The policy “account-persons” allows 200 in 1 hour; "
        "it would have stopped this account on 12 July 2025 at 10:01:13, when it had read 200 persons. Over the whole period "
        "the account would have read 200 persons; 339,800 would not have been shown to it."
    ) in text
    assert "none of the 1,999 other accounts would have been refused a single access" in text


def test_the_story_in_french():
    text = _Reader(render(theft(), language="fr", zone="Europe/Paris")).text
    assert (
        "L’un d’eux, partner-0311, a demandé 340 000 personnes différentes. La règle « account-persons » permet 200 en "
        "1 heure ; elle aurait arrêté ce compte le 12 juillet 2025 à 12:01:13, alors qu’il avait lu 200 personnes."
    ) in text
    assert "aucun des 1 999 autres comptes n’aurait subi un seul refus" in text


def test_french_pages_keep_their_spaces_together():
    page = html.unescape(render(theft(), language="fr"))
    assert "340\u202f000" in page
    assert "«\u00a0account-persons\u00a0»" in page
    body = re.sub(r"<(style|code)\b.*?</\1>|<[^>]+>", "", page, flags=re.DOTALL)
    assert not re.search(r"\w [:;!?»](?=\s)", body)


def test_an_empty_log_is_not_a_clean_bill():
    text = _Reader(render(empty(), language="en")).text
    assert "Nothing was decided, so nothing can be concluded" in text
    assert "accounts stopped" not in text


def test_a_quiet_day():
    text = _Reader(render(quiet(), language="en")).text
    assert "None of them went over a limit: nothing would have been refused." in text
    assert "Every line was used or left out on purpose." in text


def test_long_lists_are_cut_and_say_so():
    page = render(crowd(300), language="en")
    assert "and 250 more, in the JSON report" in page
    assert page.count('<th scope="row"><bdi>adviser-') == ROWS


def test_more_than_one_window_is_explained_where_it_shows():
    note = "The limit holds in every window of 1 hour."
    assert note in render(report(stopped=(stopped(persons_read=400),)), language="en")
    assert note not in render(theft(), language="en")


def test_hostile_names_are_text():
    page = render(hostile(), language="both")
    reader = _Reader(page)
    assert reader.tags["script"] == reader.tags["img"] == 0
    assert reader.tags["style"] == 1
    assert "<script>alert(1)</script>" in reader.text
    assert "{{ 7 * 7 }}{braces} %s %(x)s" in reader.text
    assert "49" not in re.findall(r"\d+", reader.text)
    for forbidden in "\x1b\x07\x9b\u202e\u2028\u200b":
        assert forbidden not in page


def test_the_command_that_lists_the_persons():
    reader = _Reader(render(report(stopped=(stopped("o'brien x"),)), language="en"))
    assert (
        "ecluse exposure --ledger demo/ledger --account 'o'\"'\"'brien x' --out persons.csv"
        in reader.text
    )
    assert "ecluse exposure" not in render(quiet(), language="en")


def test_without_colour_the_two_kinds_differ_by_pattern():
    style = re.search(r"<style>(.*?)</style>", render(theft()), re.DOTALL)[1]
    assert ".refused rect { fill: url(#hatch)" in style
    assert "stroke-dasharray" in re.search(r"\.asked \{[^}]*\}", style)[0]
    assert "stroke-dasharray" not in re.search(r"\.read \{[^}]*\}", style)[0]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reports())
def test_any_report_makes_a_whole_page(value):
    reader = _Reader(render(value, language="both"))
    assert reader.tags["main"] == 2
    assert all(n == 1 for n in Counter(reader.ids).values())


def test_hostile_names_are_many_enough():
    assert len(HOSTILE_NAMES) >= 15
