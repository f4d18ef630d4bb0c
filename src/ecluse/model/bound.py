"""A loss bound: the most distinct persons that a thief can take under a policy set, over each horizon."""

from dataclasses import dataclass
from fractions import Fraction

from ecluse.model.adversary import Adversary

__all__ = ["Binding", "Bound", "Reached", "Take"]


@dataclass(frozen=True, slots=True)
class Binding:
    """A setting that holds the thief, and what one unit of it is worth.

    Attributes:
        budget: id of the budget, or `population` for the persons that an application holds.
        window: length in microseconds of the window that decides over this horizon; 0 for a population.
        limit: of that window, or the population.
        keys: what it is counted for here, such as `account of kind partner`.
        worth: persons that the bound falls by when the limit falls by one.
    """

    budget: str
    window: int
    limit: int
    keys: str
    worth: Fraction


@dataclass(frozen=True, slots=True)
class Take:
    """One step of the plan that reaches the bound: what some accounts take through one flow.

    Attributes:
        accounts: how many accounts do it alike; 0 for as many as the thief likes.
        persons: all of them together, over the horizon.
        pace: for each window of the policies up to the horizon, shortest first: its length, and the most persons that they
            take together in any window of that length.
    """

    accounts: int
    kind: str | None
    organization: str | None
    application: str
    operation: str | None
    category: str | None
    persons: int
    pace: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """The bound over one horizon.

    Attributes:
        horizon: microseconds; any half-open stretch of that length.
        persons: the most distinct persons that can be read in it; None when no budget bounds them.
        exact: whether the plan is known to reach it; otherwise it is an upper bound.
        why: one sentence: why it is exact, or why it is only an upper bound.
        reached: what the plan takes; equal to `persons` when exact.
        population: the persons that the flows reach at all, however many budgets there are.
        binding: the settings that hold the thief, the most valuable first.
        plan: how he does it.
        unbounded: the flows that no budget bounds, in words.
        silent: the most that he takes without any finding; None when unbounded.
        stopped: the most that he takes when a human acts in time; None when unbounded or when nobody acts.
        adds: what relaxed settings of the gate add, in words; `persons` contains it.
    """

    horizon: int
    persons: int | None
    exact: bool
    why: str
    reached: int
    population: int
    binding: tuple[Binding, ...] = ()
    plan: tuple[Take, ...] = ()
    unbounded: tuple[str, ...] = ()
    silent: int | None = None
    stopped: int | None = None
    adds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """What one adversary can take under one policy set, in the order of the horizons."""

    adversary: Adversary
    policy: str
    """Digest of the policy set."""
    horizons: tuple[Reached, ...]
