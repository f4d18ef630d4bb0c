"""How does a gate decide whose counts are shared with other gates? Calls in small batches, and a written choice when the counter is away.

Calls that wait are sent together; while one batch is on its way the next gathers. When the counter does
not answer, the operator's choice decides (`deny`, or `permit` within a local allowance), and every decision
taken so says so, in the answer and in the ledger.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from ecluse.engine.evaluate import Engine
from ecluse.engine.explain import Usage
from ecluse.model.access import AccessRequest
from ecluse.model.asked import Answer, Asked, Operation
from ecluse.model.call import Call, Verdict
from ecluse.model.client import Client
from ecluse.model.decision import Decision, Hold, Reason
from ecluse.model.errors import UnavailableError
from ecluse.model.policy import Budget, Effect, Key, PolicySet
from ecluse.model.settings import Failure, SharedCounter
from ecluse.ports import Counter, Ticket
from ecluse.runners.commits import GroupCommit
from ecluse.runners.embedded import PERSONS_AT_ONCE
from ecluse.runners.owed import Owed
from ecluse.runners.reservations import Reservations
from ecluse.service.gatekeeper import Gatekeeper, Prepared

__all__ = ["OWED_MAX", "UNREACHABLE", "OnChange", "SharedCounts"]

UNREACHABLE: Final = "counter-unreachable"
"""Stands for a budget in the reasons of what is refused while the counter is away."""

OWED_MAX: Final = 100_000
"""Persons of accesses decided without the counter that are kept to be charged later; the ledger has the others."""

_BATCH_MAX: Final = 64
_IN_FLIGHT: Final = 2
_REFUSED: Final = Decision(Effect.DENY, (Reason(UNREACHABLE, 0, 0, 0, Effect.DENY),))


class OnChange(Protocol):
    """Is told whenever the counter goes away or comes back."""

    def __call__(self, *, reached: bool) -> None: ...


class _Waiting:
    """A call on its way to the counter."""

    __slots__ = ("call", "verdict")

    def __init__(self, call: Call, verdict: "asyncio.Future[Verdict]") -> None:
        self.call, self.verdict = call, verdict


class SharedCounts:
    """What a desk asks of its counts, answered by the shared counter."""

    def __init__(
        self,
        keeper: Gatekeeper,
        counter: Counter,
        commits: GroupCommit,
        settings: SharedCounter,
        *,
        on_change: OnChange,
    ) -> None:
        self.keeper, self.counter = keeper, counter
        self._commits, self._settings = commits, settings
        self._on_change = on_change
        self.reservations = Reservations()
        self.barred = False
        """Whether the counter may not be asked, although it may answer: another gate has the name of this one."""
        self._local = Engine(_allowance(settings))
        self._owed = Owed(OWED_MAX)
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._reached = True
        self._workers = [asyncio.create_task(self._work()) for _ in range(_IN_FLIGHT)]

    @property
    def degraded(self) -> str:
        """What is decided while the counter is away; empty while it answers."""
        return "" if self._reached else self._settings.when_unreachable.value

    async def ask(self, operation: Operation, asked: Asked, client: Client) -> Answer:
        """Decides one request; durable when it returns."""
        prepared = self.keeper.prepare(operation, asked, client)
        answer, ticket = self._conclude(prepared, await self._send(prepared), client)
        if ticket is not None:
            await self._durable([answer], [ticket])
        return answer

    async def ask_many(
        self, calls: Sequence[tuple[Operation, Asked]], client: Client
    ) -> list[Answer]:
        """Decides several requests in order, with one wait for the disk."""
        prepared, persons = list[Prepared](), 0
        for operation, asked in calls:
            prepared.append(self.keeper.prepare(operation, asked, client))
            persons += len(asked.persons)
            if persons > PERSONS_AT_ONCE:
                persons = 0
                await asyncio.sleep(0)
        verdicts = [self._send(p) for p in prepared]
        told = [
            self._conclude(p, await verdict, client)
            for p, verdict in zip(prepared, verdicts, strict=True)
        ]
        answers = [answer for answer, _ in told]
        await self._durable(answers, [ticket for _, ticket in told if ticket is not None])
        return answers

    async def post(self, name: str, client: Client, shown: Sequence[str] | None) -> bool:
        """Confirms a reservation, or a part of it; the rest is written as not shown.

        Raises:
            CallerError: when somebody is said to be shown who was not reserved; it stays open then.
        """
        if shown is not None and not shown:
            return await self.release(name, client)
        keeper = self.keeper
        found = self.reservations.find(name, client)
        if found is None:
            return False
        persons = None if shown is None else keeper.persons(shown, of=found.prepared)
        self.reservations.drop(name)
        if found.number < 0 or not await self.counter.post(found.number, persons):
            return False
        if shown is not None:
            keeper.take_back(found.prepared, found.seq, keeper.now(), shown)
        keeper.tally.settled["post"] += 1
        return True

    async def release(self, name: str, client: Client) -> bool:
        """Takes a reservation back, and writes so."""
        found = self.reservations.take(name, client)
        if found is None or found.number < 0 or not await self.counter.release(found.number):
            return False
        self.keeper.take_back(found.prepared, found.seq, self.keeper.now(), None)
        self.keeper.tally.settled["release"] += 1
        return True

    async def usage(self, request: AccessRequest) -> tuple[Usage, ...]:
        """The numbers of every budget that a request draws on."""
        if self.barred:
            raise _name_taken()
        return await self.counter.usage(request)

    async def holds(self) -> dict[tuple[Key, str], Hold]:
        """What is closed."""
        return await self.counter.holds()

    async def hold(self, key: Key, name: str, hold: Hold) -> None:
        """Closes an account or session for every gate."""
        await self.counter.hold(key, name, hold)

    async def reopen(self, key: Key, name: str) -> bool:
        """Opens it again for every gate."""
        return await self.counter.reopen(key, name)

    def tend(self) -> None:
        """Forgets what is past its lifetime; called every second."""
        self.keeper.tally.settled["expire"] += self.reservations.expire(self.keeper.now())

    async def close(self) -> None:
        """Stops sending."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self.counter.close()

    def _send(self, prepared: Prepared) -> "asyncio.Future[Verdict]":
        verdict: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        if prepared.refusal is not None:
            reason = prepared.refusal
            verdict.set_result(Verdict(Decision(reason.effect, (reason,)), self.keeper.now()))
        else:
            call = Call(prepared.operation, prepared.request)
            self._queue.put_nowait(_Waiting(call, verdict))
        return verdict

    def _conclude(
        self, prepared: Prepared, verdict: Verdict, client: Client
    ) -> tuple[Answer, Ticket | None]:
        number, name = verdict.decision.reservation, None
        if number is not None:
            end = verdict.at + self.keeper.settings.reservation
            name = self.reservations.add(number, prepared, client, end)
        # It may answer again by now; this was decided without it.
        away = self._settings.when_unreachable.value if _is_local(verdict) else ""
        answer, ticket = self.keeper.conclude(prepared, verdict, reservation=name, degraded=away)
        if ticket is not None and name is not None:
            self.reservations.written(name, ticket.seq)
        return answer, ticket

    async def _durable(self, answers: Sequence[Answer], tickets: Sequence[Ticket]) -> None:
        try:
            await self._commits.keep(*tickets)
        except UnavailableError:
            for answer in answers:
                found = (
                    None
                    if answer.reservation is None
                    else self.reservations.drop(answer.reservation)
                )
                if found is not None and found.number >= 0:
                    await self.counter.release(found.number)
            raise

    async def _work(self) -> None:
        """Sends what waits, batch after batch."""
        while True:
            waiting = [await self._queue.get()]
            while len(waiting) < _BATCH_MAX and not self._queue.empty():
                waiting.append(self._queue.get_nowait())
            sending = asyncio.ensure_future(self._send_batch(waiting))
            try:
                await asyncio.wait([sending])
            finally:
                sending.cancel()
            failed = None if sending.cancelled() else sending.exception()
            for waited in waiting:  # a fault of ours ends these calls, not the sending
                if failed is not None and not waited.verdict.done():
                    waited.verdict.set_exception(failed)

    async def _send_batch(self, waiting: Sequence[_Waiting]) -> None:
        try:
            if self.barred:
                raise _name_taken()
            verdicts = await self.counter.decide([w.call for w in waiting])
        except UnavailableError:
            self._set_reached(reached=False)
            verdicts = [self._decide_alone(w.call) for w in waiting]
        else:
            self._set_reached(reached=True)
        for waited, verdict in zip(waiting, verdicts, strict=True):
            if not waited.verdict.done():
                waited.verdict.set_result(verdict)

    def _set_reached(self, *, reached: bool) -> None:
        if reached != self._reached:
            self._reached = reached
            self._on_change(reached=reached)

    def _decide_alone(self, call: Call) -> Verdict:
        """Decides without the counter, as the operator wrote down."""
        now = self.keeper.now()
        if call.operation == "observe":
            self._owed.add(now, call.request)
            return Verdict(_LOCAL_PERMIT, now)
        if self._settings.when_unreachable is Failure.DENY or not self._settings.allowance:
            return Verdict(_REFUSED, now)
        decision = self._local.check(call.request, now)
        if decision.permitted:
            self._owed.add(now, call.request)
            return Verdict(_LOCAL_PERMIT, now)
        return Verdict(_REFUSED, now)

    def answers_again(self) -> None:
        """The counter is whole, although nobody has asked for a decision since: who is told so may ask again."""
        self._set_reached(reached=True)

    async def remember_holds(self) -> None:
        """Notes what is closed, so that it stays closed while the counter is away."""
        self._local.holds = await self.counter.holds()

    async def pay_back(self, bring_ledger: Callable[[], Awaitable[None]]) -> None:
        """Charges to the counter what was released without it; called when it answers again.

        Args:
            bring_ledger: gives the counter all that the ledger holds; called when more was released than is kept here.

        Raises:
            UnavailableError: when it is away again; nothing is forgotten.
        """
        if self._owed.spilled:
            before = self._owed.spilled
            await bring_ledger()
            self._owed.brought(before)
        owed = self._owed.take()
        try:
            if owed:
                await self.counter.load(owed, complete=False)
        except UnavailableError:
            self._owed.put_back(owed)
            raise


_LOCAL_PERMIT: Final = Decision(Effect.PERMIT, ())


def _name_taken() -> UnavailableError:
    return UnavailableError(
        "another gate has the name of this one at the shared counter",
        help="give each gate a name of its own as `gate` in its settings, and list all of them in `gates`",
    )


def _is_local(verdict: Verdict) -> bool:
    return verdict.decision is _LOCAL_PERMIT or verdict.decision is _REFUSED


def _allowance(settings: SharedCounter) -> PolicySet:
    if not settings.allowance:
        return PolicySet(())
    return PolicySet((Budget("allowance", (Key.ACCOUNT,), settings.allowance),))
