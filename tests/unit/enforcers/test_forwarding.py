"""What a proxy tells is read in one way only; what a client can write itself is never read."""

import re
from dataclasses import fields

import pytest

from ecluse.enforcers.forwarding import (
    Original,
    ProxySettings,
    decided,
    proxy_settings,
    question,
    single,
)
from ecluse.model.asked import Answer, Asked
from ecluse.model.errors import CallerError
from ecluse.routes.asker import session_name
from ecluse.routes.outcome import Free, Refused
from ecluse.routes.routes import Route, Routes
from structure.source import ROOT

KEY = b"k" * 32
ROUTES = Routes(
    [
        Route("/people/{person}", operation="view", categories=("identity",)),
        Route("/other/{person}", application="other"),
        Route("/people", query=("id",), operation="list"),
        Route("/about", free=True),
    ]
)
ME = (b"ecluse-account", b"adviser-7")


def ask(target, *headers, settings=None, method="GET", forwarded_for=""):
    original = Original(method, target, "app.example.org", forwarded_for)
    return question(original, headers, settings or ProxySettings(), ROUTES, session_key=KEY)


def test_a_person_in_the_path():
    assert ask(b"/people/12?tab=1", ME) == Asked(
        account="adviser-7", persons=("12",), operation="view", categories=("identity",)
    )


def test_persons_in_the_query():
    assert ask(b"/people?id=1&id=2", ME).persons == ("1", "2")


def test_the_application_of_the_route_goes_before_that_of_the_proxy():
    settings = ProxySettings(application="portal")
    assert ask(b"/people/1", ME, settings=settings).application == "portal"
    assert ask(b"/other/1", ME, settings=settings).application == "other"


def test_a_log_in_without_regard_to_case_makes_one_account_of_all_spellings():
    spellings = ("Zélie  DURAND", "zélie durand", "ZE\u0301LIE Durand", "\uff3a\u00e9lie durand")
    headers = [(b"ecluse-account", spelling.encode()) for spelling in spellings]
    for settings, number in ((ProxySettings(ignore_case=True), 1), (ProxySettings(), 4)):
        accounts = {ask(b"/people/1", header, settings=settings).account for header in headers}
        assert len(accounts) == number
    assert proxy_settings(b"ignore_case=true") == ProxySettings(ignore_case=True)


def test_nobody_is_shown():
    assert isinstance(ask(b"/about"), Free)


@pytest.mark.parametrize(
    ("target", "headers", "reason"),
    [
        (b"/people/1", (), "absent"),
        (b"/people/1", ((b"ecluse-account", b""),), "absent"),
        (b"/people/1", (ME, ME), "twice"),
        (b"/people/1", (ME, (b"ecluse_account", b"other")), "underscore"),
        (b"/people/1", ((b"ecluse-account", b"a, b"),), "list"),
        (b"/people/1", ((b"ecluse-account", b"a\xff"),), "encoding"),
        (b"/people/1", ((b"ecluse-account", b"a" * 300),), "long"),
        (b"/people/%2e%2e", (ME,), "dots"),
        (b"/people/1%2f2", (ME,), "separator"),
        (b"//people/1", (ME,), "slashes"),
        (b"/nothing", (ME,), "route"),
        (b"/about/.", (ME,), "spelling"),
    ],
)
def test_what_has_two_readings_is_refused(target, headers, reason):
    found = ask(target, *headers)
    assert isinstance(found, Refused)
    assert found.reason == reason


def test_the_clients_own_headers_are_not_read():
    asked = ask(
        b"/people/1",
        ME,
        (b"ecluse-session", b"fresh"),
        (b"ecluse-factor", b"key"),
        (b"ecluse-auth-time", b"1"),
        (b"ecluse-organization", b"other"),
        (b"ecluse-application", b"other"),
        (b"cookie", b"sid=1"),
    )
    assert asked == Asked(
        account="adviser-7", persons=("1",), operation="view", categories=("identity",)
    )


def test_the_headers_that_the_settings_name():
    settings = proxy_settings(
        b"account=X-User&session=X-Session&organization=X-Org&factor=X-Factor&auth_time=X-Time"
    )
    headers = [
        (b"x-user", b"ana"), (b"x-session", b"s1"), (b"x-org", b"north"), (b"x-factor", b"key"),
        (b"x-time", b"1795000000"), (b"ecluse-account", b"other"),
    ]  # fmt: skip
    asked = ask(b"/people/1", *headers, settings=settings)
    assert (asked.account, asked.session, asked.organization, asked.factor, asked.auth_time) == (
        "ana", "s1", "north", "key", 1_795_000_000,
    )  # fmt: skip
    for name, value in headers[1:5]:
        assert ask(b"/people/1", *headers, (name, value), settings=settings).reason == "twice"
        without = [h for h in headers if h[0] != name]
        assert isinstance(ask(b"/people/1", *without, settings=settings), Asked)
    wrong = [*headers[:4], (b"x-time", b"yesterday")]
    assert ask(b"/people/1", *wrong, settings=settings).reason == "characters"


