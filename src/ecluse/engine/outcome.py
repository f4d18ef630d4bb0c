"""What became of each event of a history: the common answer of both ways of replaying."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecluse.engine.evaluate import Engine
from ecluse.engine.history import History
from ecluse.model.policy import Effect, PolicySet

__all__ = ["REFUSING", "Outcome", "by_event"]

REFUSING = np.array([not e.releases for e in Effect])
"""Whether the effect of a code keeps the data in."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The flagged events (those with a reason); every other event is a plain permit.

    Attributes, one value a flagged event:
        event: index, ascending.
        effect: code of the decision's effect.
        budget: index of the budget of the first reason.
        window: index of that budget's window, -1 for an earlier hold.
        used: its count, at most one more than the limit; 0 for an earlier hold.
        over, warned: bit masks of the budgets that went over and that warned, shadow budgets included;
            uint64, Python's whole numbers where there are more than 64 budgets.
    """

    event: npt.NDArray[np.int64]
    effect: npt.NDArray[np.uint8]
    budget: npt.NDArray[np.int32]
    window: npt.NDArray[np.int32]
    used: npt.NDArray[np.int64]
    over: npt.NDArray[np.uint64]
    warned: npt.NDArray[np.uint64]

    @property
    def refused(self) -> npt.NDArray[np.int64]:
        """Indices of the events whose data stays in."""
        return np.asarray(self.event[REFUSING[self.effect]])

    @classmethod
    def of_rows(
        cls, rows: list[tuple[int, int, int, int, int, int, int]], budgets: int = 0
    ) -> "Outcome":
        """Makes columns of rows in the order of the attributes, for so many budgets."""
        columns = list(zip(*rows, strict=True)) or [()] * 7
        mask: type = np.uint64 if budgets <= 64 else object
        kinds = (np.int64, np.uint8, np.int32, np.int32, np.int64, mask, mask)
        return cls(*(np.array(c, k) for c, k in zip(columns, kinds, strict=True)))


def by_event(history: History, policies: PolicySet) -> Outcome:
    """Replays a history through the engine, one event after the other.

    Cost: that of `Engine.check`, 5 to 50 µs an event. Needs no compiled code; the way for small
    histories, and the one that `twophase` is held against.
    """
    index = {b.id: i for i, b in enumerate(policies.budgets)}
    windows = [{w.length: i for i, w in enumerate(b.windows)} for b in policies.budgets]
    engine = Engine(policies)
    rows = []
    for number, (at, request) in enumerate(history.requests()):
        decision = engine.check(request, at)
        if not decision.reasons:
            continue
        first = decision.reasons[0]
        budget = index[first.policy]
        over = warned = 0
        for reason in decision.reasons:
            if not reason.window:
                continue
            if reason.used > reason.limit:
                over |= 1 << index[reason.policy]
            else:
                warned |= 1 << index[reason.policy]
        window = windows[budget][first.window] if first.window else -1
        rows.append((number, int(decision.effect), budget, window, first.used, over, warned))
    return Outcome.of_rows(rows, len(policies.budgets))
