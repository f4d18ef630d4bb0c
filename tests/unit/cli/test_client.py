"""`ecluse client`: what is enrolled, what is printed, and that nothing half done stays behind."""

import json
import stat
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.api.authentication import Authenticator
from ecluse.api.peer import Peer
from ecluse.cli import main
from ecluse.loaders.clients import load_clients
from ecluse.model.client import Client, Scope
from ecluse.model.time import parse_instant
from ecluse.wiring import now


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as done:
            main(["client", *map(str, arguments)])
        out, err = capsys.readouterr()
        return done.value.code, out, err

    return run


@pytest.fixture
def ask(tmp_path):
    """Who the gate takes a token for."""

    def ask(secret):
        enrolment = load_clients((tmp_path / "clients.yaml").read_bytes(), file="clients.yaml")
        headers = [(b"authorization", b"Bearer " + secret.strip().encode())]
        return Authenticator(enrolment, now=now).client(headers, Peer())

    return ask


def test_the_first_client(run, ask, tmp_path):
    code, secret, err = run(
        "add", "portal", "--application", "a", "--application", "b", "--may", "ask, report"
    )
    assert code == 0
    assert secret.count("\n") == 1
    assert ask(secret) == Client(
        "portal", frozenset({Scope.ASK, Scope.REPORT}), frozenset({"a", "b"})
    )
    assert "clients.key: made; it is secret" in err
    assert secret.strip() not in err
    assert secret.strip() not in (tmp_path / "clients.yaml").read_text()
    assert stat.S_IMODE((tmp_path / "clients.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "clients.yaml").stat().st_mode) == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clients.key", "clients.yaml"]


def test_a_token_file(run, ask, tmp_path):
    code, out, _ = run(
        "add",
        "on-call",
        "--may",
        "manage",
        "--person",
        "Claude Martin",
        "--token-file",
        "t",
        "--json",
    )
    assert code == 0
    assert json.loads(out) == {"client": "on-call", "token_file": "t"}
    assert stat.S_IMODE((tmp_path / "t").stat().st_mode) == 0o600
    assert ask((tmp_path / "t").read_text()).person == "Claude Martin"
    code, out, _ = run("add", "other", "--may", "ask", "--token-file", "t")
    assert (code, out) == (2, "")
    assert json.loads(run("list", "--json")[1])["clients"][0]["id"] == "on-call"
    assert len(json.loads(run("list", "--json")[1])["clients"]) == 1


def test_json(run, ask):
    code, out, _ = run("add", "portal", "--may", "ask", "--days", 2, "--json")
    assert code == 0
    assert ask(json.loads(out)["token"]).id == "portal"
    (client,) = json.loads(run("list", "--json")[1])["clients"]
    (token,) = client.pop("tokens")
    assert client == {
        "id": "portal", "may": ["ask"], "applications": None, "person": "", "revoked": None,
        "certificates": [], "unix": [],
    }  # fmt: skip
    assert token["state"] == "valid"
    assert abs(parse_instant(token["expires"]) - now() - 2 * 86_400_000_000) < 600_000_000


def test_a_further_token_and_the_end_of_the_first(run, ask):
    first = run("add", "portal", "--may", "ask")[1]
    second = run("token", "portal")[1]
    assert ask(first).id == ask(second).id == "portal"
    tokens = json.loads(run("list", "--json")[1])["clients"][0]["tokens"]
    assert run("revoke", "portal", "--token", tokens[1]["id"])[0] == 0
    assert ask(first).reason == "revoked"
    assert ask(second).id == "portal"
    assert "revoked, ends" in run("list")[1]


def test_the_end_of_a_client(run, ask):
    secret = run("add", "portal", "--may", "ask")[1]
    assert run("revoke", "portal")[:2] == (0, "clients.yaml: client portal, revoked client\n")
    assert ask(secret).reason == "revoked"
    for arguments in (
        ("revoke", "portal"),
        ("token", "portal"),
        ("unix", "portal", "--user", "www-data"),
    ):
        code, _, err = run(*arguments)
        assert code == 2
        assert "`portal` was revoked" in err
    code, _, err = run("add", "portal", "--may", "ask")
    assert code == 2
    assert "its name is not given again" in err


def test_users_and_certificates(run, tmp_path):
    run("add", "proxy", "--may", "ask", "--without-token")
    assert not (tmp_path / "clients.key").exists()
    assert run("unix", "proxy", "--user", "www-data")[0] == 0
    assert (
        run("unix", "proxy", "--user", "33", "--json")[1]
        == '{\n  "client": "proxy",\n  "user": "33"\n}\n'
    )
    assert run("certificate", "proxy", "--fingerprint", ":".join(["AB"] * 32))[0] == 0
    pem, digest = certificate()
    (tmp_path / "c.pem").write_bytes(b"a remark\n" + pem)
    assert json.loads(run("certificate", "proxy", "--pem", "c.pem", "--json")[1]) == {
        "client": "proxy", "certificate": f"sha256:{digest}",
    }  # fmt: skip
    (client,) = json.loads(run("list", "--json")[1])["clients"]
    assert client["unix"] == ["33", "www-data"]
    assert client["certificates"] == [digest, "ab" * 32]
    assert run("unix", "proxy", "--user", "www-data")[0] == 2


def certificate():
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "proxy.example.org")])
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, since, until).sign(key, None)
    return made.public_bytes(serialization.Encoding.PEM), made.fingerprint(hashes.SHA256()).hex()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "x", "--may", "fly"), "`fly` is nothing that a client may do"),
        (("add", "x", "--may", ""), "`` is nothing that a client may do"),
        (("add", "x", "--may", "manage"), "`manage` is for a named person"),
        (("add", "X", "--may", "ask"), "`X` is not a name of small letters"),
        (("add", "unix", "--may", "ask"), "`unix` is who comes over the Unix socket"),
        (("add", "x", "--may", "ask", "--days", "0"), "0"),
        (("add", "x", "--may", "ask", "--clients", "no/such.yaml"), "there is no such folder"),
        (("token", "nobody"), "`nobody` is not enrolled"),
        (("revoke", "portal", "--token", "0" * 32), "`portal` has no token"),
        (("unix", "portal", "--user", "a b"), "`a b` is not the name or the number of a user"),
        (("certificate", "portal"), "say which certificate"),
        (("certificate", "portal", "--fingerprint", "abc"), "`abc` is not a SHA-256 fingerprint"),
        (("certificate", "portal", "--pem", "clients.yaml"), "is not a certificate in PEM"),
    ],
)
def test_what_is_refused_changes_nothing(run, tmp_path, arguments, says):
    run("add", "portal", "--may", "ask")
    before = (tmp_path / "clients.yaml").read_bytes()
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert (tmp_path / "clients.yaml").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clients.key", "clients.yaml"]


