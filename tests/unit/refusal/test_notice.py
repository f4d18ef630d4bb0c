"""The early notice says that a limit is near, and no number."""

import re

import pytest

from ecluse.model.asked import Answer, Why
from ecluse.refusal.headers import decode_extended
from ecluse.refusal.notice import banner, is_near, notice_header


def test_a_warning_is_a_notice():
    near = Why("account", "warn", 3600, 120, 150)
    assert is_near(Answer(effect="warn", released=True, reasons=(near,)))
    assert is_near(Answer(effect="slow", released=True))
    assert not is_near(Answer(effect="permit", released=True))
    assert not is_near(Answer(effect="deny", released=False))


def test_the_header_holds_both():
    name, value = notice_header(language="fr")
    assert name == "Ecluse-Notice"
    assert re.fullmatch(r"[\x20-\x7e]+", value)
    assert value.startswith('warn; text="You are close')
    assert decode_extended(value.partition("text*=")[2]).startswith("Vous approchez")
    assert not re.search(r"\d", re.sub(r"%[0-9A-F]{2}|UTF-8", "", value)), "no number is told"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_banner_is_a_fragment(language):
    fragment = banner(language=language)
    assert fragment.startswith('<div class="ecluse-notice" role="status" lang="' + language)
    assert fragment.count("<") == 2
