"""Only the refusal page's own form, sent by a page of the same site, asks again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.enforcers._again import Again, is_small_form, read_form, reason_in, same_origin
from ecluse.refusal.headers import extended

FORM = {
    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
    "Content-Length": "50",
    "Sec-Fetch-Site": "same-origin",
}


def test_the_form_is_recognized():
    assert is_small_form("POST", FORM.get)


@pytest.mark.parametrize(
    "other",
    [
        {"Content-Type": "multipart/form-data"},
        {"Content-Type": None},
        {"Content-Length": "16385"},
        {"Content-Length": "99999999999999999999"},
        {"Content-Length": None},
        {"Content-Length": "-1"},
        {"Content-Length": "5, 5"},
        {"Content-Length": "²"},
        {"Transfer-Encoding": "chunked"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": None},
    ],
)
def test_anything_else_is_handed_on(other):
    assert not is_small_form("POST", {**FORM, **other}.get)


def test_only_a_post_is_a_form():
    assert not is_small_form("PUT", FORM.get)


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"Origin": "https://portal.example.org", "Host": "portal.example.org"}, True),
        ({"Origin": "https://portal.example.org:8443", "Host": "Portal.example.org:8443"}, True),
        ({"Origin": "https://evil.example", "Host": "portal.example.org"}, False),
        ({"Origin": "null", "Host": "portal.example.org"}, False),
        ({"Origin": "http://[", "Host": "portal.example.org"}, False),
        ({"Host": "portal.example.org"}, False),
        (
            {
                "Sec-Fetch-Site": "cross-site",
                "Origin": "https://portal.example.org",
                "Host": "portal.example.org",
            },
            False,
        ),
    ],
)
def test_another_site_puts_no_words_into_anybody_s_mouth(headers, same):
    assert same_origin(headers.get) is same


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"ecluse_justification=x",
        b"ecluse_again=GET",
        b"ecluse_again=POST&ecluse_justification=x",
        b"ecluse_again=GET&ecluse_justification=x&more=1",
        b"\xff",
        b"=&" * 50,
    ],
)
def test_another_form_is_no_question_again(body):
    assert read_form(body) is None


def test_the_words_are_read():
    assert read_form(b"ecluse_justification=appel+%C3%A0+9+h&ecluse_again=GET") == Again(
        "appel à 9 h"
    )
    long = read_form(b"ecluse_again=GET&ecluse_justification=" + b"x" * 5000)
    assert len(long.justification) == 2000


@given(st.binary(max_size=100))
def test_any_body_is_read(body):
    assert read_form(body) is None or body


def test_a_program_s_reason_is_in_a_header():
    assert reason_in({}.get) is None
    assert reason_in({"Ecluse-Justification": ""}.get) is None
    assert reason_in({"Ecluse-Justification": "she called"}.get) == "she called"
    assert reason_in({"Ecluse-Justification": extended("à 9 h", language="fr")}.get) == "à 9 h"
