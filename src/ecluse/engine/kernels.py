"""The compiled loops of the two-phase pass (see `twophase`), on plain arrays; nothing here knows a policy file.

Rows are (event, item) pairs. Time is int64 microseconds, items are uint64, keys are dense int32
codes with -1 for "does not draw". Measured costs are in docs/benchmarks.md.
"""

import numba as nb
import numpy as np

from ecluse.model.policy import Effect

__all__ = ["group", "link", "peak", "reach", "settle"]

_jit = nb.njit(cache=True, nogil=True, boundscheck=False)
_RELEASES_MAX = int(Effect.SLOW)
_HOLD = int(Effect.HOLD)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: Fibonacci hashing (Knuth, TAOCP 3, 6.4)
_MIX = np.uint64(0xD6E8FEB86659FD93)


@_jit
def group(key, keys, at, item, row_of):
    """Sorts rows by key, keeping their order: a counting sort, O(rows + keys).

    Args:
        key: code of each row's key, -1 to leave the row out.
        keys: number of codes.
        at, item: of each row.
        row_of: whether to keep the original row numbers (an empty array is returned otherwise).

    Returns:
        starts (int64[keys + 1]), at, item, row: the rows of key k are `starts[k]:starts[k + 1]`.
    """
    starts = np.zeros(keys + 1, np.int64)
    for i in range(key.size):
        if key[i] >= 0:
            starts[key[i] + 1] += 1
    for k in range(keys):
        starts[k + 1] += starts[k]
    place = starts[:-1].copy()
    size = starts[keys]
    at_out = np.empty(size, np.int64)
    item_out = np.empty(size, np.uint64)
    row_out = np.empty(size if row_of else 0, np.int32)
    for i in range(key.size):
        k = key[i]
        if k < 0:
            continue
        j = place[k]
        place[k] = j + 1
        at_out[j] = at[i]
        item_out[j] = item[i]
        if row_of:
            row_out[j] = i
    return starts, at_out, item_out, row_out


@_jit
def link(starts, item, rows_min):
    """Finds, for each grouped row, the former row of the same key and item; O(rows), one probe each.

    Keys of fewer than `rows_min` rows are skipped: they cannot reach any bar.

    Returns:
        former (int32, -1 for none; absolute row numbers), distinct (int32 a key).
    """
    former = np.full(item.size, -1, np.int32)
    distinct = np.zeros(starts.size - 1, np.int32)
    widest = 0
    for k in range(starts.size - 1):
        widest = max(widest, starts[k + 1] - starts[k])
    bits = 4
    while (1 << bits) < 2 * widest:
        bits += 1
    where = np.full(1 << bits, -1, np.int32)
    what = np.empty(1 << bits, np.uint64)
    for k in range(starts.size - 1):
        begin, end = starts[k], starts[k + 1]
        if end - begin < rows_min:
            continue
        bits = 4
        while (1 << bits) < 2 * (end - begin):
            bits += 1
        mask = (1 << bits) - 1
        where[: mask + 1] = -1
        shift = np.uint64(64 - bits)
        found = 0
        for j in range(begin, end):
            slot = np.int64((item[j] * _GOLDEN) >> shift)
            while where[slot] >= 0 and what[slot] != item[j]:
                slot = (slot + 1) & mask
            if where[slot] < 0:
                what[slot] = item[j]
                found += 1
            else:
                former[j] = where[slot]
            where[slot] = j
        distinct[k] = found
    return former, distinct


@_jit
def _released_links(begin, end, former, refused, later):
    """Links of one key among released rows only: `former` by skipping, `later` as their inverse."""
    for j in range(begin, end):
        later[j - begin] = end
    for j in range(begin, end):
        p = former[j]
        if p >= 0 and refused.size and refused[p]:
            p = former[p]  # already points past refused rows: rows come in order
            former[j] = p
        if p >= 0 and not (refused.size and refused[j]):
            later[p - begin] = j


@_jit
def peak(starts, at, former, distinct, lengths):
    """Gives the highest count of each key in each window, counting every row; O(rows x windows).

    Returns:
        int32[keys, windows].
    """
    keys = starts.size - 1
    peaks = np.zeros((keys, lengths.size), np.int32)
    widest = 0
    for k in range(keys):
        widest = max(widest, starts[k + 1] - starts[k])
    later = np.empty(widest, np.int64)
    nobody = np.zeros(0, np.bool_)
    for k in range(keys):
        begin, end = starts[k], starts[k + 1]
        if begin == end:
            continue
        _released_links(begin, end, former, nobody, later)
        for w in range(lengths.size):
            if at[end - 1] - at[begin] < lengths[w]:
                peaks[k, w] = distinct[k]  # nothing ever leaves the window
                continue
            tail = begin
            count = 0
            for j in range(begin, end):
                floor = at[j] - lengths[w]
                while at[tail] <= floor:
                    if later[tail - begin] >= j:
                        count -= 1
                    tail += 1
                if former[j] < tail:
                    count += 1
                peaks[k, w] = max(peaks[k, w], count)
    return peaks


