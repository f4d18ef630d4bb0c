import asyncio

import pytest

from ecluse.model.errors import UnavailableError
from ecluse.runners.claim import GONE, Claim, Holder


class Board:
    """Topics, and a clock that the test moves."""

    def __init__(self):
        self.version, self.value, self.at, self.away = 0, b"", 0.0, False

    async def publish(self, topic, value):
        assert topic == "holder@north"
        self.version, self.value = self.version + 1, value
        return self.version

    async def published(self, topic):
        assert topic == "holder@north"
        if self.away:
            raise UnavailableError("away")
        return self.version, self.value

    def gate(self, since, *, ledger="one"):
        me = Holder(since, f"process {since}", ledger)
        return Claim(self, "north", me, clock=lambda: self.at)

    def look(self, *gates, seconds=0):
        """All look, and look again each second."""
        for _ in range(seconds + 1):
            for gate in gates:
                asyncio.run(gate.look())
            self.at += 1.0
        return [gate.held for gate in gates]


@pytest.fixture
def board():
    return Board()


def test_a_name_that_nobody_holds_is_taken_and_kept(board):
    alone = board.gate(1)
    assert board.look(alone, seconds=20) == [True]
    assert alone.rival is None


def test_the_next_writer_of_the_same_ledger_does_not_wait(board):
    board.look(board.gate(1))
    assert board.look(board.gate(2)) == [True]


def test_another_ledger_waits_until_the_holder_has_gone(board):
    board.look(board.gate(1))
    other = board.gate(2, ledger="two")
    assert board.look(other, seconds=int(GONE) - 1) == [False]
    assert other.rival is None, "it may be gone"
    assert board.look(other) == [True]


def test_another_ledger_never_holds_while_the_first_runs(board):
    first, second = board.gate(1), board.gate(2, ledger="two")
    board.look(first)
    for _ in range(20):
        assert board.look(first, second) == [True, False]
    assert second.rival.ledger == "one"
    assert first.rival is None, "the second has written nothing"
    assert board.look(second, seconds=int(GONE) + 1) == [True]
    assert second.rival is None


def test_of_two_with_copies_of_one_ledger_the_one_that_has_run_longer_goes_on(board):
    first, second = board.gate(1), board.gate(2)
    board.look(first)
    board.look(second)
    assert board.look(first, second) == [True, False]
    assert (first.rival.since, second.rival.since) == (2, 1)
    assert board.look(first, second, seconds=int(GONE)) == [True, False]
    assert first.rival is None, "it no longer writes"
    assert second.rival is not None


def test_a_counter_that_lost_everything_gives_nothing_to_whoever_waits(board):
    first, second = board.gate(1), board.gate(2, ledger="two")
    board.look(first)
    board.look(first, second, seconds=2)
    board.value = b""
    board.version = 0
    assert board.look(second, first) == [False, True]


def test_while_the_counter_is_away_nothing_changes(board):
    first = board.gate(1)
    board.look(first)
    board.away = True
    with pytest.raises(UnavailableError):
        board.look(first)
    assert first.held
