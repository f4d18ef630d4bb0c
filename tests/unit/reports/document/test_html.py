"""The page shows text as text, and is whole in itself."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from document_factory import MARKUP, document, every_block
from ecluse.reports.document.blocks import Paragraph
from ecluse.reports.document.html import render


class _Reader(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.elements, self.words = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def _shape(page):
    return [(tag, sorted(a)) for tag, a in _Reader(page).elements]


@pytest.mark.parametrize("text", MARKUP)
def test_no_text_changes_the_page(text):
    page = render(every_block(text, label=text))
    assert _shape(page) == _shape(render(every_block()))
    assert text.strip() in "".join(_Reader(page).words)


def test_it_fetches_nothing_and_runs_nothing():
    page = render(every_block())
    names = {tag for tag, _ in _Reader(page).elements}
    assert not names & {"script", "img", "link", "iframe", "object", "form"}
    assert not re.search(r'(?:src|href)="(?!#)', page)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page
    assert not re.search(r'\sstyle="', page)


def test_whoever_listens_can_find_the_way():
    elements = _Reader(render(every_block())).elements
    assert ("html", {"lang": "fr", "dir": "ltr"}) in elements
    headings = [int(tag[1]) for tag, _ in elements if re.fullmatch("h[1-6]", tag)]
    assert headings == [1, 2, 3, 2]
    assert {a["scope"] for tag, a in elements if tag == "th"} == {"col", "row"}
    ids = [a["id"] for _, a in elements if "id" in a]
    assert len(ids) == len(set(ids))
    links = [a["href"][1:] for tag, a in elements if tag == "a"]
    assert links
    assert set(links) <= set(ids)
    (drawn,) = [a for tag, a in elements if tag == "svg" and a.get("role") == "img"]
    assert set(drawn["aria-labelledby"].split()) <= set(ids)
    assert ("p", {"lang": "en"}) in elements


def test_a_block_that_the_template_does_not_know_is_an_error():
    with pytest.raises(Exception, match="unknown_block"):
        render(document(Paragraph("a"), "no block"))


def test_what_is_no_unicode_is_written_all_the_same():
    assert "a\ufffdb" in render(document(Paragraph("a\udc80b")))
