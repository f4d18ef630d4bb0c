"""From when are the sample's values? Each was so in an interval, and a view explains a record only within the intervals of its values."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ecluse.incident.attribution.evidence import Leak, Version
from ecluse.incident.attribution.views import Ints, Views
from ecluse.model.claim import Bounds

__all__ = ["bounds", "fitting"]

_OPEN = np.iinfo(np.int64)


def bounds(versions: Sequence[Version], unknown: int, leaks: Sequence[Leak]) -> Bounds:
    """The instants between which the sample was taken, if it was taken at one moment."""
    starts = [v.since for v in versions if v.since is not None]
    ends = [v.until for v in versions if v.until is not None]
    return Bounds(
        compared=len(versions) + unknown,
        unknown=unknown,
        earliest=max(starts, default=None),
        latest=min(ends, default=None),
        newer={leak.name: len({v.record for v in versions if v.since is not None and v.since > leak.until}) for leak in leaks},
        stale=len(ends),
    )  # fmt: skip


def fitting(views: Views, versions: Sequence[Version], records: int) -> npt.NDArray[np.bool_]:
    """Which views were at an instant at which all the values of the record were as they are in the sample."""
    low, high = _limits(versions, records)
    keep: npt.NDArray[np.bool_] = (views.at >= low[views.record]) & (views.at < high[views.record])
    return keep


def _limits(versions: Sequence[Version], records: int) -> tuple[Ints, Ints]:
    low = np.full(records, _OPEN.min, dtype=np.int64)
    high = np.full(records, _OPEN.max, dtype=np.int64)
    for version in versions:
        if version.since is not None:
            low[version.record] = max(low[version.record], version.since)
        if version.until is not None:
            high[version.record] = min(high[version.record], version.until)
    return low, high
