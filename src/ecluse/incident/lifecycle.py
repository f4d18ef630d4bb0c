"""What may follow what in the life of an incident, who may do it, and what it needs? One table; every refusal says why."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from ecluse.incident.same_person import same_person
from ecluse.model.incident import Deadline, Incident, Instant, InstantKind, State

__all__ = [
    "TRANSITIONS",
    "Facts",
    "Move",
    "Refused",
    "Who",
    "conclusive_at",
    "next_states",
    "refusals",
    "unsigned_late",
]


class Who(Enum):
    """Who may move an incident."""

    ANYONE = "anyone who works on it"
    OTHER = "somebody else than who resolved it"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a move looks at.

    Attributes:
        exposures: number of frozen exposure versions.
        register_entry: whether the entry of the register (GDPR art. 33(5)) was released.
        resolved_by: who moved it to resolved last.
    """

    incident: Incident
    by: str
    reasons: str = ""
    exposures: int = 0
    register_entry: bool = False
    resolved_by: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a move or another act is refused.

    Attributes:
        code: stable: `no-such-move`, `reasons`, `somebody-else`, `exposure-or-decision`, …
    """

    code: str
    what: str
    help: str


Need = Callable[[Facts], Refused | None]


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table."""

    who: Who = Who.ANYONE
    needs: tuple[Need, ...] = field(default=())


def _reasons(facts: Facts) -> Refused | None:
    if facts.reasons.strip():
        return None
    return Refused("reasons", "no reasons are given", "say why with --reasons")


def _owner(facts: Facts) -> Refused | None:
    if facts.incident.owner.strip():
        return None
    return Refused("owner", "nobody answers for the incident", "`ecluse incident assign` names an owner")  # fmt: skip


def _exposure_or_decision(facts: Facts) -> Refused | None:
    breach = facts.incident.decision("breach")
    if facts.exposures and breach is not None:
        return None
    if breach is not None and breach.answer == "no" and breach.reasons.strip():
        return None
    if facts.exposures:
        return Refused(
            "breach-decision",
            "nobody has decided whether it is a breach of personal data (GDPR art. 4(12))",
            "decide `breach` with `yes` or `no`, and reasons",
        )
    return Refused(
        "exposure-or-decision",
        "neither is an exposure frozen, nor has a person decided that it is no breach",
        "freeze an exposure with `ecluse exposure`, or decide `breach: no` with reasons",
    )


def _nothing_pending(facts: Facts) -> Refused | None:
    late = unsigned_late(facts.incident)
    waiting = (*facts.incident.pending, *((late,) if late is not None else ()))
    if not waiting:
        return None
    kinds = ", ".join(sorted({instant.kind.value for instant in waiting}))
    return Refused("second-signature", f"a second person has yet to sign: {kinds}", "let another person sign it")  # fmt: skip


def _register_entry(facts: Facts) -> Refused | None:
    if facts.register_entry:
        return None
    return Refused(
        "register-entry",
        "the entry of the register is not released; every breach stands in it, notified or not (GDPR art. 33(5))",
        "draft, check and release the document `register_entry`",
    )


def _no_clock_runs(facts: Facts) -> Refused | None:
    running = [d.name for d in facts.incident.deadlines if _runs(d)]
    if not running:
        return None
    return Refused(
        "clock-runs",
        f"these clocks still run: {', '.join(running)}",
        "write down when it was done, or decide with reasons that it is not needed",
    )


def _runs(deadline: Deadline) -> bool:
    return deadline.due is not None and deadline.met_at is None


TRANSITIONS: Final[dict[tuple[State, State], Move]] = {
    (State.NEW, State.IN_PROGRESS): Move(needs=(_owner,)),
    (State.IN_PROGRESS, State.ON_HOLD): Move(needs=(_reasons,)),
    (State.ON_HOLD, State.IN_PROGRESS): Move(needs=(_owner,)),
    (State.IN_PROGRESS, State.RESOLVED): Move(needs=(_reasons, _exposure_or_decision, _nothing_pending)),
    (State.RESOLVED, State.IN_PROGRESS): Move(needs=(_reasons,)),
    (State.RESOLVED, State.CLOSED): Move(Who.OTHER, (_register_entry, _nothing_pending, _no_clock_runs)),
    (State.CLOSED, State.IN_PROGRESS): Move(needs=(_reasons,)),
}  # fmt: skip
"""What is not here does not happen. Nothing is final: what is learnt later opens a closed incident again."""


def conclusive_at(incident: Incident) -> int | None:
    """When the first evidence came that leaves no reasonable doubt; None while none is written down.

    The first that was ever written down, corrected or not: a correction must not move what a second person has to look at.
    """
    kinds = {InstantKind.CONCLUSIVE, InstantKind.PROCESSOR_TOLD}
    return min((i.at for i in incident.instants if i.kind in kinds), default=None)


def unsigned_late(incident: Incident) -> Instant | None:
    """An `aware` later than conclusive evidence that came to light afterwards, as long as no second person signed it."""
    aware, first = incident.instant(InstantKind.AWARE), conclusive_at(incident)
    if aware is None or first is None or aware.second is not None or aware.at <= first:
        return None
    return aware


def next_states(state: State) -> tuple[State, ...]:
    """Where an incident can go from a state."""
    return tuple(to for begin, to in TRANSITIONS if begin is state)


def refusals(facts: Facts, to: State) -> tuple[Refused, ...]:
    """Every reason why the incident may not move there; none when it may."""
    begin = facts.incident.state
    move = TRANSITIONS.get((begin, to))
    if move is None:
        after = " or ".join(f"`{state.value}`" for state in next_states(begin))
        same = f"it is `{to.value}` already" if begin is to else f"`{to.value}` does not follow `{begin.value}`"  # fmt: skip
        return (Refused("no-such-move", same, f"from `{begin.value}` it goes to {after}"),)
    found = [refused for need in move.needs if (refused := need(facts)) is not None]
    if move.who is Who.OTHER and same_person(facts.by, facts.resolved_by):
        found.append(
            Refused(
                "somebody-else",
                f"`{facts.by}` resolved it; {Who.OTHER.value} closes it",
                "let another person look at it and close it",
            )
        )
    return tuple(found)
