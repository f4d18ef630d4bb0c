"""Which refusals are kept one by one? All of an ordinary account; of a flood, the first, and the number of the rest.

A thief who goes on after his budget is spent would otherwise fill the disk with his refusals, and stop
the gate by it. Refused attempts are kept (ASVS 5.0, 16.3.2): here as one entry a minute and account.
"""

from collections import Counter
from collections.abc import Collection
from typing import Final

from ecluse.model.decision import Decision
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import Effect
from ecluse.model.time import DAY, HOUR

__all__ = ["KEPT_AN_HOUR", "LOUD_FROM", "Refusals"]

KEPT_AN_HOUR: Final = 1000
"""Refusals of one account that are kept one by one in an hour."""

LOUD_FROM: Final = 25
"""Refusals of one account in an hour from which a person must look: nobody at work goes on so long."""

_ACCOUNTS_MAX: Final = 100_000
_SUMMED_MAX: Final = 10_000
_POLICIES_MAX: Final = 100
_OTHERS: Final = ""
"""Stands for accounts, and for policies, beyond these: clients may write ever new names."""
_LOUD_MAX: Final = 200


class Refusals:
    """Counts refusals by account and hour. Cost: O(1) a refusal; at most one small number an account."""

    def __init__(self) -> None:
        self._hour = 0
        self._kept: Counter[str] = Counter()
        self._rest: dict[str, Counter[str]] = {}
        self._loud: dict[str, tuple[int, str]] = {}

    def keep(self, account: str, decision: Decision, at: int) -> bool:
        """Whether this refusal becomes an entry of its own; counts it otherwise. One that closes something always does."""
        policy = decision.reasons[0].policy if decision.reasons else ""
        if any(r.effect is Effect.HOLD and r.window and not r.shadow for r in decision.reasons):
            self._note(account, at, policy)
            return True
        hour = at // HOUR
        if hour > self._hour:  # a clock that goes back, or another's, does not begin it anew
            self._hour = hour
            self._kept.clear()
        kept = self._kept[account]
        if kept < KEPT_AN_HOUR and (kept or len(self._kept) < _ACCOUNTS_MAX):
            self._kept[account] = kept + 1
            if kept + 1 >= LOUD_FROM:
                self._note(account, at, policy)
            return True
        by = self._rest.setdefault(_among(self._rest, account, _SUMMED_MAX), Counter())
        by[_among(by, policy, _POLICIES_MAX)] += 1
        return False

    def drain(self) -> list[tuple[str, int, dict[str, int]]]:
        """What was counted without being kept since the last call: account, number, number by policy."""
        rest, self._rest = self._rest, {}
        return [(account, by.total(), dict(by)) for account, by in sorted(rest.items())]

    def findings(self, at: int) -> tuple[Finding, ...]:
        """Accounts that a budget closed or refused again and again, for a day after the last time."""
        self._loud = {a: told for a, told in self._loud.items() if at - told[0] < DAY}
        return tuple(
            Finding(
                code="account-over-budget",
                severity=Severity.HIGH,
                what=f"account `{account}` asks for more than `{policy}` allows, again and again",
                help="see what it read with `ecluse exposure`, and close it with `ecluse gate hold` if it is not its owner",
                about=account,
            )
            for account, (_, policy) in sorted(self._loud.items())
        )

    def forget(self, account: str) -> None:
        """Takes an account out of the findings: a drill begins, whose own alarm is to be seen."""
        self._loud.pop(account, None)

    def _note(self, account: str, at: int, policy: str) -> None:
        if account in self._loud or len(self._loud) < _LOUD_MAX:
            self._loud[account] = (at, policy)


def _among(known: Collection[str], name: str, most: int) -> str:
    return name if name in known or len(known) < most else _OTHERS
