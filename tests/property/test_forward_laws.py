"""Whatever a client writes, a proxy's question is about the account that the proxy wrote, or is refused; nothing crashes."""

from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from ecluse.enforcers.envoy import PREFIX, Envoy
from ecluse.enforcers.forward_auth import ForwardAuth
from ecluse.enforcers.forwarding import Original, ProxySettings, proxy_settings, question
from ecluse.enforcers.nginx import Nginx
from ecluse.model.asked import Asked
from ecluse.model.errors import CallerError
from ecluse.routes.outcome import Free, Refused
from ecluse.routes.routes import Route, Routes

ROUTES = Routes(
    [
        Route("/people/{person}"),
        Route("/compare", query=("id",)),
        Route("/about", free=True),
    ]
)
SETTINGS = ProxySettings(cookie="sid", factor="X-Factor", auth_time="X-Time", session="X-Session")
NAMES = [
    b"ecluse-account", b"ecluse_account", b"x-factor", b"x-time", b"x-session", b"cookie", b"ecluse-justification",
    b"ecluse-method", b"ecluse-target", b"ecluse-settings", b"x-forwarded-uri", b"x-forwarded-method",
    b"x-forwarded-for", b"host", b"accept-language",
]  # fmt: skip
VALUES = [
    b"ana",
    b"bob",
    b"",
    b"a, b",
    b" ana",
    b"1",
    b"sid=1; sid=2",
    b"sid=1",
    b"/people/1",
    b"GET",
    b"192.0.2.7",
]
headers = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES) | st.binary(max_size=30)), max_size=8
)
targets = st.binary(max_size=60) | st.builds(
    lambda parts: b"/people" + b"".join(parts),
    st.lists(st.sampled_from([b"/", b"1", b"%2e", b"..", b";", b"?", b"id=1", b"%2f", b"//", b"#", b"%00", b"a"])),
)  # fmt: skip
methods = st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "x" * 30])


@given(methods, targets, headers)
@example("GET", b"/people/1", [(b"ecluse-account", b"ana"), (b"ecluse_account", b"bob")])
def test_the_account_is_the_one_that_came_once(method, target, given_headers):
    asked = question(
        Original(method, target, "", ""), given_headers, SETTINGS, ROUTES, session_key=bytes(32)
    )
    assert isinstance(asked, Asked | Free | Refused)
    if isinstance(asked, Asked):
        alike = [v for k, v in given_headers if k.replace(b"_", b"-") == b"ecluse-account"]
        assert alike == [asked.account.encode()]
        assert asked.persons
        assert all(asked.persons)


@given(methods, targets, st.binary(max_size=20), headers)
def test_no_sub_request_breaks_a_dialect(method, target, query, given_headers):
    for dialect, raw in ((Nginx(), b"/"), (ForwardAuth(), b"/"), (Envoy(), PREFIX + target)):
        found = dialect.original(method, raw, query, given_headers)
        assert isinstance(found, Original | Refused)
        with suppress(CallerError):
            assert isinstance(dialect.settings(query, given_headers), ProxySettings)


@given(st.binary(max_size=80) | st.text("account=&sionhps%2C;+", max_size=40).map(str.encode))
def test_settings_are_read_or_refused(query):
    with suppress(CallerError):
        settings = proxy_settings(query)
        assert settings.account
        assert 0 <= settings.hops <= 9