@_jit
def reach(starts, at, former, distinct, candidates, refused, size, lengths, bars):
    """Says which candidate keys reach the bar of some window, counting released rows and probing refused ones.

    `former` must hold links over all rows; it is changed to links over released rows. A refused row
    counts nothing, but the event it belongs to (of `size` rows, at most) is held against the bar.

    Returns:
        bool a key. O(rows x windows) for keys with enough rows, O(1) for the others.
    """
    keys = starts.size - 1
    reached = np.zeros(keys, np.bool_)
    lowest = bars.min()
    widest = 0
    for k in range(keys):
        widest = max(widest, starts[k + 1] - starts[k])
    later = np.empty(widest, np.int64)
    for k in range(keys):
        begin, end = starts[k], starts[k + 1]
        if not candidates[k] or min(end - begin, distinct[k] + size - 1) < lowest:
            continue
        _released_links(begin, end, former, refused, later)
        for w in range(lengths.size):
            if distinct[k] + size - 1 < bars[w]:
                continue
            tail = begin
            count = 0
            for j in range(begin, end):
                floor = at[j] - lengths[w]
                while at[tail] <= floor:
                    if later[tail - begin] >= j and not (refused.size and refused[tail]):
                        count -= 1
                    tail += 1
                if refused.size and refused[j]:
                    if count + size >= bars[w]:
                        reached[k] = True
                        break
                else:
                    if former[j] < tail:
                        count += 1
                    if count >= bars[w]:
                        reached[k] = True
                        break
            if reached[k]:
                break
    return reached


@_jit
def _find(states, items, last, state, item, mask, shift):
    """The slot of (state, item), or the free slot where it belongs."""
    slot = np.int64(((item * _GOLDEN) ^ (np.uint64(state) * _MIX)) * _GOLDEN >> shift)
    while last[slot] >= 0 and (states[slot] != state or items[slot] != item):
        slot = (slot + 1) & mask
    return slot


