"""A timestamp is kept only when it is the authority's own, over this very content."""

import sys

import pytest

from ecluse.model.errors import CallerError, UnavailableError
from ecluse.registers.stamping import Authority, check_stamping, stamp
from tsa_kit import make_authority, serving


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_an_authority_stamps(authority):
    with serving(authority) as url:
        known = Authority(url, (authority / "ca.pem").read_bytes())
        check_stamping(known)
        answer = stamp(known, b"content")
    assert answer == (authority / "reply.tsr").read_bytes()
    assert b"content" not in (authority / "request.tsq").read_bytes()


def test_the_answer_of_another_authority_is_refused(authority, tmp_path):
    other = make_authority(tmp_path / "other")
    with (
        serving(authority) as url,
        pytest.raises(UnavailableError, match="no timestamp of the authority"),
    ):
        stamp(Authority(url, (other / "ca.pem").read_bytes()), b"content")


def test_an_answer_over_something_else_is_refused(authority):
    with serving(authority) as url:
        known = Authority(url, (authority / "ca.pem").read_bytes())
        earlier = stamp(known, b"something else")
    with serving(authority, answer=earlier) as url, pytest.raises(UnavailableError):
        stamp(Authority(url, known.certificates), b"content")


@pytest.mark.parametrize("answer", [b"", b"<html>sorry</html>", b"\x30\x03\x02\x01\x02"])
def test_an_answer_that_is_none_is_refused(authority, answer):
    with serving(authority, answer=answer) as url, pytest.raises(UnavailableError):
        stamp(Authority(url, (authority / "ca.pem").read_bytes()), b"content")


def test_one_that_does_not_answer(authority):
    known = Authority("http://127.0.0.1:9/tsr", (authority / "ca.pem").read_bytes())
    with pytest.raises(UnavailableError, match="does not answer") as caught:
        stamp(known, b"content")
    assert "evidence.yaml" in caught.value.help


def test_certificates_without_a_root_are_refused(authority):
    for content in (b"", b"nothing", (authority / "tsa.pem").read_bytes()):
        with pytest.raises(CallerError, match="no root"):
            check_stamping(Authority("http://127.0.0.1:9", content))


def test_without_the_extra_it_says_what_to_install(authority, monkeypatch):
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    with pytest.raises(CallerError, match="rfc3161-client"):
        check_stamping(Authority("http://127.0.0.1:9", (authority / "ca.pem").read_bytes()))
