"""The compiled loop that lays a plan out in time (see `schedule`): slot by slot, as much as every window lets.

Everything is whole numbers on plain arrays. Each account of a hand takes the same; a row counts what one account takes
(weight 1) or what all of the hand take together (weight: how many they are).
"""

import numpy as np

from ecluse.counting.compiled import compiled

__all__ = ["lay"]

_jit = compiled(nogil=True, boundscheck=False)


@_jit
def lay(slots, hands, rows, windows, block, behind, taken):
    """Fills `taken[hand, slot]` with what each account of a hand takes; O(slots x hands x rows x windows).

    Args: how many slots; (want, begin, end), what one account of each hand is to take in all and the slots between
    which it may; (first, row, weight), CSR from hands to rows; (span, length, limit), CSR from rows to windows, in
    slots; hands keep an even pace over blocks of so many slots, and hurry within one; whether the hand that is furthest
    behind goes first; int64[hands, slots] of zeros.
    """
    want, begin, end = hands
    first, row, weight = rows
    span, length, limit = windows
    used = np.zeros((span.size - 1, slots), np.int64)
    held = np.zeros(length.size, np.int64)
    done = np.zeros(want.size, np.int64)
    aim = np.zeros(want.size, np.int64)
    order = np.arange(want.size)
    for slot in range(slots):
        for r in range(span.size - 1):
            for w in range(span[r], span[r + 1]):
                if slot >= length[w]:
                    held[w] -= used[r, slot - length[w]]
        for h in range(want.size):
            aim[h] = done[h]
            if begin[h] <= slot < end[h]:
                lived = end[h] - begin[h]
                upto = min(lived, ((slot - begin[h]) // block + 1) * block)
                aim[h] = max(done[h], min(want[h], -(-want[h] * upto // lived)))
        if behind:
            order = np.argsort(done - aim, kind="mergesort")
        for h in order:
            most = aim[h] - done[h]
            for i in range(first[h], first[h + 1]):
                for w in range(span[row[i]], span[row[i] + 1]):
                    most = min(most, (limit[w] - held[w]) // weight[i])
            if most <= 0:
                continue
            done[h] += most
            taken[h, slot] = most
            for i in range(first[h], first[h + 1]):
                used[row[i], slot] += most * weight[i]
                for w in range(span[row[i]], span[row[i] + 1]):
                    held[w] += most * weight[i]
