"""What can be asked of a running gate? Decisions go to its counts; the rest is explained, shown and changed here."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol

from ecluse.engine.explain import Usage
from ecluse.model.access import AccessRequest
from ecluse.model.asked import Answer, Asked, Operation
from ecluse.model.client import Client, Scope
from ecluse.model.decision import Hold
from ecluse.model.errors import CallerError
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import Key
from ecluse.model.time import format_instant
from ecluse.runners.commits import GroupCommit
from ecluse.runners.explaining import (
    about_nobody,
    entry_in_words,
    find_entry,
    refusal_in_words,
    usage_in_words,
)
from ecluse.service.findings_book import FindingsBook
from ecluse.service.gatekeeper import Gatekeeper
from ecluse.service.tally import Tally

__all__ = ["Counts", "GateDesk"]

Acting = Callable[[dict[str, Any], str], Awaitable[dict[str, Any]]]
"""Makes one kind of act: its detail, and the person's name."""


_BY_PROGRAMS: Final = {"account": Scope.REPORT, "drill": Scope.DRILL}
"""What a client that is no person's may tell, and the scope that it needs."""


class Counts(Protocol):
    """Where the live counts are, in memory or shared."""

    @property
    def degraded(self) -> str:
        """What is decided while the counts are out of reach; empty when they are not."""
        ...

    async def ask(self, operation: Operation, asked: Asked, client: Client) -> Answer: ...
    async def ask_many(
        self, calls: Sequence[tuple[Operation, Asked]], client: Client
    ) -> list[Answer]: ...
    async def post(self, name: str, client: Client, shown: Sequence[str] | None) -> bool: ...
    async def release(self, name: str, client: Client) -> bool: ...
    async def usage(self, request: AccessRequest) -> tuple[Usage, ...]: ...
    async def holds(self) -> dict[tuple[Key, str], Hold]: ...


class GateDesk:
    """The `Desk` of a gate."""

    def __init__(
        self,
        keeper: Gatekeeper,
        counts: Counts,
        commits: GroupCommit,
        findings: FindingsBook,
        acts: dict[str, Acting],
    ) -> None:
        self.keeper, self.counts = keeper, counts
        self.ask, self.ask_many = counts.ask, counts.ask_many
        self._commits, self._findings, self._acts = commits, findings, acts
        self._since = keeper.now()

    async def post(
        self, reservation: str, client: Client, shown: Sequence[str] | None = None
    ) -> bool:
        """Confirms a reservation of this client."""
        return await self.counts.post(reservation, client, shown)

    async def release(self, reservation: str, client: Client) -> bool:
        """Takes a reservation of this client back."""
        return await self.counts.release(reservation, client)

    async def explain(self, asked: Asked | int, client: Client) -> dict[str, Any]:
        """Tells the numbers for a request without counting it, or what was decided then.

        Raises:
            CallerError: when there is no such entry, or it is of an application that is not the client's.
        """
        keeper = self.keeper
        if isinstance(asked, int):
            await self._commits.wait()
            row = await asyncio.to_thread(find_entry, keeper.ledger, asked)
            if client.applications is not None and row["application"] not in client.applications:
                raise CallerError(f"there is no entry {asked} of your applications")
            await self._asked("entry", str(asked), client)
            return entry_in_words(row, keeper.policies)
        prepared = keeper.prepare("check", asked, client)
        await self._asked("explain", asked.account, client)
        usage = await self.counts.usage(prepared.request)
        return {
            "account": asked.account,
            "application": prepared.request.application,
            "closed": refusal_in_words(prepared.refusal, keeper.policies),
            "budgets": usage_in_words(usage, keeper.policies),
        }

    async def status(self, account: str, application: str, client: Client) -> dict[str, Any]:
        """Tells what an account may still read in an application, and what is closed."""
        keeper = self.keeper
        prepared = keeper.prepare("check", Asked(account=account, application=application), client)
        usage = await self.counts.usage(about_nobody(prepared.request))
        held = (await self.counts.holds()).get((Key.ACCOUNT, account))
        await self._asked("status", account, client)
        return {
            "account": account,
            "application": prepared.request.application,
            "kind": prepared.request.kind,
            "organization": prepared.request.organization,
            "lineage": prepared.request.lineage,
            "hold": None
            if held is None
            else {"policy": held.policy, "at": format_instant(held.at)},
            "closed": refusal_in_words(prepared.refusal, keeper.policies),
            "budgets": usage_in_words(usage, keeper.policies),
        }

    async def act(self, kind: str, detail: dict[str, Any], client: Client) -> dict[str, Any]:
        """Makes a person's act; that an account was created, or a drill begins, a program may tell as well.

        Raises:
            CallerError: when nobody is named, or the act is unknown or impossible.
        """
        told_by_program = _BY_PROGRAMS.get(kind) in client.may
        if not client.person and not told_by_program:
            raise CallerError(
                f"`{client.id}` is no person's client",
                help="acts are made by a named person: enrol one with `ecluse client add --person`",
            )
        acting = self._acts.get(kind)
        if acting is None:
            raise CallerError(f"`{kind}` is no act", help=f"one of {', '.join(sorted(self._acts))}")
        return await acting(detail, client.person or client.id)

    def findings(self) -> tuple[Finding, ...]:
        """What is open now, most severe first."""
        return self._findings.open()

    def acknowledged(self, finding: Finding) -> dict[str, str] | None:
        """Who has seen a finding, and when."""
        seen = self._findings.acknowledged(finding)
        return None if seen is None else {"by": seen.by, "at": format_instant(seen.at)}

    def health(self) -> dict[str, Any]:
        """Whether it decides, without names: anybody may ask."""
        grave = any(f.severity >= Severity.HIGH for f in self._findings.open())
        away = self.counts.degraded
        status = "fail" if away == "deny" else "warn" if away or grave else "pass"
        return {
            "status": status,
            "since": format_instant(self._since),
            "counter": away or "reached",
            "durable": self.keeper.settings.durable,
            "findings": len(self._findings.open()),
        }

    def tally(self) -> Tally:
        """Counts since the start."""
        return self.keeper.tally

    async def _asked(self, question: str, about: str, client: Client) -> None:
        """Who looks into the ledger is in the ledger, before anything is seen (CNIL, délibération 2021-122)."""
        detail = {"question": question, "about": about, "by": client.person or client.id}
        await self._commits.keep(self.keeper.note("query", detail))
