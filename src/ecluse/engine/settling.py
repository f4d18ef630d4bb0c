"""The compiled second phase of replay (see `twophase`): events decided in order, refusals included.

This is `Engine.check` over arrays. A state is one key of one budget; its log holds every released
item in order, and an entry is alive while the hash table of (state, item) points to it, as in
`counting.indexed`. Codes: an unknown session is -1; a budget that is not drawn on has state -1.

Records are rows of few wide arrays: every array that a leaf takes costs it two reference counts.
"""

from collections import namedtuple

import numpy as np

from ecluse.counting.compiled import compiled
from ecluse.model.policy import Count, Effect

__all__ = ["COUNTS", "EARLIER_HOLD", "NO_BUDGET", "Budgets", "Events", "settle"]

COUNTS = (Count.PERSONS, Count.ACCOUNTS, Count.ACCESSES, Count.BYTES)
"""What a budget counts, by code."""

NO_BUDGET, EARLIER_HOLD = -1, -2
"""Instead of a budget: a plain permit, and an account or session that was closed before."""

_jit = compiled(nogil=True, boundscheck=False)
_leaf = compiled(nogil=True, boundscheck=False, forceinline=True)
_RELEASES_MAX, _HOLD, _WARN = int(Effect.SLOW), int(Effect.HOLD), int(Effect.WARN)
_PERSONS, _ACCOUNTS, _ACCESSES = 0, 1, 2
_LENGTH, _LIMIT, _BAR = 0, 1, 2  # of a window
_AT, _SLOT, _WEIGHT = 0, 1, 2  # of a log entry
_STATE, _ITEM = 0, 1  # of a slot's name; `last` is its item's newest log entry, -1 for a free slot
_END, _FIRST_HEAD, _FIRST_HELD = (
    0,
    1,
    2,
)  # of a state: end of its log; then head and count of each window
_ENFORCED = 16  # added to an effect's code: a shadow comes first only where nothing is enforced
_ANY = 2  # an own flag that is unknown, or a budget that counts all persons
_GOLDEN = np.uint64(
    0x9E3779B97F4A7C15
)  # 2**64 / golden ratio: Fibonacci hashing (Knuth, TAOCP 3, 6.4)
_MIX = np.uint64(0xD6E8FEB86659FD93)

Events = namedtuple("Events", "at account session first_row item own weight state")  # noqa: PYI024 - numba knows these
"""Columns: at, account, session, weight of each event; first_row (CSR) into item (bits as int64) and own (0, 1, 2); state[budget, event]."""

Budgets = namedtuple("Budgets", "counts own effect shadow hold_by first windows")  # noqa: PYI024 - idem
"""A row a budget; `first` points into the rows (length, limit, bar) of `windows`; hold_by is 0 for account, 1 for session."""


@_jit
def settle(events, budgets, starts, accounts, sessions):
    """Decides events in order.

    Args: columns as `Events` and (at most 64) `Budgets`; int64[states + 1], the room for the log of
    each state; how many codes of accounts and of sessions there are.

    Returns:
        effect, budget, window (index) and used of each event's first reason (NO_BUDGET: no reason;
        EARLIER_HOLD: the holding budget is in `used`), and bit masks over budgets: over, warned.
    """
    at, account, session, first_row, item, own, weight, state = events
    counts, wanted, effects, shadow, hold_by, first, windows = budgets
    logs, marks, names, last = _new_logs(starts, first)
    effect, budget, window, used, over, warned = _new_answers(at.size)
    holds_account = np.full(accounts, -1, np.int32)
    holds_session = np.full(sessions, -1, np.int32)
    counted = np.zeros(windows.shape[0], np.int64)
    for e in range(at.size):
        holder = _holder(account[e], session[e], holds_account, holds_session)
        if holder >= 0:
            effect[e], budget[e], used[e] = _HOLD, EARLIER_HOLD, holder
            continue
        begin, end = first_row[e], first_row[e + 1]
        final, says = 0, -1
        for b in range(counts.size):
            s = state[b, e]
            if s < 0:
                continue
            base, width = first[b], first[b + 1] - first[b]
            _slide(s, at[e], base, width, counts[b], windows, logs, marks, last)
            if not _count(s, counts[b], wanted[b], width, begin, end, account[e], weight[e], item, own, marks, names, last, counted):  # fmt: skip
                continue
            w, code = _rule(base, width, effects[b], counted, windows)
            if w < 0:
                continue
            limit = windows[base + w, _LIMIT]
            if counted[w] > limit:
                over[e] |= np.uint64(1) << np.uint64(b)
            else:
                warned[e] |= np.uint64(1) << np.uint64(b)
            rank = code if shadow[b] else code + _ENFORCED
            if rank > says:
                says = rank
                budget[e], window[e], used[e] = b, w, min(counted[w], limit + 1)
            if not shadow[b]:
                final = max(final, code)
                if code == _HOLD:
                    _hold(b, account[e], session[e], hold_by[b], holds_account, holds_session)
        effect[e] = final
        if final <= _RELEASES_MAX:
            for b in range(counts.size):
                if state[b, e] >= 0:
                    width = first[b + 1] - first[b]
                    _charge(state[b, e], at[e], counts[b], wanted[b], width, begin, end, account[e], weight[e], item, own, logs, marks, names, last)  # fmt: skip
    return effect, budget, window, used, over, warned


@_jit
def _new_answers(number):
    """Every event a plain permit, to begin with."""
    return (
        np.zeros(number, np.uint8),
        np.full(number, NO_BUDGET, np.int32),
        np.zeros(number, np.int32),
        np.zeros(number, np.int64),
        np.zeros(number, np.uint64),
        np.zeros(number, np.uint64),
    )


