"""The compiled first phase of replay (see `twophase`): who could reach a limit, on plain arrays.

Rows are (event, item) pairs. Time is int64 microseconds, items are uint64, keys are dense int32
codes with -1 for "does not draw". Measured costs are in docs/benchmarks.md.
"""

import numpy as np

from ecluse.counting.compiled import compiled

__all__ = ["day_peaks", "group", "join", "link", "peak", "reach", "spread"]

_jit = compiled(nogil=True, boundscheck=False)
_GOLDEN = np.uint64(
    0x9E3779B97F4A7C15
)  # 2**64 / golden ratio: Fibonacci hashing (Knuth, TAOCP 3, 6.4)


@_jit
def group(key, keys, at, item):
    """Sorts rows by key, keeping their order: a counting sort, O(rows + keys).

    Rows whose `key` (a code below `keys`) is -1 are left out; `row` is the original row number.

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
    row_out = np.empty(size, np.int32)
    for i in range(key.size):
        k = key[i]
        if k < 0:
            continue
        j = place[k]
        place[k] = j + 1
        at_out[j] = at[i]
        item_out[j] = item[i]
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
    later = np.empty(widest, np.int32)  # row numbers, as in `former`
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
def day_peaks(starts, at, former, day, lengths):
    """Gives the highest count of each key on each of its days, in each window that ends there; O(rows x windows).

    `day` is the day of each grouped row; within a key days do not go back.

    Returns:
        key and day (int32 a run of rows of one key and day), peaks (int32[runs, windows]).
    """
    keys = starts.size - 1
    runs, widest = 0, 0
    for k in range(keys):
        widest = max(widest, starts[k + 1] - starts[k])
        for j in range(starts[k], starts[k + 1]):
            if j == starts[k] or day[j] != day[j - 1]:
                runs += 1
    key_out = np.empty(runs, np.int32)
    day_out = np.empty(runs, np.int32)
    peaks = np.zeros((runs, lengths.size), np.int32)
    later = np.empty(widest, np.int32)  # row numbers, as in `former`
    nobody = np.zeros(0, np.bool_)
    before = -1
    for k in range(keys):
        begin, end = starts[k], starts[k + 1]
        _released_links(begin, end, former, nobody, later)
        run = before
        for w in range(lengths.size):
            tail, count, run = begin, 0, before
            for j in range(begin, end):
                if j == begin or day[j] != day[j - 1]:
                    run += 1
                    key_out[run], day_out[run] = k, day[j]
                floor = at[j] - lengths[w]
                while at[tail] <= floor:
                    if later[tail - begin] >= j:
                        count -= 1
                    tail += 1
                if former[j] < tail:
                    count += 1
                peaks[run, w] = max(peaks[run, w], count)
        before = run
    return key_out, day_out, peaks


@_jit
def reach(starts, at, former, distinct, candidates, refused, size, lengths, bars):
    """Says which keys reach the bar of a candidate window, counting released rows and probing refused ones.

    `candidates` is bool[keys, windows]: what could reach its bar at all.

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
    later = np.empty(widest, np.int32)  # row numbers, as in `former`
    for k in range(keys):
        begin, end = starts[k], starts[k + 1]
        if not candidates[k].any() or min(end - begin, distinct[k] + size - 1) < lowest:
            continue
        _released_links(begin, end, former, refused, later)
        for w in range(lengths.size):
            if not candidates[k, w] or distinct[k] + size - 1 < bars[w]:
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
def join(up, first, second, counts, base):
    """Joins, for each event, the node of its `first` code to that of its `second`: a union of sets whose tops `up` leads to.

    `up` begins as `arange`; the second's nodes are those from `base` on, and only codes that `counts` (and not -1) join.
    Paths are halved on the way (Tarjan and van Leeuwen, 1984): O(events) but for a factor that never passes 5.
    """
    for e in range(first.size):
        if second[e] < 0 or not counts[second[e]]:
            continue
        a, b = first[e], base + second[e]
        while up[a] != a:
            up[a] = up[up[a]]
            a = up[a]
        while up[b] != b:
            up[b] = up[up[b]]
            b = up[b]
        up[max(a, b)] = min(a, b)


@_jit
def spread(up, first, most):
    """Gives each event one of `most` parts, the same to all events that `join` joined; the largest set goes first, to the
    emptiest part (Graham, 1969).

    Returns:
        uint8 an event.
    """  # noqa: D205 - one sentence
    sizes = np.zeros(up.size, np.int64)
    top = np.empty(first.size, np.int32)
    for e in range(first.size):
        a = first[e]
        while up[a] != a:
            up[a] = up[up[a]]
            a = up[a]
        top[e] = a
        sizes[a] += 1
    part, filled = np.zeros(up.size, np.uint8), np.zeros(most, np.int64)
    order = np.argsort(-sizes)
    for i in range(up.size):
        a = order[i]
        if sizes[a] == 0:
            break
        least = np.argmin(filled)
        part[a] = least
        filled[least] += sizes[a]
    return part[top]
