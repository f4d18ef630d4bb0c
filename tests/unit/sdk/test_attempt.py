"""A call has one deadline, and what may have been sent is not sent again."""

import httpcore
import pytest

from ecluse.sdk.attempt import CURRENT, Attempt, SyncBackend


def test_a_call_that_never_left_is_tried_again_a_little_later():
    attempt = Attempt(60)
    assert attempt.again_in(idempotent=False) == 0.05
    assert attempt.again_in(idempotent=False) == 0.1
    assert attempt.again_in(idempotent=False) is None


def test_a_question_that_may_have_arrived_is_not_asked_again():
    attempt = Attempt(60)
    attempt.sent = True
    assert attempt.again_in(idempotent=False) is None
    attempt = Attempt(60)
    attempt.sent = True
    assert attempt.again_in(idempotent=True) == 0.05


def test_nothing_is_tried_after_the_deadline():
    attempt = Attempt(0.01)
    assert attempt.again_in(idempotent=True) is None
    assert 0 <= attempt.left() <= 0.01
    assert set(attempt.timeouts()["timeout"]) == {"connect", "read", "write", "pool"}


def test_no_operation_starts_after_the_deadline():
    outer = CURRENT.set(Attempt(-1))
    try:
        with pytest.raises(httpcore.ConnectTimeout):
            SyncBackend().connect_tcp("127.0.0.1", 9)
        with pytest.raises(httpcore.ConnectTimeout):
            SyncBackend().connect_unix_socket("/nowhere")
    finally:
        CURRENT.reset(outer)
