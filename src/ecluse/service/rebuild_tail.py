"""How does an engine take in the entries that came after those it was made from?

They are charged one after the other and nothing is decided again: what the ledger says happened,
whatever the policies in force would have said. Cost: about 25 µs an entry with the shipped policies
and counts of millions; `rebuild.read_on` takes in many at a time where there is no engine yet.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final

import polars as pl

from ecluse.detectors.budget import BudgetDetector
from ecluse.detectors.targets import WORDS, words_match
from ecluse.engine.evaluate import Engine
from ecluse.engine.reservation import Charge
from ecluse.model.access import AccessRequest
from ecluse.service.rebuild import Entries
from ecluse.service.rebuild_acts import Acts, is_released
from ecluse.service.rebuild_columns import Gatherer

__all__ = ["catch_up", "charge_all"]

_MATCHES_KEPT_MAX: Final = 16_384


def catch_up(engine: Engine, ledger: Entries, since_seq: int) -> int:
    """Takes in the entries from a number on: what they released, what they closed and opened again.

    An entry that takes back persons of one numbered below, or is older than one, leaves the counts no
    lower than they should be; `rebuild` makes them equal.

    Args:
        engine: it has taken in the entries numbered below.
        ledger: may begin anywhere up to that entry.
        since_seq: the first entry to take in.

    Returns:
        How many entries the engine has taken in now.

    Raises:
        IntegrityError, UnavailableError: when the ledger cannot be read.
    """
    gatherer, acts = Gatherer(engine.policies), Acts(engine.policies, engine.holds)
    size = since_seq
    for whole in ledger.scan(columns=sorted({*gatherer.columns, *acts.COLUMNS})):
        frame = whole.filter(pl.col("seq") >= since_seq)
        if frame.height:
            size = int(frame["seq"][-1]) + 1
            acts.take_back(frame)
            acts.close(frame)
            gatherer.add(frame.filter(is_released()))
    charge_all(engine, gatherer.finish(acts.not_shown()).requests())
    return size


def charge_all(engine: Engine, released: Iterable[tuple[int, AccessRequest]]) -> None:
    """Counts accesses whose data left, with their instants; an earlier instant than one seen is taken as that one."""
    budgets = _Budgets(engine)
    for at, request in released:
        now = engine.clock = max(engine.clock, at)
        engine.number += 1
        for detector in budgets.matching(request):
            if detector.dynamic and not detector.applies(request, now):
                continue
            key = detector.key(request)
            items = () if key is None else detector.items(request, engine.number)
            if not items:
                continue
            if engine.chains.by_item:
                engine.chains.link(Charge(detector, key, items), now, 0)
            log = detector.log(key)
            for item in items:
                log.charge(item, now)
    engine.note_keys()


class _Budgets:
    """The budgets that concern a request by its words, looked up once for the same words."""

    def __init__(self, engine: Engine) -> None:
        self._detectors = engine.detectors
        self._words = attrgetter(*WORDS)
        self._known: dict[Any, list[BudgetDetector]] = {}

    def matching(self, request: AccessRequest) -> list[BudgetDetector]:
        words = self._words(request)
        found = self._known.get(words)
        if found is None:
            if len(self._known) >= _MATCHES_KEPT_MAX:
                self._known.clear()
            found = [d for d in self._detectors if words_match(d.budget.target, request)]
            self._known[words] = found
        return found
