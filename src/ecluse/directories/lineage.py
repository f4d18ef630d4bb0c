"""Who stands at the head of a line of accounts? The first creator above each account."""

from collections.abc import Iterable

from ecluse.model.errors import SourceError

__all__ = ["find_roots"]


def find_roots(created_by: Iterable[tuple[str, str | None]], *, file: str) -> dict[str, str]:
    """For each account, the end of its chain of creators; itself when nobody is known to have created it.

    A creator that has no line of its own is the end of the chain.

    Raises:
        SourceError: when accounts have created each other in a circle; names them.

    >>> find_roots([("a", None), ("b", "a"), ("c", "b")], file="accounts.csv")
    {'a': 'a', 'b': 'a', 'c': 'a'}
    """
    creators = dict(created_by)
    roots: dict[str, str] = {}
    for account in creators:
        chain: dict[str, None] = {}  # ordered, and quick to search
        current = account
        while current not in roots and (creator := creators.get(current)) is not None:
            chain[current] = None
            if creator in chain:
                circle = list(chain)[list(chain).index(creator) :]
                raise SourceError(
                    f"{file}: accounts created each other in a circle: {_names(circle)}",
                    help="leave `created_by` empty for the account that came first",
                )
            current = creator
        root = roots.get(current, current)
        for link in (*chain, account):
            roots[link] = root
    return {account: roots[account] for account in creators}


def _names(circle: list[str]) -> str:
    shown = " → ".join(f"`{name}`" for name in circle[:5])
    return shown + (" → …" if len(circle) > 5 else f" → `{circle[0]}`")
