"""A browser gets the page, a program the problem document."""

import msgspec

from ecluse.refusal.case import OUT_OF_REACH, Case
from ecluse.refusal.reply import Asking, reply

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def test_a_browser_gets_the_page_in_its_language():
    told = reply(OUT_OF_REACH, Asking(accept=BROWSER, accept_language="fr-FR,fr;q=0.9,en;q=0.5"))
    headers = dict(told.headers)
    assert told.status == 503
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Length"] == str(len(told.body))
    assert b'<html lang="fr">' in told.body


def test_a_program_gets_the_document():
    told = reply(OUT_OF_REACH, Asking(accept="*/*"), default_language="fr")
    headers = dict(told.headers)
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Content-Length"] == str(len(told.body))
    assert headers["Content-Language"] == "fr"
    assert msgspec.json.decode(told.body)["type"] == "urn:ecluse:problem:unavailable"


def test_the_form_is_only_for_what_can_be_asked_again():
    case = Case("justify", 403)
    assert b"<form" in reply(case, Asking("GET", BROWSER)).body
    assert b"<form" not in reply(case, Asking("POST", BROWSER)).body


def test_the_way_back_is_filled_in():
    case = Case("step_up", 401, acr_values=("a",))
    told = reply(case, Asking(accept=BROWSER, back="/x?y"), sign_in="/in?next={next}")
    assert b'href="/in?next=%2Fx%3Fy"' in told.body
