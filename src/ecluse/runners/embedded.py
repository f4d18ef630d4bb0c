"""How does a gate decide that counts in its own memory? The engine on the event loop, the disk in a thread."""

import asyncio
from collections.abc import Sequence
from typing import Final

from ecluse.engine.evaluate import Engine
from ecluse.engine.explain import Usage, usage
from ecluse.engine.opening import opens_at
from ecluse.model.access import AccessRequest
from ecluse.model.asked import Answer, Asked, Operation
from ecluse.model.call import Verdict
from ecluse.model.client import Client
from ecluse.model.decision import Decision, Hold
from ecluse.model.errors import UnavailableError
from ecluse.model.policy import Key
from ecluse.ports import Ticket
from ecluse.runners.adoption import Adoption
from ecluse.runners.commits import GroupCommit
from ecluse.runners.reservations import Reservations
from ecluse.service.gatekeeper import Gatekeeper, Prepared

__all__ = ["PERSONS_AT_ONCE", "Decider", "EmbeddedCounts"]

PERSONS_AT_ONCE: Final = 2_000
"""Persons of a batch after which others have their turn."""


class Decider:
    """Decides in memory, synchronously: what the event loop and an application's own threads share.

    One thread at a time; the answer may be given once the ticket's entry is durable.
    """

    def __init__(self, keeper: Gatekeeper, adoption: Adoption) -> None:
        self.keeper, self.adoption = keeper, adoption
        self.reservations = Reservations()

    @property
    def engine(self) -> Engine:
        """The engine in force; a change of policies replaces it."""
        return self.adoption.engine

    def decide(
        self, operation: Operation, asked: Asked, client: Client
    ) -> tuple[Answer, Ticket | None]:
        """Decides one request and appends its entry.

        Raises:
            CallerError: when it cannot be asked so.
            UnavailableError: when the ledger takes no more entries.
        """
        keeper = self.keeper
        prepared = keeper.prepare(operation, asked, client)
        verdict = self._verdict(prepared, asked)
        decision = verdict.decision
        name = None
        if decision.reservation is not None:
            end = verdict.at + keeper.settings.reservation
            name = self.reservations.add(decision.reservation, prepared, client, end)
        try:
            answer, ticket = keeper.conclude(prepared, verdict, reservation=name)
        except UnavailableError:
            self.undo(name)
            raise
        if ticket is not None:
            if name is not None:
                self.reservations.written(name, ticket.seq)
            if answer.released and self.adoption.recording:
                self.adoption.record(ticket.seq, verdict.at, prepared.request)
        return answer, ticket

    def _verdict(self, prepared: Prepared, asked: Asked) -> Verdict:
        engine, request, now = self.engine, prepared.request, self.keeper.now()
        if prepared.refusal is not None:
            reason = prepared.refusal
            return Verdict(Decision(reason.effect, (reason,)), max(engine.clock, now))
        if prepared.operation == "check":
            decision = engine.check(request, now)
        elif prepared.operation == "reserve":
            decision = engine.reserve(request, now, self.keeper.settings.reservation)
        else:
            at = now if asked.at is None else min(asked.at, now)
            return Verdict(engine.observe(request, at), engine.clock)
        if decision.permitted:
            return Verdict(decision, engine.clock)
        return Verdict(decision, engine.clock, opens_at(engine, request))

    def post(self, name: str, client: Client, shown: Sequence[str] | None) -> bool:
        """Confirms a reservation, or a part of it; the rest is written as not shown.

        Raises:
            CallerError: when somebody is said to be shown who was not reserved; it stays open then.
        """
        if shown is not None and not shown:
            return self.release(name, client)
        keeper = self.keeper
        found = self.reservations.find(name, client)
        if found is None:
            return False
        persons = None if shown is None else keeper.persons(shown, of=found.prepared)
        self.reservations.drop(name)
        if not self.engine.post(found.number, keeper.now(), persons):
            return False
        if shown is not None:
            keeper.take_back(found.prepared, found.seq, self.engine.clock, shown)
        keeper.tally.settled["post"] += 1
        return True

    def release(self, name: str, client: Client) -> bool:
        """Takes a reservation back, and writes so."""
        keeper = self.keeper
        found = self.reservations.take(name, client)
        if found is None or not self.engine.release(found.number, keeper.now()):
            return False
        keeper.take_back(found.prepared, found.seq, self.engine.clock, None)
        keeper.tally.settled["release"] += 1
        return True

    def undo(self, name: str | None) -> None:
        """Takes back what was reserved when its entry could not be written."""
        found = None if name is None else self.reservations.drop(name)
        if found is not None:
            self.engine.release(found.number, self.keeper.now())

    def tend(self) -> None:
        """Ends what is past its lifetime; called every second."""
        now = self.keeper.now()
        self.engine.expire(now)
        self.keeper.tally.settled["expire"] += self.reservations.expire(now)


class EmbeddedCounts:
    """What a desk asks of its counts, answered from memory."""

    degraded = ""

    def __init__(self, decider: Decider, commits: GroupCommit) -> None:
        self._decider, self._commits = decider, commits

    async def ask(self, operation: Operation, asked: Asked, client: Client) -> Answer:
        """Decides one request; durable when it returns."""
        answer, ticket = self._decider.decide(operation, asked, client)
        if ticket is not None:
            try:
                await self._commits.keep(ticket)
            except UnavailableError:
                self._decider.undo(answer.reservation)
                raise
        return answer

    async def ask_many(
        self, calls: Sequence[tuple[Operation, Asked]], client: Client
    ) -> list[Answer]:
        """Decides several requests in order, with one wait for the disk."""
        answers, tickets, persons = list[Answer](), list[Ticket](), 0
        try:
            for operation, asked in calls:
                answer, ticket = self._decider.decide(operation, asked, client)
                answers.append(answer)
                tickets += [] if ticket is None else [ticket]
                persons += len(asked.persons)
                if persons > PERSONS_AT_ONCE:
                    persons = 0
                    await asyncio.sleep(0)
            await self._commits.keep(*tickets)
        except UnavailableError:
            for answer in answers:
                self._decider.undo(answer.reservation)
            raise
        return answers

    async def post(self, name: str, client: Client, shown: Sequence[str] | None) -> bool:
        """Confirms a reservation, or a part of it."""
        return self._decider.post(name, client, shown)

    async def release(self, name: str, client: Client) -> bool:
        """Takes a reservation back."""
        return self._decider.release(name, client)

    async def usage(self, request: AccessRequest) -> tuple[Usage, ...]:
        """The numbers of every budget that a request draws on."""
        await asyncio.sleep(0)
        self._decider.engine.expire(self._decider.keeper.now())
        return usage(self._decider.engine, request)

    async def holds(self) -> dict[tuple[Key, str], Hold]:
        """What is closed."""
        return dict(self._decider.engine.holds)

    async def hold(self, key: Key, name: str, hold: Hold) -> None:
        """Closes an account or session."""
        self._decider.engine.holds[key, name] = hold

    async def reopen(self, key: Key, name: str) -> bool:
        """Opens it again."""
        return self._decider.engine.reopen(key, name)

    def tend(self) -> None:
        """Ends what is past its lifetime; called every second."""
        self._decider.tend()
