"""The same on an event loop: `await disclose(…)`. A cancelled request leaves no reservation behind."""

import asyncio
import inspect
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Sequence,
)
from typing import Any, TypeVar, cast

from ecluse.enforcers._book import Book, Settlement
from ecluse.enforcers._disclosure import LOG, Disclosure, Person, person_in
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
from ecluse.model.asked import Answer, Asked, Settled
from ecluse.model.errors import EcluseError
from ecluse.sdk.protocol import AwaitedGate, SyncGate

__all__ = ["AsyncDisclosure", "awaited"]

Row = TypeVar("Row")
T = TypeVar("T")
_Source = Iterator[Any] | AsyncIterator[Any]

_TASKS: set[asyncio.Task[Any]] = set()
"""What goes on when its request has been cancelled; the loop itself would forget it."""


class AsyncDisclosure:
    """What one HTTP request shows, awaited. The methods are those of `Disclosure`."""

    def __init__(self, gate: AwaitedGate, book: Book) -> None:
        self._gate, self._book = gate, book
        self._loop = asyncio.get_running_loop()

    @property
    def notice(self) -> str:
        """HTML to put into the page when a limit is near, else nothing."""
        return self._book.notice

    @property
    def from_thread(self) -> Disclosure:
        """The same for code that runs in a thread, such as a plain `def` endpoint; nothing is to be awaited there."""
        return Disclosure(_FromThread(self._gate, self._loop), self._book)

    async def disclose(
        self,
        persons: object,
        *,
        categories: Sequence[str] = (),
        operation: str | None = None,
        bytes: int = 0,  # noqa: A002 - the word of the message
        justification: str | None = None,
    ) -> Answer:
        """Asks before these persons are shown; returns once they may be.

        Raises:
            Refused: when none of them may be shown. Whatever is answered then, the refusal is sent.
        """
        wish = Disclosing(persons, categories, operation, bytes, justification)
        return await self._run(Walk(disclosing(self._book, wish)))

    async def ask(
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
        return await self._run(Walk(disclosing(self._book, wish)))

    async def stream(
        self,
        rows: Iterable[Row] | AsyncIterable[Row],
        *,
        person: Person,
        categories: Sequence[str] = (),
        operation: str = "export",
        size: Callable[[Row], int] | None = None,
        justification: str | None = None,
        batch: int = 100,
        on_cut: Callable[[Answer], Row | None] | None = None,
    ) -> AsyncIterator[Row]:
        """Hands rows out as they are charged: `rows = await disclosure.stream(…)`, then `async for`.

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
        walk = Walk(streaming(self._book, wish))
        source: _Source = aiter(rows) if isinstance(rows, AsyncIterable) else iter(rows)
        await self._advance(walk, source)
        return self._rows(walk, source)

    async def finish(self, *, shown: bool) -> None:
        """Posts all reservations, or releases them: only when certainly nothing left."""
        self._book.over = True
        settlements = self._book.settle_all(shown=shown)
        if settlements:
            await _whole(self._settle(*settlements))

    async def _run(self, walk: Walk) -> Answer:
        while walk.step is not None:
            await self._do(walk)
        return walk.answer

    async def _do(self, walk: Walk) -> None:
        step = walk.step
        if isinstance(step, Reserve):
            try:
                answer = await self._reserve(step.asked)
            except EcluseError as error:
                LOG.error("the gate gave no answer, nothing is shown: %s", error)
                walk.throw(error)
            else:
                walk.send(answer)
            return
        if isinstance(step, Settlement):
            await _whole(self._settle(step))
        elif isinstance(step, Wait):
            await asyncio.sleep(step.seconds)
        walk.send(None)

    async def _reserve(self, asked: Asked) -> Answer:
        """Asks; when the request is cancelled meanwhile, the reservation that comes is released."""
        task = _kept(self._gate.reserve(asked))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                _kept(self._orphaned(task))
            raise

    async def _orphaned(self, task: asyncio.Task[Answer]) -> None:
        try:
            answer = await task
        except EcluseError:
            return
        if answer.reservation is not None:
            await self._settle(Settlement(answer.reservation, ()))

    async def _settle(self, *settlements: Settlement) -> None:
        for settlement in settlements:
            try:
                if settlement.shown == ():
                    await self._gate.release(settlement.reservation)
                else:
                    await self._gate.post(settlement.reservation, settlement.shown)
            except EcluseError as error:  # it stays counted, which is on the safe side
                LOG.warning("a reservation was not settled and stays counted: %s", error)

    async def _advance(self, walk: Walk, source: _Source) -> None:
        """Goes on until a row is to be handed out, or to the end."""
        while walk.step is not None and not isinstance(walk.step, Emit):
            if not isinstance(walk.step, Pull):
                await self._do(walk)
            elif isinstance(source, AsyncIterator):
                walk.send(await anext(source, END))
            else:
                walk.send(next(source, END))

    async def _rows(self, walk: Walk, source: _Source) -> AsyncGenerator[Any, None]:
        reservation = None
        try:
            while isinstance(walk.step, Emit):
                reservation = walk.step.reservation
                self._book.handing_out(reservation, walk.step.persons)
                yield walk.step.row
                walk.send(None)
                await self._advance(walk, source)
        finally:  # also when the client has gone: rows not handed out are released
            walk.close()
            settlement = self._book.settle_stream(reservation)
            if settlement is not None:
                await _whole(self._settle(settlement))


def awaited(gate: SyncGate | AwaitedGate) -> AwaitedGate:
    """Makes a gate that can be awaited; one that cannot is called in a thread."""
    if inspect.iscoroutinefunction(gate.reserve):
        return cast("AwaitedGate", gate)
    return _Threaded(cast("SyncGate", gate))


class _Threaded:
    def __init__(self, gate: SyncGate) -> None:
        self._gate = gate

    async def check(self, asked: Asked) -> Answer:
        return await asyncio.to_thread(self._gate.check, asked)

    async def reserve(self, asked: Asked) -> Answer:
        return await asyncio.to_thread(self._gate.reserve, asked)

    async def observe(self, asked: Asked) -> Answer:
        return await asyncio.to_thread(self._gate.observe, asked)

    async def post(self, reservation: str, shown: Sequence[str] | None = None) -> Settled:
        return await asyncio.to_thread(self._gate.post, reservation, shown)

    async def release(self, reservation: str) -> Settled:
        return await asyncio.to_thread(self._gate.release, reservation)


class _FromThread:
    """A gate on the event loop, for whoever is in a thread beside it."""

    def __init__(self, gate: AwaitedGate, loop: asyncio.AbstractEventLoop) -> None:
        self._gate, self._loop = gate, loop

    def _wait(self, answer: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(answer, self._loop).result()

    def check(self, asked: Asked) -> Answer:
        return self._wait(self._gate.check(asked))

    def reserve(self, asked: Asked) -> Answer:
        return self._wait(self._gate.reserve(asked))

    def observe(self, asked: Asked) -> Answer:
        return self._wait(self._gate.observe(asked))

    def post(self, reservation: str, shown: Sequence[str] | None = None) -> Settled:
        return self._wait(self._gate.post(reservation, shown))

    def release(self, reservation: str) -> Settled:
        return self._wait(self._gate.release(reservation))


def _kept(action: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    task = asyncio.get_running_loop().create_task(action)
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)
    return task


async def _whole(action: Coroutine[Any, Any, None]) -> None:
    """Carries an action out whole, also when whoever waits for it is cancelled."""
    await asyncio.shield(_kept(action))
