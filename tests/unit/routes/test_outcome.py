"""Every reason for a refusal is a sentence, and holds nothing of the request."""

from typing import get_args

import pytest

from ecluse.routes.outcome import REASONS, Free, Match, Reason, Refused


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_is_said_in_words(reason):
    text = Refused(reason).text
    assert text == REASONS[reason]
    assert text[0].islower()
    assert not text.endswith(".")


def test_what_is_found_says_nothing_unless_told():
    assert Match(("12",)) == Match(("12",), None, (), "", "")
    assert Free() == Free("", disclosed=False)
