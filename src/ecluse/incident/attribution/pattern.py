"""Did each person's own account leak that person? Sessions taken from end users' machines: one session, one person.

Many persons look at their own file, so having an own account that did proves nothing by itself: the share of the sample is held
against the share of the whole base that did.
"""

from dataclasses import dataclass

import numpy as np

from ecluse.incident.attribution.chance import tail
from ecluse.incident.attribution.views import Views

__all__ = ["Alone", "alone"]


@dataclass(frozen=True, slots=True)
class Alone:
    """Persons of the sample who were seen by an account that saw nobody else, and how often luck gives as many."""

    persons: int
    luck: float


def alone(views: Views, records: int, population: int) -> Alone:
    """Counts them."""
    own = np.array([who.alone for who in views.who], dtype=np.bool_)
    mine = own[views.candidate] if len(views.candidate) else views.candidate < 0
    persons = len(np.unique(views.record[mine]))
    return Alone(persons, tail(records, persons, min(1.0, views.lone / population)))
