"""What did each of the eight tests find? One outcome each, with its numbers; a test that was not made says why."""

from ecluse.incident.attribution.verdict import Seen
from ecluse.model.claim import Test, Value

__all__ = ["told"]


def told(seen: Seen) -> tuple[Test, ...]:
    """The eight tests, strongest first."""
    return (
        _canary(seen),
        _versions(seen),
        _order(seen),
        _columns(seen),
        _coverage(seen),
        _residue(seen),
        _overlap(seen),
        _plausibility(seen),
    )


def _canary(seen: Seen) -> Test:
    honey = seen.evidence.honey
    if honey is None:
        return Test(name="canary", outcome="not-made")
    if not honey:
        return Test(name="canary", outcome="not-found")
    accounts = sorted({d.account for d in honey if d.account})
    values: dict[str, Value] = {"n": len(honey), "accounts": ", ".join(accounts)}
    return Test(name="canary", outcome="hit-account" if accounts else "hit", values=values)


def _versions(seen: Seen) -> Test:
    bounds = seen.bounds
    if bounds is None:
        return Test(name="versions", outcome="not-made")
    if not bounds.compared:
        return Test(name="versions", outcome="nothing")
    if bounds.compared == bounds.unknown:
        return Test(name="versions", outcome="unknown", values={"n": bounds.unknown})
    values: dict[str, Value] = {"n": bounds.compared, "unknown": bounds.unknown}
    if bounds.earliest is not None:
        values["earliest_at"] = bounds.earliest
    if bounds.latest is not None:
        values["latest_at"] = bounds.latest
    if not bounds.one_moment:
        return Test(name="versions", outcome="several-moments", values=values)
    shape = ("earliest_at" in values, "latest_at" in values)
    outcome = {(True, True): "between", (True, False): "after", (False, True): "before", (False, False): "open"}[shape]  # fmt: skip
    return Test(name="versions", outcome=outcome, values=values)


def _order(seen: Seen) -> Test:
    t = seen.thresholds
    if seen.sorted_rows:
        by = ", ".join(seen.evidence.sample.sorted_by)
        return Test(name="order", outcome="sorted", values={"by": by})
    tested = [s for s in seen.found.named if s.records >= 3]
    if not tested:
        return Test(name="order", outcome="not-made")
    if any(o.run_luck < t.coincidence for o in seen.overlaps):
        leak = min(seen.overlaps, key=lambda o: o.run_luck)
        return Test(name="order", outcome="leak", values={"leak": leak.leak, "run_p": leak.run_luck})  # fmt: skip
    best = min(tested, key=lambda s: s.run_luck)
    values: dict[str, Value] = {"n": best.run, "rows": best.records, "run_p": best.run_luck, "rank": best.rank}  # fmt: skip
    return Test(name="order", outcome="follows" if best.run_luck < t.coincidence else "not-found", values=values)  # fmt: skip


def _columns(seen: Seen) -> Test:
    columns = seen.evidence.columns
    if columns is None:
        return Test(name="columns", outcome="not-made")
    values: dict[str, Value] = {"n": columns.columns, "known": columns.known}
    if not columns.known:
        return Test(name="columns", outcome="foreign", values=values)
    if columns.known < columns.columns:
        return Test(name="columns", outcome="partly", values=values)
    if not columns.fit:
        return Test(name="columns", outcome="merged", values=values)
    values["screens"] = ", ".join(columns.fit)
    since = [s for s in columns.since if s is not None]
    if len(since) == len(columns.fit):
        return Test(name="columns", outcome="fit-since", values={**values, "since_at": min(since)})
    return Test(name="columns", outcome="fit", values=values)


def _coverage(seen: Seen) -> Test:
    found, records = seen.found, seen.evidence.records
    if not found.suspects:
        return Test(name="coverage", outcome="nobody", values={"n": records})
    best = found.named[0] if found.named else found.suspects[0]
    values: dict[str, Value] = {
        "n": best.records,
        "records": records,
        "named": len(found.named),
        "explained": int(found.cover.explained.sum()),
        "luck_p": best.luck,
        "any_p": best.any_luck,
        "margin": found.margin,
    }
    if seen.explained_beyond_luck:
        return Test(name="coverage", outcome="tied" if found.cover.tied else "explained", values=values)  # fmt: skip
    return Test(name="coverage", outcome="luck" if best.any_luck > seen.thresholds.doubt else "weak", values=values)  # fmt: skip


def _residue(seen: Seen) -> Test:
    unseen = int((seen.found.ranking.seen_by == 0).sum())
    left = seen.residue(None)
    values: dict[str, Value] = {"n": left, "records": seen.evidence.records, "unseen": unseen}
    return Test(name="residue", outcome="some" if left else "not-found", values=values)


def _overlap(seen: Seen) -> Test:
    if not seen.overlaps:
        return Test(name="overlap", outcome="not-made")
    best = seen.overlaps[0]
    values: dict[str, Value] = {"n": best.persons, "records": seen.evidence.records, "leak": best.leak, "luck_p": best.luck}  # fmt: skip
    if not best.persons:
        return Test(name="overlap", outcome="not-found", values=values)
    beyond = best.luck < seen.thresholds.coincidence
    return Test(name="overlap", outcome="beyond-luck" if beyond else "as-luck", values=values)


def _plausibility(seen: Seen) -> Test:
    sample = seen.evidence.sample
    values: dict[str, Value] = {
        "n": sample.impossible,
        "rows": sample.rows,
        "masked": sample.masked,
        "invented": sample.invented,
        "repeated": sample.repeated,
        "agreeing": sample.agreeing,
        "compared": sample.compared,
    }
    if sample.impossible + sample.invented >= seen.thresholds.implausible * sample.rows:
        return Test(name="plausibility", outcome="impossible", values=values)
    if sample.compared and 2 * sample.agreeing < sample.compared:
        return Test(name="plausibility", outcome="differs", values=values)
    return Test(name="plausibility", outcome="agrees" if sample.compared else "sound", values=values)  # fmt: skip
