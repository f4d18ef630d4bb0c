"""What tuning proposes: limits by kind of account, why each is what it is, and what each price would buy."""

from dataclasses import dataclass

from ecluse.model.bound import Bound
from ecluse.model.finding import Finding

__all__ = ["CurvePoint", "HeldOut", "KindProposal", "Proposal", "Tuning"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One limit.

    Attributes:
        window: length in microseconds.
        limit: proposed. signed: the limit in force for such accounts, None where there is none.
        way: what it rests on: `quantile`, `ranks`, `largest`, `extrapolated`, `signed` (kept or not to be raised).
        wanted: what it would be if the signed limit did not hold it down.
        typical: the peak of an ordinary account of the kind. largest: the highest peak seen.
        why: one or two sentences for the policy file.
    """

    window: int
    limit: int
    signed: int | None
    way: str
    wanted: int
    typical: int
    largest: int
    why: str


@dataclass(frozen=True, slots=True)
class KindProposal:
    """The limits of one budget for one kind of account.

    Attributes:
        budget: id of the budget that they come from. id: of the budget that is written.
        kept: why the signed limits are kept, empty when they are not.
        accounts, days: what the numbers rest on; days are account-days.
        disturbed: of these account-days, those with a peak above a proposed limit.
    """

    budget: str
    id: str
    kind: str
    kept: str
    accounts: int
    days: int
    disturbed: int
    limits: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What one price buys.

    Attributes:
        price: asked, honest account-days disturbed in a thousand. disturbed: seen at these limits, in a thousand.
        persons: for each kind, window and limit of its budget per account: what one stolen account could take.
    """

    price: float
    disturbed: float
    persons: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The check: limits made from the earlier days alone, on the days held out.

    Attributes:
        days: account-days held out. disturbed: of these.
        expected: the most that the price allows. holds: whether chance alone explains the difference (more than 1 in 100).
        extreme: held-out days more extreme than 99 in 100 of the earlier ones, by conformal ranks. usual: as many as there should be.
        drift: kinds and windows whose held-out days do not look like the earlier ones, in words.
    """

    days: int
    disturbed: int
    expected: float
    holds: bool
    extreme: int
    usual: float
    drift: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tuning:
    """Everything that `ecluse tune` reports.

    Attributes:
        price: honest account-days to be disturbed in a thousand, at most.
        days, accounts: account-days and accounts that the numbers rest on. span: microseconds of the whole past.
        disturbed: account-days of these above a proposed limit. at_most: what that is in a thousand, with nine chances in ten.
        before: the same under the limits in force.
        may_raise: whether limits above the signed ones were asked for.
        bounds: what a thief could take with one account of each kind, when an estate is given.
    """

    policy_file: str
    digest: str
    price: float
    may_raise: bool
    span: int
    first_day: str
    last_day: str
    accounts: int
    days: int
    disturbed: int
    at_most: float
    before: int
    kinds: tuple[KindProposal, ...]
    curve: tuple[CurvePoint, ...]
    held_out: HeldOut | None
    findings: tuple[Finding, ...]
    bounds: tuple[Bound, ...] = ()
    seconds: float = 0.0
