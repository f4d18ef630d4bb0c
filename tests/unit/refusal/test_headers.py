"""No value ends its header, and words come back as they were."""

import re

from hypothesis import given
from hypothesis import strategies as st

from ecluse.refusal.headers import challenge, decode_extended, extended, plain, quoted

ASCII = re.compile(r"[\x20-\x7e]*")


@given(st.text())
def test_no_value_ends_its_header(text):
    for value in (
        plain(text),
        quoted(text),
        extended(text, language="fr"),
        challenge(text, acr_values=(text, "urn:a"), max_age=3),
    ):
        assert ASCII.fullmatch(value)


@given(st.text(st.characters(codec="utf-8")))
def test_words_come_back(text):
    assert decode_extended(extended(text, language="fr")) == text


@given(st.text())
def test_a_quoted_string_holds_no_bare_quote(text):
    inner = quoted(text)[1:-1]
    assert not re.search(r'(?<!\\)(?:\\\\)*"', inner)


@given(st.text(max_size=50))
def test_any_header_is_decoded(value):
    assert isinstance(decode_extended(value), str)


def test_a_header_in_utf8_or_latin1_is_read():
    assert decode_extended("Élodie a appelé".encode().decode("latin-1")) == "Élodie a appelé"
    assert decode_extended("caf\xe9") == "café"
    assert decode_extended("it's plain") == "it's plain"
    assert decode_extended("utf-8''d%C3%A9l%C3%A9gation") == "délégation"


def test_a_challenge_is_as_rfc_9470_writes_it():
    assert challenge('say "again"\n\\', acr_values=("urn:a", "with space", ""), max_age=-1) == (
        'Bearer error="insufficient_user_authentication", error_description="say again", '
        'acr_values="urn:a", max_age="0"'
    )
    assert challenge("x", acr_values=(), max_age=None) == (
        'Bearer error="insufficient_user_authentication", error_description="x"'
    )
