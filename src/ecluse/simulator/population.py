"""Who holds an account: names, bodies, own caseloads and addresses, drawn once from the seed."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ecluse.model.time import DAY
from ecluse.simulator.plan import Cast, Staff, WorldPlan

__all__ = ["ADDRESSES", "Population", "Roster", "populate"]

_BODY_ADDRESSES: Final = tuple(
    f"{net}.{host}" for net in ("192.0.2", "198.51.100") for host in range(1, 255)
)
_HOME_ADDRESSES: Final = 20_000

ADDRESSES: Final = (
    *_BODY_ADDRESSES,
    *(f"2001:db8:0:{n >> 8:x}::{n & 255:x}" for n in range(1, _HOME_ADDRESSES)),
)
"""Addresses of honest people, by number: RFC 5737 for the bodies, RFC 3849 for homes."""

_NEIGHBOURS: Final = 25
"""Persons living in the area of a body, for each person that one of its accounts follows."""


@dataclass(frozen=True, slots=True)
class Roster:
    """One account as the directory knows it."""

    account: str
    kind: str
    organization: str
    created_at: int
    created_by: str


@dataclass(frozen=True, slots=True)
class Population:
    """All accounts, in rows.

    Attributes:
        staff: place of the account's kind in the plan's staff.
        mean: files opened on a mean day of work; 0 for an account that nobody works with.
        late: minutes by which it begins after the others. source: its address.
        area, area_size: first person, and number of persons, around its body.
        rows: row of each account by its name.
        caseload_start, caseload_size: where its own persons are in `caseload`.
    """

    rosters: tuple[Roster, ...]
    rows: dict[str, int]
    staff: NDArray[np.int16]
    mean: NDArray[np.float64]
    late: NDArray[np.float64]
    source: NDArray[np.int32]
    area: NDArray[np.int64]
    area_size: NDArray[np.int64]
    caseload_start: NDArray[np.int64]
    caseload_size: NDArray[np.int64]
    caseload: NDArray[np.int64]

    @property
    def names(self) -> tuple[str, ...]:
        """Account names by row."""
        return tuple(roster.account for roster in self.rosters)

    def row(self, account: str) -> int:
        """The row of an account; KeyError when nobody has that name."""
        return self.rows[account]

    def own(self, row: int) -> NDArray[np.int64]:
        """The account's own caseload."""
        start = int(self.caseload_start[row])
        return self.caseload[start : start + int(self.caseload_size[row])]


def populate(plan: WorldPlan, *, before: int, rng: np.random.Generator) -> Population:
    """Draws the accounts of a plan; all but the newcomers are at least 120 days old at the instant `before`."""
    members = [_members(staff, plan=plan, before=before, rng=rng) for staff in plan.staff]
    rosters = [roster for part in members for roster in part]
    rosters = _newcomers(rosters, plan=plan, before=before, rng=rng)
    works = {member.account: member.works for member in plan.cast}
    kinds = [staff.kind for staff in plan.staff]
    staff_row = np.array([kinds.index(r.kind) for r in rosters], np.int16)
    spread = np.array([s.spread for s in plan.staff])[staff_row]
    mean = np.array([s.visits for s in plan.staff])[staff_row] * rng.gamma(spread) / spread
    mean *= np.array([works.get(r.account, True) for r in rosters])
    bodies = {name: n for n, name in enumerate(dict.fromkeys(r.organization for r in rosters))}
    body = np.array([bodies[r.organization] for r in rosters])
    return Population(
        rosters=tuple(rosters),
        rows={roster.account: row for row, roster in enumerate(rosters)},
        staff=staff_row,
        mean=mean,
        late=rng.normal(0, 18, len(rosters)),
        source=_sources(plan, staff_row=staff_row, body=body, rng=rng),
        **_caseloads(plan, staff_row=staff_row, body=body, bodies=len(bodies), rng=rng),
    )


