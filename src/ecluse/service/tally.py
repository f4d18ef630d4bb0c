"""What has the gate done since it started? Plain counters, raised on the way and read by the metrics."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

__all__ = ["LATENCY_BOUNDS", "Tally"]

LATENCY_BOUNDS: Final[tuple[float, ...]] = (
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """Counters of one gate.

    Attributes:
        decisions: by (operation, application, effect).
        persons: persons released, by application; the same person as often as it was released.
        refused_by: refusals by policy.
        shadowed: requests that a budget in shadow would have refused, by policy.
        degraded: decisions taken while the shared counter was out of reach, by what was decided.
        settled: reservations by how they ended: `post`, `release`, `expire`.
        told: messages about findings, by (channel, what became of them): `sent`, `failed` attempts, `held` back, `lost`.
        commits: groups written to the ledger. committed: entries in them.
        latency: answers by upper bound of the time from question to answer, seconds; `latency_sum` in seconds.
    """

    decisions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    persons: Counter[str] = field(default_factory=Counter)
    refused_by: Counter[str] = field(default_factory=Counter)
    shadowed: Counter[str] = field(default_factory=Counter)
    degraded: Counter[str] = field(default_factory=Counter)
    settled: Counter[str] = field(default_factory=Counter)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    commits: int = 0
    committed: int = 0
    failures: int = 0
    latency: list[int] = field(default_factory=lambda: [0] * (len(LATENCY_BOUNDS) + 1))
    latency_sum: float = 0.0
