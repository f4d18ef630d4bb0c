"""The state of one account stays small, whatever it reads."""

import random
import sys

from ecluse.engine.evaluate import Engine
from ecluse.loaders.policy import default_policy
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Key
from ecluse.model.time import DAY, MINUTE


def _size(log):
    parts = [getattr(log, name) for name in log.__slots__ if name != "_spans"]
    return sys.getsizeof(log) + sum(sys.getsizeof(p) for p in parts)


def test_an_account_that_reads_all_it_may_for_a_year_takes_less_than_100_kb():
    engine = Engine(default_policy())
    numbers = random.Random(4)
    at, refused = 0, 0
    for day in range(400):
        for n in range(60):
            at = day * DAY + n * 11 * MINUTE
            request = AccessRequest(
                account="a",
                application=f"x{n % 3}",
                persons=(numbers.getrandbits(64),),
                created_at=-DAY * 365,
            )
            refused += not engine.check(request, at).permitted
    assert refused > 1000  # the year's limit was reached
    own = [d for d in engine.detectors if Key.ACCOUNT in d.budget.per]
    entries = max(len(log) for d in own for log in d.logs.values())
    assert entries > 5900
    assert sum(_size(log) for d in own for log in d.logs.values()) < 100_000
