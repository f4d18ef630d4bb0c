"""How guilty is each candidate? The model of Papadimitriou and Garcia-Molina, IEEE TKDE 23(1), 2011.

A leaked record came from elsewhere with probability p, or else from one of those who had it, each as likely. So
`P(G | S) = 1 - prod over t in S and R of (1 - (1 - p) / |V_t|)`, with V_t those who had record t. The number depends on p and
on how many records there are; the rank hardly does. So the rank is used, and the number is never shown alone.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecluse.incident.attribution.views import Ints, Views

__all__ = ["Guilt", "guilt"]


@dataclass(frozen=True, slots=True)
class Guilt:
    """What the model says of each candidate.

    Attributes:
        innocence: log10 of the probability that it is not guilty.
        records: distinct records of the sample that it had.
        seen_by: candidates that had each record.
    """

    innocence: npt.NDArray[np.float64]
    records: Ints
    seen_by: Ints

    @property
    def probability(self) -> npt.NDArray[np.float64]:
        """P(G | S)."""
        guilty: npt.NDArray[np.float64] = -np.expm1(self.innocence * np.log(10.0))
        return guilty

    def ranked(self) -> Ints:
        """Candidates that had any record, the most guilty first; of equals, who had more records."""
        order = np.lexsort((-self.records, self.innocence))
        return order[self.records[order] > 0].astype(np.int64)


def guilt(views: Views, records: int, *, elsewhere: float) -> Guilt:
    """Applies the model to a sample of so many records, with p = `elsewhere`, in (0, 1)."""
    assert 0 < elsewhere < 1
    candidate, record = views.pairs()
    seen_by = np.bincount(record, minlength=records).astype(np.int64)
    terms = np.log1p(-(1 - elsewhere) / seen_by[record]) / np.log(10.0)
    count = len(views.who)
    innocence = np.bincount(candidate, weights=terms, minlength=count)
    held = np.bincount(candidate, minlength=count).astype(np.int64)
    return Guilt(innocence.astype(np.float64), held, seen_by)
