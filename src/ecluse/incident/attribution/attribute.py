"""How does evidence become a claim's result? The eight tests in their order, then the rule."""

import math

from ecluse.incident.attribution.dating import bounds, fitting
from ecluse.incident.attribution.evidence import Evidence
from ecluse.incident.attribution.overlap import overlaps
from ecluse.incident.attribution.pattern import alone
from ecluse.incident.attribution.suspects import Found, look
from ecluse.incident.attribution.telling import told
from ecluse.incident.attribution.verdict import Seen, judge
from ecluse.model.claim import Claim, Posted, Thresholds
from ecluse.model.exposure import LedgerState

__all__ = ["attribute"]


def attribute(
    evidence: Evidence,
    *,
    thresholds: Thresholds | None = None,
    posted: Posted | None = None,
    made_at: int = 0,
    made_by: str = "",
    number: int = 0,
    ledgers: tuple[LedgerState, ...] = (),
    since: int | None = None,
    until: int | None = None,
) -> Claim:
    """Attributes a sample."""
    t = thresholds or Thresholds()
    dated = None
    views = evidence.views
    # 1. Views at instants at which the sample's values were not so explain nothing.
    if evidence.versions is not None:
        dated = bounds(evidence.versions, evidence.unknown, evidence.leaks)
        views = views.only(fitting(views, evidence.versions, evidence.records))
    # 2. Who explains it, and which earlier leaks do.
    found = look(evidence, views, t)
    held = overlaps(evidence, found)
    # 3. The rule.
    seen = Seen(evidence, found, held, dated, alone(views, evidence.records, evidence.population), t)  # fmt: skip
    judged = judge(seen)
    return Claim(
        number=number,
        made_at=made_at,
        made_by=made_by,
        posted=posted or Posted(),
        sample=evidence.sample,
        ledgers=ledgers,
        unit=evidence.unit,
        candidates=evidence.views.candidates,
        population=evidence.population,
        since=since,
        until=until,
        tests=told(seen),
        suspects=found.suspects,
        margin=found.margin,
        lead=_finite(found.lead),
        explained=int(found.cover.explained.sum()),
        residue=judged.residue,
        ledger_residue=_unseen(found),
        alone=seen.alone.persons,
        overlaps=held,
        bounds=dated,
        verdict=judged.verdict,
        leak=judged.leak,
        confidence=judged.confidence,
        because=judged.because,
        settle=judged.settle,
        thresholds=t,
        gaps=evidence.gaps,
        crowded=seen.crowded,
    )


def _unseen(found: Found) -> int:
    return int((found.ranking.seen_by == 0).sum())


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
