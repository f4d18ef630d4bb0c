"""Random estates, policies and thieves for the loss bound, and how a schedule is carried out on the engine."""

from dataclasses import dataclass, replace
from itertools import count
from random import Random

from ecluse.engine.evaluate import Engine
from ecluse.model.access import AccessRequest
from ecluse.model.adversary import ALL, Adversary, Stolen
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import DAY, MINUTE

START = 1_752_300_000_000_000
LENGTHS = (1, 2, 4, 8, 16)
"""Windows that divide each other, in minutes; horizons as well."""

KEYS = (
    (Key.ACCOUNT,),
    (Key.ACCOUNT,),
    (Key.ACCOUNT, Key.APPLICATION),
    (Key.ORGANIZATION,),
    (Key.APPLICATION,),
    (Key.SYSTEM,),
    (Key.LINEAGE,),
    (Key.ORGANIZATION, Key.APPLICATION),
)


def random_estate(rng: Random) -> Estate:
    """Two or three applications, two kinds, two bodies; small populations now and then."""
    applications = tuple(
        Application(
            id=f"x{i}",
            owner="team@example.org",
            population=rng.choice([7, 40, 1000, 100_000]),
            operations=rng.choice([(), ("view",), ("view", "search")]),
            categories=rng.choice([(), ("identity", "health")]),
        )
        for i in range(rng.randint(1, 3))
    )
    ids = [a.id for a in applications]
    kinds = tuple(
        AccountKind(
            id=name,
            factors=rng.choice([(), ("key",), ("mail", "key")]),
            applications=tuple(sorted(rng.sample(ids, rng.randint(1, len(ids))))),
        )
        for name in ("adviser", "partner")
    )
    bodies = tuple(
        Organization(
            id=name,
            accounts=tuple(Headcount(k.id, rng.randint(1, 4)) for k in kinds if rng.random() < 0.8)
            or (Headcount("adviser", 2),),
        )
        for name in ("o1", "o2")
    )
    return Estate(applications, kinds, bodies)


def random_policies(rng: Random, estate: Estate, *, dividing: bool = True) -> PolicySet:
    """Two to five budgets, one of which holds every account."""
    sets = [
        Budget("account", (Key.ACCOUNT,), random_windows(rng, dividing=dividing), Count.PERSONS)
    ]
    for i in range(rng.randint(1, 4)):
        target = Target(
            kinds=maybe(rng, [k.id for k in estate.kinds]),
            organizations=maybe(rng, [o.id for o in estate.organizations]),
            applications=maybe(rng, [a.id for a in estate.applications]),
            operations=maybe(rng, ["view", "search"]),
            categories=maybe(rng, ["identity", "health"]),
            factors=maybe(rng, ["mail", "key"]),
        )
        sets.append(
            Budget(
                f"b{i}",
                rng.choice(KEYS),
                random_windows(rng, dividing=dividing),
                target=target,
                warn_share=rng.choice([None, 0.5, 0.7]),
                effect=rng.choice([Effect.DENY, Effect.DENY, Effect.STEP_UP, Effect.WARN]),
                mode=rng.choice([Mode.ENFORCE] * 4 + [Mode.SHADOW]),
            )
        )
    return PolicySet(tuple(sets), "random")


def maybe(rng: Random, names: list[str]) -> frozenset[str] | None:
    if rng.random() < 0.7:
        return None
    return frozenset(rng.sample(names, rng.randint(1, len(names))))


def random_windows(rng: Random, *, dividing: bool) -> tuple[Window, ...]:
    lengths = LENGTHS if dividing else (1, 2, 3, 4, 5, 7, 8, 12, 16)
    chosen = sorted(rng.sample(lengths, rng.randint(1, 3)))
    limits = sorted(rng.randint(1, 12) for _ in chosen)
    return tuple(Window(n * MINUTE, q) for n, q in zip(chosen, limits, strict=True))


def random_adversary(rng: Random, estate: Estate) -> Adversary:
    """One, several, a whole body, or two thefts at once."""
    body = rng.choice(estate.organizations)
    choice = rng.randint(0, 4)
    if choice == 0:
        stolen = (Stolen(),)
    elif choice == 1:
        stolen = (Stolen(kind=rng.choice(estate.kinds).id, accounts=rng.randint(1, 3)),)
    elif choice == 2:
        stolen = (Stolen(organization=body.id, accounts=ALL),)
    elif choice == 3:
        stolen = (Stolen(kind=body.accounts[0].kind, organization=body.id), Stolen(kind="partner"))
    else:
        stolen = (Stolen(accounts=ALL),)
    return Adversary("random", stolen, second_factor=rng.random() < 0.5)


@dataclass
class Thief:
    """Carries reads out on an engine, and knows whom it got."""

    engine: Engine
    got: set[int]
    refused: int = 0

    def read(self, request: AccessRequest, at: int) -> bool:
        decision = self.engine.check(request, at)
        if decision.permitted:
            self.got.update(request.persons)
        else:
            self.refused += 1
        return decision.permitted


def carry_out(found, policies: PolicySet) -> Thief:
    """Runs a schedule of `verify.bound` through the engine: each account reads new persons at its slots."""
    thief = Thief(Engine(policies), set())
    person = count(1)
    slots = found.taken.shape[1]
    for slot in range(slots):
        at = START + slot * found.slot
        for hand, amount in zip(found.hands, found.taken[:, slot], strict=True):
            if not amount:
                continue
            for number in range(hand.accounts):
                persons = tuple(next(person) for _ in range(int(amount)))
                assert thief.read(request_of(found, hand, number, persons), at), (slot, hand)
    return thief


def request_of(found, hand, number: int, persons: tuple[int, ...]) -> AccessRequest:
    column = hand.column
    group, cell = column.group, column.cell
    name = f"{hand.crowd}#{number}"
    body = hand.body
    if hand.apart:
        body = group.bodies[hand.place + number]
    return AccessRequest(
        account=name,
        application=column.application.id,
        persons=persons,
        session=f"{name}-{persons[0]}",
        source=f"198.51.100.{persons[0] % 250}",
        organization=body,
        lineage=group.opened_by if group.newborn and group.opened_by else name,
        kind=None if group.kind is None else group.kind.id,
        factor=cell.factor or ("other" if group.kind and group.kind.factors else None) or "other",
        operation=cell.operation or "other",
        categories=(cell.category or "other",),
        justified=cell.justified,
        stepped_up=cell.stepped_up,
        created_at=created_at(found, hand),
    )


def created_at(found, hand) -> int:
    if hand.opened is not None:
        return START + hand.opened * found.slot
    return START - hand.column.cell.phase.begin if hand.column.group.any_age else 0


assert replace is not None
assert DAY > MINUTE
