"""Random estates, policies and thieves for the loss bound, and how a schedule is carried out on the engine."""

from collections import Counter
from dataclasses import dataclass, replace
from itertools import count
from random import Random

from ecluse.engine.evaluate import Engine
from ecluse.engine.snapshot import restore, snapshot
from ecluse.model.access import AccessRequest
from ecluse.model.adversary import ALL, Adversary, Stolen
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.policy import Budget, Count, Effect, Hours, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import MINUTE

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
    elif (
        choice == 1
    ):  # not more than there are bodies: whole accounts cannot be spread evenly over fewer
        stolen = (Stolen(kind=rng.choice(estate.kinds).id, accounts=rng.randint(1, 2)),)
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


def random_world(rng: Random) -> tuple[Estate, PolicySet, Adversary]:
    """As above, and besides: ages, caseloads, hours of the day, given factors and words, accounts that are created."""
    estate = random_estate(rng)
    kinds = tuple(
        replace(k, creates=("partner",) if rng.random() < 0.4 else ()) for k in estate.kinds
    )
    estate = replace(
        estate,
        kinds=kinds,
        accounts_table=rng.choice([None, "accounts.csv"]),
        caseload_table=rng.choice([None, "caseload.csv"]),
    )
    policies = random_policies(rng, estate, dividing=rng.random() < 0.5)
    budgets = tuple(
        b if i == 0 and rng.random() < 0.7 else replace(b, target=_conditions(rng, b.target))
        for i, b in enumerate(policies.budgets)
    )
    adversary = random_adversary(rng, estate)
    creates = rng.choice([0, 0, 1, 3, None])
    return estate, PolicySet(budgets, "world"), replace(adversary, creates=creates)


def _conditions(rng: Random, target: Target) -> Target:
    change = rng.randint(0, 5)
    if change == 0:
        return replace(target, younger_than=rng.choice([4, 9]) * MINUTE)
    if change == 1:
        return replace(target, older_than=rng.choice([2, 5]) * MINUTE)
    if change == 2:
        return replace(target, own=rng.random() < 0.5)
    if change == 3:
        return replace(target, justified=rng.random() < 0.5)
    if change == 4:
        return replace(target, stepped_up=rng.random() < 0.5)
    hours = Hours("Europe/Paris", ((480, 485), (490, 500)))
    return replace(target, hours=hours)


@dataclass
class Account:
    """One account in the thief's hands."""

    name: str
    kind: AccountKind
    organization: str
    created_at: int
    lineage: str


def attack(
    rng: Random, estate: Estate, policies: PolicySet, adversary: Adversary, horizon: int
) -> int:
    """One random theft over twice the horizon; the most distinct persons in any stretch of the horizon's length.

    It knows the policies, and is greedy, patient, at the edges of windows, or random; the engine is restarted from a
    snapshot now and then, the clock jumps back, reservations are posted in part, released, or forgotten.
    """
    accounts = _accounts(rng, estate, adversary)
    engine = Engine(policies)
    taken: list[tuple[int, int]] = []
    manner = rng.choice(["greedy", "patient", "edges", "random"])
    for at in _instants(rng, manner, policies, horizon):
        if rng.random() < 0.02:
            engine = restore(policies, snapshot(engine))
        _create(rng, estate, adversary, accounts, at)
        tries = rng.choice([3, 8]) if manner in {"greedy", "edges"} else 1
        for _ in range(tries):
            request = _ask(rng, estate, adversary, accounts)
            if request is None:
                continue
            told = at if rng.random() < 0.9 else at - rng.randint(0, 3 * MINUTE)
            shown = _read(rng, engine, request, told)
            taken += [(engine.clock, person) for person in shown]
    return most_distinct(taken, horizon)


def most_distinct(taken: list[tuple[int, int]], length: int) -> int:
    """The most different persons in any half-open stretch (t - length, t]."""
    inside: Counter[int] = Counter()
    first, most = 0, 0
    for at, person in taken:
        inside[person] += 1
        while taken[first][0] <= at - length:
            inside[taken[first][1]] -= 1
            if not inside[taken[first][1]]:
                del inside[taken[first][1]]
            first += 1
        most = max(most, len(inside))
    return most


