"""From what is an incident proposed? Signs: what machines found and people were told about accounts, and who read like whom."""

from dataclasses import dataclass

from ecluse.model.finding import Severity
from ecluse.model.incident import Confidence, Link

__all__ = ["Observed", "Proposal", "Sign", "Use"]


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks against an account.

    Attributes:
        id: by which the incident names it: `honey-read:agent-7`, `warning:3`.
        code: of the finding; `refused`, `held` or `warning` for what is none.
        first_at, last_at: microseconds.
        what: one sentence.
    """

    id: str
    code: str
    account: str
    first_at: int
    last_at: int
    severity: Severity
    what: str


@dataclass(frozen=True, slots=True)
class Use:
    """That an account came from a source, or had a session, between two instants (microseconds) of the time of the signs.

    Attributes:
        since: when it did so for the first time ever, as far as the ledger goes back; None when nobody looked.
    """

    account: str
    name: str
    first_at: int
    last_at: int
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What else is known of the time of the signs.

    Attributes:
        created_by: each account's creator, where it is known.
        uses: of sources, by accounts with signs and by whoever shared these sources.
        sessions: of accounts with signs.
        orders: for an account, the persons that it read in the order of its first reading; any hashable stands for a person.
    """

    created_by: tuple[tuple[str, str], ...] = ()
    uses: tuple[Use, ...] = ()
    sessions: tuple[Use, ...] = ()
    orders: tuple[tuple[str, tuple[int, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """An incident that could be opened: one actor, as far as the rules can tell.

    Attributes:
        accounts: those with signs first, then those that the rules add.
        links: why each stands here.
    """

    title: str
    severity: Severity
    confidence: Confidence
    signs: tuple[Sign, ...]
    accounts: tuple[str, ...]
    sessions: tuple[str, ...]
    sources: tuple[str, ...]
    lineages: tuple[str, ...]
    links: tuple[Link, ...]
    first_at: int
    last_at: int
