"""A decision: the effect, and every policy that determined it, with the numbers."""

import msgspec

from ecluse.model.policy import Effect

__all__ = ["PERMIT", "Decision", "Hold", "Reason"]


class Reason(msgspec.Struct, frozen=True, gc=False):
    """One budget's part in a decision.

    Attributes:
        policy: the budget's id.
        window: length of the window that went furthest over (or towards) its limit, in microseconds; 0 for an earlier hold.
        used: what the window would count with this request, at most one more than the limit.
        limit: the limit of that window.
        effect: what this budget asks for.
        shadow: whether the budget only watches; a shadow reason never changes the effect.
    """

    policy: str
    window: int
    used: int
    limit: int
    effect: Effect
    shadow: bool = False


class Hold(msgspec.Struct, frozen=True, gc=False):
    """An account or session that stays closed until a person reopens it."""

    policy: str
    at: int


class Decision(msgspec.Struct, frozen=True, gc=False):
    """The engine's answer.

    Attributes:
        effect: the most severe effect asked for by the budgets that enforce.
        reasons: the budgets that warned or went over, most severe first, then in the order of the policy set.
        reservation: number to post or release later, when the request was reserved.
    """

    effect: Effect = Effect.PERMIT
    reasons: tuple[Reason, ...] = ()
    reservation: int | None = None

    @property
    def permitted(self) -> bool:
        """Whether the data may leave."""
        return self.effect.releases


PERMIT = Decision()
