"""Sessions get a name that opens nothing, and sources are believed only as far as one's own proxies heard."""

import pytest

from ecluse.enforcers.identity import Identity, name_session, source_of


def test_a_session_s_name_is_stable_and_gives_nothing_away():
    name = name_session("abcdef", "secret")
    assert name == name_session(b"abcdef", b"secret")
    assert "abcdef" not in name
    assert name != name_session("abcdef", "other")
    assert name != name_session("abcdeg", "secret")
    assert len(name_session("x" * 5000, "s" * 5000)) == 32
    assert name_session("\ud800", "s")


@pytest.mark.parametrize(
    ("remote", "forwarded", "hops", "found"),
    [
        ("192.0.2.1", None, 0, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", 0, "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9, 192.0.2.7", 1, "192.0.2.7"),
        ("10.0.0.1", "203.0.113.9, 192.0.2.7, 10.0.0.2", 2, "192.0.2.7"),
        ("192.0.2.9", "", 1, "192.0.2.9"),
        ("192.0.2.9", "203.0.113.9", 2, "192.0.2.9"),
        ("::1", None, 0, "::1"),
        ("[2001:db8::1]:443", None, 0, "2001:db8::1"),
        ("192.0.2.1:8080", None, 0, "192.0.2.1"),
        ("", None, 0, None),
        (None, "unknown", 1, None),
    ],
)
def test_the_source_is_what_one_s_own_proxy_heard(remote, forwarded, hops, found):
    assert source_of(remote, forwarded, hops=hops) == found


def test_an_identity_needs_an_account():
    assert Identity(account="a").session is None
    with pytest.raises(TypeError):
        Identity()
