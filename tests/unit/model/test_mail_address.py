"""An address is one address, and nothing that a server could read as something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.model.mail_address import envelope_address, mail_address


@pytest.mark.parametrize("text", ["a.b+c@example.org", "zoé@exämple.test", "o'neil@example.co.test", "x@xn--exmple-cua.test"])  # fmt: skip
def test_addresses(text):
    assert mail_address(f" {text} ") == text


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@", "@example.org", "a@b", "a@b@example.org", "a b@example.org", "a@example.org>", "<a@example.org>", "a@example.org,b@example.org",
     "a\r\nb@example.org", "a@example.org\nRCPT TO:<b@example.org>", ".a@example.org", "a..b@example.org", "a@-x.test", "a@[192.0.2.1]",
     "a@192.0.2.1", '"a"@example.org', "a\u202e@example.org", "a\u200b@example.org", "x" * 65 + "@example.org", "a@" + "b." * 130 + "test"],
)  # fmt: skip
def test_what_is_none(text):
    assert mail_address(text) == ""


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_taken_is_one_word_that_a_command_can_hold(local, domain):
    found = mail_address(f"{local}@{domain}")
    if found:
        told = envelope_address(found)
        assert not set("\r\n\0<> ") & set(told)
        assert told.rpartition("@")[2].isascii()
        assert mail_address(found) == found
