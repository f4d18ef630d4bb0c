"""What has one HTTP request reserved, and what became of it? Its book, without input or output."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from msgspec.structs import replace

from ecluse.enforcers.identity import Identity
from ecluse.model.asked import PERSONS_MAX, Answer, Asked
from ecluse.model.errors import CallerError
from ecluse.refusal.case import ANONYMOUS, OUT_OF_REACH, Case, of_answer
from ecluse.refusal.language import Language
from ecluse.refusal.notice import banner, is_near

__all__ = ["Book", "Held", "Refused", "Settlement", "identifiers"]


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """Nothing of it may be shown. The enforcement point turns it into the page or the problem document.

    Attributes:
        case: what happened.
        answer: the gate's; None when it gave none.
    """

    def __init__(self, case: Case, answer: Answer | None = None) -> None:
        super().__init__(f"nothing may be shown: {case.kind}")
        self.case, self.answer = case, answer


@dataclass(slots=True)
class Held:
    """An open reservation.

    Attributes:
        shown: for a stream, the persons of the rows handed out so far; None when all are shown together.
    """

    reservation: str
    persons: tuple[str, ...]
    shown: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to tell the gate of a reservation: all of it was shown (`None`), these persons, or nobody (empty)."""

    reservation: str
    shown: tuple[str, ...] | None = None


