"""The page of a refusal: once, for the client that was refused, in the form that is asked for."""

import pytest

from asgi_kit import call
from ecluse.api.app import App
from ecluse.api.authentication import Authenticator
from ecluse.api.page import KEPT, LIFETIME, Pages, routes
from ecluse.api.peer import Peer
from ecluse.model.client import Client, Scope
from ecluse.model.enrolment import Enrolled, Enrolment
from ecluse.refusal.case import ANONYMOUS, Case
from ecluse.service.tally import Tally
from gate_kit import Clock

BROWSER = (b"accept", b"text/html,*/*;q=0.8")
CASE = Case("deny", 429, retry_after=60, entry=8, reason={"en": "At most 3.", "fr": "Au plus 3."})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pages(clock):
    return Pages(clock)


@pytest.fixture
def fetch(pages, clock):
    other = Enrolled(Client("other", frozenset({Scope.ASK})), unix=("1",))
    app = App(routes(pages), Authenticator(Enrolment(None, (other,)), now=clock), Tally())

    def fetch(query, *headers, peer=None):
        return call(app, "GET", f"/v1/page?{query}", headers=headers, peer=peer)

    return fetch


def keep(pages, case=CASE, **more):
    return pages.keep(case, **{"client": "unix", "sign_in": "", "language": "en"} | more)


def test_a_page_for_a_person(pages, fetch):
    answer = fetch(f"reference={keep(pages)}", BROWSER, (b"accept-language", b"fr"))
    assert answer.status == 429
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["retry-after"] == "60"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    text = answer.body.decode()
    assert '<html lang="fr">' in text
    assert "Au plus 3." in text
    assert "<form" not in text


def test_a_document_for_a_program(pages, fetch):
    answer = fetch(f"reference={keep(pages)}")
    assert (answer.status, answer.headers["content-type"]) == (429, "application/problem+json")
    assert answer.json["reference"] == 8


@pytest.mark.parametrize(
    ("given", "language"),
    [
        (("", "en", b""), "en"),
        (("", "fr", b""), "fr"),
        (("&language=fr", "en", b""), "fr"),
        (("&language=en", "fr", b""), "en"),
        (("&language=de", "fr", b""), "fr"),
        (("&language=fr", "fr", b"en"), "en"),
    ],
)
def test_the_language(pages, fetch, given, language):
    query, kept, accepted = given
    reference = keep(pages, language=kept)
    answer = fetch(f"reference={reference}{query}", BROWSER, (b"accept-language", accepted))
    assert answer.headers["content-language"] == language


def test_a_reference_is_good_once(pages, fetch):
    reference = keep(pages)
    assert fetch(f"reference={reference}").status == 429
    again = fetch(f"reference={reference}", BROWSER)
    assert again.status == 403
    assert b"At most" not in again.body
    assert len(pages) == 0


def test_a_reference_is_good_for_a_minute(pages, fetch, clock):
    reference = keep(pages)
    clock.at += LIFETIME - 1
    assert fetch(f"reference={reference}").status == 429
    reference = keep(pages)
    clock.at += LIFETIME
    assert fetch(f"reference={reference}").status == 403


def test_a_reference_is_good_for_the_client_that_was_refused(pages, fetch):
    reference = keep(pages)
    assert fetch(f"reference={reference}", peer=Peer(uid=1)).status == 403
    assert fetch(f"reference={reference}", peer=Peer()).status == 401
    assert fetch(f"reference={reference}").status == 429


@pytest.mark.parametrize(
    "query", ["", "reference=", "reference=8", "entry=8", "reference={0}&reference={0}"]
)
def test_no_reference(pages, fetch, query):
    answer = fetch(query.format(keep(pages)))
    assert answer.status == 403
    assert "8" not in answer.json["title"]


def test_references_cannot_be_guessed(pages):
    references = {keep(pages) for _ in range(1000)}
    assert len(references) == 1000
    assert {len(r) for r in references} == {22}


def test_what_is_kept_has_a_bound(pages, clock):
    first = keep(pages)
    for _ in range(KEPT):
        keep(pages)
    assert len(pages) == KEPT
    assert pages.take(first, "unix") is None
    clock.at += LIFETIME
    keep(pages)
    assert len(pages) == 1


def test_the_way_back_after_a_log_in(pages, fetch):
    case = Case("step_up", 401, acr_values=("urn:a",), max_age=300)
    reference = keep(pages, case, sign_in="/login?next={next}")
    answer = fetch(f"reference={reference}", BROWSER, (b"ecluse-target", b"/people/12?a=b"))
    assert answer.status == 401
    assert 'acr_values="urn:a"' in answer.headers["www-authenticate"]
    assert 'href="/login?next=%2Fpeople%2F12%3Fa%3Db"' in answer.body.decode()
    reference = keep(pages, case, sign_in="/login?next={next}")
    answer = fetch(f"reference={reference}", BROWSER, (b"ecluse-target", b"/" + b"x" * 5000))
    assert 'href="/login?next=%2F"' in answer.body.decode()


def test_nobody_logged_in(pages, fetch):
    assert fetch(f"reference={keep(pages, ANONYMOUS)}", BROWSER).status == 403
