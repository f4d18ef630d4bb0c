"""Did a drill pass? What a gate says it will do, what it did, and what people heard of it, judged without looking anywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ecluse.model.drill import Agreement, Check, Drill, DrillDetail, Said, Walk
from ecluse.model.policy import Count, Effect, Key, Mode
from ecluse.model.time import SECOND, format_duration

__all__ = [
    "ALARM",
    "Stop",
    "accesses_left",
    "judge_agreement",
    "judge_alarm",
    "judge_logging",
    "judge_refusals",
    "judge_stop",
    "over",
    "shared",
    "verdict",
]

ALARM: Final = "account-over-budget"
"""Code of the finding that a drill must bring about."""

_ITS_OWN: Final = frozenset({Key.ACCOUNT.value, Key.SESSION.value})
"""With one of these among its keys, a budget is spent by the account alone."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the gate is going to refuse, told beforehand.

    Attributes:
        persons: that it will release before; None when nothing that refuses is within reach of the honey persons.
        budget, limit, window: the budget that refuses first; empty and 0 when none does.
    """

    persons: int | None
    budget: str = ""
    limit: int = 0
    window: str = ""


def _refuses(budget: dict[str, Any]) -> bool:
    released = Effect[budget["effect"].upper()].releases
    return budget["mode"] == Mode.ENFORCE.value and not released


def over(budgets: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The budget that would refuse a request so explained: the smallest limit that it goes over; None when it would pass."""
    found = [b for b in budgets if _refuses(b) and b["over"]]
    return min(found, key=lambda b: (b["limit"], b["policy"]), default=None)


