"""Proxies ask: what is asked of the desk, and what each proxy gets."""

import asyncio
from collections import Counter

import pytest

from asgi_kit import call
from desk_kit import DENY, FakeDesk
from ecluse.api import forward
from ecluse.api.app import App
from ecluse.api.authentication import Authenticator
from ecluse.api.page import Pages
from ecluse.api.peer import Peer
from ecluse.model.asked import Answer, Asked
from ecluse.model.enrolment import Enrolment
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.routes.routes import Route, Routes
from ecluse.service.tally import Tally
from gate_kit import Clock

ROUTES = Routes([Route("/people/{person}", operation="view"), Route("/about", free=True)])
ME = (b"ecluse-account", b"adviser-7")
BROWSER = (b"accept", b"text/html")
PROXIES = ("nginx", "traefik", "caddy", "envoy")


class Proxies:
    """All four, asking the same."""

    def __init__(self, *answers):
        self.desk = FakeDesk(*answers)
        self.pages = Pages(Clock())
        self.unread = Counter()
        self.routes = ROUTES
        self.app = App(
            forward.routes(
                self.desk,
                self.pages,
                current=lambda: self.routes,
                session_key=bytes(32),
                unread=self.unread,
            ),
            Authenticator(Enrolment(), now=Clock()),
            Tally(),
        )

    def ask(self, proxy, target, *headers, method="GET", settings="", peer=None):
        more = [(b"host", b"app"), *headers]
        path, via = f"/v1/forward/{proxy}", "GET"
        if proxy == "nginx":
            more += [(b"ecluse-method", method.encode()), (b"ecluse-target", target.encode())]
            more += [(b"ecluse-source", b"192.0.2.7")]
        elif proxy == "envoy":
            path, via = path + target, method
            more += [(b"ecluse-settings", settings.encode()), (b"x-forwarded-for", b"192.0.2.7")]
        else:
            more += [
                (b"x-forwarded-method", method.encode()),
                (b"x-forwarded-uri", target.encode()),
            ]
            more += [(b"x-forwarded-for", b"192.0.2.7")]
        if settings and proxy != "envoy":
            path += f"?{settings}"
        return call(self.app, via, path, headers=tuple(more), peer=peer)