@_jit
def settle(
    at, account, session, first_row, item, own, weight, state, starts,
    counts, own_wanted, effect, shadow, hold_by, window_from, lengths, limits, bars, accounts, sessions,
):  # fmt: skip
    """Decides events in order, refusals included: the engine's `check`, over arrays.

    Args:
        at, account, session (codes, -1 unknown), weight: of each event; first_row: its rows, CSR.
        item, own (0, 1, or 2 for unknown): of each row.
        state: int32[budgets, events], the state that the event draws on, or -1.
        starts: int64[states + 1], room for the log of each state.
        counts: per budget 0 persons, 1 accounts, 2 accesses, 3 bytes; own_wanted: 0, 1 or 2 for all.
        effect: per budget, code; shadow: per budget; hold_by: 0 account, 1 session.
        window_from: int64[budgets + 1] into lengths, limits, bars.

    Returns:
        effect, budget, window (index), used of each event's first reason (budget -1: permit; -2: an
        earlier hold, with the holding budget in `used`), and bit masks over budgets: over, warned.
    """
    events, budgets, states = at.size, counts.size, starts.size - 1
    bits = 8
    while (1 << bits) < 2 * starts[states]:
        bits += 1
    mask, shift = (1 << bits) - 1, np.uint64(64 - bits)
    hash_state = np.empty(1 << bits, np.int32)
    hash_item = np.empty(1 << bits, np.uint64)
    hash_last = np.full(1 << bits, -1, np.int64)
    log_at = np.empty(starts[states], np.int64)
    log_slot = np.empty(starts[states], np.int64)
    log_weight = np.empty(starts[states], np.int64)
    windows_max = 1
    for b in range(budgets):
        windows_max = max(windows_max, window_from[b + 1] - window_from[b])
    ends = starts[:-1].copy()
    heads = np.empty((states, windows_max), np.int64)
    held = np.zeros((states, windows_max), np.int64)
    for s in range(states):
        heads[s, :] = starts[s]
    hold_account = np.full(accounts, -1, np.int32)
    hold_session = np.full(sessions, -1, np.int32)
    out_effect = np.zeros(events, np.uint8)
    out_budget = np.full(events, -1, np.int32)
    out_window = np.zeros(events, np.int32)
    out_used = np.zeros(events, np.int64)
    over = np.zeros(events, np.uint64)
    warned = np.zeros(events, np.uint64)
    used = np.zeros(windows_max, np.int64)

    for e in range(events):
        holder = hold_account[account[e]]
        if holder < 0 and session[e] >= 0:
            holder = hold_session[session[e]]
        if holder >= 0:
            out_effect[e], out_budget[e], out_used[e] = _HOLD, -2, holder
            continue
        now = at[e]
        enforced_best, shadow_best = -1, -1
        enforced = (-1, 0, np.int64(0))
        shadowed = (-1, 0, np.int64(0))
        for b in range(budgets):
            s = state[b, e]
            if s < 0:
                continue
            base, number = window_from[b], window_from[b + 1] - window_from[b]
            for w in range(number):  # windows move to now
                floor = now - lengths[base + w]
                h = heads[s, w]
                while h < ends[s] and log_at[h] <= floor:
                    if counts[b] >= 2 or hash_last[log_slot[h]] == h:
                        held[s, w] -= log_weight[h]
                    h += 1
                heads[s, w] = h
                used[w] = held[s, w]
            drawn = 0
            if counts[b] == 0:
                for r in range(first_row[e], first_row[e + 1]):
                    if own_wanted[b] != 2 and own[r] != 2 and own[r] != own_wanted[b]:
                        continue
                    drawn += 1
                    slot = _find(hash_state, hash_item, hash_last, s, item[r], mask, shift)
                    for w in range(number):
                        if hash_last[slot] < heads[s, w]:
                            used[w] += 1
            elif counts[b] == 1:
                drawn = 1
                slot = _find(hash_state, hash_item, hash_last, s, np.uint64(account[e]), mask, shift)
                for w in range(number):
                    if hash_last[slot] < heads[s, w]:
                        used[w] += 1
            else:
                drawn = 1 if counts[b] == 2 else weight[e]
                for w in range(number):
                    used[w] += drawn
            if drawn == 0:
                continue
            ruling, says = -1, 0
            for w in range(number - 1, -1, -1):
                if used[w] > limits[base + w]:
                    ruling, says = w, effect[b]
                    over[e] |= np.uint64(1) << np.uint64(b)
                    break
            if ruling < 0:
                for w in range(number - 1, -1, -1):
                    if used[w] >= bars[base + w]:
                        ruling, says = w, 1
                        warned[e] |= np.uint64(1) << np.uint64(b)
                        break
            if ruling < 0:
                continue
            number_used = min(used[ruling], limits[base + ruling] + 1)
            if shadow[b]:
                if says > shadow_best:
                    shadow_best, shadowed = says, (b, ruling, number_used)
                continue
            if says > enforced_best:
                enforced_best, enforced = says, (b, ruling, number_used)
            if says == _HOLD:
                if hold_by[b] == 0:
                    if hold_account[account[e]] < 0:
                        hold_account[account[e]] = b
                elif hold_session[session[e]] < 0:
                    hold_session[session[e]] = b
        first = enforced if enforced_best >= 0 else shadowed
        final = max(enforced_best, 0)
        out_effect[e] = final
        out_budget[e], out_window[e], out_used[e] = first
        if final > _RELEASES_MAX:
            continue
        for b in range(budgets):  # released: charge every budget
            s = state[b, e]
            if s < 0:
                continue
            number = window_from[b + 1] - window_from[b]
            if counts[b] >= 2:
                amount = np.int64(1) if counts[b] == 2 else weight[e]
                if amount == 0:
                    continue
                p = ends[s]
                ends[s] = p + 1
                log_at[p], log_slot[p], log_weight[p] = now, 0, amount
                for w in range(number):
                    held[s, w] += amount
                continue
            begin, end = first_row[e], first_row[e + 1]
            if counts[b] == 1:
                begin, end = 0, 1
            for r in range(begin, end):
                if counts[b] == 0:
                    if own_wanted[b] != 2 and own[r] != 2 and own[r] != own_wanted[b]:
                        continue
                    what = item[r]
                else:
                    what = np.uint64(account[e])
                slot = _find(hash_state, hash_item, hash_last, s, what, mask, shift)
                for w in range(number):
                    if hash_last[slot] < heads[s, w]:
                        held[s, w] += 1
                p = ends[s]
                ends[s] = p + 1
                hash_state[slot], hash_item[slot], hash_last[slot] = s, what, p
                log_at[p], log_slot[p], log_weight[p] = now, slot, 1
    return out_effect, out_budget, out_window, out_used, over, warned