def test_a_session_has_a_name_that_gives_nobody_its_cookie():
    settings = ProxySettings(cookie="sid")
    asked = ask(b"/people/1", ME, (b"cookie", b"a=b; sid=secret"), settings=settings)
    assert asked.session == session_name(b"secret", KEY)
    assert "secret" not in asked.session
    assert ask(b"/people/1", ME, settings=settings).session is None
    twice = (b"cookie", b"sid=a; sid=b")
    assert ask(b"/people/1", ME, twice, settings=settings).reason == "twice"


@pytest.mark.parametrize(
    ("forwarded_for", "hops", "source"),
    [
        ("192.0.2.7", 1, "192.0.2.7"),
        ("198.51.100.1, 192.0.2.7", 1, "192.0.2.7"),
        ("203.0.113.9, 198.51.100.1, 192.0.2.7", 2, "198.51.100.1"),
        ("192.0.2.7", 2, None),
        ("rubbish", 1, None),
        ("", 1, None),
        ("192.0.2.7", 0, None),
    ],
)
def test_the_source_is_what_the_proxy_saw(forwarded_for, hops, source):
    settings = ProxySettings(hops=hops)
    asked = ask(b"/people/1", ME, settings=settings, forwarded_for=forwarded_for)
    assert asked.source == source


def test_a_justification_is_the_clients_own_words():
    header = (b"ecluse-justification", b"UTF-8'fr'rendez-vous%20%C3%A0%209%20h")
    assert ask(b"/people/1", ME, header).justification == "rendez-vous à 9 h"
    assert ask(b"/people/1", ME, header, header).justification is None
    assert len(ask(b"/people/1", ME, (b"ecluse-justification", b"x" * 9000)).justification) == 2000


def test_the_settings_of_a_proxy():
    assert proxy_settings(b"") == ProxySettings()
    assert proxy_settings(
        b"application=a%20b&hops=0&cookie=__Host-sid&sign_in=/login?next=%7Bnext%7D&language=fr"
    ) == ProxySettings(
        application="a b", hops=0, cookie="__Host-sid", sign_in="/login?next={next}", language="fr"
    )


@pytest.mark.parametrize(
    "query",
    [
        b"colour=blue", b"account=a&account=b", b"account=", b"account=a_b", b"account=a:b", b"hops=x",
        b"hops=10", b"ignore_case=yes", b"language=de", b"cookie=a;b", b"cookie=a b", b"sign_in=%00", b"session=a\xc3\xa9",
    ],
)  # fmt: skip
def test_wrong_settings_are_refused(query):
    with pytest.raises(CallerError):
        proxy_settings(query)


def test_a_header_that_came_once():
    assert single([(b"a", b"1"), (b"b", b"2")], b"b") == b"2"
    assert single([(b"a", b"1"), (b"a", b"1")], b"a") is None
    assert single([], b"a") is None


def test_what_a_release_tells():
    assert decided(None, "en") == []
    assert decided(Answer(effect="permit", released=True), "en") == [(b"ecluse-effect", b"permit")]
    (effect, entry, notice) = decided(Answer(effect="warn", released=True, entry=7), "fr")
    assert (effect, entry) == ((b"ecluse-effect", b"warn"), (b"ecluse-entry", b"7"))
    assert notice[0] == b"ecluse-notice"
    assert b"UTF-8'fr'" in notice[1]


def test_the_documents_show_settings_that_exist():
    page = (ROOT / "docs" / "proxies.md").read_text("utf-8")
    addresses = re.findall(r"/v1/forward/(?:nginx|caddy|traefik)\?([^\s`'\";)]+)", page)
    settings = re.findall(r'Ecluse-Settings, value: "([^"]+)"', page)
    example = (ROOT / "examples" / "nginx" / "ecluse.conf").read_text("utf-8")
    in_example = re.findall(r"/v1/forward/nginx\?([^;]+);", example)
    assert len(addresses) >= 3
    assert settings
    assert in_example
    for written in (*addresses, *settings, *in_example):
        assert proxy_settings(written.encode()).application == "files"
    first_cells = re.findall(r"^\| (`[^|]+`) \|", page, re.MULTILINE)
    named = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert {field.name for field in fields(ProxySettings)} <= named
