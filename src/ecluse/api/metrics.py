"""What can be watched? `/metrics` in the text format of Prometheus, read from the plain counters at each scrape.

No label ever holds an account, a person, a session or an address: applications are those of the estate, or `other`;
policies, effects and reasons are words of the files and of the code.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ecluse import __version__
from ecluse.api.exchange import Exchange, Reply, Route
from ecluse.model.client import Scope
from ecluse.model.finding import Severity
from ecluse.runners.desk import Desk
from ecluse.service.tally import LATENCY_BOUNDS, Tally

__all__ = ["METRICS", "OTHER", "routes"]

OTHER: Final = "other"
"""Stands for every application that the estate does not have: clients write what they like."""

METRICS: Final[dict[str, str]] = {
    "ecluse_decisions": "Decisions, by operation, application and effect.",
    "ecluse_persons_released": "Persons in released answers, by application; one as often as released.",
    "ecluse_refusals": "Refusals, by the policy that decided.",
    "ecluse_shadowed": "Requests that a budget in shadow would have refused, by policy.",
    "ecluse_degraded": "Decisions taken while the shared counter was out of reach, by what was decided.",
    "ecluse_reservations": "Reservations, by how they ended: post, release, expire.",
    "ecluse_commits": "Groups of entries written to the ledger.",
    "ecluse_committed_entries": "Entries written to the ledger.",
    "ecluse_commit_failures": "Groups that could not be written; nothing of them was released.",
    "ecluse_unauthenticated": "Requests of nobody who is enrolled, by reason.",
    "ecluse_unreadable": "Requests behind a proxy that could not be read in one way only, by reason.",
    "ecluse_told": "Messages to channels about findings, by channel and what became of them.",
    "ecluse_findings": "Open findings, by severity.",
    "ecluse_health": "1 for the present state of the gate: pass, warn or fail.",
    "ecluse_build": "1, with the version as label.",
    "ecluse_answer_seconds": "Time from question to answer.",
}
"""Name and meaning of each metric of our own."""

_READ: Final = frozenset({Scope.READ.value})
_STATES: Final = ("pass", "warn", "fail")
_SEVERITIES: Final = {severity: severity.name.lower() for severity in Severity}


def routes(
    desk: Desk,
    *,
    applications: Callable[[], Collection[str]],
    unauthenticated: Mapping[str, int],
    unread: Mapping[str, int],
) -> tuple[Route, ...]:
    """The route that Prometheus scrapes.

    Args:
        desk: whose counters are read.
        applications: ids of the estate's applications; all others are told as `other`.
        unauthenticated: requests of nobody, by reason.
        unread: requests behind a proxy that could not be read, by reason.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Gate(desk, applications, unauthenticated, unread))
    ProcessCollector(registry=registry)

    async def handle(_: Exchange) -> Reply:
        headers = ((b"content-type", CONTENT_TYPE_LATEST.encode()),)
        return Reply(200, generate_latest(registry), headers)

    return (Route("GET", "/metrics", handle, _READ, _OPERATION),)


class _Gate(Collector):
    """Makes the metrics of what is counted elsewhere."""

    def __init__(
        self,
        desk: Desk,
        applications: Callable[[], Collection[str]],
        unauthenticated: Mapping[str, int],
        unread: Mapping[str, int],
    ) -> None:
        self._desk, self._applications = desk, applications
        self._unauthenticated, self._unread = unauthenticated, unread

    def collect(self) -> Iterable[Metric]:
        tally = self._desk.tally()
        known = frozenset(self._applications())
        yield from _decided(tally, known)
        for name, value in (
            ("ecluse_commits", tally.commits),
            ("ecluse_committed_entries", tally.committed),
            ("ecluse_commit_failures", tally.failures),
        ):
            yield CounterMetricFamily(name, METRICS[name], value=value)
        for name, label, counted in (
            ("ecluse_refusals", "policy", tally.refused_by),
            ("ecluse_shadowed", "policy", tally.shadowed),
            ("ecluse_degraded", "decided", tally.degraded),
            ("ecluse_reservations", "ended", tally.settled),
            ("ecluse_unauthenticated", "reason", self._unauthenticated),
            ("ecluse_unreadable", "reason", self._unread),
        ):
            yield _counted(name, (label,), {(word,): n for word, n in counted.items()})
        told: dict[tuple[str, ...], int] = {words: n for words, n in tally.told.items()}  # noqa: C416 - wider keys
        yield _counted("ecluse_told", ("channel", "outcome"), told)
        yield from self._standing()
        yield _answer_seconds(tally)

    def _standing(self) -> Iterable[Metric]:
        """What is so now, rather than counted."""
        found = Counter(finding.severity for finding in self._desk.findings())
        yield _gauge("ecluse_findings", "severity", {w: found[s] for s, w in _SEVERITIES.items()})
        state = self._desk.health().get("status")
        yield _gauge("ecluse_health", "status", {word: int(word == state) for word in _STATES})
        yield _gauge("ecluse_build", "version", {__version__: 1})


def _decided(tally: Tally, known: frozenset[str]) -> Iterable[Metric]:
    decisions: Counter[tuple[str, ...]] = Counter()
    for (operation, application, effect), number in tally.decisions.items():
        decisions[operation, application if application in known else OTHER, effect] += number
    persons: Counter[tuple[str, ...]] = Counter()
    for application, number in tally.persons.items():
        persons[(application if application in known else OTHER,)] += number
    yield _counted("ecluse_decisions", ("operation", "application", "effect"), decisions)
    yield _counted("ecluse_persons_released", ("application",), persons)


def _counted(
    name: str, labels: tuple[str, ...], numbers: Mapping[tuple[str, ...], int]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, METRICS[name], labels=labels)
    for words, number in sorted(numbers.items()):
        family.add_metric(words, number)
    return family


def _gauge(name: str, label: str, numbers: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, METRICS[name], labels=(label,))
    for word, number in numbers.items():
        family.add_metric((word,), number)
    return family


def _answer_seconds(tally: Tally) -> HistogramMetricFamily:
    """The histogram, whose buckets count everything below them."""
    buckets, below = [], 0
    for bound, number in zip((*LATENCY_BOUNDS, float("inf")), tally.latency, strict=True):
        below += number
        buckets.append(("+Inf" if bound == float("inf") else str(bound), below))
    name = "ecluse_answer_seconds"
    return HistogramMetricFamily(name, METRICS[name], buckets=buckets, sum_value=tally.latency_sum)


_OPERATION: Final[dict[str, object]] = {
    "operationId": "metrics",
    "tags": ["watching"],
    "summary": "Metrics for Prometheus",
    "description": "docs/monitoring.md says what each is, and what to do about it.",
    "responses": {
        "200": {
            "description": "the text format of Prometheus",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }
    },
}
