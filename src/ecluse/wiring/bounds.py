"""What could a thief take with one stolen account of each kind, under one policy set after the other?"""

from collections.abc import Sequence

from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.bound import Bound
from ecluse.model.estate import Estate
from ecluse.model.policy import PolicySet
from ecluse.wiring import now

__all__ = ["one_account_bounds"]


def one_account_bounds(
    policies: PolicySet, estate: Estate, kinds: Sequence[str]
) -> tuple[Bound, ...]:
    """The loss bound for one stolen account, for each kind of the estate among those named."""
    from ecluse.verify.bound import STANDARD_HORIZONS, bound  # noqa: PLC0415 - the solver is loaded on need

    known = {kind.id for kind in estate.kinds}
    thieves = [Adversary(f"one-{kind}", (Stolen(kind=kind),)) for kind in kinds if kind in known]
    return tuple(bound(policies, estate, thief, STANDARD_HORIZONS, now=now()) for thief in thieves)
