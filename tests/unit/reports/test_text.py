"""Names that a stranger chose are shown, never obeyed."""

import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.reports.text import exact, plain, shell_word, visible
from report_factory import HOSTILE_NAMES


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("partner-0311", "partner-0311"),
        ("DOMAIN\\user", "DOMAIN\\user"),
        ("zoé 100% | 'q'", "zoé 100% | 'q'"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\tc", "a\\x0ab\\x09c"),
        ("\u202eexe", "\\u202eexe"),
        ("a\u00a0b", "a\\xa0b"),
        ("\U000e0041", "\\U000e0041"),
        ("\udcff.log", "\\udcff.log"),
        ("", "''"),
        ("  ", "'  '"),
    ],
)
def test_every_character_is_seen(name, shown):
    assert visible(name) == shown


def test_a_line_is_shown_whole():
    line = "no account `a\nb\x1b[2J` in " + "x" * 100
    assert plain(line) == line.replace("\n", "\\x0a").replace("\x1b", "\\x1b")


def test_what_utf8_cannot_write_becomes_a_sign():
    assert exact("é\udcff\ud800.log") == "é\ufffd\ufffd.log"
    exact("\ud800").encode()


def test_a_long_name_is_cut_and_says_so():
    assert visible("x" * 65) == "x" * 63 + "…"
    assert visible("x" * 64) == "x" * 64
    assert visible("x" * 65, ascii_only=True) == "x" * 63 + "..."


@given(st.text())
def test_nothing_that_acts_unseen_is_left(name):
    shown = visible(name, longest=10_000)
    assert all(c == " " or unicodedata.category(c)[0] not in "CZ" for c in shown)
    assert visible(name, longest=10_000, ascii_only=True).isascii()


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_exact_keeps_all_that_utf8_can_say(name):
    assert exact(name) == name


def test_exact_replaces_bytes_that_are_no_text():
    assert exact("a\udcff.log") == "a�.log"


@pytest.mark.parametrize("name", [n for n in HOSTILE_NAMES if "\0" not in n])
@pytest.mark.parametrize("plain", [False, True])
def test_a_shell_reads_back_the_very_name(name, plain):
    word = shell_word(name, ascii_only=plain)
    said = subprocess.run(
        ["bash", "-c", f"printf %s {word}"], capture_output=True, check=True
    ).stdout
    assert said.decode() == name
    assert all(unicodedata.category(c)[0] != "C" for c in word)
    assert word.isascii() or not plain
