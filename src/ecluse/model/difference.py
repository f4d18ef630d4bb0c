"""The difference of two policy sets: which is stricter, where, and by how many persons."""

from dataclasses import dataclass
from enum import Enum

from ecluse.model.access import AccessRequest

__all__ = ["Change", "Difference", "Gap", "Line", "Step", "Verdict", "Witness"]


class Verdict(Enum):
    """How the second policy set stands to the first.

    `stricter` and `same` are proved for every request and every history. `looser` and `incomparable` say
    that no proof was found of the contrary; a witness makes them certain.
    """

    SAME = "same"
    STRICTER = "stricter"
    LOOSER = "looser"
    INCOMPARABLE = "incomparable"


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a witness.

    Attributes:
        after: microseconds since its first request.
        number: how many such requests follow each other at that instant.
    """

    after: int
    request: AccessRequest
    number: int = 1


@dataclass(frozen=True, slots=True)
class Witness:
    """A short history that shows a difference: one policy set releases all of it, the other refuses its last request.

    Attributes:
        start: microseconds; instant of the first request.
        steps: in order; the last is where the two differ.
        refused_by: the budget that refuses it, or that closes the account or session.
        window: microseconds; the window of that budget.
        limit: of that window.
    """

    start: int
    steps: tuple[Step, ...]
    refused_by: str
    window: int
    limit: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A budget of one policy set that the other does not imply.

    Attributes:
        budget: its id.
        window: microseconds; the shortest of its windows that the other does not imply.
        limit: of that window.
        lets: the most that the other is known to let into it; None for no limit at all.
        closes: whether only the closing (`hold`) is not implied; the refusal is.
        witness: a history that shows it; None when none was found.
    """

    budget: str
    window: int
    limit: int
    lets: int | None
    closes: bool = False
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The most that somebody can take over one horizon, before and after.

    Attributes:
        thief: id of an adversary, or empty for one stolen account of `kind`.
        kind: of the account.
        organizations: in which it may be; empty for all.
        application: through which alone it reads; None for all that it opens together.
        before, after: persons; None when no budget bounds them.
    """

    horizon: int
    before: int | None
    after: int | None
    thief: str = ""
    kind: str | None = None
    organizations: tuple[str, ...] = ()
    application: str | None = None

    @property
    def more(self) -> int | None:
        """Persons that can be taken besides; negative for fewer; None when one of the two is unbounded."""
        if self.before == self.after:
            return 0
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def looser(self) -> bool:
        """Whether more can be taken after than before."""
        if self.before is None:
            return False
        return self.after is None or self.after > self.before


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one budget, in words."""

    budget: str
    what: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Two policy sets, compared.

    Attributes:
        before, after: digests of the sets.
        shown: whether nothing about the verdict is left to what could not be proved.
        looser: budgets of the first set that the second does not imply.
        stricter: budgets of the second set that the first does not imply.
        assumes: what the proof takes for granted, in words.
        lines: where the numbers of one stolen account differ.
        thieves: where the numbers of the adversaries differ.
        changes: budget by budget, also those that change no number.
    """

    before: str
    after: str
    verdict: Verdict
    shown: bool
    looser: tuple[Gap, ...] = ()
    stricter: tuple[Gap, ...] = ()
    assumes: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    thieves: tuple[Line, ...] = ()
    changes: tuple[Change, ...] = ()
