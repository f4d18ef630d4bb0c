"""Who created whom? The creators above an account, and everything that it created, through any number of steps."""

from collections.abc import Iterable

__all__ = ["Descent"]


class Descent:
    """Accounts with the account that created each; there are no circles.

    Cost: a step up is one look-up; the first question downwards reads all pairs once.
    """

    def __init__(self, created_by: Iterable[tuple[str, str]]) -> None:
        self._creator = dict(created_by)
        self._heads = set(self._creator.values())
        self._children: dict[str, list[str]] | None = None

    def creators(self, account: str) -> tuple[str, ...]:
        """The accounts above it, nearest first; the last is the first of its line."""
        creator = self._creator.get(account)
        if creator is None:
            return ()
        found = []
        while creator is not None:
            found.append(creator)
            creator = self._creator.get(creator)
        return tuple(found)

    def has_created(self, account: str) -> bool:
        """Whether any account is known to have been created by it."""
        return account in self._heads

    def descendants(self, account: str) -> frozenset[str]:
        """All accounts that it created, directly or through others."""
        children = self._by_creator()
        found, waiting = set[str](), [account]
        while waiting:
            made = children.get(waiting.pop(), ())
            found.update(made)
            waiting.extend(made)
        return frozenset(found)

    def add(self, account: str, creator: str) -> None:
        """Notes a new account, which has created nobody: so no circle can come of it."""
        assert account != creator, "an account does not create itself"
        assert account not in self._creator, "an account is created once"
        assert account not in self._heads, "a new account has created nobody"
        self._creator[account] = creator
        self._heads.add(creator)
        if self._children is not None:
            self._children.setdefault(creator, []).append(account)

    def _by_creator(self) -> dict[str, list[str]]:
        if self._children is None:
            self._children = {}
            for account, creator in self._creator.items():
                self._children.setdefault(creator, []).append(account)
        return self._children
