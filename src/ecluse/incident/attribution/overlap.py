"""Is it an older leak again? How many of the sample's persons are in it, and how many would be by luck.

After a leak of nearly everybody, nearly every sample is in it. So the overlap alone proves nothing: it is held against
the share of the base that leaked, and a sample counts as new only by what that leak cannot have.
"""

import numpy as np

from ecluse.incident.attribution.chance import any_luck, tail, tail_below
from ecluse.incident.attribution.evidence import Evidence, Leak
from ecluse.incident.attribution.order import run_of
from ecluse.incident.attribution.suspects import Found
from ecluse.model.claim import Overlap

__all__ = ["overlaps"]


def overlaps(evidence: Evidence, found: Found) -> tuple[Overlap, ...]:
    """Each registered leak against the sample, the one with most of its persons first."""
    held = [_overlap(evidence, found, leak) for leak in evidence.leaks]
    return tuple(sorted(held, key=lambda o: (-o.persons, o.luck, o.leak)))


def _overlap(evidence: Evidence, found: Found, leak: Leak) -> Overlap:
    inside = leak.places >= 0
    persons = int(inside.sum())
    outside = _outside(found, leak)
    places = leak.places[inside].tolist()
    missing = evidence.records - persons
    beyond = 1.0 if not outside else any_luck(found.views, missing, outside, evidence.population)
    return Overlap(
        leak=leak.name,
        until=leak.until,
        share=leak.share,
        size=leak.size,
        persons=persons,
        values=leak.same,
        compared=leak.compared,
        luck=tail(evidence.records, persons, min(1.0, leak.size / evidence.population)),
        missing_luck=tail_below(evidence.records, persons, leak.share),
        outside=outside,
        outside_luck=beyond,
        run_luck=run_of(places).luck if leak.ordered else 1.0,
    )


def _outside(found: Found, leak: Leak) -> int:
    """The most records that are not in the leak and that one named suspect saw after it."""
    best = 0
    views = found.views
    later = (leak.places[views.record] < 0) & (views.at > leak.until)
    for candidate in found.cover.chosen:
        best = max(best, len(np.unique(views.record[later & (views.candidate == candidate)])))
    return best
