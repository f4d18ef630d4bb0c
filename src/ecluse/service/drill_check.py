"""What became of the last drill, and does every application still log? Looked at again, without reading anybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ecluse.model.drill import Check, Drill, DrillDetail
from ecluse.model.time import MINUTE, SECOND
from ecluse.ports import Clock, DrillGate, Visitor, Witness
from ecluse.verify.drill import judge_alarm, judge_logging, verdict
from ecluse.verify.drill_history import detail_of

__all__ = [
    "CLOCKS",
    "Kit",
    "changed",
    "last_run",
    "logging_now",
    "look_again",
    "tell_check",
    "written",
]

CLOCKS: Final = MINUTE
"""By so much may this machine's clock and the gate's differ."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What a drill works with.

    Attributes:
        visitors: who reads, by application; given the number of the run.
    """

    gate: DrillGate
    visitors: Mapping[str, Callable[[int], Visitor]]
    witness: Witness
    clock: Clock


def last_run(drill: Drill, witness: Witness, *, since: int) -> tuple[int, DrillDetail, bool] | None:
    """The last run of a drill that the ledger has: when it began, its end, and whether there was one at all."""
    begun: tuple[int, DrillDetail, bool] | None = None
    for said in witness.said(since=since):
        detail = detail_of(said)
        if detail is None or detail.drill != drill.name:
            continue
        if detail.phase == "begin":
            begun = said.at, changed(detail, run=said.seq), False
        elif begun is not None and detail.run == begun[1].run and detail.phase == "end":
            begun = begun[0], detail, True
    return begun


def look_again(drill: Drill, kit: Kit, *, horizon: int) -> DrillDetail | None:
    """Judges the last run as it stands now: what a person did since, whether applications log, whether it is old.

    Returns:
        The run with its checks, phase `check`; None when the ledger has no run within the horizon.
    """
    now = kit.clock.now()
    found = last_run(drill, kit.witness, since=now - horizon)
    if found is None:
        return None
    at, run, ended = found
    late = now - at > drill.every
    on_time = Check(
        code="on-time",
        passed=not late,
        what="run in time" if not late else "the last run is older than `every` allows",
    )
    if not ended:
        broken = Check(code="ended", passed=False if now - at > run.within * SECOND else None, what="the run has not ended")  # fmt: skip
        checks: tuple[Check, ...] = (broken,)
    else:
        kept = [c for c in run.checks if c.code in {"stopped", "refused", "agreed", "ended"}]
        said = kit.witness.said(since=at - CLOCKS)
        alarm = judge_alarm(run, said, now=now) if run.stopped_at else ()
        checks = (*kept, *alarm)
    checks = (*checks, logging_now(drill, kit), on_time)
    return changed(run, phase="check", checks=checks, passed=verdict(checks))


def tell_check(kit: Kit, found: DrillDetail, *, since: int) -> bool:
    """Tells the gate what a check found when it is final and differs from what was told last; whether it did.

    Raises:
        UnavailableError: when the gate does not answer.
    """
    told = [
        detail
        for said in kit.witness.said(since=since)
        if (detail := detail_of(said)) is not None and detail.run == found.run
    ]
    last = told[-1] if told else None
    if found.passed is None or (last is not None and _outcome(last) == _outcome(found)):
        return False
    kit.gate.drill(written(found))
    return True


def _outcome(detail: DrillDetail) -> tuple[bool | None, frozenset[str]]:
    return detail.passed, frozenset(c.code for c in detail.checks if c.passed is False)


def logging_now(drill: Drill, kit: Kit) -> Check:
    """Whether every application still logs."""
    now = kit.clock.now()
    longest = max((place.silence or 0 for place in drill.places), default=0)
    last = kit.witness.last_accesses(since=now - longest, but=frozenset({drill.account}))
    return judge_logging(drill, last, now=now)


def changed(detail: DrillDetail, **more: Any) -> DrillDetail:
    """The detail with some members changed."""
    return msgspec.structs.replace(detail, **more)


def written(detail: DrillDetail) -> dict[str, Any]:
    """The detail as it is sent to the gate, which adds who speaks."""
    document: dict[str, Any] = msgspec.to_builtins(detail)
    document.pop("by", None)
    return document
