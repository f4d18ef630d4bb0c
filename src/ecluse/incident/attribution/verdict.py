"""Whose is the sample? A table of rules over what the tests found, the first that holds decides.

A sample is new only when, for *each* registered leak, there is something that this leak cannot have: a decoy or values that
did not exist yet, rows in the order of a later session, or enough persons who are not in it and whom one later session
saw. That nearly everybody of the sample is in an older leak, or that a session saw all of them, shows neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ecluse.incident.attribution.evidence import Evidence, Leak
from ecluse.incident.attribution.pattern import Alone
from ecluse.incident.attribution.suspects import Found
from ecluse.model.claim import Bounds, Overlap, Thresholds, Verdict
from ecluse.model.incident import Confidence

__all__ = ["Judged", "Seen", "judge"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the tests found, for the rule."""

    evidence: Evidence
    found: Found
    overlaps: tuple[Overlap, ...]
    bounds: Bounds | None
    alone: Alone
    thresholds: Thresholds

    @property
    def explained_beyond_luck(self) -> bool:
        """Whether somebody saw more of the sample than luck gives to anybody."""
        return bool(self.found.named) and self.found.luck < self.thresholds.coincidence

    @property
    def sorted_rows(self) -> bool:
        """Whether the order of the rows is one that anybody could have made."""
        return bool(self.evidence.sample.sorted_by)

    def leak(self, name: str) -> Leak:
        """A registered leak by its name."""
        return next(leak for leak in self.evidence.leaks if leak.name == name)

    def newer(self, overlap: Overlap) -> tuple[str, ...]:
        """What the sample has that this leak cannot have."""
        t = self.thresholds
        later = [
            s for s in self.found.named if s.first_at is not None and s.first_at > overlap.until
        ]
        decoys = [
            d for d in self.evidence.honey or () if d.since is not None and d.since > overlap.until
        ]
        newer = 0 if self.bounds is None else self.bounds.newer.get(overlap.leak, 0)
        sound = (
            self.leak(overlap.leak).ordered
            and overlap.run_luck >= t.coincidence
            and not self.sorted_rows
        )
        run = sound and any(s.run_luck < t.coincidence for s in later)
        short = overlap.missing_luck < t.coincidence and overlap.outside_luck < t.coincidence
        words = (
            ("newer-decoy", decoys),
            ("newer-values", newer >= t.versions),
            ("newer-order", run),
            ("newer-persons", short),
        )
        return tuple(word for word, holds in words if holds)  # fmt: skip

    def older(self, overlap: Overlap) -> tuple[str, ...]:
        """What shows that the sample is no newer than this leak."""
        t, sample, bounds = self.thresholds, self.evidence.sample, self.bounds
        stale = (
            bounds is not None
            and bounds.latest is not None
            and bounds.latest <= overlap.until
            and not bounds.newer.get(overlap.leak)
        )
        dated = sample.dated >= 5 and sample.last_at is not None and sample.last_at <= overlap.until
        past = bool(self.found.named) and all(
            (s.last_at or 0) <= overlap.until for s in self.found.named
        )
        order = overlap.run_luck < t.coincidence and not self.sorted_rows
        beyond = overlap.luck < t.coincidence
        words = (
            ("older-values", stale),
            ("older-dates", dated),
            ("older-sessions", past and self.explained_beyond_luck),
            ("older-order", order),
            ("older-persons", beyond),
        )
        return tuple(word for word, holds in words if holds)  # fmt: skip

    @property
    def crowded(self) -> bool:
        """Whether most of the persons were seen by so many that each says little."""
        many = self.found.ranking.seen_by >= self.thresholds.crowd
        return bool(2 * int(many.sum()) > self.evidence.records)

    def covering(self) -> tuple[Overlap, ...]:
        """Leaks that have as much of the sample as a leak that explains it must have."""
        least = self.thresholds.overlap * self.evidence.records
        return tuple(o for o in self.overlaps if o.persons >= least)

    def residue(self, leak: Overlap | None) -> int:
        """Persons whom neither a named suspect nor the leak explains."""
        explained = self.found.cover.explained
        if leak is not None:
            explained = explained | (self.leak(leak.leak).places >= 0)
        return int((~explained).sum())

    def leaked_only(self, overlap: Overlap) -> int:
        """Persons of the leak whom no named suspect explains."""
        return int(((self.leak(overlap.leak).places >= 0) & ~self.found.cover.explained).sum())


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict, why, and what would change it; words of `languages/claim`."""

    verdict: Verdict
    confidence: Confidence
    because: tuple[str, ...]
    settle: tuple[str, ...]
    residue: int
    leak: str = ""


def judge(seen: Seen) -> Judged:
    """Takes the first rule that holds."""
    for rule in _RULES:
        if (judged := rule(seen)) is not None:
            return judged
    raise AssertionError("the last rule always holds")


def _fabricated(seen: Seen) -> Judged | None:
    sample, t = seen.evidence.sample, seen.thresholds
    if (
        sample.impossible + sample.invented < t.implausible * sample.rows
        or seen.explained_beyond_luck
    ):
        return None
    if sample.held is not None and sample.held > t.foreign * seen.evidence.records:
        return None
    sure = Confidence.HIGH if sample.held == 0 else Confidence.MEDIUM
    because = ("impossible", *(("not-held",) if sample.held is not None else ()))
    return Judged(Verdict.FABRICATED, sure, because, _settle(seen, "people"), seen.residue(None))


def _new_or_mixed(seen: Seen) -> Judged | None:
    if not seen.explained_beyond_luck or _contrary(seen):
        return None
    newer = [seen.newer(o) for o in seen.overlaps]
    if not all(newer):
        return None
    t, records = seen.thresholds, seen.evidence.records
    words = tuple(dict.fromkeys(word for found in newer for word in found)) or (
        "no-leak-registered",
    )
    parts = [
        o
        for o in seen.overlaps
        if o.luck < t.coincidence and seen.leaked_only(o) > t.residue * records
    ]
    if parts:
        best = max(parts, key=seen.leaked_only)
        residue = seen.residue(best)
        if residue <= t.residue * records:
            return Judged(Verdict.OURS_MIXED, Confidence.MEDIUM, ("explained", *words, "leak-explains-rest"), _settle(seen, "owner", "versions"), residue, best.leak)  # fmt: skip
    residue = seen.residue(None)
    if residue > t.residue * records:
        return Judged(Verdict.UNDETERMINED, Confidence.UNKNOWN, ("explained-in-part", "residue"), _settle(seen, "gaps", "more"), residue)  # fmt: skip
    return Judged(Verdict.OURS_NEW, _sure(seen, residue, words), ("explained", *words), _settle(seen, "owner", "leaks"), residue)  # fmt: skip


def _contrary(seen: Seen) -> bool:
    """Whether the organization's own file says that most of it is not true."""
    sample, t = seen.evidence.sample, seen.thresholds
    return sample.compared >= 10 and sample.agreeing <= t.foreign * sample.compared


