"""nginx in front of an application, with `examples/nginx/ecluse.conf` as it stands: no way around the budget."""

import base64
import socket
import time
from itertools import count

import pytest

from servers.behind import application
from servers.gate import gate
from servers.nginx import nginx, talk
from servers.ports import free_port
from structure.source import ROOT

CONFIG = ROOT / "examples" / "nginx" / "ecluse.conf"
POLICY = """\
version: 1
budgets:
  - id: account
    per: account
    limits: {1h: 3}
    warn_at: 1
  - id: closing
    per: account
    target: {operation: close}
    limits: {1h: 0}
    effect: hold
  - id: factor
    per: account
    target: {operation: factor}
    limits: {1h: 0}
    effect: step_up
  - id: waiting
    per: account
    target: {operation: wait}
    limits: {1h: 0}
    effect: slow
"""
ROUTES = """\
version: 1
person: {matches: '[0-9]+'}
routes:
  - {path: '/people/{person}', operation: view}
  - {path: /compare, query: [id], operation: list}
  - {path: '/close/{person}', operation: close}
  - {path: '/factor/{person}', operation: factor}
  - {path: '/wait/{person}', operation: wait}
  - {path: /about, free: nobody}
  - {path: '/forbidden/{*}', free: nobody}
"""
SETTINGS = "version: 1\nslow: 1s\n"
BROWSER = "Accept: text/html"
LIMIT = 3
ACCOUNTS = 80


class Front:
    """The whole: application, gate, nginx. Every test has an account of its own."""

    def __init__(self, application, gate, port):
        self.application, self.gate, self.port = application, gate, port
        self._accounts = count()

    def account(self):
        number = next(self._accounts)
        assert number < ACCOUNTS
        return f"adviser-{number}"

    def request(
        self, account, target, *headers, method="GET", version="1.1", host="files.example.org"
    ):
        """The bytes of a request of somebody who is logged in."""
        lines = [f"{method} {target} HTTP/{version}"]
        lines += [f"Host: {host}"] if host else []
        if account is not None:
            shown = base64.b64encode(f"{account}:x".encode()).decode()
            lines.append(f"Authorization: Basic {shown}")
        return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1")

    def get(self, account, target, *headers, **more):
        """One request: status, headers, body."""
        (answer,) = talk(
            self.port, self.request(account, target, "Connection: close", *headers, **more)
        )
        return answer

    def spend(self, account):
        """Reads as many persons as the account may."""
        for person in range(1, LIMIT + 1):
            assert self.get(account, f"/people/{person}")[0] == 200


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "routes.yaml").write_text(ROUTES)
    (folder / "settings.yaml").write_text(SETTINGS)
    users = "".join(f"adviser-{n}:{{PLAIN}}x\n" for n in range(ACCOUNTS))
    (folder / "files.htpasswd").write_text(users)
    arguments = (
        "--routes",
        str(folder / "routes.yaml"),
        "--settings",
        str(folder / "settings.yaml"),
    )
    port = free_port()
    with application() as app, gate(folder / "gate", policy=POLICY, arguments=arguments) as running:
        config = CONFIG.read_text()
        for written, here in {
            "/run/ecluse/gate.sock": running.socket,
            "127.0.0.1:8000": f"127.0.0.1:{app.port}",
            "127.0.0.1:8080": f"127.0.0.1:{port}",
            "/etc/nginx/files.htpasswd": str(folder / "files.htpasswd"),
            "/var/log/nginx/ecluse.log": str(folder / "access.log"),
        }.items():
            assert config.count(written) == 1, written
            config = config.replace(written, here)
        with nginx(folder / "nginx", config, port=port):
            front = Front(app, running, port)
            front.folder = folder
            yield front


def test_the_first_person_over_the_limit_does_not_leave(front):
    me = front.account()
    front.spend(me)
    assert (
        front.get(me, "/people/2")[2] == b"RECORD /people/2"
    )  # read before, and so no more persons
    before = len(front.application.reached)
    status, headers, body = front.get(me, "/people/4", BROWSER)
    assert status == 429
    assert 0 < int(headers["retry-after"]) <= 3600
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert b"<html" in body
    assert b"RECORD" not in body
    assert len(front.application.reached) == before


