"""nginx: the request in headers of ours, each once; 2xx or 403."""

import pytest

from ecluse.enforcers.forwarding import Original, ProxySettings
from ecluse.enforcers.nginx import Nginx
from ecluse.model.asked import Answer
from ecluse.refusal.case import Case
from ecluse.routes.outcome import Refused

HEADERS = [
    (b"ecluse-method", b"POST"),
    (b"ecluse-target", b"/a?b=%C3"),
    (b"ecluse-host", b"app"),
    (b"ecluse-source", b"192.0.2.7"),
]
NGINX = Nginx()


def test_the_request_that_is_held_back():
    found = NGINX.original("GET", b"/v1/forward/nginx", b"", HEADERS)
    assert found == Original("POST", b"/a?b=%C3", "app", "192.0.2.7")
    assert NGINX.original("GET", b"/", b"", HEADERS[:2]) == Original("POST", b"/a?b=%C3", "", "")


@pytest.mark.parametrize("place", [0, 1])
def test_method_and_target_come_once(place):
    assert isinstance(NGINX.original("GET", b"/", b"", [*HEADERS, HEADERS[place]]), Refused)
    without = [h for h in HEADERS if h is not HEADERS[place]]
    assert isinstance(NGINX.original("GET", b"/", b"", without), Refused)
    empty = [*without, (HEADERS[place][0], b"")]
    assert isinstance(NGINX.original("GET", b"/", b"", empty), Refused)


def test_settings_are_of_the_address():
    assert NGINX.settings(b"hops=2", [(b"ecluse-settings", b"hops=3")]) == ProxySettings(hops=2)


def test_answers():
    assert NGINX.released(None, "en") == (200, [])
    status, headers = NGINX.released(Answer(effect="permit", released=True, entry=3), "en")
    assert (status, dict(headers)) == (200, {b"ecluse-effect": b"permit", b"ecluse-entry": b"3"})
    case = Case("deny", 429, retry_after=60, entry=4)
    status, headers = NGINX.refused(case, lambda: "reference")
    assert status == 403
    assert dict(headers) == {
        b"ecluse-effect": b"deny",
        b"ecluse-page": b"reference",
        b"ecluse-entry": b"4",
        b"retry-after": b"60",
    }
    assert [k for k, _ in NGINX.refused(Case("hold", 403), lambda: "r")[1]] == [
        b"ecluse-effect", b"ecluse-page",
    ]  # fmt: skip
