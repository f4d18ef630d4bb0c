"""What do relaxed settings of a gate add to a bound? Entries that a loss of power may take, reads while a counter is away."""

from collections.abc import Sequence
from dataclasses import replace

from ecluse.counting.closure import most_in
from ecluse.model.adversary import Adversary
from ecluse.model.bound import Bound, Reached
from ecluse.model.estate import Estate
from ecluse.model.policy import PolicySet
from ecluse.model.settings import Failure, Settings
from ecluse.model.time import format_duration
from ecluse.verify.bound.bounding import worst
from ecluse.verify.bound.program import holding
from ecluse.verify.bound.thief import ANY, Thief, alternatives

__all__ = ["relaxed"]


def relaxed(
    bound: Bound, policies: PolicySet, estate: Estate, settings: Settings, *, now: int | None = None
) -> Bound:
    """The same bound with what the gate's settings add, each addition in words.

    Without `durable`, a loss of power forgets the entries of the last `loss`: what was read in that time is read anew, once
    for each loss of power; one is added. With `when_unreachable: permit`, each account reads the allowance besides, at every gate.
    """
    return replace(
        bound,
        horizons=tuple(
            _more(reached, bound.adversary, policies, estate, settings, now=now)
            for reached in bound.horizons
        ),
    )


def _more(
    reached: Reached,
    adversary: Adversary,
    policies: PolicySet,
    estate: Estate,
    settings: Settings,
    *,
    now: int | None,
) -> Reached:
    if reached.persons is None or not reached.population:
        return reached
    adds: list[tuple[int | None, str]] = []
    if not settings.durable:
        again = worst(holding(policies.budgets), estate, adversary, settings.loss, now)
        most = None if again is None else again.persons
        adds.append(
            (
                most,
                f"the entries of {format_duration(settings.loss)}, for one loss of power (`durable: false`)",
            )
        )
    counter = settings.counter
    if counter is not None and counter.when_unreachable is Failure.PERMIT:
        gates = len(counter.gates)
        accounts = _accounts(list(alternatives(adversary, estate, holding(policies.budgets))))
        each = most_in(counter.allowance, reached.horizon) * gates
        most = None if accounts is None else accounts * each
        adds.append(
            (
                most,
                f"{each:,} for each account while the counter is out of reach (`when_unreachable: permit`)",
            )
        )
    if not adds:
        return reached
    if any(most is None for most, _ in adds):
        words = tuple(f"without limit: {word}" for most, word in adds if most is None)
        return replace(
            reached,
            persons=None,
            exact=False,
            unbounded=words,
            why="no setting bounds what the gate adds",
        )
    total = min(reached.population, reached.persons + sum(most or 0 for most, _ in adds))
    words = tuple(f"{most:,} persons: {word}" for most, word in adds)
    why = "an upper bound: with what relaxed settings of the gate add"
    return replace(reached, persons=total, exact=False, why=why, adds=words)


def _accounts(thieves: Sequence[Thief]) -> int | None:
    """The most accounts that any way to read the adversary has."""
    most = 0
    for thief in thieves:
        if any(g.accounts is ANY for g in thief.groups):
            return None
        most = max(most, sum(g.accounts or 0 for g in thief.groups))
    return most
