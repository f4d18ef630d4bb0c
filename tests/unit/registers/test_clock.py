"""The clock is what the kernel says, or unknown."""

import ctypes

import pytest

from ecluse.registers.clock import kernel_clock


def library(answer, status, error=1234):
    class Library:
        def __init__(self, *_, **__):
            pass

        @staticmethod
        def adjtimex(pointer):
            pointer._obj.status, pointer._obj.maxerror = status, error
            return answer

    return Library


@pytest.mark.parametrize(
    ("answer", "status", "follows", "error"),
    [(0, 0, True, 1234), (5, 0, False, None), (0, 0x40, False, None), (-1, 0, None, None)],
)
def test_what_the_kernel_says(monkeypatch, answer, status, follows, error):
    monkeypatch.setattr(ctypes, "CDLL", library(answer, status))
    clock = kernel_clock(3, 5)
    assert (clock.synchronized, clock.error, clock.back, clock.most) == (follows, error, 3, 5)


def test_without_the_call_it_is_unknown(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    assert kernel_clock().synchronized is None


def test_the_real_kernel_is_asked_without_harm():
    assert kernel_clock().synchronized in {True, False, None}