def _read(rng: Random, engine: Engine, request: AccessRequest, at: int) -> tuple[int, ...]:
    if rng.random() < 0.8:
        return request.persons if engine.check(request, at).permitted else ()
    decision = engine.reserve(request, at, 2 * MINUTE)
    if not decision.permitted:
        return ()
    end = rng.random()
    if end < 0.3:
        engine.release(decision.reservation, engine.clock)
        return ()
    if end < 0.6:
        some = request.persons[: rng.randint(0, len(request.persons))]
        engine.post(decision.reservation, engine.clock, some)
        return some
    return request.persons


def _accounts(rng: Random, estate: Estate, adversary: Adversary) -> list[Account]:
    kinds = {k.id: k for k in estate.kinds}
    found: list[Account] = []
    for theft, stolen in enumerate(adversary.stolen):
        everybody = [
            (h.kind, o.id)
            for o in estate.organizations
            for h in o.accounts
            for _ in range(h.count)
            if stolen.kind in {None, h.kind} and stolen.organization in {None, o.id}
        ]
        number = len(everybody) if stolen.accounts == ALL else min(stolen.accounts, len(everybody))
        for place, (kind, body) in enumerate(rng.sample(everybody, number)):
            age = rng.choice([0, 1, 3, 6, 20]) * MINUTE
            name = f"{theft}-{place}"
            born = START - age if estate.accounts_table else 0
            found.append(Account(name, kinds[kind], body, born, name))
    return found


def _create(
    rng: Random, estate: Estate, adversary: Adversary, accounts: list[Account], at: int
) -> None:
    """Opens accounts, where a stolen kind may, at most so many in all as in 24 hours (the theft is shorter)."""
    made = sum(1 for a in accounts if a.name.startswith("new"))
    creators = [a for a in accounts if a.kind.creates and not a.name.startswith("new")]
    most = 6 if adversary.creates is None else adversary.creates
    if not creators or made >= most or rng.random() < 0.5:
        return
    kinds = {k.id: k for k in estate.kinds}
    creator = rng.choice(creators)
    kind = kinds[creator.kind.creates[0]]
    name = f"new-{made}"
    known = estate.accounts_table is not None
    born, lineage = (at, creator.lineage) if known else (0, name)
    accounts.append(Account(name, kind, creator.organization, born, lineage))


def _ask(
    rng: Random, estate: Estate, adversary: Adversary, accounts: list[Account]
) -> AccessRequest | None:
    if not accounts:
        return None
    account = rng.choice(accounts)
    allowed = account.kind.applications
    open_ = [(i, a) for i, a in enumerate(estate.applications) if not allowed or a.id in allowed]
    if not open_:
        return None
    place, application = rng.choice(open_)
    people = [rng.randrange(application.population) for _ in range(rng.choice([1, 1, 2, 4]))]
    persons = tuple(dict.fromkeys(place * 1_000_000 + p + 1 for p in people))
    own = tuple(p % 2 == 0 for p in persons) if estate.caseload_table else None
    return AccessRequest(
        account=account.name,
        application=application.id,
        persons=persons,
        session=str(rng.random()),
        source=f"198.51.100.{rng.randint(0, 255)}",
        organization=account.organization,
        lineage=account.lineage,
        kind=account.kind.id,
        factor=rng.choice(account.kind.factors or ("other",)),
        operation=rng.choice(application.operations or ("view", "other")),
        categories=(rng.choice(application.categories or ("identity", "other")),),
        justified=rng.random() < 0.5,
        stepped_up=adversary.second_factor and rng.random() < 0.5,
        created_at=account.created_at,
        own=own,
    )


def _instants(rng: Random, manner: str, policies: PolicySet, horizon: int) -> list[int]:
    end = 2 * horizon
    if manner == "greedy":
        step = max(MINUTE // 2, end // 40)
        return [START + at for at in range(0, end, step)]
    if manner == "patient":
        return [START + end * n // 90 for n in range(90)]
    if manner == "edges":
        lengths = sorted({w.length for b in policies.budgets for w in b.windows})
        length = rng.choice(lengths)
        at = [n * length + d for n in range(end // length + 1) for d in (0, length - 1)]
        return [START + a for a in sorted(at)[:60]]
    return [START + at for at in sorted(rng.randrange(end) for _ in range(80))]
