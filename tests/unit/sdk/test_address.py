"""An address is read strictly; tokens go nowhere but into their header."""

import os
import ssl
from pathlib import Path

import pytest

from ecluse.model.errors import CallerError
from ecluse.sdk.address import Address, Token

SECRET = "very-secret-token"


def headers(address):
    return dict(address.request("POST", "/v1/check", b"{}", {}).headers)


def test_a_socket_and_an_https_address():
    socket = Address.of("unix:/run/ecluse/gate.sock")
    assert (socket.unix, socket.origin) == ("/run/ecluse/gate.sock", "http://gate")
    assert b"Authorization" not in headers(socket)
    assert Address.of("unix:gate.sock").unix == str(Path.cwd() / "gate.sock")
    gate = Address.of("https://gate.example.org:8750/", token=SECRET)
    assert (gate.unix, gate.origin) == (None, "https://gate.example.org:8750")
    assert gate.tls.verify_mode is ssl.CERT_REQUIRED
    assert gate.tls.check_hostname
    assert headers(gate)[b"Authorization"] == b"Bearer very-secret-token"
    assert headers(gate)[b"Host"] == b"gate.example.org:8750"
    own = ssl.create_default_context()
    assert Address.of("https://gate.example.org", ssl_context=own).tls is own


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8750", "http://localhost:1", "http://[::1]:8750"]
)
def test_plain_http_is_for_this_machine(address):
    assert Address.of(address, token=SECRET).origin == address


@pytest.mark.parametrize(
    ("address", "settings"),
    [
        ("http://gate.example.org", {}),
        ("http://192.0.2.1", {"token": SECRET}),
        ("http://127.0.0.1", {"ca_file": "x"}),
        ("unix:", {}),
        ("unix:/x\0", {}),
        ("unix:/x", {"certificate": "x"}),
        ("ftp://gate.example.org", {}),
        ("gate.example.org", {}),
        ("https://", {}),
        ("https://user:very-secret-token@gate.example.org", {}),
        ("https://gate.example.org/very-secret-token", {}),
        ("https://gate.example.org?very-secret-token", {}),
        ("https://gate.example.org#x", {}),
        ("https://gate.example.org:x", {}),
        ("https://g\u00e4te.example.org", {}),
        ("https://[::1", {}),
        ("", {}),
        ("https://gate.example.org", {"key": "x"}),
        ("https://gate.example.org", {"certificate": "/nowhere.pem"}),
        ("https://gate.example.org", {"ca_file": __file__}),
        ("unix:/x", {"token": "" }),
        ("unix:/x", {"token": "a b"}),
        ("unix:/x", {"token": "a\r\nb"}),
        ("unix:/x", {"token": "é"}),
        ("unix:/x", {"token": SECRET, "token_file": "y"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_without_telling_secrets(address, settings):
    with pytest.raises(CallerError) as error:
        Address.of(address, **settings)
    assert SECRET not in str(error.value) + error.value.help


def test_a_token_is_read_again_when_its_file_changes(tmp_path):
    file = tmp_path / "token"
    file.write_text("first\n", "ascii")
    token = Token(file=str(file))
    assert token.read() == "first"
    file.write_text("second\n", "ascii")
    os.utime(file, ns=(1, 1))
    assert token.read() == "second"
    file.unlink()
    with pytest.raises(CallerError, match="no such file"):
        token.read()
    file.write_bytes(b"\xff")
    with pytest.raises(CallerError, match="not ascii"):
        token.read()


def test_no_secret_in_a_repr():
    for shown in (Token(SECRET), Address.of("unix:/x", token=SECRET)):
        assert SECRET not in repr(shown)
