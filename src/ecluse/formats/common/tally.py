"""How much of a log could be read? Counts over all batches, and the refusal to go on with too little."""

from collections import Counter
from dataclasses import dataclass, field

from ecluse.formats.common.apply import SAMPLES
from ecluse.model.batch import EventBatch
from ecluse.model.errors import SourceError

__all__ = ["Tally"]


@dataclass(slots=True)
class Tally:
    """The accounts of all batches so far; `lines` is the sum of the events, the rejects and the ignored."""

    lines: int = 0
    events: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, batch: EventBatch) -> None:
        """Counts one batch."""
        self.lines += batch.lines
        self.events += batch.events.height
        self.rejects.update(batch.rejects)
        self.ignored.update(batch.ignored)
        for reason, places in batch.samples.items():
            known = self.samples.setdefault(reason, [])
            known.extend(places[: SAMPLES - len(known)])

    @property
    def reject_share(self) -> float:
        """Rejects among events and rejects; lines ignored on purpose do not thin them out."""
        rejected = self.rejects.total()
        return rejected / (self.events + rejected) if rejected else 0.0

    def check(self, max_reject_share: float) -> None:
        """Refuses a log of which too much could not be used.

        Raises:
            SourceError: when the share of rejects is above the one given; it tells counts by reason and places.
        """
        if self.reject_share <= max_reject_share:
            return
        reasons = "; ".join(
            f"{reason} {count} (such as {', '.join(self.samples.get(reason, ['?']))})"
            for reason, count in self.rejects.most_common()
        )
        raise SourceError(
            f"{self.rejects.total()} of {self.events + self.rejects.total()} events cannot be used, "
            f"more than the share of {max_reject_share:g} that the mapping allows: {reasons}",
            help="check --format; correct the mapping; list what is left out on purpose under `ignore`; "
            "or raise `max_reject_share` if that much may go unseen",
        )