def test_a_program_gets_a_document(front):
    me = front.account()
    front.spend(me)
    status, headers, body = front.get(
        me, "/people/4", "Accept: application/json", "Accept-Language: fr"
    )
    assert (status, headers["content-type"]) == (429, "application/problem+json")
    assert headers["content-language"] == "fr"
    assert b'"urn:ecluse:problem:deny"' in body


def test_the_other_effects(front):
    me = front.account()
    status, headers, body = front.get(me, "/factor/1", BROWSER)
    assert status == 401
    assert "insufficient_user_authentication" in headers["www-authenticate"]
    assert b"<html" in body
    start = time.monotonic()
    assert front.get(me, "/wait/1")[0] == 200
    assert time.monotonic() - start >= 1
    assert front.get(me, "/close/1", BROWSER)[0] == 403
    status, _, body = front.get(me, "/people/1", BROWSER)
    assert status == 403
    assert b"RECORD" not in body


def test_an_early_notice(front):
    me = front.account()
    assert "ecluse-notice" not in front.get(me, "/people/1")[1]
    front.get(me, "/people/2")
    status, headers, _ = front.get(me, "/people/3")
    assert status == 200
    assert headers["ecluse-notice"].startswith("warn; text=")


def test_what_shows_nobody_goes_on(front):
    me = front.account()
    for _ in range(LIMIT + 2):
        assert front.get(me, "/about")[0] == 200
    status, _, body = front.get(me, "/forbidden/page", BROWSER)
    assert (status, body) == (
        403,
        b"RECORD /forbidden/page",
    )  # the application's own 403 is its own


HOSTILE = [
    "/people/%34", "/people/4/", "/people//4", "//people/4", "/people/./4", "/people/%2e/4", "/about/../people/4",
    "/about/%2e%2e/people/4", "/people/4;a=b", "/people;a/4", "/People/4", "/PEOPLE/4", "/people/4.", "/people/4%20",
    "/people/04", "/people/4%00", "/people/%d9%a4", "/people/4%2f", "/people%2f4", "/people\\4", "/people/4#x",
    "/people/4?x=1", "/people/4%3f", "/./about/../people/4", "/people/%2534", "/about/..%2fpeople/4", "/about;/people/4",
    "/people/4,5", "/compare?id=4", "/compare?id=1&id=4", "/compare?ID=4", "/compare?id[]=4", "/compare?%69d=4",
    "/compare?id=1;id=4", "http://files.example.org/people/4", "http://other.example.org//people/4",
]  # fmt: skip


def test_no_spelling_leads_around_the_budget(front):
    """Each spelling of the fourth person, by an account that has read three: nothing new reaches the application."""
    me = front.account()
    front.spend(me)
    for target in HOSTILE:
        before = len(front.application.reached)
        status, _, body = front.get(me, target, BROWSER)
        assert status in {400, 403, 404, 429}, target
        assert b"RECORD" not in body, target
        assert front.application.reached[before:] == [], target


def test_unusual_spellings_are_the_same_person_or_nobody(front):
    """By an account that has read nobody, all together show at most as many persons as it may read."""
    me = front.account()
    before = len(front.application.reached)
    for number, target in enumerate(HOSTILE * 2):
        front.get(me, target.replace("4", str(10 + number)))
    assert len(front.application.reached) - before <= LIMIT


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_every_method_counts(front, method):
    me = front.account()
    front.spend(me)
    before = len(front.application.reached)
    (status, _, _), *_ = talk(
        front.port,
        front.request(me, "/people/4", "Connection: close", "Content-Length: 0", method=method),
    )
    assert status == 429
    assert len(front.application.reached) == before


def test_the_account_is_not_what_the_client_says(front):
    me, other = front.account(), front.account()
    front.spend(me)
    injected = [
        f"Ecluse-Account: {other}", f"ecluse-account: {other}", f"Ecluse_Account: {other}", "Ecluse-Target: /about",
        "Ecluse-Method: OPTIONS", "Ecluse-Host: other", "Ecluse-Settings: account=x", "X-Forwarded-Uri: /about",
        "X-Original-URL: /about", "X-Rewrite-URL: /about", "Ecluse-Page: x", "Ecluse-Entry: 1",
        "Authorization: Bearer x", "Ecluse-Session: fresh", "Transfer-Encoding : x", "X-HTTP-Method-Override: GET",
    ]  # fmt: skip
    before = len(front.application.reached)
    for header in injected:
        status, _, body = front.get(me, "/people/4", header)
        assert status in {400, 401, 429}, header
        assert b"RECORD" not in body, header
        assert front.get(me, "/people/4", header, header)[0] in {400, 401, 429}, header
    assert len(front.application.reached) == before
    front.spend(other)  # nobody has drawn on it