@dataclass(slots=True)
class Book:
    """One HTTP request, from its first question to the last byte of its response.

    Attributes:
        identify: says who asks; called once, at the first question.
        operation, categories: what a question says that names none.
        justification: reason in words that came with the request; called at each question.
        asked: whether the gate was asked at all.
        case: why the response must be replaced, once something was refused.
        near: whether a limit is near.
        left: whether a byte of the response may have left.
        over: whether the response has ended.
    """

    identify: Callable[[], Identity | None]
    application: str = ""
    operation: str | None = None
    categories: tuple[str, ...] = ()
    language: Language = "en"
    justification: Callable[[], str | None] = lambda: None
    asked: bool = False
    case: Case | None = None
    near: bool = False
    left: bool = False
    over: bool = False
    _identity: Identity | None = None
    _held: dict[str, Held] = field(default_factory=dict)
    _covered: dict[tuple[object, ...], set[str]] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether a reservation is neither posted nor released."""
        return bool(self._held)

    @property
    def notice(self) -> str:
        """The banner to put into the page when a limit is near, else nothing."""
        return banner(language=self.language) if self.near else ""

    def questions(
        self,
        persons: Sequence[str],
        *,
        categories: Sequence[str] = (),
        operation: str | None = None,
        size: int = 0,
        justification: str | None = None,
        again: bool = False,
    ) -> list[Asked]:
        """Writes the questions about these persons: none when the request holds them already.

        Args:
            persons: identifiers; split into messages of at most 10,000. Nobody is a question, too: a closed
                account is refused also where it would have seen nobody.
            categories: of data shown.
            operation: what is done.
            size: bytes shown.
            justification: reason in words; that of the request when absent.
            again: ask also about persons that the request holds (for streams, which keep no list of them).

        Raises:
            Refused: when nobody is logged in, or the gate could not be asked before.
        """
        if self.over:
            raise _too_late()
        if self.case is not None:
            raise Refused(self.case)
        identity = self._who()
        categories, operation = categories or self.categories, operation or self.operation
        if not again:
            covered = self._covered.setdefault((tuple(categories), operation), set())
            if persons and not size and covered.issuperset(persons):
                return []
        asked = Asked(
            account=identity.account,
            application=self.application,
            session=identity.session,
            organization=identity.organization,
            source=identity.source,
            operation=operation,
            categories=tuple(categories),
            factor=identity.factor,
            auth_time=identity.auth_time,
            justification=justification or self.justification(),
        )
        return _split(asked, tuple(persons), size)

    def know(self) -> bool:
        """Finds out who asks, if that was not done yet; says whether it is somebody."""
        if self._identity is None:
            self._identity = self.identify()
        return bool(self._identity and self._identity.account)

    def _who(self) -> Identity:
        if not self.know() or self._identity is None:
            self.case = ANONYMOUS
            raise Refused(ANONYMOUS)
        return self._identity

    def took(self, asked: Asked, answer: Answer, *, stream: bool = False) -> None:
        """Notes a release."""
        assert answer.released
        self.near = self.near or is_near(answer)
        if not stream:
            self._covered.setdefault((asked.categories, asked.operation), set()).update(
                asked.persons
            )
        if answer.reservation is not None:
            shown: list[str] | None = [] if stream else None
            self._held[answer.reservation] = Held(answer.reservation, asked.persons, shown)

    def handing_out(self, reservation: str | None, persons: Sequence[str]) -> None:
        """Notes, before a row of a stream is handed out, who is in it: from then on they may be shown.

        Raises:
            CallerError: when the response has ended, and with it the reservation.
        """
        if self.over:
            raise _too_late()
        held = None if reservation is None else self._held.get(reservation)
        if held is not None and held.shown is not None:
            held.shown.extend(persons)

    def refused(self, answer: Answer) -> Refused:
        """Notes that the response must be the refusal."""
        self.case = of_answer(answer)
        return Refused(self.case, answer)

    def out_of_reach(self) -> Refused:
        """Notes that the gate gave no answer."""
        self.case = OUT_OF_REACH
        return Refused(OUT_OF_REACH)

    def settle(self, reservation: str, *, shown: bool = True) -> Settlement | None:
        """Takes one reservation out of the book, or None when somebody else has; so each is settled once."""
        held = self._held.pop(reservation, None)
        if held is None:
            return None
        if not shown:
            self._uncover(held)
            return Settlement(reservation, ())
        handed_out = None if held.shown is None else tuple(dict.fromkeys(held.shown))
        whole = handed_out is None or len(handed_out) == len(held.persons)
        return Settlement(reservation, None if whole else handed_out)

    def settle_stream(self, reservation: str | None) -> Settlement | None:
        """Takes out the reservation of a stream that ended: those handed out are shown, the others are not."""
        return None if reservation is None else self.settle(reservation)

    def settle_all(self, *, shown: bool) -> list[Settlement]:
        """Takes all out of the book, because nothing left or all may have."""
        found = (self.settle(name, shown=shown) for name in list(self._held))
        return [settlement for settlement in found if settlement is not None]

    def _uncover(self, held: Held) -> None:
        for covered in self._covered.values():
            covered.difference_update(held.persons)


def _too_late() -> CallerError:
    return CallerError(
        "the response has ended, so that nothing can be shown any more",
        help="disclose before the response is complete",
    )


def identifiers(persons: object) -> tuple[str, ...]:
    """Writes persons as strings, each once, in order.

    Args:
        persons: one identifier, or any number of them: text, numbers, UUIDs.

    Raises:
        CallerError: when one of them is anything else, or empty: a person without a name would not be
            counted, and one by an object's looks would be another person at the next request.

    >>> identifiers("12"), identifiers([7, "8", 7])
    (('12',), ('7', '8'))
    """
    if isinstance(persons, Iterable) and not isinstance(persons, str | bytes | bytearray):
        return tuple(dict.fromkeys(map(_identifier, persons)))
    return (_identifier(persons),)


def _identifier(person: object) -> str:
    named = isinstance(person, str | int | UUID) and not isinstance(person, bool)
    written = str(person) if named else ""
    if not written:
        raise CallerError(
            "a person without an identifier cannot be counted",
            help="give the identifier that the application stores: text, a number or a UUID",
        )
    return written


def _split(asked: Asked, persons: tuple[str, ...], size: int) -> list[Asked]:
    starts = range(0, max(1, len(persons)), PERSONS_MAX)
    return [
        replace(asked, persons=persons[i : i + PERSONS_MAX], bytes=0 if i else size) for i in starts
    ]
