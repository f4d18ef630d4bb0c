"""Traefik and Caddy: the request in `X-Forwarded-` headers, each once; any answer goes through."""

import pytest

from ecluse.enforcers.forward_auth import ForwardAuth
from ecluse.enforcers.forwarding import Original, ProxySettings
from ecluse.model.asked import Answer
from ecluse.refusal.case import Case
from ecluse.routes.outcome import Refused

HEADERS = [
    (b"x-forwarded-method", b"DELETE"),
    (b"x-forwarded-uri", b"/a//b?c"),
    (b"x-forwarded-host", b"app"),
    (b"x-forwarded-for", b"198.51.100.1"),
    (b"x-forwarded-for", b"192.0.2.7"),
]
FORWARD = ForwardAuth()


def test_the_request_that_is_held_back():
    found = FORWARD.original("GET", b"/v1/forward/caddy", b"", HEADERS)
    assert found == Original("DELETE", b"/a//b?c", "app", "198.51.100.1,192.0.2.7")
    assert FORWARD.original("GET", b"/", b"", HEADERS[:2]) == Original("DELETE", b"/a//b?c", "", "")


@pytest.mark.parametrize("place", [0, 1])
def test_method_and_target_come_once(place):
    assert isinstance(FORWARD.original("GET", b"/", b"", [*HEADERS, HEADERS[place]]), Refused)
    without = [h for h in HEADERS if h is not HEADERS[place]]
    assert isinstance(FORWARD.original("GET", b"/", b"", without), Refused)


def test_two_hosts_are_none():
    twice = [*HEADERS, (b"x-forwarded-host", b"other")]
    assert FORWARD.original("GET", b"/", b"", twice).host == ""


def test_settings_are_of_the_address():
    assert FORWARD.settings(b"hops=2", [(b"ecluse-settings", b"hops=3")]) == ProxySettings(hops=2)


def test_answers():
    status, headers = FORWARD.released(Answer(effect="permit", released=True, entry=3), "en")
    assert (status, dict(headers)) == (200, {b"ecluse-effect": b"permit", b"ecluse-entry": b"3"})
    assert FORWARD.refused(Case("deny", 429), lambda: "reference") is None
