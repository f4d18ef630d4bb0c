"""One spelling a kind, and what cannot exist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.incident.sample.canonical import KINDS, judged, spelling
from ecluse.model.claim_file import KINDS as NAMED

IMPOSSIBLE_COMMUNE = "1850899000001"  # department 99, commune 000: nobody


def nir(number):
    return f"{number}{97 - int(number.replace('2A', '19').replace('2B', '18')) % 97:02d}"


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("mail", "Paul.Martin@Mail.Example.ORG", " paul.martin@mail.example.org "),
        ("phone", "06 39 98 00 00", "+33639980000"),
        ("phone", "0033 6.39.98.00.00", "+33 (0)6-39-98-00-00"),
        ("name", "Jean-Noël D’ARC", "d'arc  jean noel"),
        ("name", "MARTIN Paul", "Paul Martin"),
        ("date", "1980-02-29", "29/02/1980"),
        ("date", "19800229", "29.02.1980 00:00:00"),
        ("nir", nir(IMPOSSIBLE_COMMUNE), "1 85 08 99 000 001"),
        ("nir", nir("185082A000001"), "185082a000001"),
        ("upper", "ab12", "AB12"),
        ("digits", "12-34", "1234"),
    ],
)
def test_two_ways_of_writing_are_one_value(kind, one, other):
    assert spelling(kind, one) == spelling(kind, other) != ""


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        ("nir", IMPOSSIBLE_COMMUNE + "97", "impossible"),
        ("nir", "1851399000001", "impossible"),
        ("nir", "hello", "impossible"),
        ("nir", nir(IMPOSSIBLE_COMMUNE), "sound"),
        ("date", "31/02/1980", "impossible"),
        ("date", "1780-01-01", "impossible"),
        ("date", "soon", "impossible"),
        ("mail", "nobody", "impossible"),
        ("mail", "p@sub.example.org", "invented"),
        ("mail", "p@shop.test", "invented"),
        ("phone", "12", "impossible"),
        ("mail", "p***@mail.example.org", "masked"),
        ("nir", "1 85 XXXXXXXX", "masked"),
        ("exact", "", "empty"),
        ("exact", "NULL", "empty"),
    ],
)
def test_what_cannot_exist_or_was_taken_out_is_told(kind, text, word):
    assert judged(kind, text)[1] == word


def test_the_kinds_are_those_that_a_claim_file_may_name():
    assert tuple(KINDS) == NAMED


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=60))
def test_whatever_is_written_has_one_spelling_that_is_its_own(kind, text):
    once, word = judged(kind, text)
    assert word in {"sound", "empty", "masked", "impossible", "invented"}
    if word == "sound":
        assert spelling(kind, once) == once
