"""Who explains the sample, how far ahead of the next, and how often would luck do it?"""

from dataclasses import dataclass

import numpy as np

from ecluse.incident.attribution.chance import any_luck, tail
from ecluse.incident.attribution.cover import Cover, cover
from ecluse.incident.attribution.evidence import Evidence
from ecluse.incident.attribution.guilt import Guilt, guilt
from ecluse.incident.attribution.order import Run, run_of
from ecluse.incident.attribution.views import Views
from ecluse.model.claim import Suspect, Thresholds

__all__ = ["Found", "look"]

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Found:
    """The suspects: those that together explain the sample first, then the others by their rank.

    Attributes:
        views: those that are at an instant at which the sample's values were so.
        lead: log10 of how much more innocent the second in rank is than the first.
        margin: records by which the first of the fewest explains more than anybody outside them.
    """

    views: Views
    ranking: Guilt
    cover: Cover
    suspects: tuple[Suspect, ...]
    margin: int
    lead: float

    @property
    def named(self) -> tuple[Suspect, ...]:
        """Those that together explain the sample."""
        return tuple(s for s in self.suspects if s.named)

    @property
    def luck(self) -> float:
        """How often luck would let any session explain as many records as the first does; 1 when nobody is named."""
        return min((s.any_luck for s in self.named), default=1.0)


def look(evidence: Evidence, views: Views, thresholds: Thresholds) -> Found:
    """Ranks the candidates, and finds the fewest that explain the sample."""
    ranking = guilt(views, evidence.records, elsewhere=thresholds.elsewhere)

    def lucky(candidate: int, own: int) -> bool:
        size = int(views.size[candidate])
        return any_luck(views, evidence.records, own, evidence.population, largest=size) > thresholds.doubt  # fmt: skip

    chosen = cover(views, ranking, evidence.records, lucky=lucky)
    ranked = ranking.ranked().tolist()
    rank = {c: n for n, c in enumerate(ranked, start=1)}
    own = dict(zip(chosen.chosen, chosen.own, strict=True))
    shown = [*chosen.chosen, *(c for c in ranked[:_SHOWN] if c not in own)]
    suspects = tuple(
        _suspect(evidence, views, ranking, c, rank=rank[c], own=own.get(c), tests=len(chosen.chosen))
        for c in shown
    )  # fmt: skip
    first, second = ([*ranking.innocence[ranked[:2]].tolist(), 0.0, 0.0])[:2]
    others = [int(ranking.records[c]) for c in ranked if c not in own]
    top = int(ranking.records[chosen.chosen[0]]) if chosen.chosen else 0
    return Found(
        views, ranking, chosen, suspects,
        margin=top - max(others, default=0) if top else 0, lead=second - first,
    )  # fmt: skip


def _suspect(
    evidence: Evidence,
    views: Views,
    ranking: Guilt,
    candidate: int,
    *,
    rank: int,
    own: int | None,
    tests: int,
) -> Suspect:
    mine = views.candidate == candidate
    who, size = views.who[candidate], int(views.size[candidate])
    records = int(ranking.records[candidate])
    run = _run(views, mine)
    seen = set(views.record[mine].tolist())
    at = views.at[mine]
    return Suspect(
        rank=rank,
        account=who.account,
        session=who.session,
        records=records,
        own=own or 0,
        size=size,
        guilt=float(ranking.probability[candidate]),
        innocence=float(ranking.innocence[candidate]),
        luck=tail(evidence.records, records, size / evidence.population),
        any_luck=any_luck(views, evidence.records, records, evidence.population),
        first_at=int(at.min()),
        last_at=int(at.max()),
        run=run.length,
        run_luck=min(1.0, run.luck * max(1, tests)),
        applications=who.applications,
        named=own is not None,
        decoys=sum(d.record in seen and d.account in {"", who.account} for d in evidence.honey or ()),
    )  # fmt: skip


def _run(views: Views, mine: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Run:
    """How far its rows stand in the order of their first views."""
    records, places = views.record[mine], views.place[mine]
    order = np.lexsort((places, records))
    first = np.unique(records[order], return_index=True)[1]
    return run_of(places[order][first].tolist())
