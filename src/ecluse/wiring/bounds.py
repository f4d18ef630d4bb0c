"""What could a thief take with one stolen account of each kind, under one policy set after the other?"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.bound import Bound
from ecluse.model.estate import Estate
from ecluse.model.policy import PolicySet

__all__ = ["one_account_bounds"]


def one_account_bounds(
    policies: PolicySet, estate: Estate, kinds: Sequence[str]
) -> tuple[Bound, ...]:
    """The loss bound for one stolen account, for each kind of the estate among those named."""
    if find_spec("ecluse.verify.bound") is None:
        return ()
    room = import_module("ecluse.verify.bound")
    known = {kind.id for kind in estate.kinds}
    return tuple(
        room.bound(policies, estate, Adversary(f"one-{kind}", (Stolen(kind=kind),)), room.STANDARD_HORIZONS)
        for kind in kinds
        if kind in known
    )
