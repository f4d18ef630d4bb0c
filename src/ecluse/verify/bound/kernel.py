"""The compiled loop that lays a plan out in time (see `schedule`): slot by slot, as much as every window lets.

Everything is whole numbers on plain arrays. A hand takes `parts[h]` times what one of its accounts takes; a row counts
one account's reads (weight 1) or all of them (weight `parts[h]`).
"""

import numpy as np

from ecluse.counting.compiled import compiled

__all__ = ["lay"]

_jit = compiled(nogil=True, boundscheck=False)


@_jit
def lay(
    slots, want, begin, end, first, row, weight, span, length, limit, block, behind, taken, used, held
):
    """Fills `taken[hand, slot]`, and returns what was taken of each hand; O(slots x hands x rows x windows).

    Args:
        slots: how many.
        want: what one account of each hand is to take in all.
        begin, end: the slots between which each hand may take.
        first, row, weight: CSR from hands to rows, with the weight of each.
        span, length, limit: CSR from rows to windows; lengths are in slots.
        block: hands keep to an even pace over blocks of so many slots, and hurry within one.
        behind: whether the hand that is furthest behind its pace goes first; otherwise the order is that of the hands.
        taken, used, held: int64 arrays of zeros: hands x slots, rows x slots, windows.
    """
    hands, rows = want.size, span.size - 1
    done = np.zeros(hands, np.int64)
    aim = np.zeros(hands, np.int64)
    order = np.arange(hands)
    for slot in range(slots):
        for r in range(rows):
            for w in range(span[r], span[r + 1]):
                past = slot - length[w]
                if past >= 0:
                    held[w] -= used[r, past]
        for h in range(hands):
            lived = end[h] - begin[h]
            past = slot - begin[h]
            if past < 0 or slot >= end[h]:
                aim[h] = done[h]
                continue
            upto = min(lived, (past // block + 1) * block)
            aim[h] = min(want[h], -(-want[h] * upto // lived))
        if behind:
            order = np.argsort(done - aim, kind="mergesort")
        for h in order:
            most = aim[h] - done[h]
            for i in range(first[h], first[h + 1]):
                for w in range(span[row[i]], span[row[i] + 1]):
                    room = (limit[w] - held[w]) // weight[i]
                    most = min(most, room)
            if most <= 0:
                continue
            done[h] += most
            taken[h, slot] = most
            for i in range(first[h], first[h + 1]):
                used[row[i], slot] += most * weight[i]
                for w in range(span[row[i]], span[row[i] + 1]):
                    held[w] += most * weight[i]
    return done