def _members(
    staff: Staff, *, plan: WorldPlan, before: int, rng: np.random.Generator
) -> list[Roster]:
    prefix, bodies = staff.bodies
    own_cast = {member.account: member for member in plan.cast if member.kind == staff.kind}
    digits = 5 if staff.count > 9_999 else 4
    names = [f"{staff.prefix}-{n:0{digits}d}" for n in range(1, staff.count + 1)]
    names += [name for name in own_cast if name not in set(names)]
    body = rng.integers(1, bodies + 1, len(names))
    created = (
        before
        - DAY * rng.integers(120, 3_000, len(names))
        + 1_000_000 * rng.integers(0, 36_000, len(names))
    )
    alone = {name: _from_cast(member, default=int(created[0])) for name, member in own_cast.items()}
    return [
        alone.get(name)
        or Roster(
            name,
            staff.kind,
            prefix if bodies == 1 else f"{prefix}-{body[n]:03d}",
            int(created[n]),
            "",
        )
        for n, name in enumerate(names)
    ]


def _from_cast(member: Cast, *, default: int) -> Roster:
    created = default if member.created_at is None else member.created_at
    return Roster(member.account, member.kind, member.organization, created, member.created_by)


def _newcomers(
    rosters: list[Roster], *, plan: WorldPlan, before: int, rng: np.random.Generator
) -> list[Roster]:
    """Lets managers have created some ordinary accounts of their body 20 to 80 days ago: the control of lineage rules."""
    creates = {staff.kind: staff.creates for staff in plan.staff if staff.creates}
    managers = {r.organization: r for r in rosters if r.kind in creates}
    cast = {member.account for member in plan.cast}
    eligible = [
        n
        for n, r in enumerate(rosters)
        if r.organization in managers
        and r.kind in creates[managers[r.organization].kind]
        and r.account not in cast
    ]
    chosen = rng.permutation(len(eligible))[: plan.newcomers]
    changed = list(rosters)
    for place in chosen.tolist():
        old = changed[eligible[place]]
        created = before - int(rng.integers(20, 80)) * DAY
        changed[eligible[place]] = Roster(
            old.account, old.kind, old.organization, created, managers[old.organization].account
        )
    return changed


def _sources(
    plan: WorldPlan, *, staff_row: NDArray[np.int16], body: NDArray[Any], rng: np.random.Generator
) -> NDArray[np.int32]:
    at_home = np.array([staff.rhythm.value == "public" for staff in plan.staff])[staff_row]
    home = rng.integers(len(_BODY_ADDRESSES), len(ADDRESSES), len(staff_row))
    return np.where(at_home, home, body % len(_BODY_ADDRESSES)).astype(np.int32)


def _caseloads(
    plan: WorldPlan,
    *,
    staff_row: NDArray[np.int16],
    body: NDArray[Any],
    bodies: int,
    rng: np.random.Generator,
) -> dict[str, NDArray[np.int64]]:
    """Each body has its area, a stretch of persons; each account follows some of that area, spread over it."""
    wanted = np.array([staff.caseload for staff in plan.staff])[staff_row]
    size = np.where(wanted > 1, np.maximum(1, rng.poisson(wanted)), wanted).astype(np.int64)
    people = np.zeros(bodies, np.int64)
    np.add.at(people, body, size)
    room = np.maximum(people * _NEIGHBOURS, 400)
    shrink = min(1.0, plan.population / float(room.sum()))
    room = np.maximum((room * shrink).astype(np.int64), 2)
    first = (np.cumsum(room) - room) % max(1, plan.population - int(room.max()))
    area, area_size = first[body], np.minimum(room[body], plan.population)
    size = np.minimum(size, area_size)
    start = np.cumsum(size) - size
    within = np.arange(int(size.sum())) - np.repeat(start, size)
    stride = np.repeat(np.maximum(area_size // np.maximum(size, 1), 1), size)
    offset = np.where(wanted == 1, _turn_in(body), rng.integers(0, np.maximum(area_size, 1)))
    offset = np.repeat(offset, size)  # somebody who reads only their own file shares it with nobody
    caseload = np.repeat(area, size) + 1 + (offset + within * stride) % np.repeat(area_size, size)
    return {
        "area": area,
        "area_size": area_size,
        "caseload_start": start,
        "caseload_size": size,
        "caseload": caseload,
    }


def _turn_in(body: NDArray[Any]) -> NDArray[np.int64]:
    """For each account, how many accounts of its body come before it."""
    order = np.argsort(body, kind="stable")
    begins = np.flatnonzero(np.diff(body[order], prepend=-1))
    turn = np.arange(len(body)) - np.repeat(begins, np.diff(begins, append=len(body)))
    result = np.empty(len(body), np.int64)
    result[order] = turn
    return result
