"""Which refusals are kept one by one? All of an ordinary account; of a flood, the first, and the number of the rest.

A thief who goes on after his budget is spent would otherwise fill the disk with his refusals, and stop
the gate by it. Refused attempts are kept (ASVS 5.0, 16.3.2): here as one entry a minute and account.
"""

from collections import Counter
from typing import Final

from ecluse.model.decision import Decision
from ecluse.model.policy import Effect
from ecluse.model.time import HOUR

__all__ = ["KEPT_AN_HOUR", "Refusals"]

KEPT_AN_HOUR: Final = 1000
"""Refusals of one account that are kept one by one in an hour."""

_ACCOUNTS_MAX: Final = 100_000


class Refusals:
    """Counts refusals by account and hour. Cost: O(1) a refusal; at most one small number an account."""

    def __init__(self) -> None:
        self._hour = 0
        self._kept: Counter[str] = Counter()
        self._rest: dict[str, Counter[str]] = {}

    def keep(self, account: str, decision: Decision, at: int) -> bool:
        """Whether this refusal becomes an entry of its own; counts it otherwise. One that closes something always does."""
        if any(r.effect is Effect.HOLD and r.window and not r.shadow for r in decision.reasons):
            return True
        hour = at // HOUR
        if hour != self._hour:
            self._hour = hour
            self._kept.clear()
        kept = self._kept[account]
        if kept < KEPT_AN_HOUR and (kept or len(self._kept) < _ACCOUNTS_MAX):
            self._kept[account] = kept + 1
            return True
        policy = decision.reasons[0].policy if decision.reasons else ""
        self._rest.setdefault(account, Counter())[policy] += 1
        return False

    def drain(self) -> list[tuple[str, int, dict[str, int]]]:
        """What was counted without being kept since the last call: account, number, number by policy."""
        rest, self._rest = self._rest, {}
        return [(account, by.total(), dict(by)) for account, by in sorted(rest.items())]
