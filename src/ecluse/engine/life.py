"""What may become of an application, and which of two words about it holds?"""

from typing import Final

import msgspec

from ecluse.model.errors import CallerError
from ecluse.model.estate import LifeCycle

__all__ = ["NEXT", "Life", "check_step", "severity", "stricter"]

_ORDER: Final = tuple(LifeCycle)

NEXT: Final = {
    LifeCycle.LIVE: (LifeCycle.DECOMMISSIONING, LifeCycle.CLOSING, LifeCycle.CLOSED),
    LifeCycle.DECOMMISSIONING: (
        LifeCycle.DECOMMISSIONING,
        LifeCycle.CLOSING,
        LifeCycle.CLOSED,
        LifeCycle.LIVE,
    ),
    LifeCycle.CLOSING: (LifeCycle.CLOSING, LifeCycle.CLOSED, LifeCycle.LIVE),
    LifeCycle.CLOSED: (LifeCycle.CLOSED, LifeCycle.LIVE),
}
"""What a person may make of an application in each state: any later one at once, and back to live only.

The same state again changes its date or what it isolates. A date that has passed makes it closed.
"""


class Life(msgspec.Struct, frozen=True, gc=False):
    """Where an application stands.

    Attributes:
        since: when the state began, microseconds; None when nobody said.
        closes_at: from then on it is closed, microseconds.
        isolate: whether the other applications of its portal refuse as well.
    """

    state: LifeCycle
    since: int | None = None
    closes_at: int | None = None
    isolate: bool = False

    def state_at(self, at: int) -> LifeCycle:
        """The state at an instant: closed once the date has passed."""
        past = self.closes_at is not None and self.closes_at <= at
        return LifeCycle.CLOSED if past else self.state


def severity(state: LifeCycle) -> int:
    """How much a state closes: 0 for live."""
    return _ORDER.index(state)


def stricter(one: Life, other: Life) -> Life:
    """What holds when two words about an application differ and nobody said which is the later."""
    both = (one, other)
    state = max((life.state for life in both), key=severity)
    begun = [life.since for life in both if life.state is state and life.since is not None]
    ends = [life.closes_at for life in both if life.closes_at is not None]
    return Life(
        state,
        since=min(begun, default=None),
        closes_at=min(ends, default=None),
        isolate=one.isolate or other.isolate,
    )


def check_step(name: str, now: Life, then: Life, *, at: int) -> None:
    """Refuses what a person may not make of an application.

    Raises:
        CallerError: when the step is not in `NEXT`, or the date is missing, past or out of place.
    """
    state = now.state_at(at)
    if then.state not in NEXT[state]:
        allowed = " or ".join(s.value for s in NEXT[state])
        raise CallerError(
            f"`{name}` is {state.value} and cannot become {then.state.value}",
            help=f"from there it can become {allowed}",
        )
    if then.isolate and then.state is LifeCycle.LIVE:
        raise CallerError(
            f"`{name}` cannot be live and isolate the others of its portal",
            help="leave `isolate` out",
        )
    if then.state is LifeCycle.CLOSING and then.closes_at is None:
        raise CallerError(
            f"`{name}` needs the date from which it is closed", help="give `closes_at`"
        )
    if then.closes_at is None:
        return
    if then.state in {LifeCycle.LIVE, LifeCycle.CLOSED}:
        raise CallerError(
            f"`{name}` has no closing date while it is {then.state.value}",
            help="leave `closes_at` out, or make it closing",
        )
    if then.closes_at <= at:
        raise CallerError(
            f"the closing date of `{name}` is past", help="make it closed, or give a later date"
        )