@pytest.mark.parametrize("proxy", PROXIES)
class TestEveryProxy:
    def test_a_request_goes_on(self, proxy):
        gate = Proxies()
        answer = gate.ask(proxy, "/people/12?a=b", ME, settings="application=files")
        assert answer.status == 200
        assert (answer.headers["ecluse-entry"], answer.headers["ecluse-effect"]) == ("7", "permit")
        assert answer.body == b""
        assert gate.desk.questions == [
            Asked(
                account="adviser-7",
                application="files",
                persons=("12",),
                operation="view",
                source="192.0.2.7",
            )
        ]
        assert gate.desk.asked[0][0] == "check"

    def test_nobody_is_shown(self, proxy):
        gate = Proxies()
        assert gate.ask(proxy, "/about").status == 200
        assert gate.desk.asked == []

    def test_a_refusal(self, proxy):
        gate = Proxies(DENY)
        answer = gate.ask(proxy, "/people/12", ME, BROWSER)
        assert answer.headers["retry-after"] == "60"
        assert answer.headers["ecluse-effect"] == "deny"
        if proxy == "nginx":
            assert (answer.status, answer.body) == (403, b"")
            assert answer.headers["ecluse-entry"] == "8"
            assert gate.pages.take(answer.headers["ecluse-page"], "unix").case.status == 429
        else:
            assert answer.status == 429
            assert b"<html" in answer.body
            assert len(gate.pages) == 0

    def test_nobody_is_logged_in(self, proxy):
        gate = Proxies()
        answer = gate.ask(proxy, "/people/12")
        assert (answer.status, answer.headers["ecluse-effect"]) == (403, "anonymous")
        assert gate.desk.asked == []
        assert gate.unread == {"absent": 1}

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            ("/people/%2e%2e", "dots"), ("//people/12", "slashes"), ("/people/1;x=2", "parameters"),
            ("/people/1%2F2", "separator"), ("/PEOPLE/1", "route"), ("/about/.", "spelling"), ("/people/1%", "encoding"),
        ],
    )  # fmt: skip
    def test_a_hostile_spelling(self, proxy, target, reason):
        gate = Proxies()
        answer = gate.ask(proxy, target, ME)
        assert answer.status == (403 if proxy == "nginx" else 400)
        assert gate.desk.asked == []
        assert gate.unread == {reason: 1}
        assert answer.headers.get("ecluse-reason") == (reason if proxy == "nginx" else None), (
            "for the proxy's log, never for whoever looks for a way around"
        )

    def test_the_account_twice(self, proxy):
        gate = Proxies()
        assert gate.ask(proxy, "/people/12", ME, ME).status in {400, 403}
        assert gate.ask(proxy, "/people/12", ME, (b"ecluse_account", b"x")).status in {400, 403}
        assert gate.desk.asked == []
        assert gate.unread == {"twice": 1, "underscore": 1}

    def test_the_ledger_cannot_be_written(self, proxy):
        gate = Proxies(UnavailableError("full"))
        answer = gate.ask(proxy, "/people/12", ME)
        assert answer.status == (403 if proxy == "nginx" else 503)
        assert answer.headers["ecluse-effect"] == "unavailable"

    def test_wrong_settings_are_loud(self, proxy):
        gate = Proxies()
        assert gate.ask(proxy, "/people/12", ME, settings="colour=blue").status == 400
        gate = Proxies(CallerError("the application is missing"))
        assert gate.ask(proxy, "/people/12", ME).status == 400

    def test_no_routes_file(self, proxy):
        gate = Proxies()
        gate.routes = None
        answer = gate.ask(proxy, "/people/12", ME)
        assert answer.status == 400
        assert "no routes file" in answer.json["title"]

    def test_a_stranger(self, proxy):
        gate = Proxies()
        assert gate.ask(proxy, "/people/12", ME, peer=Peer()).status == 401
        assert gate.desk.asked == []

    def test_slow_waits_here(self, proxy, monkeypatch):
        waits = []
        sleep = asyncio.sleep

        async def noted(seconds):
            waits.append(seconds)
            await sleep(0)

        monkeypatch.setattr(asyncio, "sleep", noted)
        gate = Proxies(Answer(effect="slow", released=True, entry=9, delay=3000))
        answer = gate.ask(proxy, "/people/12", ME, (b"accept-language", b"fr"))
        assert answer.status == 200
        assert waits == [3.0]
        assert "UTF-8'fr'" in answer.headers["ecluse-notice"]

    def test_the_method_is_the_clients(self, proxy):
        gate = Proxies()
        gate.routes = Routes([Route("/people/{person}", methods=frozenset({"GET"}))])
        assert gate.ask(proxy, "/people/12", ME, method="GET").status == 200
        assert gate.ask(proxy, "/people/12", ME, method="DELETE").status in {400, 403}
        assert gate.unread == {"method": 1}

    def test_a_step_up(self, proxy):
        needed = Answer(
            effect="step_up", released=False, entry=5, acr_values=("urn:a",), max_age=300
        )
        gate = Proxies(needed)
        answer = gate.ask(
            proxy, "/people/12", ME, BROWSER, settings="sign_in=/login?next=%7Bnext%7D"
        )
        if proxy == "nginx":
            kept = gate.pages.take(answer.headers["ecluse-page"], "unix")
            assert (kept.case.status, kept.sign_in) == (401, "/login?next={next}")
        else:
            assert answer.status == 401
            assert "insufficient_user_authentication" in answer.headers["www-authenticate"]
            assert b"/login?next=%2Fpeople%2F12" in answer.body


def test_a_request_that_the_proxy_does_not_tell():
    gate = Proxies()
    for proxy in ("nginx", "traefik", "caddy"):
        assert call(gate.app, "GET", f"/v1/forward/{proxy}", headers=(ME,)).status in {400, 403}
    assert gate.unread == {"target": 3}


def test_the_client_s_query_sets_nothing_at_envoy():
    gate = Proxies()
    answer = gate.ask("envoy", "/people/12?account=X-Mine&application=x", ME, (b"x-mine", b"other"))
    assert answer.status == 200
    assert gate.desk.questions[0].account == "adviser-7"
    assert gate.desk.questions[0].application == ""


def test_envoy_without_its_settings_is_loud():
    gate = Proxies()
    answer = call(gate.app, "GET", "/v1/forward/envoy/people/12?hops=1", headers=(ME,))
    assert answer.status == 400
    assert "Ecluse-Settings" in answer.json["title"]


def test_the_host_decides_where_the_routes_say_so():
    gate = Proxies()
    gate.routes = Routes([Route("/people/{person}", hosts=frozenset({"app.example.org"}))])
    host = (b"ecluse-host", b"APP.example.org:443")
    assert gate.ask("nginx", "/people/1", ME, host).status == 200
    assert gate.ask("nginx", "/people/1", ME, (b"ecluse-host", b"other.example.org")).status == 403
    assert gate.ask("nginx", "/people/1", ME, host, host).status == 403
