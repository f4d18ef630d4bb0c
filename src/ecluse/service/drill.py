"""How is a theft rehearsed? A synthetic account reads honey persons until it is stopped; then everybody is asked what they saw.

1. the account is open, and enough is left to others in the budgets that it shares with them;
2. the number at which it must be stopped is computed from the gate's own budgets, and told before anybody is read;
3. the drill is announced; from here on its end is written whatever happens;
4. the account reads honey persons, one by one, until it is refused, and goes on asking as a thief does;
5. what the applications showed is compared with what the ledger says they showed;
6. the finding is there, and a channel has taken it;
7. a person has seen it, if the drill waits for that;
8. every application still logs;
9. the end is written, with what failed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Final

import msgspec

from ecluse.model.asked import Asked
from ecluse.model.drill import Agreement, Check, Drill, DrillDetail, Place, Visit, Walk
from ecluse.model.errors import CallerError, EcluseError, UnavailableError
from ecluse.model.time import MINUTE, SECOND
from ecluse.ports import Clock, DrillGate, Visitor, Witness
from ecluse.verify.drill import (
    Stop,
    accesses_left,
    judge_agreement,
    judge_alarm,
    judge_logging,
    judge_refusals,
    judge_stop,
    over,
    shared,
    verdict,
)
from ecluse.verify.drill_history import detail_of

__all__ = ["Kit", "last_run", "look_again", "run_drill", "tell_check"]

_WITHIN: Final = 15 * 60
"""Seconds that the reading may take."""
_SETTLES: Final = 10 * SECOND
"""An application may post what it reserved a little after it answered."""
_LATER_KNOCKS: Final = 3
_LOOK: Final = 0.5
_CLOCKS: Final = MINUTE
"""By so much may this machine's clock and the gate's differ."""

Say = Callable[[str], None]


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


def run_drill(
    drill: Drill, kit: Kit, persons: Sequence[str], *, say: Say, wait: int = 0
) -> DrillDetail:
    """Runs a drill once; the end that it wrote.

    Args:
        drill: what its file says.
        kit: the gate, the ways to read, the ledger, the clock.
        persons: honey persons, in the order in which they are read.
        say: hears what is done.
        wait: microseconds to wait at most for a person's acknowledgement.

    Raises:
        CallerError: when it may not be run now.
        UnavailableError: when the gate or an application does not answer; the end of what was begun is written.
    """
    places = [place for place in drill.places if place.visited]
    # 1. The account is open.
    for place in places:
        _check_open(drill, place, kit.gate)
    # 2. The number, before anybody is read.
    first = _foretell(drill, places[0], kit.gate, persons)
    say(_told(drill, places[0], first, len(persons)))
    # 3. Announced.
    begin = _begin(drill)
    begun = kit.gate.drill(_written(begin))
    run = int(begun["run"])
    say(f"run {run}: announced, the ledger has it")
    try:
        walked = _walks(drill, kit, persons, places, first, run=run, say=say)
    except EcluseError as error:
        _break_off(kit.gate, _with(begin, run=run), error)
        raise
    # 4 to 8.
    end = _with(
        begin, phase="end", run=run, stopped_at=walked.stopped_at, walks=tuple(walked.walks)
    )
    end = _with(end, agreements=_agreements(drill, kit, walked, run))
    say("waiting for the alarm")
    alarm = _watch(kit, end, wait=wait)
    own = (
        judge_stop(end.walks, drill.at_most),
        judge_refusals(end.walks),
        judge_agreement(end.agreements),
    )
    checks = (*own, *alarm, _logging(drill, kit))
    # 9. Written.
    end = _with(end, checks=checks, passed=verdict(checks))
    kit.gate.drill(_written(end))
    return end


def last_run(drill: Drill, witness: Witness, *, since: int) -> tuple[int, DrillDetail, bool] | None:
    """The last run of a drill that the ledger has: when it began, its end, and whether there was one at all."""
    begun: tuple[int, DrillDetail, bool] | None = None
    for said in witness.said(since=since):
        detail = detail_of(said)
        if detail is None or detail.drill != drill.name:
            continue
        if detail.phase == "begin":
            begun = said.at, _with(detail, run=said.seq), False
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
        said = kit.witness.said(since=at - _CLOCKS)
        alarm = judge_alarm(run, said, now=now) if run.stopped_at else ()
        checks = (*kept, *alarm)
    checks = (*checks, _logging(drill, kit), on_time)
    return _with(run, phase="check", checks=checks, passed=verdict(checks))


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
    kit.gate.drill(_written(found))
    return True


def _outcome(detail: DrillDetail) -> tuple[bool | None, frozenset[str]]:
    return detail.passed, frozenset(c.code for c in detail.checks if c.passed is False)


def _with(detail: DrillDetail, **more: Any) -> DrillDetail:
    return msgspec.structs.replace(detail, **more)


@dataclass(slots=True)
class _Walked:
    """What the reading brought."""

    walks: list[Walk]
    seen: dict[str, frozenset[str]]
    stopped_at: int
    begun_at: int


def _asked(drill: Drill, place: Place, persons: Sequence[str] = ()) -> Asked:
    return Asked(
        account=drill.account,
        application=place.id,
        persons=tuple(persons),
        operation=place.operation,
        categories=place.categories,
        factor=place.factor,
    )


def _check_open(drill: Drill, place: Place, gate: DrillGate) -> None:
    told = gate.status(drill.account, application=place.id)
    if told["hold"] or told["closed"]:
        raise CallerError(
            f"`{drill.account}` is closed in `{place.id}`: it would be refused before it reads anybody",
            help="reopen it with `ecluse gate reopen`; a budget with effect `hold` needs that after each drill",
        )


def _foretell(drill: Drill, place: Place, gate: DrillGate, persons: Sequence[str]) -> Stop:
    """Step 2: asks how ever more honey persons would be decided; some sit in the windows already, and count once."""

    def refusing(number: int) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        told = gate.explain(_asked(drill, place, persons[:number]))["budgets"]
        return over(told), told

    budget, told = refusing(len(persons))
    if budget is None:
        stop = Stop(None)
    else:
        low, high = 0, len(persons)  # `low` pass, `high` do not
        while high - low > 1:
            middle = (low + high) // 2
            found, _ = refusing(middle)
            low, high, budget = (middle, high, budget) if found is None else (low, middle, found)
        assert budget is not None
        stop = Stop(low, budget["policy"], budget["limit"], budget["window"])
    counting = accesses_left(told)
    if counting is not None and (stop.persons is None or counting["left"] < stop.persons):
        stop = Stop(counting["left"], counting["policy"], counting["limit"], counting["window"])
    expected = len(persons) if stop.persons is None else stop.persons
    if tight := shared(told, persons=expected, room=drill.room):
        raise CallerError(
            f"the drill would read {expected:,} persons, and leave fewer than {drill.room:,} to others: {'; '.join(tight)}",
            help="give the account an organization of its own, run the drill when less is going on, or lower `room`",
        )
    return stop


def _told(drill: Drill, place: Place, stop: Stop, honey: int) -> str:
    if stop.persons is None:
        return f"{place.id}: no limit that refuses is within reach of {honey:,} honey persons; `{drill.account}` will read them all"
    return (
        f"{place.id}: `{drill.account}` must be stopped after {stop.persons:,} persons, by `{stop.budget}` "
        f"({stop.limit:,} in {stop.window})"
    )


def _begin(drill: Drill) -> DrillDetail:
    return DrillDetail(
        phase="begin",
        drill=drill.name,
        account=drill.account,
        owner=drill.owner,
        within=_WITHIN,
        alarm=drill.alarm // SECOND,
        acknowledge=drill.acknowledge // SECOND,
        channels=drill.channels,
        at_most=drill.at_most,
    )


def _walks(
    drill: Drill, kit: Kit, persons: Sequence[str], places: Sequence[Place], first: Stop, *, run: int, say: Say
) -> _Walked:  # fmt: skip
    """Step 4, one application after the other."""
    walked = _Walked([], {}, 0, kit.clock.now())
    for place in places:
        later = place is not places[0]
        stop = _foretell(drill, place, kit.gate, persons) if later else first
        if later:
            say(_told(drill, place, stop, len(persons)))
        knocks = min(drill.knocks, _LATER_KNOCKS) if later else drill.knocks
        walk, seen = _walk(place, kit.visitors[place.id](run), persons, stop, knocks)
        walked.walks.append(walk)
        walked.seen[place.id] = seen
        walked.stopped_at = walked.stopped_at or kit.clock.now()
        how = f"stopped after {walk.read:,}" if walk.stopped else f"not stopped, {walk.read:,} read"
        say(f"{place.id}: {how}{f' by {walk.by}' if walk.by else ''}")
    return walked


def _walk(
    place: Place, visitor: Visitor, persons: Sequence[str], stop: Stop, knocks: int
) -> tuple[Walk, frozenset[str]]:
    seen: set[str] = set()
    refusal: Visit | None = None
    asked = 0
    for person in persons:
        visit = visitor.visit(person)
        if visit.refused:
            refusal = visit
            break
        asked += 1
        seen |= visit.persons
    read = len(seen)
    leaks = done = 0
    if refusal is not None:
        leaks = len(refusal.persons)
        for person in islice(cycle(persons[asked:]), knocks):
            visit = visitor.visit(person)
            done += 1
            leaks += len(visit.persons)
            seen |= visit.persons
    walk = Walk(
        application=place.id,
        printed=stop.persons,
        read=read,
        stopped=refusal is not None,
        budget=stop.budget,
        limit=stop.limit,
        by="" if refusal is None else refusal.by,
        leaks=leaks,
        knocks=done,
        enforced=place.enforced,
    )
    return walk, frozenset(seen)


def _agreements(drill: Drill, kit: Kit, walked: _Walked, run: int) -> tuple[Agreement, ...]:
    """Step 5; an application that posts late gets some seconds."""
    names = {
        place: frozenset(bytes(p) for p in kit.witness.pseudonyms(sorted(seen)))
        for place, seen in walked.seen.items()
    }
    since = walked.begun_at - _CLOCKS
    until = kit.clock.now() + _SETTLES
    while True:
        kept = kit.witness.shown(drill.account, after=run, since=since)
        found = tuple(
            Agreement(
                application=place,
                both=len(seen & kept.get(place, frozenset())),
                shown_only=len(seen - kept.get(place, frozenset())),
                ledger_only=len(kept.get(place, frozenset()) - seen),
            )
            for place, seen in names.items()
        )
        apart = any(a.shown_only or a.ledger_only for a in found)
        if not apart or kit.clock.now() >= until:
            return found
        kit.clock.sleep(_LOOK)


def _watch(kit: Kit, end: DrillDetail, *, wait: int) -> tuple[Check, ...]:
    """Steps 6 and 7: looks until nothing that is waited for can come any more."""
    patience = kit.clock.now() + wait
    while True:
        now = kit.clock.now()
        said = kit.witness.said(since=end.stopped_at - _WITHIN * SECOND - _CLOCKS)
        raised, told, seen = judge_alarm(end, said, now=now)
        machines = raised.passed is not None and told.passed is not None
        if machines and (seen.passed is not None or now >= patience):
            return raised, told, seen
        kit.clock.sleep(_LOOK)


def _logging(drill: Drill, kit: Kit) -> Check:
    """Step 8."""
    now = kit.clock.now()
    longest = max((place.silence or 0 for place in drill.places), default=0)
    last = kit.witness.last_accesses(since=now - longest, but=frozenset({drill.account}))
    return judge_logging(drill, last, now=now)


def _break_off(gate: DrillGate, begun: DrillDetail, error: EcluseError) -> None:
    """What was announced is ended, so that the account is watched again; the gate may be what is gone."""
    check = Check(code="ended", passed=False, what=f"broken off: {error}"[:1000])
    end = _with(begun, phase="end", checks=(check,), passed=False)
    try:
        gate.drill(_written(end))
    except UnavailableError:
        return


def _written(detail: DrillDetail) -> dict[str, Any]:
    written: dict[str, Any] = msgspec.to_builtins(detail)
    written.pop("by", None)
    return written
