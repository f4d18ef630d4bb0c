"""Naive counts for the tests of the simulator, written without any of its code."""

from collections import Counter, deque

__all__ = ["busiest"]


def busiest(reads: list[tuple[int, int]], length: int) -> int:
    """The most distinct persons in any half-open window `(at - length, at]` over (instant, person) pairs."""
    most = 0
    inside: deque[tuple[int, int]] = deque()
    counts: Counter[int] = Counter()
    for at, person in sorted(reads):
        inside.append((at, person))
        counts[person] += 1
        while inside[0][0] <= at - length:
            _, gone = inside.popleft()
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
        most = max(most, len(counts))
    return most