def test_a_wrong_file(run, tmp_path):
    (tmp_path / "clients.yaml").write_text("version: 1\nclients: [{id: a}]\n")
    code, _, err = run("add", "portal", "--may", "ask")
    assert code == 3
    assert "clients.yaml:2:11: `may` is missing from a client" in err
    assert run("list")[0] == 3
    (tmp_path / "clients.yaml").unlink()
    assert run("list")[0] == 2


def test_another_key(run, tmp_path):
    run("add", "portal", "--may", "ask")
    (tmp_path / "clients.key").write_text("ab" * 32 + "\n")
    code, _, err = run("token", "portal")
    assert code == 2
    assert "is not the key whose public half" in err
    (tmp_path / "clients.key").unlink()
    assert run("token", "portal")[0] == 6


def test_what_people_wrote_stays_and_if_not_it_is_said(run, tmp_path):
    path = tmp_path / "clients.yaml"
    path.write_text("# ours\nversion: 1\nclients:\n  - id: a  # first\n    may: ask\n    unix: b\n")
    path.chmod(0o600)
    assert "a running gate still knows it" in (told := run("revoke", "a")[2])
    assert "written anew" not in told
    assert "# first" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("# ours\nversion: 1\nclients:\n  - id: a  # first\n    may: ask\n    unix: b\n")
    assert "written anew, without the remarks" in run("unix", "a", "--user", "c")[2]
    assert load_clients(path.read_bytes(), file="").clients[0].unix == ("c", "b")
