"""How does a ledger's history come into the counter? In batches of entries, grouped by key.

An item goes to its latest access, an access has a name of its own (gate, instant, and an ordinal among
accesses of one instant), so that what was counted live, or loaded before, is not counted twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from ecluse.counters.batch import Layout, person_bytes
from ecluse.counters.keys import encoded, value_text
from ecluse.counters.tallies import KINDS, WEIGHT_MAX, Rule
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Count

__all__ = ["Load", "loads"]

_ENTRIES_MAX: Final = 4000
"""Entries of one batch: some milliseconds of the server, during which it decides nothing."""


@dataclass(slots=True)
class _KeyLoad:
    rule: Rule
    items: dict[bytes, int] = field(default_factory=dict)  # latest access of each
    entries: list[int] = field(default_factory=list)  # accesses and bytes: instant, ordinal, weight


@dataclass(slots=True)
class Load:
    """One batch.

    Attributes:
        latest: the latest instant so far, microseconds.
        keys: with what is loaded into each.
    """

    latest: int = 0
    keys: dict[str, _KeyLoad] = field(default_factory=dict)
    size: int = 0

    def packed(self) -> tuple[list[bytes], bytes, bytes]:
        """Keys, entries and items, as `scripts/load.lua` takes them."""
        items = bytearray()
        rows = []
        for one in self.keys.values():
            entries = list(one.entries)
            for item, at in one.items.items():
                first = len(items)
                items += item
                entries += (at, first, len(items))
            tally = one.rule.tally
            rows.append((KINDS[one.rule.budget.counts], tally.longest, tally.cap, entries))
        told = msgspec.msgpack.encode({"latest": self.latest, "keys": rows})
        return [encoded(text) for text in self.keys], told, bytes(items)


def loads(layout: Layout, history: Iterable[tuple[int, AccessRequest]], now: int) -> Iterator[Load]:
    """Groups a history into batches.

    Args:
        layout: of the plan in force.
        history: released accesses with their instants, oldest first; an earlier instant than the one
            before is taken as that one.
        now: the counter's clock, microseconds; what has left a tally's longest window is left out.
    """
    load = Load()
    ordinals: dict[str, int] = {}  # of the present instant, by key
    for at, request in history:
        if at > load.latest:
            ordinals.clear()
            load.latest = at
        for _, rule, prefix in layout.matching(request):
            if load.latest > now - rule.tally.longest:
                _add(load, ordinals, rule, prefix, request)
        if load.size >= _ENTRIES_MAX:
            yield load
            load = Load(load.latest)
    yield load


def _add(
    load: Load, ordinals: dict[str, int], rule: Rule, prefix: str, request: AccessRequest
) -> None:
    at, detector, counts = load.latest, rule.detector, rule.budget.counts
    value = detector.key(request)
    if value is None or not detector.applies(request, at):
        return
    items: tuple[Any, ...] = detector.items(request, 0)
    if not items:
        return
    key = prefix + value_text(value)
    one = load.keys.get(key)
    if one is None:
        one = load.keys[key] = _KeyLoad(rule)
    load.size += len(items)
    if counts is Count.PERSONS:
        packed = person_bytes(items)
        one.items.update((packed[n : n + 8], at) for n in range(0, len(packed), 8))
    elif counts is Count.ACCOUNTS:
        one.items[encoded(items[0])] = at
    else:
        ordinal = ordinals[key] = ordinals.get(key, -1) + 1
        one.entries += (at, ordinal)
        if counts is Count.BYTES:
            one.entries.append(min(request.bytes, WEIGHT_MAX))
