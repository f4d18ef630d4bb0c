"""How does an application say whom it is about to show? `disclose`, `ask` and `stream`, in the calling thread."""

import inspect
import logging
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from ecluse.enforcers._book import Book, Settlement
from ecluse.enforcers._plan import (
    END,
    Disclosing,
    Emit,
    Pull,
    Reserve,
    Streaming,
    Wait,
    Walk,
    disclosing,
    streaming,
)
from ecluse.model.asked import Answer
from ecluse.model.errors import EcluseError
from ecluse.sdk.protocol import SyncGate

__all__ = ["LOG", "Disclosure", "Person", "person_in", "persons_of"]

LOG = logging.getLogger("ecluse.enforcers")

Row = TypeVar("Row")
Person = str | int | Callable[[Any], object]
"""Where a row has its person: a key or attribute (`file.person_id` follows dots), a position, or a function."""


class Disclosure:
    """What one HTTP request shows. Made by the enforcement point; not to be kept after the response.

    Every method that asks raises `Refused` when nothing may be shown; let it pass, and the person
    in front of the screen gets the page that says why.
    """

    def __init__(self, gate: SyncGate, book: Book) -> None:
        self._gate, self._book = gate, book

    @property
    def notice(self) -> str:
        """HTML to put into the page when a limit is near, else nothing."""
        return self._book.notice

    def disclose(
        self,
        persons: object,
        *,
        categories: Sequence[str] = (),
        operation: str | None = None,
        bytes: int = 0,  # noqa: A002 - the word of the message
        justification: str | None = None,
    ) -> Answer:
        """Asks before these persons are shown; returns once they may be.

        Args:
            persons: one identifier or many, as the application stores them. An empty list says that
                the answer shows nobody.
            categories: categories of data shown.
            operation: what is done: `view`, `list`, `search`, `export`, …
            bytes: size of what is shown.
            justification: reason in words; the one that came with the request when absent.

        Raises:
            Refused: when none of them may be shown. Whatever is answered then, the refusal is sent.
        """
        wish = Disclosing(persons, categories, operation, bytes, justification)
        return self._run(Walk(disclosing(self._book, wish)))

    def ask(
        self,
        persons: object,
        *,
        categories: Sequence[str] = (),
        operation: str | None = None,
        bytes: int = 0,  # noqa: A002 - the word of the message
        justification: str | None = None,
    ) -> Answer:
        """Like `disclose`, but leaves a refusal to the application, which must look at `released`.

        Raises:
            Refused: when the gate gave no answer, or nobody is logged in.
        """
        wish = Disclosing(persons, categories, operation, bytes, justification, binding=False)
        return self._run(Walk(disclosing(self._book, wish)))

    def stream(
        self,
        rows: Iterable[Row],
        *,
        person: Person,
        categories: Sequence[str] = (),
        operation: str = "export",
        size: Callable[[Row], int] | None = None,
        justification: str | None = None,
        batch: int = 100,
        on_cut: Callable[[Answer], Row | None] | None = None,
    ) -> Iterator[Row]:
        """Hands rows out as they are charged; ends where a limit is reached, to the person.

        The first row is asked for at once: when it may not be shown, the answer is a refusal and not
        an empty file. Rows that are fetched and not handed out are released.

        Args:
            rows: what would be shown.
            person: where a row has its person or persons.
            categories: categories of data shown.
            operation: what is done.
            size: bytes of a row, where bytes are limited.
            justification: reason in words.
            batch: rows that one question may be about.
            on_cut: called when rows are left that may not be shown; what it returns is the last row handed out.

        Raises:
            Refused: when not even the first row may be shown; later, when the gate gives no answer.
        """
        wish = Streaming(
            person=person_in(person),
            categories=categories,
            operation=operation,
            size=size,
            justification=justification,
            most=max(1, batch),
            on_cut=on_cut,
        )
        walk, source = Walk(streaming(self._book, wish)), iter(rows)
        self._advance(walk, source)
        return self._rows(walk, source)

    def finish(self, *, shown: bool) -> None:
        """Posts all reservations, or releases them: only when certainly nothing left."""
        self._book.over = True
        for settlement in self._book.settle_all(shown=shown):
            self._settle(settlement)

    def _run(self, walk: Walk) -> Answer:
        while walk.step is not None:
            self._do(walk)
        return walk.answer

    def _do(self, walk: Walk) -> None:
        step = walk.step
        if isinstance(step, Reserve):
            try:
                answer = self._gate.reserve(step.asked)
            except EcluseError as error:
                LOG.error("the gate gave no answer, nothing is shown: %s", error)  # noqa: TRY400 - a trace says no more
                walk.throw(error)
            else:
                walk.send(answer)
            return
        if isinstance(step, Settlement):
            self._settle(step)
        elif isinstance(step, Wait):
            time.sleep(step.seconds)
        walk.send(None)

    def _settle(self, settlement: Settlement) -> None:
        try:
            if settlement.shown == ():
                self._gate.release(settlement.reservation)
            else:
                self._gate.post(settlement.reservation, settlement.shown)
        except EcluseError as error:  # it stays counted, which is on the safe side
            LOG.warning("a reservation was not settled and stays counted: %s", error)

    def _advance(self, walk: Walk, source: Iterator[Any]) -> None:
        """Goes on until a row is to be handed out, or to the end."""
        while walk.step is not None and not isinstance(walk.step, Emit):
            if isinstance(walk.step, Pull):
                walk.send(next(source, END))
            else:
                self._do(walk)

    def _rows(self, walk: Walk, source: Iterator[Any]) -> Generator[Any, None, None]:
        reservation = None
        try:
            while isinstance(walk.step, Emit):
                reservation = walk.step.reservation
                self._book.handing_out(reservation, walk.step.persons)
                yield walk.step.row
                walk.send(None)
                self._advance(walk, source)
        finally:  # also when the client has gone: rows not handed out are released
            walk.close()
            settlement = self._book.settle_stream(reservation)
            if settlement is not None:
                self._settle(settlement)


def persons_of(owner: object, objects: Iterable[Any]) -> list[object]:
    """The persons in objects, as the class of `owner` declares in `ecluse_person`; a function there is no method."""
    declared = inspect.getattr_static(type(owner), "ecluse_person")
    found = person_in(declared.__func__ if isinstance(declared, staticmethod) else declared)
    persons: list[object] = []
    for each in objects:
        named = found(each)
        several = isinstance(named, list | tuple | set | frozenset)
        persons.extend(named if several else (named,))  # type: ignore[arg-type]  # `several` says so
    return persons


def person_in(person: Person) -> Callable[[Any], object]:
    """Makes the function that finds a row's person."""
    if callable(person):
        return person
    if isinstance(person, int):
        return lambda row: row[person]
    first, *rest = person.split(".")

    def found(row: Any) -> object:
        value = row[first] if isinstance(row, Mapping) else getattr(row, first)
        for name in rest:
            value = value[name] if isinstance(value, Mapping) else getattr(value, name)
        return value

    return found
