"""What follows when a letter cannot be delivered, and how long one waits."""

from dataclasses import dataclass

from ecluse.model.letter import LetterState
from ecluse.model.time import HOUR, MINUTE
from ecluse.service.letter_steps import MOST_TRIES, next_step, wait_after


@dataclass
class Letter:
    others: tuple[str, ...] = ()
    address: str = ""
    way: int = 0


def test_the_next_address_then_the_post_then_nothing():
    end = LetterState.BOUNCED
    assert next_step(Letter(("b@example.org",), "1 rue X"), end) == (LetterState.PREPARED, 1)
    assert next_step(Letter(("b@example.org",), "1 rue X", 1), end) == (LetterState.POST, 1)
    assert next_step(Letter(("b@example.org",), "", 1), end) == (end, 1)


def test_waits_grow_and_all_tries_take_more_than_half_a_day_and_less_than_four():
    waits = [wait_after(n) for n in range(1, MOST_TRIES)]
    assert waits == sorted(waits)
    assert waits[0] == 5 * MINUTE  # greylisting lets a server in after some minutes
    assert 12 * HOUR < sum(waits) < 96 * HOUR