def _sure(seen: Seen, residue: int, words: tuple[str, ...]) -> Confidence:
    if seen.found.cover.tied or seen.crowded:
        return Confidence.LOW
    t = seen.thresholds
    strong = seen.found.luck < t.coincidence**2 and 4 * residue <= t.residue * seen.evidence.records
    shown = {"newer-decoy", "newer-values", "newer-order"} & {*words}
    return Confidence.HIGH if strong and (shown or "newer-persons" in words) else Confidence.MEDIUM  # fmt: skip


def _end_user_side(seen: Seen) -> Judged | None:
    t, records = seen.thresholds, seen.evidence.records
    if seen.explained_beyond_luck or seen.alone.persons < t.alone * records:
        return None
    if seen.alone.luck >= t.coincidence:
        return None
    if any(set(seen.older(o)) for o in seen.covering()):
        return None
    residue = records - seen.alone.persons
    return Judged(Verdict.OWN_ACCOUNTS, Confidence.MEDIUM, ("alone", "alone-beyond-luck"), _settle(seen, "sources"), residue)  # fmt: skip


def _recycled(seen: Seen) -> Judged | None:
    for overlap in seen.covering():
        older = seen.older(overlap)
        if seen.newer(overlap) or not older:
            continue
        if seen.explained_beyond_luck and older == ("older-persons",):
            continue  # a later session explains it as well, and neither is ruled out
        sure = Confidence.HIGH if len(older) >= 2 else Confidence.MEDIUM
        return Judged(Verdict.OURS_RECYCLED, sure, ("in-leak", *older), _settle(seen, "versions"), seen.residue(overlap), overlap.leak)  # fmt: skip
    return None


def _not_ours(seen: Seen) -> Judged | None:
    sample, t = seen.evidence.sample, seen.thresholds
    if seen.explained_beyond_luck or sample.held is None:
        return None
    few = sample.held <= t.foreign * seen.evidence.records
    if not few and not _contrary(seen):
        return None
    because = tuple(
        w for w, holds in (("not-held", few), ("values-differ", _contrary(seen))) if holds
    )
    sure = Confidence.HIGH if few and sample.held == 0 and seen.evidence.records >= 20 else Confidence.MEDIUM  # fmt: skip
    return Judged(Verdict.NOT_OURS, sure, because, _settle(seen, "more"), seen.residue(None))


def _undetermined(seen: Seen) -> Judged:
    t = seen.thresholds
    covering = seen.covering()
    because: list[str] = []
    if seen.explained_beyond_luck:
        because.append("both-explain" if covering else "leak-not-ruled-out" if seen.overlaps else "values-differ")  # fmt: skip
    elif covering:
        because.append("leak-covers-all")
    if not seen.explained_beyond_luck:
        luck = min((s.any_luck for s in seen.found.suspects), default=1.0)
        because.append(
            "nobody" if not seen.found.suspects else "luck" if luck > t.doubt else "weak"
        )
    if seen.evidence.sample.held is None:
        because.append("no-people")
    settle = _settle(seen, "more", "versions", "leaks", "people", "period")
    residue = seen.residue(None)
    return Judged(Verdict.UNDETERMINED, Confidence.UNKNOWN, tuple(because), settle, residue)


def _settle(seen: Seen, *words: str) -> tuple[str, ...]:
    """What would change the verdict, without what has been given already."""
    given = {
        "versions": seen.evidence.versions is not None,
        "people": seen.evidence.sample.held is not None,
        "leaks": bool(seen.evidence.leaks),
        "gaps": not seen.evidence.gaps,
    }
    left = [word for word in words if not given.get(word, False)]
    if seen.evidence.honey is None:
        left.append("honey")
    return tuple(dict.fromkeys(left)) or ("more",)


_RULES: Final[tuple[Callable[[Seen], Judged | None], ...]] = (
    _fabricated,
    _new_or_mixed,
    _end_user_side,
    _recycled,
    _not_ours,
    _undetermined,
)
