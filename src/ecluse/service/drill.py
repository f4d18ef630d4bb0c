"""How is a theft rehearsed? A synthetic account reads honey persons until it is stopped; then everybody is asked what they saw.

1. the account is open, and enough is left to others in the budgets that it shares with them;
2. the number at which it must be stopped is computed from the gate's own budgets, and told before anybody is read;
3. the drill is announced; from here on its end is written whatever happens;
4. the account reads honey persons, one by one, until it is refused, and goes on asking as a thief does;
5. what the applications showed is compared with what the ledger says they showed;
6. the finding is there, and a channel has taken it;
7. every application still logs;
8. the end is written, with what failed;
9. a person has seen it: where the drill waits for that, it is written as a later check, and the account is watched meanwhile.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Final

from ecluse.model.asked import Asked
from ecluse.model.drill import Agreement, Check, Drill, DrillDetail, Place, Visit, Walk
from ecluse.model.errors import CallerError, EcluseError
from ecluse.model.time import SECOND
from ecluse.ports import DrillGate, Visitor
from ecluse.service.drill_check import CLOCKS, Kit, changed, logging_now, tell_check, written
from ecluse.verify.drill import (
    Stop,
    accesses_left,
    judge_agreement,
    judge_alarm,
    judge_refusals,
    judge_stop,
    over,
    shared,
    verdict,
)

__all__ = ["run_drill"]

_READING: Final = 15 * 60
"""Seconds that the reading may take."""
_ALARM: Final = frozenset({"raised", "told", "acknowledged"})
_SETTLES: Final = 10 * SECOND
"""An application may post what it reserved a little after it answered."""
_LATER_KNOCKS: Final = 3
_LOOK: Final = 0.5

Say = Callable[[str], None]


def run_drill(
    drill: Drill, kit: Kit, persons: Sequence[str], *, say: Say, wait: int = 0
) -> DrillDetail:
    """Runs a drill once.

    Args:
        drill: what its file says.
        kit: the gate, the ways to read, the ledger, the clock.
        persons: honey persons, in the order in which they are read.
        say: hears what is done.
        wait: microseconds to wait at most for a person's acknowledgement.

    Returns:
        The end, or the check that followed it.

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
    begun = kit.gate.drill(written(begin))
    run = int(begun["run"])
    say(f"run {run}: announced, the ledger has it")
    try:
        end = _rehearse(drill, kit, persons, places, first, begin=changed(begin, run=run), say=say)
    except BaseException as error:  # also Ctrl-C and SIGTERM: what was announced is ended
        _break_off(kit.gate, changed(begin, run=run), error)
        raise
    # 8. Written.
    kit.gate.drill(written(end))
    # 9. A person.
    if not wait or end.passed is False:
        return end
    say("waiting for a person")
    alarm = _watch(kit, end, wait=wait)
    checks = (*(c for c in end.checks if c.code not in _ALARM), *alarm)
    found = changed(end, phase="check", checks=checks, passed=verdict(checks))
    tell_check(kit, found, since=end.stopped_at - _READING * SECOND - CLOCKS)
    return found


def _rehearse(
    drill: Drill, kit: Kit, persons: Sequence[str], places: Sequence[Place], first: Stop, *, begin: DrillDetail, say: Say
) -> DrillDetail:  # fmt: skip
    """Steps 4 to 7."""
    run = begin.run
    walked = _walks(drill, kit, persons, places, first, run=run, say=say)
    end = changed(
        begin, phase="end", run=run, stopped_at=walked.stopped_at, walks=tuple(walked.walks)
    )
    end = changed(end, agreements=_agreements(drill, kit, walked, run))
    say("waiting for the alarm")
    alarm = _watch(kit, end)
    own = (
        judge_stop(end.walks, drill.at_most),
        judge_refusals(end.walks),
        judge_agreement(end.agreements),
    )
    checks = (*own, *alarm, logging_now(drill, kit))
    return changed(end, checks=checks, passed=verdict(checks))


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
        within=_READING + drill.alarm // SECOND,
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
    since = walked.begun_at - CLOCKS
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


def _watch(kit: Kit, end: DrillDetail, *, wait: int = 0) -> tuple[Check, ...]:
    """Steps 6 and 9: looks until nothing that is waited for can come any more."""
    patience = kit.clock.now() + wait
    while True:
        now = kit.clock.now()
        said = kit.witness.said(since=end.stopped_at - _READING * SECOND - CLOCKS)
        raised, told, seen = judge_alarm(end, said, now=now)
        machines = raised.passed is not None and told.passed is not None
        if machines and (seen.passed is not None or now >= patience):
            return raised, told, seen
        kit.clock.sleep(_LOOK)


def _break_off(gate: DrillGate, begun: DrillDetail, error: BaseException) -> None:
    """What was announced is ended, so that the account is watched again; the gate may be what is gone."""
    why = str(error) if isinstance(error, EcluseError) else "it was stopped"
    check = Check(code="ended", passed=False, what=f"broken off: {why}"[:1000])
    end = changed(begun, phase="end", checks=(check,), passed=False)
    try:
        gate.drill(written(end))
    except EcluseError:
        return  # the gate closes the run by itself, and says so
