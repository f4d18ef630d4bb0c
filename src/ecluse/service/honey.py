"""Who touches honey records? Nobody has any business there, but a synthetic account during a drill.

The account is an ordinary one to the engine: no budget knows that it is synthetic, and a drill exempts it from nothing.
All that a drill changes is that its reading of honey records is no finding. Attempts count as reads do: whoever was
refused a honey record asked for it all the same.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Final

from ecluse.model.finding import Finding, Severity
from ecluse.model.time import DAY

__all__ = ["Honey"]

_SEEN_MAX: Final = 200


class Honey:
    """Watches decisions for honey records and synthetic accounts. Cost: two look-ups a decision, one a person.

    Attributes:
        accounts: the synthetic accounts.
    """

    def __init__(
        self,
        persons: Iterable[bytes],
        accounts: Collection[str],
        *,
        drilled: Callable[[str, int], bool],
    ) -> None:
        """Takes pseudonyms of honey persons, synthetic accounts, and who tells whether a drill of an account runs."""
        self._persons, self.accounts = frozenset(persons), frozenset(accounts)
        self._drilled = drilled
        self._active: dict[str, tuple[int, str]] = {}
        self._read: dict[str, tuple[int, str]] = {}

    def see(self, account: str, persons: Collection[bytes], application: str, at: int) -> None:
        """Called for each decision, whatever it was."""
        if account in self.accounts:
            if not (self._drilled(account, at) and self._persons.issuperset(persons)):
                _note(self._active, account, application, at)
        elif not self._persons.isdisjoint(persons):
            _note(self._read, account, application, at)

    def findings(self, at: int) -> tuple[Finding, ...]:
        """What was seen, for a day after the last time."""
        for seen in (self._active, self._read):
            for account in [a for a, (last, _) in seen.items() if at - last >= DAY]:
                del seen[account]
        active = (
            Finding(
                code="drill-account-active",
                severity=Severity.HIGH,
                what=f"`{account}` is for drills, and asked through `{application}` outside a drill or for persons who are no honey persons",
                help="somebody else uses it: close it with `ecluse gate hold`, change its password or token, see what it read with `ecluse exposure`",
                about=account,
            )
            for account, (_, application) in sorted(self._active.items())
        )
        read = (
            Finding(
                code="honey-read",
                severity=Severity.HIGH,
                what=f"account `{account}` asked through `{application}` for somebody who does not exist",
                help="nobody at work meets a honey person: see what the account read with `ecluse exposure`, and close it with `ecluse gate hold`",
                about=account,
            )
            for account, (_, application) in sorted(self._read.items())
        )
        return (*active, *read)


def _note(seen: dict[str, tuple[int, str]], account: str, application: str, at: int) -> None:
    if account in seen or len(seen) < _SEEN_MAX:
        seen[account] = (at, application)
