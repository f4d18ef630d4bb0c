"""What does a loss bound cost in a large estate? `python benchmarks/bound.py` (one thief a line; ONLY='one partner' for some).

50,000 accounts of five kinds in 500 organizations, 60 applications, 40 budgets, with accounts and caseload tables; five
horizons. CPU seconds of one process; the first thief pays for what is loaded and compiled.
"""

import os
import random
import resource
import time
from collections.abc import Iterator

from ecluse.model.adversary import ALL, Adversary, Stolen
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.verify.bound import bound, standard_adversaries

CATEGORIES = ("identity", "contact", "nir", "bank", "family")
KINDS = (
    ("adviser", ("totp",), 40, ()),
    ("partner", ("mail",), 12, ()),
    ("manager", ("totp",), 20, ("partner", "adviser")),
    ("machine", (), 30, ()),
    ("medical", ("key",), 8, ()),
)


def estate(rng: random.Random) -> Estate:
    """Bodies of very different size; kinds that open from 8 to 40 of the applications."""
    applications = tuple(
        Application(
            f"application-{i:02}",
            "team@example.org",
            rng.randint(10_000, 40_000_000),
            operations=("view", "search", "export")[: rng.randint(1, 3)],
            categories=CATEGORIES[: rng.randint(1, 5)],
        )
        for i in range(60)
    )
    names = [a.id for a in applications]
    kinds = tuple(
        AccountKind(k, factors=f, applications=tuple(sorted(rng.sample(names, n))), creates=c)
        for k, f, n, c in KINDS
    )
    return Estate(applications, kinds, tuple(_bodies(rng)), "accounts.csv", "caseload.csv")


def _bodies(rng: random.Random) -> Iterator[Organization]:
    left = 50_000
    for i in range(500):
        number = left if i == 499 else max(5, int(left / (500 - i) * rng.uniform(0.3, 1.7)))
        number = min(number, left - (499 - i) * 5)
        left -= number
        counts = {"adviser": int(number * 0.6), "partner": int(number * 0.3), "medical": 1}
        rest = number - sum(counts.values())
        counts |= {"manager": rest // 2, "machine": rest - rest // 2}
        accounts = tuple(Headcount(kind, n) for kind, n in counts.items() if n > 0)
        yield Organization(f"organization-{i:03}", accounts)


def policies(rng: random.Random, world: Estate) -> PolicySet:
    """The shipped shapes, and 31 budgets for some kinds, bodies, applications or categories."""
    budgets = [
        Budget("account", (Key.ACCOUNT,), _usual(1), warn_share=0.7),
        Budget("probation", (Key.ACCOUNT,), _windows((DAY, 60), (30 * DAY, 400)), target=Target(younger_than=14 * DAY)),
        Budget("lineage", (Key.LINEAGE,), _windows((DAY, 1000), (30 * DAY, 4000)), target=Target(younger_than=90 * DAY)),
        Budget("organization", (Key.ORGANIZATION,), _usual(8)),
        Budget("application", (Key.APPLICATION,), _windows((HOUR, 100_000), (DAY, 500_000))),
        Budget("system", (Key.SYSTEM,), _windows((HOUR, 150_000), (DAY, 750_000))),
        Budget("both", (Key.ACCOUNT, Key.APPLICATION), _windows((HOUR, 120), (DAY, 300))),
        Budget("strangers", (Key.ACCOUNT,), _windows((DAY, 40), (30 * DAY, 300)), target=Target(own=False, justified=False), effect=Effect.JUSTIFY),
        Budget("strangers-afterwards", (Key.ACCOUNT,), _windows((DAY, 20), (30 * DAY, 60)), target=Target(own=False, justified=True)),
    ]  # fmt: skip
    keys = [(Key.ACCOUNT,), (Key.ORGANIZATION,), (Key.APPLICATION,), (Key.ORGANIZATION, Key.APPLICATION)]  # fmt: skip
    for i in range(31):
        target = Target(
            kinds=_some(rng, [k.id for k in world.kinds], (2,), 0.5),
            organizations=_some(rng, [o.id for o in world.organizations], (1, 3, 50), 0.3),
            applications=_some(rng, [a.id for a in world.applications], (1, 5, 20), 0.6),
            categories=_some(rng, ["identity", "nir", "bank"], (1,), 0.2),
        )
        share = rng.choice([0.5, 2, 4, 20])
        budgets.append(Budget(f"b{i}", rng.choice(keys), _usual(share), target=target))
    return PolicySet(tuple(budgets), "benchmark")


def _some(
    rng: random.Random, names: list[str], sizes: tuple[int, ...], share: float
) -> frozenset[str] | None:
    return frozenset(rng.sample(names, rng.choice(sizes))) if rng.random() < share else None


def _windows(*pairs: tuple[int, int]) -> tuple[Window, ...]:
    return tuple(Window(length, limit) for length, limit in pairs)


def _usual(share: float) -> tuple[Window, ...]:
    limits = ((10 * MINUTE, 60), (HOUR, 150), (DAY, 500), (30 * DAY, 4000), (360 * DAY, 6000))
    return _windows(*((length, int(limit * share)) for length, limit in limits))


def main() -> None:
    """Prints a line for each thief."""
    rng = random.Random(7)
    world = estate(rng)
    policy = policies(rng, world)
    everybody = Adversary("all advisers", (Stolen(kind="adviser", accounts=ALL),))
    only = os.environ.get("ONLY", "")
    total = time.process_time()
    for adversary in (*standard_adversaries(world), everybody):
        if only not in adversary.id:
            continue
        begun = time.process_time()
        told = bound(policy, world, adversary).horizons
        spent = time.process_time() - begun
        cells = [f"{r.persons:,}{'' if r.exact else ' *'}" if r.persons is not None else "unbounded" for r in told]  # fmt: skip
        print(f"| {adversary.id} | {spent:.2f} | {' | '.join(cells)} |", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"together {time.process_time() - total:.1f} CPU s, peak {peak:.0f} MB; * an upper bound")


if __name__ == "__main__":
    main()
