"""How is a drill put together from its file: the gate's client, who reads, the ledger, the clock?"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial
from pathlib import Path
from typing import Final

from ecluse.ledgers.drills import LedgerWitness
from ecluse.loaders.drill import load_drill
from ecluse.loaders.estate import load_estate
from ecluse.model.asked import Asked
from ecluse.model.drill import Drill, DrillDetail, Past, Place
from ecluse.model.errors import UnavailableError
from ecluse.model.time import DAY
from ecluse.ports import Visitor
from ecluse.sdk.gate import Gate
from ecluse.service.drill_check import Kit, look_again, tell_check
from ecluse.sources.written import read_written
from ecluse.verify.drill_history import history
from ecluse.visitors.at_gate import GateVisitor
from ecluse.visitors.http import HttpVisitor
from ecluse.wiring import now
from ecluse.wiring.telling import read_honey_persons

__all__ = ["Rehearsal", "check_drill", "open_drill", "read_drill", "read_history"]

_DEADLINE: Final = 30.0
_HORIZON: Final = 30 * DAY


class _SystemClock:
    """The system's clock."""

    def now(self) -> int:
        return now()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A drill that can be run."""

    drill: Drill
    persons: tuple[str, ...]
    kit: Kit


def read_drill(file: Path) -> Drill:
    """Reads a drill file, checked against its estate; files that it names are found from its folder.

    Raises:
        ConfigError: with every fault of the first file that has any.
    """
    text, folder = read_written(file), file.parent
    drill = load_drill(text, file=str(file))
    if drill.estate is not None:
        where = folder / drill.estate
        estate = load_estate(read_written(where), file=str(where), now=now())
        drill = load_drill(text, file=str(file), estate=estate)
    under = partial(_under, folder)
    gate = drill.gate
    if gate.startswith("unix:") and not gate.startswith("unix:/"):
        gate = f"unix:{(folder / gate.removeprefix('unix:')).absolute()}"
    return replace(
        drill,
        gate=gate,
        ledger=str(folder / drill.ledger),
        persons=str(folder / drill.persons),
        keys=under(drill.keys),
        token_file=under(drill.token_file),
        ca_file=under(drill.ca_file),
        estate=under(drill.estate),
        places=tuple(_found(place, folder) for place in drill.places),
    )


@contextmanager
def open_drill(file: Path) -> Iterator[Rehearsal]:
    """Opens what a drill works with; two at once on one file are refused.

    Raises:
        ConfigError: when a file is wrong.
        CallerError: when a secret cannot be read.
        UnavailableError: when the same drill runs already.
    """
    drill = read_drill(file)
    with ExitStack() as stack:
        stack.enter_context(_alone(file))
        persons = read_honey_persons(Path(drill.persons))
        gate = stack.enter_context(
            Gate(
                drill.gate,
                token_file=drill.token_file,
                ca_file=drill.ca_file,
                deadline=_DEADLINE,
                connections=1,
            )
        )
        visitors = {p.id: _visitor(drill, p, gate, stack) for p in drill.places if p.visited}
        witness = LedgerWitness(
            Path(drill.ledger), None if drill.keys is None else Path(drill.keys)
        )
        yield Rehearsal(drill, persons, Kit(gate, visitors, witness, _SystemClock()))


def check_drill(file: Path) -> DrillDetail | None:
    """Judges the last run of a drill, and tells the gate what came of it when that is final and not told yet.

    Raises:
        ConfigError: when a file is wrong.
        UnavailableError: when the ledger cannot be read, or the gate does not answer.
    """
    drill = read_drill(file)
    witness = LedgerWitness(Path(drill.ledger), None if drill.keys is None else Path(drill.keys))
    with Gate(drill.gate, token_file=drill.token_file, ca_file=drill.ca_file, deadline=_DEADLINE) as gate:  # fmt: skip
        kit = Kit(gate, {}, witness, _SystemClock())
        found = look_again(drill, kit, horizon=max(2 * drill.every, _HORIZON))
        if found is not None:
            tell_check(kit, found, since=now() - max(2 * drill.every, _HORIZON))
    return found


def read_history(ledger: Path) -> tuple[Past, ...]:
    """Every drill that a ledger tells of.

    Raises:
        CallerError, IntegrityError, UnavailableError: when it cannot be read.
    """
    return history(LedgerWitness(ledger).said(since=0), now=now())


def _visitor(drill: Drill, place: Place, gate: Gate, stack: ExitStack) -> Callable[[int], Visitor]:
    if place.url is not None:
        visitor = stack.enter_context(HttpVisitor(place))
        return lambda _: visitor

    def at_gate(run: int) -> Visitor:
        question = Asked(
            account=drill.account,
            application=place.id,
            session=f"drill-{run}",
            operation=place.operation,
            categories=place.categories,
            factor=place.factor,
        )
        return GateVisitor(gate.check, question)

    return at_gate


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Holds the drill file for as long as the drill runs; reading it is enough for that."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        try:
            flock(descriptor, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise UnavailableError(f"the drill `{file}` runs already", help="wait for its end") from None  # fmt: skip
        yield
    finally:
        os.close(descriptor)


def _found(place: Place, folder: Path) -> Place:
    sign_in = place.sign_in
    if sign_in is not None:
        sign_in = replace(sign_in, file=str(folder / sign_in.file))
    return replace(place, sign_in=sign_in, ca_file=_under(folder, place.ca_file))


def _under(folder: Path, name: str | None) -> str | None:
    return None if name is None else str(folder / name)
