"""The workload of the benchmarks: a month of ordinary reading, and one theft inside it."""

from dataclasses import dataclass

import numpy as np

from ecluse.model.policy import Budget, Effect, Key, PolicySet, Window
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND

START = 1_751_328_000_000_000  # 1 July 2025, 00:00 UTC


@dataclass(frozen=True)
class Workload:
    """Columns of one event each, in order of time."""

    at: np.ndarray  # int64 microseconds
    account: np.ndarray  # uint32
    person: np.ndarray  # uint64
    organization: np.ndarray  # uint32, by account
    application: np.ndarray  # uint8, by event
    accounts: int


def workload(
    events: int, *, accounts: int = 50_000, days: int = 30, theft: int = 340_000, seed: int = 7
) -> Workload:
    """Makes office-hours reading with revisits, over-dispersed over accounts, and one theft of two hours.

    55 % of the events follow the same person within 90 s; a quarter of the visits return to an
    earlier person; each organization has its own pool of persons.
    """
    rng = np.random.default_rng(seed)
    ordinary = events - theft
    weight = rng.lognormal(0, 1.6, accounts)
    account = rng.choice(accounts, ordinary, p=weight / weight.sum()).astype(np.uint32)
    organization = rng.integers(0, 2000, accounts).astype(np.uint32)
    day = rng.integers(0, days, ordinary)
    hour = np.clip(rng.normal(13, 3, ordinary), 0, 23.99)
    at = START + (day * DAY + hour * HOUR).astype(np.int64)
    order = np.lexsort((at, account))
    at, account = at[order], account[order]
    pool = organization[account].astype(np.uint64) * np.uint64(21_500)
    person = pool + rng.integers(0, 21_500, ordinary, dtype=np.uint64)
    same = np.zeros(ordinary, bool)
    same[1:] = (account[1:] == account[:-1]) & (rng.random(ordinary - 1) < 0.55)
    back = np.zeros(ordinary, bool)
    back[8:] = (account[8:] == account[:-8]) & (rng.random(ordinary - 8) < 0.25)
    index = np.arange(ordinary)
    index[back] -= rng.integers(1, 8, int(back.sum()))
    index[same] = 0
    index = np.where(same, np.maximum.accumulate(np.where(same, 0, np.arange(ordinary))), index)
    person = person[index]
    first = np.maximum.accumulate(np.where(same, 0, np.arange(ordinary)))
    at = np.where(same, at[first] + (np.arange(ordinary) - first) * 30 * SECOND, at)
    start = START + 11 * DAY + 10 * HOUR
    at = np.concatenate([at, start + np.sort(rng.integers(0, 2 * HOUR, theft))])
    account = np.concatenate([account, np.full(theft, 17, np.uint32)])
    person = np.concatenate([person, np.uint64(60_000_000) + np.arange(theft, dtype=np.uint64)])
    order = np.argsort(at, kind="stable")
    application = (account % 12).astype(np.uint8)
    return Workload(
        at[order], account[order], person[order], organization, application[order], accounts
    )


def one_budget(effect: Effect = Effect.DENY, warn: float | None = 0.7) -> PolicySet:
    """One budget per account, five windows, the shipped limits."""
    windows = ((10 * MINUTE, 60), (HOUR, 150), (DAY, 500), (30 * DAY, 4000), (360 * DAY, 6000))
    return PolicySet(
        (
            Budget(
                "account",
                (Key.ACCOUNT,),
                tuple(Window(*w) for w in windows),
                warn_share=warn,
                effect=effect,
            ),
        )
    )
