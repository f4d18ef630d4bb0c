"""What happens, in order, when persons are disclosed? Steps as values, which a thread or an event loop carries out."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ecluse.enforcers._book import Book, Settlement, identifiers
from ecluse.model.asked import Answer, Asked
from ecluse.model.errors import EcluseError

__all__ = [
    "END",
    "Disclosing",
    "Emit",
    "Pull",
    "Reserve",
    "Step",
    "Steps",
    "Streaming",
    "Wait",
    "Walk",
    "disclosing",
    "streaming",
]


@dataclass(frozen=True, slots=True)
class Reserve:
    """Ask the gate; its answer is sent back, or its `EcluseError` thrown in."""

    asked: Asked


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many seconds pass (`slow`)."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Pull:
    """Fetch the next row; it is sent back, or `END`."""


@dataclass(frozen=True, slots=True)
class Emit:
    """Hand a row out, after noting in the book who is in it."""

    row: Any
    persons: tuple[str, ...] = ()
    reservation: str | None = None


Step = Reserve | Settlement | Wait | Pull | Emit
Steps = Generator[Step, Any, Answer]

END: Final = object()
_DELAY_MAX: Final = 10.0
"""Seconds: a gate's delay must not outlast reservation and server."""
_PERMIT: Final = Answer(effect="permit", released=True)


class Walk:
    """A plan that is being carried out.

    Attributes:
        step: what is to be done now; None at the end.
        answer: the plan's result, at the end.
    """

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self.step: Step | None = None
        self.answer = _PERMIT
        self.send(None)

    def send(self, result: object) -> None:
        """Goes on with what the step gave."""
        try:
            self.step = self._steps.send(result)
        except StopIteration as end:
            self.step, self.answer = None, end.value

    def throw(self, error: EcluseError) -> None:
        """Goes on with the error that the step met."""
        try:
            self.step = self._steps.throw(error)
        except StopIteration as end:
            self.step, self.answer = None, end.value

    def close(self) -> None:
        """Ends the plan where it is."""
        self._steps.close()


@dataclass(frozen=True, slots=True)
class Disclosing:
    """What an application discloses at once.

    Attributes:
        binding: whether a refusal replaces the response whatever the application does.
    """

    persons: object
    categories: Sequence[str] = ()
    operation: str | None = None
    size: int = 0
    justification: str | None = None
    binding: bool = True


@dataclass(frozen=True, slots=True)
class Streaming:
    """What an application discloses row by row.

    Attributes:
        person: finds the identifier or identifiers in a row.
        size: finds the bytes of a row; not counted when absent.
        most: rows that one question may be about; it grows from one to this.
        on_cut: called with the answer when the stream ends before its rows do; what it gives, if anything,
            is handed out as the last row.
    """

    person: Callable[[Any], object]
    categories: Sequence[str] = ()
    operation: str = "export"
    size: Callable[[Any], int] | None = None
    justification: str | None = None
    most: int = 100
    on_cut: Callable[[Answer], Any] | None = None
    drawn: list[tuple[Any, tuple[str, ...]]] = field(default_factory=list)
    """Rows fetched and not handed out."""


def disclosing(book: Book, wish: Disclosing) -> Steps:
    """Reserves all persons before any is shown; when one message is refused, releases the others.

    Raises:
        Refused: when the wish is binding and not granted, or the gate gave no answer.
    """
    questions = book.questions(
        identifiers(wish.persons),
        categories=wish.categories,
        operation=wish.operation,
        size=wish.size,
        justification=wish.justification,
    )
    book.asked = True
    worst, taken = _PERMIT, list[str]()
    for asked in questions:
        answer = yield from _reserved(book, asked)
        if not answer.released:
            for name in taken:  # in vain
                yield from _settled(book, name, shown=False)
            if wish.binding:
                raise book.refused(answer)
            return answer
        book.took(asked, answer)
        taken += [answer.reservation] if answer.reservation is not None else []
        worst = answer if answer.effect != "permit" else worst
    yield from _delayed(worst)
    return worst