def test_two_log_ins_in_one_request(front):
    me, other = front.account(), front.account()
    front.spend(me)
    again = base64.b64encode(f"{other}:x".encode()).decode()
    status, _, body = front.get(me, "/people/4", f"Authorization: Basic {again}")
    assert status in {400, 401, 429}
    assert b"RECORD" not in body


def test_a_wrong_password_draws_on_nobodys_budget(front):
    me = front.account()
    shown = base64.b64encode(f"{me}:wrong".encode()).decode()
    for person in range(10):
        assert front.get(None, f"/people/{person}", f"Authorization: Basic {shown}")[0] == 401
    assert front.get(None, "/people/1")[0] == 401
    front.spend(me)


def test_pipelining(front):
    me = front.account()
    targets = [f"/people/{n}" for n in range(1, 8)]
    *first, last = targets
    data = b"".join(front.request(me, t) for t in first) + front.request(
        me, last, "Connection: close"
    )
    answers = talk(front.port, data, answers=len(targets))
    assert [status for status, _, _ in answers] == [200] * LIMIT + [429] * 4


def test_http_1_0(front):
    me = front.account()
    for person in range(1, LIMIT + 1):
        assert front.get(me, f"/people/{person}", version="1.0", host="")[0] == 200
    assert front.get(me, "/people/4", version="1.0", host="")[0] == 429


def test_the_places_of_the_gate_are_not_for_clients(front):
    me = front.account()
    for target in (
        "/.ecluse/ask",
        "/.ecluse/page",
        "/.ecluse/page?reference=x",
        "/.ecluse/%61sk",
        "/x/../.ecluse/ask",
    ):
        status, _, body = front.get(me, target)
        assert status in {400, 403, 404}, target
        assert b"RECORD" not in body


def test_a_client_that_leaves(front):
    """A request is counted when it was decided, whoever reads the answer."""
    me = front.account()
    for person in range(1, 30):
        with socket.create_connection(("127.0.0.1", front.port), timeout=120) as connection:
            connection.sendall(front.request(me, f"/people/{person}"))
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and front.get(me, "/people/99")[0] != 429:
        time.sleep(0.05)
    reached = [target for _, target in front.application.reached if target.startswith("/people/")]
    assert front.get(me, "/people/98")[0] == 429
    assert reached


def test_many_at_once(front):
    me = front.account()
    connections = [
        socket.create_connection(("127.0.0.1", front.port), timeout=120) for _ in range(30)
    ]
    try:
        for number, connection in enumerate(connections):
            connection.sendall(front.request(me, f"/people/{100 + number}", "Connection: close"))
        answers = [b"".join(iter(lambda c=c: c.recv(65_536), b"")) for c in connections]
    finally:
        for connection in connections:
            connection.close()
    assert sum(answer.startswith(b"HTTP/1.1 200") for answer in answers) == LIMIT


def test_the_access_log_names_the_entry(front):
    me = front.account()
    front.get(me, "/people/1")
    front.get(me, "/nowhere")
    deadline = time.monotonic() + 120
    while (text := (front.folder / "access.log").read_text()).count(
        f" {me} "
    ) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    read, unlisted = [line for line in text.splitlines() if f" {me} " in line]
    assert "effect=permit" in read
    assert "/people/1" not in read
    assert unlisted.endswith("effect=unclear reason=route")


def test_a_gate_that_is_away_lets_nobody_through(front, tmp_path):
    """Last, as it takes the gate down."""
    me = front.account()
    assert front.gate.stop() == 0
    before = len(front.application.reached)
    for target in ("/people/1", "/about"):
        assert front.get(me, target)[0] == 500
    assert len(front.application.reached) == before
    front.gate.start()
    assert front.get(me, "/people/1")[0] == 200
