"""A real gate and its clients: tokens, certificates and users, enrolled and taken back on the command line."""

import http.client
import io
import json
import os
import signal
import ssl
import time
from contextlib import redirect_stderr, redirect_stdout

import pytest

from ecluse.cli import main
from servers.certificates import Authority
from servers.gate import POLICY, gate
from servers.ports import free_port

ASKED = json.dumps({"account": "ana", "application": "files", "persons": ["1"]})
DEADLINE = 120.0


class Enrolled:
    """A gate over TLS and on its socket, with a clients file that the command line changes."""

    def __init__(self, folder, running, port, authority):
        self.folder, self.gate, self.port, self.authority = folder, running, port, authority

    def client(self, *arguments):
        """What `ecluse client` prints."""
        printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with (
            redirect_stdout(printed),
            redirect_stderr(io.StringIO()),
            pytest.raises(SystemExit) as done,
        ):
            main(["client", *arguments, "--clients", str(self.folder / "clients.yaml")])
        assert done.value.code == 0
        printed.seek(0)
        return printed.read().strip()

    def reload(self):
        self.gate.process.send_signal(signal.SIGHUP)

    def ask(self, token=None, certificate=None, path="/v1/check"):
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        if certificate is not None:
            context.load_cert_chain(*certificate)
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=context, timeout=DEADLINE
        )
        try:
            connection.request("POST", path, ASKED, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("www-authenticate")
        finally:
            connection.close()

    def wait(self, status, **how):
        end = time.monotonic() + DEADLINE
        while (found := self.ask(**how)[0]) != status:
            assert time.monotonic() < end, found
            time.sleep(0.05)


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clients")
    authority = Authority(folder)
    certificate, key = authority.sign("gate")
    port = free_port()
    (folder / "clients.yaml").write_text("# ours\nversion: 1\n")
    (folder / "settings.yaml").write_text(
        f"version: 1\nlisten:\n  tcp: {{address: '127.0.0.1:{port}', certificate: {certificate}, key: {key},"
        f" client_ca: {authority.certificate}}}\nclients: clients.yaml\n"
    )
    arguments = ("--settings", str(folder / "settings.yaml"))
    with gate(folder / "gate", policy=POLICY.format(limit=100), arguments=arguments) as running:
        yield Enrolled(folder, running, port, authority)


@pytest.fixture
def shown(enrolled):
    """A certificate that TLS asks of everybody, and that is nobody's."""
    return enrolled.authority.sign("anybody")


def test_nobody_is_enrolled(enrolled, shown):
    status, challenge = enrolled.ask(certificate=shown)
    assert status == 401
    assert challenge.startswith("Bearer")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        enrolled.ask()


def test_a_token_from_its_first_to_its_last_day(enrolled, shown):
    token = enrolled.client("add", "portal", "--application", "files", "--may", "ask")
    assert enrolled.ask(token, shown)[0] == 401
    enrolled.reload()
    enrolled.wait(200, token=token, certificate=shown)
    assert enrolled.ask(token[:-8] + "AAAAAAAA", shown)[0] == 401
    assert enrolled.ask(token, shown, "/v1/observe")[0] == 403
    assert enrolled.ask(token, shown, "/v1/manage/reload")[0] == 403
    second = enrolled.client("token", "portal")
    enrolled.client("revoke", "portal", "--token", jti_of(enrolled, "portal", 1))
    enrolled.reload()
    enrolled.wait(401, token=token, certificate=shown)
    assert enrolled.ask(second, shown)[0] == 200
    enrolled.client("revoke", "portal")
    enrolled.reload()
    enrolled.wait(401, token=second, certificate=shown)
    assert (enrolled.folder / "clients.yaml").read_text().startswith("# ours\n")


def jti_of(enrolled, name, place):
    clients = json.loads(enrolled.client("list", "--json"))["clients"]
    return next(c for c in clients if c["id"] == name)["tokens"][place]["id"]


def test_a_certificate(enrolled):
    edge = enrolled.authority.sign("edge")
    enrolled.client("add", "edge", "--may", "ask", "--without-token")
    enrolled.client("certificate", "edge", "--pem", str(edge[0]))
    enrolled.reload()
    enrolled.wait(200, certificate=edge)
    assert enrolled.ask("rubbish", edge)[0] == 401
    enrolled.client("revoke", "edge")
    enrolled.reload()
    enrolled.wait(401, certificate=edge)


def test_a_user_of_the_system(enrolled):
    def findings():
        return enrolled.gate.call("GET", "/v1/findings")[0]

    assert findings() == 403
    enrolled.client(
        "add", "on-call", "--may", "read", "--person", "Claude Martin", "--without-token"
    )
    enrolled.client("unix", "on-call", "--user", str(os.getuid()))
    enrolled.reload()
    end = time.monotonic() + DEADLINE
    while findings() != 200:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_file_with_a_fault_leaves_the_old_one_in_force(enrolled, shown):
    token = enrolled.client("add", "steady", "--application", "files", "--may", "ask")
    enrolled.reload()
    enrolled.wait(200, token=token, certificate=shown)
    path = enrolled.folder / "clients.yaml"
    before = path.read_text()
    path.write_text(before + "  - {id: steady, may: fly}\n")
    enrolled.reload()
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        found = enrolled.gate.call("GET", "/v1/findings")[1]["findings"]
        if any("clients.yaml" in f["what"] + f["about"] for f in found):
            break
        time.sleep(0.05)
    else:
        pytest.fail(f"no finding tells of the fault: {found}")
    assert enrolled.ask(token, shown)[0] == 200
    path.write_text(before)