def streaming(book: Book, wish: Streaming) -> Steps:
    """Charges rows as they flow, in batches that grow; ends at the first row over a limit.

    A refused batch is halved until it passes or is one row, so that exactly the rows up to the
    limit are handed out. What is closed is not tried again. A refusal of the very first row raises,
    since nothing has been handed out yet.

    Raises:
        Refused: when nothing at all may be handed out, or the gate gave no answer.
    """
    want, growing, begun = 1, True, False
    while True:
        yield from _fill(wish, want)
        book.asked = True
        if not wish.drawn and begun:
            return _PERMIT
        batch = wish.drawn[:want]
        answer = yield from _asked_for(book, wish, batch)
        if answer.released:
            begun = True
            yield from _delayed(answer)
            yield from _handed_out(book, wish, len(batch), answer.reservation)
            want = min(want * 2, wish.most) if growing else want
        elif len(batch) <= 1 or _closed(answer):
            yield from _cut(book, wish, answer, begun=begun)
            return answer
        else:
            want, growing = len(batch) // 2, False


def _fill(wish: Streaming, want: int) -> Generator[Step, Any, None]:
    while len(wish.drawn) < want:
        row = yield Pull()
        if row is END:
            return
        wish.drawn.append((row, identifiers(wish.person(row))))


def _asked_for(
    book: Book, wish: Streaming, batch: list[tuple[Any, tuple[str, ...]]]
) -> Generator[Step, Any, Answer]:
    """Asks for a batch; a row of very many persons may need several messages."""
    persons = tuple(dict.fromkeys(person for _, named in batch for person in named))
    size = 0 if wish.size is None else sum(wish.size(row) for row, _ in batch)
    questions = book.questions(
        persons,
        categories=wish.categories,
        operation=wish.operation,
        size=size,
        justification=wish.justification,
        again=True,
    )
    if len(questions) > 1:
        return (yield from _asked_whole(book, questions))
    answer = yield from _reserved(book, questions[0])
    if answer.released:
        book.took(questions[0], answer, stream=True)
    return answer


def _asked_whole(book: Book, questions: list[Asked]) -> Generator[Step, Any, Answer]:
    """Reserves several messages, which are then posted or released with the response."""
    taken = list[str]()
    answer = _PERMIT
    for asked in questions:
        answer = yield from _reserved(book, asked)
        if not answer.released:
            for name in taken:
                yield from _settled(book, name, shown=False)
            return answer
        book.took(asked, answer)
        taken += [answer.reservation] if answer.reservation is not None else []
    return Answer(effect=answer.effect, released=True, delay=answer.delay)


def _handed_out(
    book: Book, wish: Streaming, count: int, reservation: str | None
) -> Generator[Step, Any, None]:
    for _ in range(count):
        row, persons = wish.drawn.pop(0)
        yield Emit(row, persons, reservation)
    if reservation is not None:
        yield from _settled(book, reservation, shown=True)


def _closed(answer: Answer) -> bool:
    """Whether fewer rows would be refused as well: a person closed it, or this very answer did."""
    return answer.effect == "hold" or any(not reason.window for reason in answer.reasons[:1])


def _cut(book: Book, wish: Streaming, answer: Answer, *, begun: bool) -> Generator[Step, Any, None]:
    if not begun:
        raise book.refused(answer)
    last = None if wish.on_cut is None else wish.on_cut(answer)
    if last is not None:
        yield Emit(last)


def _reserved(book: Book, asked: Asked) -> Generator[Step, Any, Answer]:
    try:
        answer = yield Reserve(asked)
    except EcluseError as error:  # whatever kept the gate from answering: nothing is shown
        raise book.out_of_reach() from error
    assert isinstance(answer, Answer)
    return answer


def _settled(book: Book, name: str, *, shown: bool) -> Generator[Step, Any, None]:
    settlement = book.settle(name, shown=shown)
    if settlement is not None:
        yield settlement


def _delayed(answer: Answer) -> Generator[Step, Any, None]:
    if answer.delay > 0:
        yield Wait(min(answer.delay / 1000, _DELAY_MAX))
