"""Accept headers are read as RFC 9110 says, whatever comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.refusal.accept import choose_language, wants_page


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, "en"),
        ("", "en"),
        ("fr", "fr"),
        ("FR-ca", "fr"),
        ("en;q=0.4, fr;q=0.5", "fr"),
        ("fr;q=0.5, en;q=0.5", "fr"),
        ("de, fr;q=0.1", "fr"),
        ("de, es", "en"),
        ("fr;q=0", "en"),
        ("fr;q=0, en;q=0", "en"),
        ("en;q=0, *", "fr"),
        ("fr;q=0.5, *;q=0.9", "en"),
        ("fr-CA;q=0.2, en;q=0.5, fr;q=0.9", "fr"),
        ("fr; q=0.9 , en ; q=1", "en"),
        ("fr;q=2, en;q=0.1", "en"),  # a weight beyond 1 is none
        ("fr;q=0.1234, en;q=0.1", "en"),
        ("french, en;q=0.2", "en"),
        (",".join(["de"] * 32) + ",fr", "en"),  # nobody sends so many
    ],
)
def test_the_language_is_chosen_by_weight(header, chosen):
    assert choose_language(header) == chosen


def test_the_default_is_for_who_does_not_say():
    assert choose_language(None, default="fr") == "fr"
    assert choose_language("*", default="fr") == "fr"
    assert choose_language("de", default="fr") == "fr"
    assert choose_language("en", default="fr") == "en"


@pytest.mark.parametrize(
    ("header", "page"),
    [
        (None, False),
        ("*/*", False),
        ("text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("application/json, text/plain, */*", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0.5, application/json;q=0.5", True),
        ("text/html;q=0", False),
        ("TEXT/HTML;level=1;Q=0.3", True),
        ("text/html;q=x", False),
    ],
)
def test_a_page_is_for_whoever_asks_for_one_by_name(header, page):
    assert wants_page(header) is page


@given(st.text(max_size=200))
def test_any_header_is_read(header):
    assert choose_language(header) in {"en", "fr"}
    assert wants_page(header) in {True, False}
