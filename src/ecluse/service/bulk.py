"""How are millions of released accesses counted at once, exactly as the engine would one by one?

For each budget: which accesses draw on it and by which key; of each key and item the last access; of
these the newest, as many as a log keeps. That is what a log holds after all charges, whatever their
order in between: an access only moves its item to the end, and what is dropped is always the oldest.
What was counted before and what came after are put together in the same way.

Cost: about 0.1 µs an access and budget that looks back over all of it, and 5 µs a key. Memory: 40
bytes an access while a budget is made. The compiled parts are those of replay (`engine.kernels`).
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ecluse.counting.indexed import IndexedLog
from ecluse.counting.packed import PackedLog
from ecluse.detectors.budget import BudgetDetector
from ecluse.engine import kernels
from ecluse.engine.columns import event_keys
from ecluse.engine.history import History
from ecluse.model.policy import Count, Key
from ecluse.service.rebuild_past import Past

__all__ = ["NOTHING", "Logs", "counted", "load_logs", "merged"]

Ints: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.int32]
Items: TypeAlias = npt.NDArray[np.uint64] | list[str]

_DISTINCT = frozenset({Count.PERSONS, Count.ACCOUNTS})
_UNKNOWN_OWN = 2


@dataclass(frozen=True, slots=True)
class Logs:
    """The logs of all keys of one budget, end to end.

    Attributes:
        keys: each of which has entries, in any order.
        sizes: how many entries each key has.
        items: of each entry, oldest first within its key: identities, numbers of accesses, or names.
        at: of each entry, microseconds.
        weights: of each entry, where bytes are counted and there are entries; else None.
    """

    keys: Sequence[Any]
    sizes: Ints
    items: Items
    at: Ints
    weights: Ints | None = None


NOTHING = Logs((), np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int64))
"""The logs of a budget that nothing was read under."""


def counted(detector: BudgetDetector, past: Past, *, now: int, number: int) -> Logs:
    """What the logs of a budget hold after these accesses and nothing before.

    Args:
        detector: the budget; its own logs are neither read nor changed.
        past: the accesses.
        now: microseconds; what has left the longest window by then is left out.
        number: what to add to the number of an entry for that of its access, by which accesses differ.
    """
    budget, at = detector.budget, past.history.at
    first = int(np.searchsorted(at, now - detector.spans.lengths[-1], side="right"))
    if first == at.size:
        return NOTHING
    past = past.since(first)
    history = past.history
    key, keys = event_keys(history, budget.per)
    mask = past.mask(budget.target)
    if mask is not None:
        key = np.where(mask, key, np.int32(-1))
    key, item, event = _rows(history, budget.counts, key, own=budget.target.own)
    weights = history.bytes if budget.counts is Count.BYTES else None
    _, sizes, rows = _condensed(detector, key, keys, item, weights)
    events = rows if event is None else event[rows].astype(np.int64)
    if budget.counts is Count.PERSONS:
        items: Items = item[rows]
    elif budget.counts is Count.ACCOUNTS:
        words = history.account.words
        items = [words[code] for code in item[rows].tolist()]
    else:
        items = (past.seq[events] + number).astype(np.uint64)
    used = _keys(history, budget.per, events[np.cumsum(sizes) - 1])
    return Logs(
        used, sizes, items, history.at[events], None if weights is None else weights[events]
    )


def merged(detector: BudgetDetector, former: Logs, later: Logs, *, now: int) -> Logs:
    """What the logs of a budget hold when entries are followed by others, none of which is older."""
    codes = {key: code for code, key in enumerate(former.keys)}
    more = [codes.setdefault(key, len(codes)) for key in later.keys]
    key = np.repeat(
        np.array([*range(len(former.keys)), *more], np.int32),
        np.concatenate((former.sizes, later.sizes)),
    )
    at = np.concatenate((former.at, later.at))
    key[at <= now - detector.spans.lengths[-1]] = -1
    items, item = _joined(former.items, later.items)
    both = [logs.weights for logs in (former, later) if logs.weights is not None]
    weights = np.concatenate(both) if both else None
    used, sizes, rows = _condensed(detector, key, len(codes), item, weights)
    names = list(codes)
    return Logs(
        [names[code] for code in used.tolist()],
        sizes,
        items[rows] if isinstance(items, np.ndarray) else [items[row] for row in rows.tolist()],
        at[rows],
        None if weights is None else weights[rows],
    )


def load_logs(detector: BudgetDetector, logs: Logs, now: int) -> None:
    """Fills the empty logs of a budget."""
    assert not detector.logs, "the budget has counted nothing yet"
    ends = np.cumsum(logs.sizes)
    spans = list(zip(logs.keys, (ends - logs.sizes).tolist(), ends.tolist(), strict=True))
    kind = detector.empty_log()
    if isinstance(kind, PackedLog):
        _load_packed(detector, logs, spans, now)
    elif isinstance(kind, IndexedLog):
        _load_indexed(detector, logs, spans, now)
    else:
        _load_weighted(detector, logs, spans, now)


def _load_packed(
    detector: BudgetDetector, logs: Logs, spans: list[tuple[Any, int, int]], now: int
) -> None:
    base = logs.at[[begin for _, begin, _ in spans]]
    after = (logs.at - np.repeat(base, logs.sizes)).astype("<i8")
    times = after.view(np.uint8).reshape(-1, 8)[:, :6].tobytes()
    items = np.asarray(logs.items, "<u8").tobytes()
    for (key, begin, end), start in zip(spans, base.tolist(), strict=True):
        log = detector.log(key)
        assert isinstance(log, PackedLog)
        log.load_packed(items[8 * begin : 8 * end], times[6 * begin : 6 * end], start, now)


def _load_indexed(
    detector: BudgetDetector, logs: Logs, spans: list[tuple[Any, int, int]], now: int
) -> None:
    times = array("q", logs.at.astype(np.int64).tobytes())
    for key, begin, end in spans:
        part = logs.items[begin:end]
        items = part if isinstance(part, list) else part.tolist()
        log = detector.log(key)
        assert isinstance(log, IndexedLog)
        log.load_columns(items, times[begin:end], now)


def _load_weighted(
    detector: BudgetDetector, logs: Logs, spans: list[tuple[Any, int, int]], now: int
) -> None:
    assert logs.weights is not None, "each entry has a weight"
    for key, begin, end in spans:
        items = np.asarray(logs.items[begin:end]).tolist()
        weighted = zip(items, logs.weights[begin:end].tolist(), strict=True)
        entries = zip(weighted, logs.at[begin:end].tolist(), strict=True)
        detector.log(key).load(list(entries), now)


def _rows(
    history: History, counts: Count, key: Codes, *, own: bool | None
) -> tuple[Codes, npt.NDArray[np.uint64], Codes | None]:
    """Key, item and (where they differ) event of each row that may be counted."""
    if counts is Count.PERSONS:
        event = None
        if history.first_row is not None:
            event = np.repeat(np.arange(len(history), dtype=np.int32), np.diff(history.first_row))
            key = key[event]
        if own is not None and history.own is not None:
            concerned = (history.own == int(own)) | (history.own == _UNKNOWN_OWN)
            key = np.where(concerned, key, np.int32(-1))
        return key, history.person, event
    if counts is Count.ACCOUNTS:
        return key, history.account.codes.astype(np.uint64), None
    if counts is Count.BYTES and history.bytes is not None:
        key = np.where(history.bytes > 0, key, np.int32(-1))
    return key, np.zeros(len(history), np.uint64), None


def _condensed(
    detector: BudgetDetector,
    key: Codes,
    keys: int,
    item: npt.NDArray[np.uint64],
    weights: Ints | None,
) -> tuple[Ints, Ints, Ints]:
    """What a log keeps of rows in order of time, those of code -1 left out.

    Returns:
        The codes that have rows, how many rows each has, and these rows, key by key.
    """
    starts, _, item, row = kernels.group(key, keys, np.zeros(key.size, np.int64), item)
    owner = np.repeat(np.arange(keys, dtype=np.int32), np.diff(starts))
    if detector.counts in _DISTINCT:
        former, _ = kernels.link(starts, item, 0)
        last = np.ones(item.size, np.bool_)
        last[former[former >= 0]] = False
        row, owner = row[last], owner[last]
    sizes = np.bincount(owner, minlength=keys)
    if weights is None:
        kept = np.minimum(sizes, detector.spans.cap)
    else:
        kept = _enough(weights[row], sizes, detector.spans.cap)
    row = row[np.arange(row.size) >= (np.cumsum(sizes) - kept)[owner]]
    used = np.flatnonzero(kept)
    return used, kept[used], row.astype(np.int64)


def _enough(weights: Ints, sizes: Ints, cap: int) -> Ints:
    """How many of each key's newest rows are needed to reach a sum, which may be beyond 64 bits."""
    kept, end = [], 0
    for size in sizes.tolist():
        end += size
        total = number = 0
        for weight in reversed(weights[end - size : end].tolist()):
            number += 1
            total += weight
            if total >= cap:
                break
        kept.append(number)
    return np.array(kept, np.int64)


def _joined(former: Items, later: Items) -> tuple[Items, npt.NDArray[np.uint64]]:
    """Items end to end, and the same as numbers."""
    if isinstance(former, list) or isinstance(later, list):
        names = [*former, *later]
        codes = {name: code for code, name in enumerate(dict.fromkeys(names))}
        return names, np.array([codes[name] for name in names], np.uint64)
    items = np.concatenate((former, later))
    return items, items


def _keys(history: History, per: tuple[Key, ...], events: Ints) -> list[Any]:
    """The key's value at some events at which no part of it is unknown."""
    parts = [_words(history, key, events) for key in per]
    return parts[0] if len(parts) == 1 else list(zip(*parts, strict=True))


def _words(history: History, key: Key, events: Ints) -> list[str]:
    if key is Key.SYSTEM:
        return [""] * events.size
    column = getattr(history, key.value)
    return [column.words[code] for code in column.codes[events].tolist()]
