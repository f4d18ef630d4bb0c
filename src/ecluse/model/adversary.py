"""An adversary: what is stolen, what can be done with it, and how long until a human acts."""

from dataclasses import dataclass

__all__ = ["ALL", "Adversary", "Stolen"]

ALL = -1
"""Every account that there is of the kind, or in the organization."""


@dataclass(frozen=True, slots=True)
class Stolen:
    """Accounts, or the credential of an application, in the hands of the thief.

    Attributes:
        kind: of the accounts; None stands for whichever lets most through.
        organization: to which they belong; None stands for whichever lets most through.
        accounts: how many, or `ALL`.
        application: the application whose own credential is stolen; it names accounts as it likes, so the other
            attributes say nothing then.
    """

    kind: str | None = None
    organization: str | None = None
    accounts: int = 1
    application: str | None = None


@dataclass(frozen=True, slots=True)
class Adversary:
    """A thief, as the bound takes him. Sessions and source addresses he has as many of as he likes.

    Attributes:
        id: name, unique in its file.
        stolen: what he starts with.
        creates: the most accounts that he opens in 24 hours, where a stolen kind may create any; None for no limit,
            0 when he opens none.
        second_factor: whether he can give the second factor again when a budget asks for it.
        acts_within: microseconds from the first finding until a human has closed his accounts; None when nobody does.
    """

    id: str
    stolen: tuple[Stolen, ...]
    creates: int | None = 0
    second_factor: bool = True
    acts_within: int | None = None
    description: str = ""
