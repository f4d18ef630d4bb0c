"""Envoy: the request under a prefix, settings in a header that no client writes."""

import pytest

from ecluse.enforcers.envoy import PREFIX, Envoy
from ecluse.enforcers.forwarding import Original, ProxySettings
from ecluse.model.asked import Answer
from ecluse.model.errors import CallerError
from ecluse.refusal.case import Case
from ecluse.routes.outcome import Refused

ENVOY = Envoy()
HEADERS = [(b"host", b"app"), (b"x-forwarded-for", b"192.0.2.7")]


@pytest.mark.parametrize(
    ("raw", "query", "target"),
    [
        (b"/people/12", b"", b"/people/12"),
        (b"/people/%2e%2e//x", b"a=b", b"/people/%2e%2e//x?a=b"),
        (b"/", b"", b"/"),
        (b"//people/12", b"", b"//people/12"),
    ],
)
def test_the_request_that_is_held_back(raw, query, target):
    found = ENVOY.original("PUT", PREFIX + raw, query, HEADERS)
    assert found == Original("PUT", target, "app", "192.0.2.7")


@pytest.mark.parametrize(
    "raw", [b"/v1/forward/%65nvoy/people/1", b"/v1/forward/envoy", b"/people/1"]
)
def test_another_spelling_of_the_prefix(raw):
    assert isinstance(ENVOY.original("GET", raw, b"", HEADERS), Refused)


def test_settings_come_from_the_filter_and_from_it_alone():
    settings = (b"ecluse-settings", b"hops=2")
    assert ENVOY.settings(b"hops=3", [settings]) == ProxySettings(hops=2)
    assert ENVOY.settings(b"", [(b"ecluse-settings", b"")]) == ProxySettings()
    for headers in ([], [settings, settings]):
        with pytest.raises(CallerError, match="Ecluse-Settings"):
            ENVOY.settings(b"hops=3", headers)


def test_answers():
    status, headers = ENVOY.released(Answer(effect="permit", released=True, entry=3), "en")
    assert (status, dict(headers)) == (200, {b"ecluse-effect": b"permit", b"ecluse-entry": b"3"})
    assert ENVOY.refused(Case("deny", 429), lambda: "reference") is None
