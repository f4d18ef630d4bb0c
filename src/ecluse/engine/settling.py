"""The compiled second phase of replay (see `twophase`): events decided in order, refusals included.

This is `Engine.check` over arrays. A state is one key of one budget; its log holds every released
item in order, and an entry is alive while the hash table of (state, item) points to it, as in
`counting.indexed`. Codes: an unknown session is -1; a budget that is not drawn on has state -1.
"""

from collections import namedtuple

import numba as nb
import numpy as np

from ecluse.model.policy import Count, Effect

__all__ = ["COUNTS", "EARLIER_HOLD", "NO_BUDGET", "Budgets", "Events", "settle"]

COUNTS = (Count.PERSONS, Count.ACCOUNTS, Count.ACCESSES, Count.BYTES)
"""What a budget counts, by code."""

NO_BUDGET, EARLIER_HOLD = -1, -2
"""Instead of a budget: a plain permit, and an account or session that was closed before."""

_jit = nb.njit(cache=True, nogil=True, boundscheck=False)
_leaf = nb.njit(cache=True, nogil=True, boundscheck=False, forceinline=True)
_RELEASES_MAX, _HOLD, _WARN = int(Effect.SLOW), int(Effect.HOLD), int(Effect.WARN)
_PERSONS, _ACCOUNTS, _ACCESSES = 0, 1, 2
_ENFORCED = 16  # added to an effect's code: a shadow comes first only where nothing is enforced
_ANY = 2  # an own flag that is unknown, or a budget that counts all persons
_GOLDEN = np.uint64(
    0x9E3779B97F4A7C15
)  # 2**64 / golden ratio: Fibonacci hashing (Knuth, TAOCP 3, 6.4)
_MIX = np.uint64(0xD6E8FEB86659FD93)

Events = namedtuple("Events", "at account session first_row item own weight state")  # noqa: PYI024 - numba knows these
"""Columns: at, account, session, weight of each event; first_row (CSR) into item and own (0, 1, 2); state[budget, event]."""

Budgets = namedtuple("Budgets", "counts own effect shadow hold_by first lengths limits bars")  # noqa: PYI024 - idem
"""A row a budget; `first` points into the windows' lengths, limits and bars; hold_by is 0 for account, 1 for session."""


@_jit
def settle(events, budgets, starts, accounts, sessions):
    """Decides events in order.

    Args: columns as `Events` and (at most 64) `Budgets`; int64[states + 1], the room for the log of
    each state; how many codes of accounts and of sessions there are.

    Returns:
        effect, budget, window (index) and used of each event's first reason (NO_BUDGET: no reason;
        EARLIER_HOLD: the holding budget is in `used`), and bit masks over budgets: over, warned.
    """
    # arrays are taken out of the tuples once: each access to a field costs a reference count
    at, account, session, first_row, item, own, weight, state = events
    counts, wanted, effects, shadow, hold_by, first, lengths, limits, bars = budgets
    log_at, log_slot, log_weight, ends, heads, held, states, items, last, mask, shift = _new_logs(starts, first)  # fmt: skip
    effect, budget, window, used, over, warned = _new_answers(at.size)
    holds_account = np.full(accounts, -1, np.int32)
    holds_session = np.full(sessions, -1, np.int32)
    counted = np.zeros(heads.shape[1], np.int64)
    for e in range(at.size):
        holder = _holder(account[e], session[e], holds_account, holds_session)
        if holder >= 0:
            effect[e], budget[e], used[e] = _HOLD, EARLIER_HOLD, holder
            continue
        final, says = 0, -1
        for b in range(counts.size):
            s = state[b, e]
            if s < 0:
                continue
            base, width = first[b], first[b + 1] - first[b]
            _slide(s, at[e], base, width, counts[b] >= _ACCESSES, lengths, log_at, log_slot, log_weight, ends, heads, held, last)  # fmt: skip
            if not _count(e, s, counts[b], wanted[b], width, counted, account, first_row, item, own, weight, heads, held, states, items, last, mask, shift):  # fmt: skip
                continue
            w, code = _rule(base, width, effects[b], counted, limits, bars)
            if w < 0:
                continue
            if counted[w] > limits[base + w]:
                over[e] |= np.uint64(1) << np.uint64(b)
            else:
                warned[e] |= np.uint64(1) << np.uint64(b)
            rank = code if shadow[b] else code + _ENFORCED
            if rank > says:
                says = rank
                budget[e], window[e], used[e] = b, w, min(counted[w], limits[base + w] + 1)
            if not shadow[b]:
                final = max(final, code)
                if code == _HOLD:
                    _hold(b, account[e], session[e], hold_by[b], holds_account, holds_session)
        effect[e] = final
        if final <= _RELEASES_MAX:
            _charge(e, at, account, first_row, item, own, weight, state, counts, wanted, first, log_at, log_slot, log_weight, ends, heads, held, states, items, last, mask, shift)  # fmt: skip
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
    """Empty logs: at, slot, weight of each entry; ends, heads, held (count) of each state; the hash table."""
    bits = 8
    while (1 << bits) < 2 * starts[-1]:
        bits += 1
    windows = 1
    for b in range(first.size - 1):
        windows = max(windows, first[b + 1] - first[b])
    heads = np.empty((starts.size - 1, windows), np.int64)
    for s in range(starts.size - 1):
        heads[s, :] = starts[s]
    room, slots = starts[-1], 1 << bits
    return (
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        starts[:-1].copy(),
        heads,
        np.zeros(heads.shape, np.int64),
        np.empty(slots, np.int32),
        np.empty(slots, np.uint64),
        np.full(slots, -1, np.int64),
        slots - 1,
        np.uint64(64 - bits),
    )