def accesses_left(budgets: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The budget that lets the fewest accesses more, whomever they show; None when none counts accesses."""
    counting = [b for b in budgets if _refuses(b) and b["counts"] == Count.ACCESSES.value]
    return min(counting, key=lambda b: (b["left"], b["policy"]), default=None)


def shared(budgets: Iterable[dict[str, Any]], *, persons: int, room: int) -> list[str]:
    """Budgets that the account shares with others, and that would have less than `room` left for them after the drill."""
    return [
        f"`{b['policy']}` has room for {b['left']:,} persons in {b['window']}"
        for b in budgets
        if _refuses(b)
        and b["counts"] == Count.PERSONS.value
        and _ITS_OWN.isdisjoint(b["per"])
        and b["left"] - persons < room
    ]


def judge_stop(walks: Sequence[Walk], at_most: int | None) -> Check:
    """Whether each application that must refuse did so at the number that was printed before, exactly."""
    enforced = [walk for walk in walks if walk.enforced]
    faults = [fault for walk in enforced if (fault := _fault(walk))]
    if not enforced:
        faults = ["no application that must refuse was read through"]
    elif at_most is not None and (enforced[0].printed is None or enforced[0].printed > at_most):
        would = "without end" if enforced[0].printed is None else f"{enforced[0].printed:,}"
        faults.append(f"the gate lets the account read {would}; {at_most:,} at most were expected")
    if faults:
        return Check(code="stopped", passed=False, what="; ".join(faults))
    told = (f"{w.application} after {w.read:,}" for w in enforced)
    return Check(code="stopped", passed=True, what=f"as printed: {', '.join(told)}")


def _fault(walk: Walk) -> str:
    name = walk.application
    if walk.printed is None:
        return f"{name}: no limit that refuses is within reach of {walk.read:,} honey persons"
    if not walk.stopped:
        return f"{name}: not stopped after {walk.read:,} persons; {walk.printed:,} was printed"
    if walk.read != walk.printed:
        return f"{name}: stopped after {walk.read:,} persons by {walk.by or 'somebody'}; {walk.printed:,} was printed"
    return ""


def judge_refusals(walks: Sequence[Walk]) -> Check:
    """Whether nobody was shown any more once the account was stopped, nor in a refusal itself."""
    enforced = [walk for walk in walks if walk.enforced]
    silent = [w.application for w in enforced if not w.stopped]
    leaking = [f"{w.application} showed {w.leaks}" for w in enforced if w.leaks]
    if silent or leaking:
        said = [f"{', '.join(silent)} never refused"] if silent else []
        said += [f"{', '.join(leaking)} after the first refusal"] if leaking else []
        return Check(code="refused", passed=False, what="; ".join(said))
    knocks = sum(w.knocks + 1 for w in enforced)
    return Check(code="refused", passed=bool(enforced), what=f"{knocks} refusals show nobody")


def judge_agreement(agreements: Sequence[Agreement]) -> Check:
    """Whether each application showed the persons that the ledger says it showed."""
    apart = [
        f"{a.application}: {a.both} in both, {a.shown_only} shown that the ledger does not have, {a.ledger_only} in the ledger that were not seen"
        for a in agreements
        if a.shown_only or a.ledger_only
    ]
    if apart:
        return Check(code="agreed", passed=False, what="; ".join(apart))
    told = ", ".join(f"{a.application} {a.both}" for a in agreements)
    return Check(code="agreed", passed=True, what=f"ledger and applications tell the same: {told}")


def judge_alarm(end: DrillDetail, said: Sequence[Said], *, now: int) -> tuple[Check, Check, Check]:
    """Whether the finding was raised, a channel took it, and a person has seen it, each in its time.

    A thing that can still come in time waits (`passed` is None).

    Args:
        end: the run, with `stopped_at` and the times allowed.
        said: what the ledger says from the run on.
        now: the instant, microseconds.
    """
    start, later = end.stopped_at, [s for s in said if s.seq > end.run]
    until = start + end.alarm * SECOND
    finding = next((s for s in later if s.kind == "finding" and _about(s, end) and not s.detail.get("over")), None)  # fmt: skip
    raised = _in_time("raised", finding, (start, until, now), missing=f"no `{ALARM}` about `{end.account}`", there="the finding is there")  # fmt: skip
    told = _told(end, later, now)
    seen = next((s for s in later if s.kind == "acknowledgement" and _about(s, end)), None)
    begin = start if finding is None else max(start, finding.at)
    by = "" if seen is None else f"{seen.detail.get('by', '')} has seen it"
    times = (begin, begin + end.acknowledge * SECOND, now)
    acknowledged = _in_time("acknowledged", seen, times, missing="nobody has seen it", there=by)
    return raised, told, acknowledged


def _told(end: DrillDetail, later: Sequence[Said], now: int) -> Check:
    start = end.stopped_at
    until = start + end.alarm * SECOND
    taken = {
        str(s.detail.get("channel")): s
        for s in reversed(later)
        if s.kind == "told"
        and _about(s, end)
        and s.detail.get("taken")
        and not s.detail.get("over")
    }
    confirmed = tuple(name for name, s in taken.items() if s.detail.get("confirmed"))
    wanted = end.channels or confirmed
    missing = [name for name in wanted if name not in taken]
    if missing or not wanted:
        what = (
            f"channel {', '.join(missing)} has not taken it"
            if missing
            else "no channel has confirmed it"
        )
        return _in_time("told", None, (start, until, now), missing=what, there="")
    # One named channel after the other; where none is named, the first that took it.
    times = [taken[name] for name in wanted]
    last = max(times, key=lambda s: s.at) if end.channels else min(times, key=lambda s: s.at)
    return _in_time(
        "told", last, (start, until, now), missing="", there=f"taken by {', '.join(wanted)}"
    )


def _about(said: Said, end: DrillDetail) -> bool:
    return said.detail.get("code") == ALARM and said.detail.get("about") == end.account


def _in_time(
    code: str, said: Said | None, times: tuple[int, int, int], *, missing: str, there: str
) -> Check:
    """Judges one thing that had to come: `times` are when it could, when it had to, and now."""
    start, until, now = times
    allowed = max((until - start) // SECOND, 1)
    span = format_duration(allowed * SECOND)
    if said is None:
        if now <= until:
            return Check(code=code, passed=None, what=f"{missing} yet; it has {span}")
        return Check(code=code, passed=False, what=f"{missing} within {span}")
    after = max(0, -(-(said.at - start) // SECOND))
    late = "" if after <= allowed else f", and {span} were allowed"
    return Check(code=code, passed=not late, what=f"{there}, after {after} s{late}", after=after)


def judge_logging(drill: Drill, last: dict[str, int], *, now: int) -> Check:
    """Whether each application has an entry in the ledger that is young enough, the drill's own left out."""
    quiet = []
    for place in drill.places:
        at = last.get(place.id)
        if place.silence is not None and (at is None or now - at > place.silence):
            since = "" if at is None else f", the last {_ago(now - at)} ago"
            quiet.append(
                f"{place.id} has logged nothing in {format_duration(place.silence)}{since}"
            )
    if quiet:
        return Check(code="logging", passed=False, what="; ".join(quiet))
    looked = [place.id for place in drill.places if place.silence is not None]
    what = f"{', '.join(looked)} log" if looked else "no application has a `silence` to look at"
    return Check(code="logging", passed=True, what=what)


def _ago(micros: int) -> str:
    minutes = micros // (60 * SECOND)
    return (
        f"{minutes // 1440} d"
        if minutes >= 2880
        else f"{minutes // 60} h"
        if minutes >= 120
        else f"{minutes} min"
    )


def verdict(checks: Iterable[Check]) -> bool | None:
    """Whether all passed; None while something waits and nothing has failed."""
    outcomes = {check.passed for check in checks}
    if False in outcomes:
        return False
    return None if None in outcomes else True
