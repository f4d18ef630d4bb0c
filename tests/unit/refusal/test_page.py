"""The page stands alone, speaks two languages, and lets nothing through that was put into a text."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.model.asked import Answer, Why
from ecluse.refusal import case as cases
from ecluse.refusal.page import page, page_of

EVIL = '"><script>alert(1)</script>&\r\nSet-Cookie: a=b'
VOID = {"meta", "input"}


class Checked(HTMLParser):
    """Notes the elements and attributes; fails where they are not nested."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def parsed(body):
    checked = Checked()
    checked.feed(body)
    checked.close()
    assert not checked.open
    return checked


def refused(effect="deny", **fields):
    fields = {"retry_after": 700, "entry": 12, **fields}
    return Answer(effect=effect, released=False, **fields)


@pytest.mark.parametrize("effect", ["deny", "hold", "justify", "step_up", "unheard"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_comes_from_elsewhere(effect, language):
    told = page(refused(effect), language=language, sign_in="/log-in", form=True)
    seen = parsed(told.body).seen
    assert {tag for tag, _ in seen} <= {
        *("html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "dl", "dt", "dd"),
        *("details", "summary", "form", "input", "label", "textarea", "button", "a"),
    }  # fmt: skip
    for _, attributes in seen:
        assert not {"src", "style", "action", "onclick"} & attributes.keys()
    assert seen[0] == ("html", {"lang": language})
    assert [a["lang"] for tag, a in seen if tag == "details"] == [
        {"en": "fr", "fr": "en"}[language]
    ]


def test_the_policy_allows_exactly_the_style():
    told = page(refused(), language="en")
    style = re.search(r"<style>(.*?)</style>", told.body, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = dict(told.headers)["Content-Security-Policy"]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


def test_an_honest_adviser_learns_what_to_do():
    answer = refused(
        contact={"en": "the desk, extension 12", "fr": "l’accueil, poste 12"},
        reasons=(Why("account", "deny", 600, 61, 60, text={"en": "Enough for now."}),),
    )
    told = page(answer, language="en")
    text = " ".join("".join(parsed(told.body).text).split())
    assert told.status == 429
    assert dict(told.headers)["Retry-After"] == "700"
    for words in (
        "You have reached a limit",
        "Enough for now.",
        "You can go on in 12 minutes.",
        "nobody accuses you",
        "the desk, extension 12",
        "Reference to quote 12",
        "En français",
        "Vous pourrez continuer dans 12 minutes.",
        "l’accueil, poste 12",
    ):
        assert words in text
    assert "61" not in told.body.partition("</style>")[2], (
        "of numbers, only what the gate's sentence says"
    )


def test_a_reason_can_be_given_in_a_form():
    told = page(refused("justify"), language="fr", form=True)
    seen = parsed(told.body).seen
    assert [a for tag, a in seen if tag == "form"] == [{"method": "post"}], "to where the page is"
    (area,) = [a for tag, a in seen if tag == "textarea"]
    assert area["name"] == "ecluse_justification"
    assert any(tag == "label" and a["for"] == area["id"] for tag, a in seen)
    assert ("input", {"type": "hidden", "name": "ecluse_again", "value": "GET"}) in seen
    without = page(refused("justify"), language="fr").body
    assert "<form" not in without
    assert "Ecluse-Justification" in without


@pytest.mark.parametrize(
    ("sign_in", "link"),
    [
        ("/log-in?next={next}", "/log-in?next=%2Fa%3Fb%3D1%262"),
        ("https://sso.example.org/?a={acr_values}&m={max_age}",
         "https://sso.example.org/?a=urn%3Aa%20urn%3Ab&m=300"),
        ("", None),
        ("javascript:alert(1)", None),
        ("//evil.example/", None),
        ("/\\evil.example/", None),
        ("data:text/html,x", None),
    ],
)  # fmt: skip
def test_a_stronger_log_in_is_one_link_away(sign_in, link):
    answer = refused("step_up", acr_values=("urn:a", "urn:b"), max_age=300)
    told = page(answer, language="en", sign_in=sign_in, back="/a?b=1&2")
    links = [a["href"] for tag, a in parsed(told.body).seen if tag == "a"]
    assert links == ([link] if link else [])
    assert told.status == 401
    assert dict(told.headers)["WWW-Authenticate"].startswith("Bearer error=")


@given(st.text(max_size=40) | st.just(EVIL))
def test_no_text_becomes_markup(text):
    answer = refused(
        "step_up",
        contact={"en": text, "fr": text},
        reasons=(Why(text, "deny", text={"en": text}),),
        acr_values=(text,),
    )
    told = page(answer, language="en", sign_in="/x?{next}{acr_values}", back=text)
    plain = page(refused("step_up"), language="en", sign_in="/x", back="")
    tags = [tag for tag, _ in parsed(told.body).seen]
    assert "script" not in tags
    assert [t for t in tags if t != "p"] == [
        t for t in (tag for tag, _ in parsed(plain.body).seen) if t != "p"
    ]
    assert all("\r" not in value and "\n" not in value for _, value in told.headers)


def test_faults_of_the_software_blame_nobody():
    told = page_of(cases.UNDISCLOSED, language="en")
    assert told.status == 500
    assert "not yours" in told.body
    assert "accuses" not in told.body