@_leaf
def _find(state, item, states, items, last, mask, shift):
    """The slot of (state, item), or the free slot where it belongs."""
    slot = np.int64((((item * _GOLDEN) ^ (np.uint64(state) * _MIX)) * _GOLDEN) >> shift)
    while last[slot] >= 0 and (states[slot] != state or items[slot] != item):
        slot = (slot + 1) & mask
    return slot


@_leaf
def _slide(
    s, now, base, width, sums, lengths, log_at, log_slot, log_weight, ends, heads, held, last
):
    """Moves the windows of a state to an instant."""
    for w in range(width):
        floor = now - lengths[base + w]
        h = heads[s, w]
        while h < ends[s] and log_at[h] <= floor:
            if sums or last[log_slot[h]] == h:
                held[s, w] -= log_weight[h]
            h += 1
        heads[s, w] = h


@_leaf
def _count(
    e, s, kind, wanted, width, counted, account, first_row, item, own, weight,
    heads, held, states, items, last, mask, shift,
):  # fmt: skip
    """Counts the windows of a state with the event's items; False when it has none."""
    more = np.int64(0)
    if kind >= _ACCESSES:
        more = np.int64(1) if kind == _ACCESSES else weight[e]
    for w in range(width):
        counted[w] = held[s, w] + more
    if kind >= _ACCESSES:
        return more > 0
    if kind == _ACCOUNTS:
        before = last[_find(s, np.uint64(account[e]), states, items, last, mask, shift)]
        for w in range(width):
            counted[w] += before < heads[s, w]
        return True
    drawn = False
    for r in range(first_row[e], first_row[e + 1]):
        if wanted == _ANY or own[r] == _ANY or own[r] == wanted:
            drawn = True
            before = last[_find(s, item[r], states, items, last, mask, shift)]
            for w in range(width):
                counted[w] += before < heads[s, w]
    return drawn


@_leaf
def _rule(base, width, effect, counted, limits, bars):
    """The window that decides and what it asks for: the longest that is over, else the longest that warns."""
    for w in range(width - 1, -1, -1):
        if counted[w] > limits[base + w]:
            return w, np.int64(effect)
    for w in range(width - 1, -1, -1):
        if counted[w] >= bars[base + w]:
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
    e, at, account, first_row, item, own, weight, state, counts, wanted, first,
    log_at, log_slot, log_weight, ends, heads, held, states, items, last, mask, shift,
):  # fmt: skip
    """Puts a released event into the logs of every budget that it draws on."""
    for b in range(counts.size):
        s = state[b, e]
        if s < 0:
            continue
        width = first[b + 1] - first[b]
        if counts[b] >= _ACCESSES:
            amount = np.int64(1) if counts[b] == _ACCESSES else weight[e]
            if amount > 0:
                _append(
                    s, at[e], -1, amount, width, -1, log_at, log_slot, log_weight, ends, heads, held
                )
            continue
        begin, end = first_row[e], first_row[e + 1]
        if counts[b] == _ACCOUNTS:
            begin, end = 0, 1
        for r in range(begin, end):
            what = np.uint64(account[e])
            if counts[b] == _PERSONS:
                if wanted[b] != _ANY and own[r] != _ANY and own[r] != wanted[b]:
                    continue
                what = item[r]
            slot = _find(s, what, states, items, last, mask, shift)
            place = ends[s]
            _append(
                s,
                at[e],
                slot,
                1,
                width,
                last[slot],
                log_at,
                log_slot,
                log_weight,
                ends,
                heads,
                held,
            )
            states[slot], items[slot], last[slot] = s, what, place


@_leaf
def _append(s, now, slot, weight, width, before, log_at, log_slot, log_weight, ends, heads, held):
    """Adds an entry; it counts in the windows that the item's former entry (`before`, -1 for none) has left."""
    place = ends[s]
    ends[s] = place + 1
    log_at[place], log_slot[place], log_weight[place] = now, slot, weight
    for w in range(width):
        if before < heads[s, w]:
            held[s, w] += weight
