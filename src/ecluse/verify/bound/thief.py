"""Which accounts does the thief have? An adversary, as groups of accounts that are alike to every policy.

Accounts of one kind in one organization are interchangeable, so a group stands for all of them, exactly. What an
adversary leaves open (which kind, which organization) makes alternatives, of which the worst counts; where they are
too many, a group's number becomes a variable of the program, and all alternatives are one relaxed program.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import Final

from ecluse.model.adversary import ALL, Adversary, Stolen
from ecluse.model.estate import AccountKind, Estate, Organization
from ecluse.model.policy import Budget, Key

__all__ = ["ANY", "Group", "Thief", "alternatives"]

ANY: Final = None
"""Stands for a number without end: the thief has as many as he likes."""

_ALTERNATIVES_MAX: Final = 64
_BODIES_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Accounts that every policy treats alike.

    Attributes:
        id: name of the group in rows and columns.
        kind: None for accounts that nobody knows (invented by an application's credential).
        organization: one of the organizations that every target treats alike; None for unknown.
        accounts: how many; `ANY` for as many as he likes. The most, when `among` is set.
        spread: how many organizations they are spread over; a budget per organization holds for each.
        bodies: the organizations that they may be in.
        alone: whether no other group is in these.
        named: whether `organization` is one body, which other groups may belong to as well.
        any_age: whether an account may be of whichever age suits the thief; otherwise it is established.
        newborn: whether accounts are opened by the thief, at age 0.
        opened_by: id of the group whose accounts open these.
        among: name of the common number, when only so many accounts of several groups are stolen together.
        applications: what they open; empty for all.
        forged: whether the thief writes the requests himself: operation, categories, factor, when it was given, and the
            organization where no table tells it are then whatever suits him.
    """

    id: str
    kind: AccountKind | None
    organization: str | None
    accounts: int | None
    spread: int = 1
    bodies: tuple[str, ...] = ()
    alone: bool = False
    named: bool = False
    any_age: bool = False
    newborn: bool = False
    opened_by: str = ""
    among: str = ""
    applications: frozenset[str] = frozenset()
    forged: bool = False

    @property
    def lineage(self) -> str:
        """The group whose lineage it charges. Without an accounts table nobody knows who created whom."""
        return self.opened_by if self.newborn and self.opened_by else self.id


@dataclass(frozen=True, slots=True)
class Thief:
    """One way to read an adversary: groups, and how many of some together.

    Attributes:
        groups: what he has.
        together: the most accounts of all groups that are `among` this name.
        opened: the most accounts that he opens in 24 hours, over all groups; `ANY` for no limit.
    """

    groups: tuple[Group, ...]
    together: dict[str, int] = field(default_factory=dict)
    opened: int | None = 0


def alternatives(
    adversary: Adversary, estate: Estate, budgets: Sequence[Budget]
) -> Iterator[Thief]:
    """Every way to read what the adversary leaves open; the worst of them is the adversary's bound."""
    world = _World(estate, budgets)
    fixed: list[list[list[Group]]] = []
    together: dict[str, int] = {}
    for number, stolen in enumerate(adversary.stolen):
        choice = list(world.choices(stolen, number))
        if len(choice) > 1 and stolen.accounts > 1:  # some of one kind, the others of another
            name = f"accounts of theft {number + 1}"
            together[name] = stolen.accounts
            choice = [[replace(g, among=name) for alike in choice for g in alike]]
        fixed.append(choice)
    ways = prod(len(choice) for choice in fixed)
    if ways > _ALTERNATIVES_MAX:
        for number, choice in enumerate(fixed):
            if len(choice) > 1:
                name = f"accounts of theft {number + 1}"
                together[name] = 1
                fixed[number] = [[replace(g, among=name) for alike in choice for g in alike]]
    for chosen in product(*fixed):
        yield world.thief(adversary, [g for groups in chosen for g in groups], dict(together))