@_jit
def _new_logs(starts, first):
    """Empty logs, a row an entry; marks, a row a state; the hash table of (state, item), a row a slot."""
    slots = 256
    while slots < 2 * starts[-1]:
        slots *= 2
    widest = 1
    for b in range(first.size - 1):
        widest = max(widest, first[b + 1] - first[b])
    marks = np.zeros((starts.size - 1, _FIRST_HEAD + 2 * widest), np.int64)
    for s in range(starts.size - 1):
        marks[s, _END] = starts[s]
        for w in range(widest):
            marks[s, _FIRST_HEAD + 2 * w] = starts[s]
    last = np.full(slots, -1, np.int64)
    return np.empty((starts[-1], 3), np.int64), marks, np.empty((slots, 2), np.int64), last


@_leaf
def _find(state, item, names, last):
    """The slot of (state, item), or the free slot where it belongs."""
    mask = last.size - 1
    mixed = (np.uint64(item) * _GOLDEN) ^ (np.uint64(state) * _MIX)
    slot = np.int64((mixed * _GOLDEN) >> np.uint64(32)) & mask
    while last[slot] >= 0 and (names[slot, _ITEM] != item or names[slot, _STATE] != state):
        slot = (slot + 1) & mask
    return slot


@_leaf
def _slide(s, now, base, width, kind, windows, logs, marks, last):
    """Moves the windows of a state to an instant."""
    end = marks[s, _END]
    for w in range(width):
        floor = now - windows[base + w, _LENGTH]
        h = marks[s, _FIRST_HEAD + 2 * w]
        if h >= end or logs[h, _AT] > floor:
            continue
        held = marks[s, _FIRST_HELD + 2 * w]
        while h < end and logs[h, _AT] <= floor:
            if kind >= _ACCESSES or last[logs[h, _SLOT]] == h:
                held -= logs[h, _WEIGHT]
            h += 1
        marks[s, _FIRST_HEAD + 2 * w], marks[s, _FIRST_HELD + 2 * w] = h, held


@_leaf
def _count(
    s, kind, wanted, width, begin, end, account, weight, item, own, marks, names, last, counted
):
    """Counts the windows of a state with the event's items; False when it has none."""
    more = np.int64(0)
    if kind >= _ACCESSES:
        more = np.int64(1) if kind == _ACCESSES else weight
    for w in range(width):
        counted[w] = marks[s, _FIRST_HELD + 2 * w] + more
    if kind >= _ACCESSES:
        return more > 0
    if kind == _ACCOUNTS:
        before = last[_find(s, np.int64(account), names, last)]
        for w in range(width):
            counted[w] += before < marks[s, _FIRST_HEAD + 2 * w]
        return True
    drawn = False
    for r in range(begin, end):
        if wanted == _ANY or own[r] == _ANY or own[r] == wanted:
            drawn = True
            before = last[_find(s, item[r], names, last)]
            for w in range(width):
                counted[w] += before < marks[s, _FIRST_HEAD + 2 * w]
    return drawn


@_leaf
def _rule(base, width, effect, counted, windows):
    """The window that decides and what it asks for: the longest that is over, else the longest that warns."""
    for w in range(width - 1, -1, -1):
        if counted[w] > windows[base + w, _LIMIT]:
            return w, np.int64(effect)
    for w in range(width - 1, -1, -1):
        if counted[w] >= windows[base + w, _BAR]:
            return w, np.int64(_WARN)
    return -1, np.int64(0)


@_leaf
def _holder(account, session, holds_account, holds_session):
    """The budget that closed the account, else the session; -1 for none."""
    if holds_account[account] >= 0 or session < 0:
        return holds_account[account]
    return holds_session[session]


@_leaf
def _hold(b, account, session, by, holds_account, holds_session):
    if by == 0:
        if holds_account[account] < 0:
            holds_account[account] = b
    elif holds_session[session] < 0:
        holds_session[session] = b


@_leaf
def _charge(
    s, now, kind, wanted, width, begin, end, account, weight, item, own, logs, marks, names, last
):
    """Puts a released event into the log of one state."""
    if kind >= _ACCESSES:
        amount = np.int64(1) if kind == _ACCESSES else weight
        if amount > 0:
            _append(s, now, -1, amount, width, -1, logs, marks)
    elif kind == _ACCOUNTS:
        _append_item(s, now, np.int64(account), width, logs, marks, names, last)
    else:
        for r in range(begin, end):
            if wanted == _ANY or own[r] == _ANY or own[r] == wanted:
                _append_item(s, now, item[r], width, logs, marks, names, last)


@_leaf
def _append_item(s, now, item, width, logs, marks, names, last):
    slot = _find(s, item, names, last)
    place = marks[s, _END]
    _append(s, now, slot, 1, width, last[slot], logs, marks)
    names[slot, _STATE], names[slot, _ITEM], last[slot] = s, item, place


@_leaf
def _append(s, now, slot, weight, width, before, logs, marks):
    """Adds an entry; it counts in the windows that the item's former entry (`before`, -1 for none) has left."""
    place = marks[s, _END]
    marks[s, _END] = place + 1
    logs[place, _AT], logs[place, _SLOT], logs[place, _WEIGHT] = now, slot, weight
    for w in range(width):
        if before < marks[s, _FIRST_HEAD + 2 * w]:
            marks[s, _FIRST_HELD + 2 * w] += weight
