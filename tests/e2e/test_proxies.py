"""Traefik, Caddy and Envoy at a real gate: what their manuals say that they send, byte for byte, and hostile variants."""

import socket

import pytest

from servers.gate import POLICY, gate

ROUTES = """\
version: 1
person: {matches: '[0-9]+'}
routes:
  - {path: '/people/{person}', operation: view}
  - {path: /about, free: nobody}
"""
LIMIT = 3
SETTINGS = "application=files&cookie=sid"


class Gate:
    """A gate on its socket, and the three proxies in front of it."""

    def __init__(self, running):
        self.running = running

    def send(self, method, target, *headers):
        """Status, headers and body of one raw request."""
        head = "\r\n".join([f"{method} {target} HTTP/1.1", *headers, "Connection: close", "", ""])
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(120)
            connection.connect(self.running.socket)
            connection.sendall(head.encode("latin-1"))
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        front, _, body = answer.partition(b"\r\n\r\n")
        lines = front.decode("latin-1").split("\r\n")
        named = dict(line.lower().split(": ", 1) for line in lines[1:])
        return int(lines[0].split()[1]), named, body

    def ask(self, proxy, target, *headers, account="ana", method="GET"):
        more = [*headers, f"Ecluse-Account: {account}", "Cookie: sid=1", "Accept: text/html"]
        if proxy == "envoy":
            more += [
                "Host: app.example.org",
                f"Ecluse-Settings: {SETTINGS}",
                "X-Forwarded-For: 192.0.2.7",
            ]
            return self.send(method, f"/v1/forward/envoy{target}", *more)
        more += [f"X-Forwarded-Method: {method}", f"X-Forwarded-Uri: {target}"]
        more += ["Host: gate", "X-Forwarded-Host: app.example.org", "X-Forwarded-For: 192.0.2.7"]
        return self.send("GET", f"/v1/forward/{proxy}?{SETTINGS}", *more)


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxies")
    (folder / "routes.yaml").write_text(ROUTES)
    arguments = ("--routes", str(folder / "routes.yaml"))
    with gate(folder / "gate", policy=POLICY.format(limit=LIMIT), arguments=arguments) as running:
        yield Gate(running)


@pytest.fixture(params=["traefik", "caddy", "envoy"])
def proxy(request):
    return request.param


def test_the_limit_holds_and_the_client_gets_the_page(front, proxy):
    account = f"spends-{proxy}"
    for person in range(1, LIMIT + 1):
        assert front.ask(proxy, f"/people/{person}?tab=1", account=account)[0] == 200
    status, headers, body = front.ask(proxy, "/people/4", account=account)
    assert status == 429
    assert int(headers["retry-after"]) > 0
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert b"<html" in body
    assert front.ask(proxy, "/about", account=account)[0] == 200


def test_hostile_targets(front, proxy):
    """Of an account that may read three, whatever the spelling: no more than three answers of 200 but for `/about`."""
    account = f"hostile-{proxy}"
    targets = [
        "/people/{}", "/people//{}", "//people/{}", "/people/{}/", "/people/%3{}", "/about/../people/{}",
        "/people/{};x=1", "/people/{}%2f", "/people/{}?a=b?c", "/people/{}%00", "/people/%c0%af{}", "/./people/{}",
        "/people/{}.", "/People/{}", "/people/{}\xe9", "/people/{}\\", "/people/{}#", "/people/{}%23",
    ]  # fmt: skip
    released = 0
    for number, target in enumerate(targets * 2):
        status, _, body = front.ask(proxy, target.format(number % 10), account=account)
        assert status in {200, 400, 403, 429}, target
        assert body or status == 200
        released += status == 200
    assert released >= 1
    persons = {n % 10 for n in range(len(targets) * 2)}
    refused = [p for p in persons if front.ask(proxy, f"/people/{p}", account=account)[0] == 429]
    assert len(refused) == len(persons) - LIMIT


def test_headers_twice(front, proxy):
    for header in ("Ecluse-Account: bob", "Ecluse_Account: bob", "Cookie: sid=2"):
        assert front.ask(proxy, "/people/1", header, account="twice")[0] in {400, 403}, header
    if proxy == "envoy":
        assert (
            front.ask(proxy, "/people/1", "Ecluse-Settings: account=x", account="twice")[0] == 400
        )
    else:
        for header in ("X-Forwarded-Uri: /about", "X-Forwarded-Method: OPTIONS"):
            assert front.ask(proxy, "/people/1", header, account="twice")[0] in {400, 403}, header


def test_a_clients_own_log_in_is_no_token_of_the_gate(front, proxy):
    """It would be refused, rather than taken for nothing: the proxy must not hand it on."""
    status, headers, _ = front.ask(proxy, "/people/1", "Authorization: Basic YTpi")
    assert status == 401
    assert headers["www-authenticate"].startswith("bearer")


def test_the_rest_of_the_gate_is_not_below_a_prefix(front):
    for target in (
        "/v1/forward/envoy/../../check",
        "/v1/forward/envoy/%2e%2e/%2e%2e/health",
        "/v1/forward/envoy",
    ):
        status, _, body = front.send("GET", target, "Host: a", "Ecluse-Settings: account=x")
        assert status in {400, 403, 404}, target
        assert b'"pass"' not in body