class _World:
    """What there is to steal in an estate, seen through the budgets' targets."""

    def __init__(self, estate: Estate, budgets: Sequence[Budget]) -> None:
        self._estate = estate
        self._budgets = budgets
        self._kinds = {k.id: k for k in estate.kinds}
        self._named = sorted(
            {
                frozenset(b.target.organizations)
                for b in budgets
                if b.target.organizations is not None
            },
            key=sorted,
        )
        self._apart = any(Key.ORGANIZATION in b.per for b in budgets)
        self._ages = estate.accounts_table is not None

    def choices(self, stolen: Stolen, number: int) -> Iterator[list[Group]]:
        """The ways to read one theft, each as groups."""
        if stolen.application is not None:
            yield self._credential(stolen.application)
        elif stolen.accounts == ALL:
            yield self._all(stolen)
        else:
            for kind in self._estate.kinds:
                if stolen.kind in {None, kind.id}:
                    yield from self._some(stolen, kind, number)

    def thief(self, adversary: Adversary, groups: list[Group], together: dict[str, int]) -> Thief:
        """With the accounts that these accounts create."""
        opened = adversary.creates
        groups = list(_apart_by_name(_settled(groups)))
        born = [] if opened == 0 else [c for g in groups for c in self._created(g)]
        return Thief((*groups, *born), together, opened)

    def _some(self, stolen: Stolen, kind: AccountKind, number: int) -> Iterator[list[Group]]:
        bodies = [
            o
            for o in self._estate.organizations
            if stolen.organization in {None, o.id} and _headcount(o, kind.id)
        ]
        if not bodies and stolen.organization is None:
            yield [self._group(kind, None, stolen.accounts, f"{kind.id} {number + 1}")]
        for alike in self._loosest(bodies, kind, stolen.accounts):
            there = sum(_headcount(o, kind.id) for o in alike)
            group = self._group(
                kind,
                alike[0].id,
                min(stolen.accounts, there),
                f"{kind.id} {alike[0].id} {number + 1}",
            )
            yield [_in_bodies(group, alike, min(stolen.accounts, len(alike)))]

    def _all(self, stolen: Stolen, *, apart: bool = True) -> list[Group]:
        """All accounts; organizations that every target treats alike are one, unless a budget counts each and they are few."""
        found = []
        bodies = [o for o in self._estate.organizations if stolen.organization in {None, o.id}]
        keep_apart = apart and self._apart and len(bodies) <= _BODIES_MAX
        for alike in [[o] for o in bodies] if keep_apart else self._classes(bodies):
            for kind in self._estate.kinds:
                there = sum(_headcount(o, kind.id) for o in alike)
                if there and stolen.kind in {None, kind.id}:
                    group = self._group(kind, alike[0].id, there, f"{kind.id} {alike[0].id}")
                    found.append(_in_bodies(group, alike, len(alike)))
        return found

    def _credential(self, application: str) -> list[Group]:
        """Whoever has it names any account that there is, and accounts that there are not, and says of them what he likes."""
        only = frozenset({application})
        name = f"invented in {application}"
        invented = Group(name, None, None, ANY, newborn=self._ages, applications=only, forged=True)
        everybody = self._all(Stolen(accounts=ALL), apart=False)
        real = [
            replace(g, applications=only, forged=True)
            if self._ages
            else replace(
                g, applications=only, forged=True, organization=None, bodies=(), named=False
            )
            for g in everybody
        ]
        return [invented, *real]

    def _created(self, group: Group) -> Iterator[Group]:
        """The accounts that these accounts open, and those that such accounts open in their turn."""
        if group.kind is None:
            return
        seen: set[str] = set()
        waiting = list(group.kind.creates)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            waiting += self._kinds[name].creates
            yield Group(
                f"{name} created by {group.id}",
                self._kinds[name],
                group.organization,
                ANY,
                spread=group.spread,
                bodies=group.bodies,
                alone=group.alone,
                named=group.named,
                newborn=self._ages,
                opened_by=group.id,
            )

    def _group(self, kind: AccountKind, body: str | None, accounts: int, name: str) -> Group:
        return Group(name, kind, body, accounts, any_age=self._ages)

    def _loosest(
        self, bodies: Sequence[Organization], kind: AccountKind, accounts: int
    ) -> list[list[Organization]]:
        """The classes of bodies that the thief would choose: no other has fewer budgets and as many accounts."""
        named = [
            b.target.organizations
            for b in self._budgets
            if b.target.organizations is not None
            and (b.target.kinds is None or kind.id in b.target.kinds)
        ]
        found: dict[frozenset[int], list[Organization]] = {}
        for body in bodies:
            drawn = frozenset(i for i, names in enumerate(named) if body.id in names)
            found.setdefault(drawn, []).append(body)

        def enough(alike: list[Organization], instead: list[Organization]) -> bool:
            there = sum(_headcount(o, kind.id) for o in alike)
            return there >= accounts and len(alike) >= min(accounts, len(instead))

        return [
            alike
            for drawn, alike in found.items()
            if not any(other < drawn and enough(found[other], alike) for other in found)
        ]

    def _classes(self, bodies: Sequence[Organization]) -> list[list[Organization]]:
        found: dict[tuple[bool, ...], list[Organization]] = {}
        for body in bodies:
            found.setdefault(tuple(body.id in names for names in self._named), []).append(body)
        return list(found.values())


def _in_bodies(group: Group, alike: Sequence[Organization], spread: int) -> Group:
    names = tuple(o.id for o in alike)
    return replace(group, spread=spread, bodies=names, named=len(names) == 1)


def _settled(groups: Sequence[Group]) -> Iterator[Group]:
    """Gives each group bodies of its own where there are any left, so that a schedule knows who shares a budget."""
    used = {g.organization for g in groups if g.named}
    for group in groups:
        free = [b for b in group.bodies if b not in used][: group.spread]
        if group.named or not free or group.spread == len(group.bodies) > 1:
            yield group
            continue
        used.update(free)
        yield replace(group, bodies=tuple(free), organization=free[0], alone=True)


def _headcount(body: Organization, kind: str) -> int:
    return sum(h.count for h in body.accounts if h.kind == kind)


def _apart_by_name(groups: Iterable[Group]) -> Iterator[Group]:
    """Two thefts of the same accounts are one group each, with names of their own."""
    seen: dict[str, int] = {}
    for group in groups:
        times = seen[group.id] = seen.get(group.id, 0) + 1
        yield group if times == 1 else replace(group, id=f"{group.id} ({times})")
