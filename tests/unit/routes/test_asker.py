"""The ordinary account, session and source; what attackers write is in tests/cases/test_hostile_requests.py."""

import pytest

from ecluse.routes.asker import MAX_NAME, account_from, cookie_from, session_name, source_from
from ecluse.routes.outcome import Refused


def test_the_case_of_the_header_s_name_does_not_matter():
    for name in ("X-Account", "x-account"):
        assert account_from([(b"X-ACCOUNT", b"a")], name) == "a"
    assert account_from([(b"remote_user", b"a")], "Remote_User") == "a"
    assert account_from([(b"remote-user", b"a")], "Remote_User") == Refused("underscore")


def test_bytes_are_counted_not_characters():
    assert account_from([(b"a", "\u00e9".encode() * (MAX_NAME // 2))], "a") == "\u00e9" * 128
    assert account_from([(b"a", "\u00e9".encode() * 129)], "a") == Refused("long")


def test_a_session_of_two_spellings_is_one():
    key = b"k" * 16
    names = {session_name(cookie_from([(b"cookie", c)], "s"), key) for c in (b"s=ab", b's="ab"', b"s=%61b")}  # fmt: skip
    assert len(names) == 1


def test_the_source():
    assert source_from("192.0.2.1, 192.0.2.2, 192.0.2.3", 3) == "192.0.2.1"
    assert source_from("192.0.2.1, 192.0.2.2, 192.0.2.3", 4) is None
    with pytest.raises(AssertionError):
        source_from("192.0.2.1", -1)
