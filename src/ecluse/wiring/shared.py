"""How does a gate count together with others? In Redis or Valkey; its own ledger gives back what that forgets."""

import asyncio
import secrets
import time
from dataclasses import dataclass

from ecluse.counters.redis import RedisCounter
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.access import AccessRequest
from ecluse.model.errors import ConfigError, UnavailableError
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import PolicySet
from ecluse.model.settings import SharedCounter
from ecluse.runners.claim import Claim, Holder
from ecluse.runners.pulse import Duty
from ecluse.runners.shared import SharedCounts
from ecluse.service.acts import adopt_accounts
from ecluse.service.findings_book import FindingsBook
from ecluse.service.gatekeeper import Gatekeeper
from ecluse.service.rebuild import closed, released
from ecluse.service.rebuild_acts import Holds
from ecluse.wiring import now
from ecluse.wiring.counting import Counting, Parts

__all__ = ["count_shared"]

_TOPIC = "standing"
_KEY = "pseudonym-key"


@dataclass(slots=True)
class _Shared:
    counts: SharedCounts
    told: str
    keeper: Gatekeeper
    counter: RedisCounter
    settings: SharedCounter
    findings: FindingsBook
    versions: dict[str, int]
    known: set[str]
    ledger: DirectoryLedger
    claim: Claim
    unspoken: bool = False
    """Whether a person decided something that other gates have not been told."""
    duties: tuple[Duty, ...] = ()

    async def adopt(self, policies: PolicySet) -> None:
        await self.counter.adopt(policies)
        await self._load(policies)

    async def spread(self) -> None:
        """Publishes under this gate's own name, so that no gate overwrites another's words.

        What cannot be told now is told when the counter answers again.
        """
        self.unspoken = True
        if not self.claim.held:
            return
        data = self.keeper.standing.snapshot()
        try:
            version = await self.counter.publish(f"{_TOPIC}@{self.settings.gate}", data)
        except UnavailableError:
            return
        self.versions[self.settings.gate] = version
        self.unspoken = data != self.keeper.standing.snapshot()

    async def begin(self) -> None:
        """Takes the gate's name; waits while it is not clear whether another runs under it.

        Raises:
            ConfigError: when another does.
        """
        while True:
            await self.look()
            if self.claim.held:
                return
            if self.claim.rival is not None:
                raise ConfigError(
                    f"another gate runs as `{self.settings.gate}` at this counter: each would take the other's ledger for its own",
                    help="give each gate a name of its own as `gate` in its settings, and list all of them in `gates`",
                )
            await asyncio.sleep(0.2)

    async def look(self) -> None:
        """Holds the gate's name, or lets go of it."""
        try:
            await self.claim.look()
        finally:
            self.counts.barred = not self.claim.held
        rival, found = self.claim.rival, list[Finding]()
        if rival is not None:
            does = (
                "this one goes on" if self.claim.held else "this one does not count with the others"
            )
            found.append(
                Finding(
                    code="gate-name-taken",
                    severity=Severity.CRITICAL,
                    what=f"another gate runs as `{self.settings.gate}`, with the ledger `{rival.ledger}`; {does}",
                    help="give each gate a name of its own as `gate` in its settings, and list all of them in `gates`",
                    about=self.settings.gate,
                )
            )
        self.findings.replace("name", found)

    async def introduce(self) -> None:
        """Compares pseudonym keys with the other gates: with two keys, one person would count as two.

        Raises:
            ConfigError: when another gate has another key.
        """
        mine = self.keeper.ledger.pseudonymizer.fingerprint.encode()
        for gate in self.settings.gates:
            if gate == self.settings.gate:
                await self.counter.publish(f"{_KEY}@{gate}", mine)
                continue
            _, theirs = await self.counter.published(f"{_KEY}@{gate}")
            if theirs and theirs != mine:
                raise ConfigError(
                    f"the gate `{gate}` has another pseudonym key: one person would count as two",
                    help="make this gate's ledger with `ecluse ledger init --pseudonym-key` and the other's key",
                )

    async def hear(self) -> None:
        """Takes in what other gates published."""
        for gate in self.settings.gates:
            if gate == self.settings.gate:
                continue
            version, data = await self.counter.published(f"{_TOPIC}@{gate}")
            if version != self.versions.get(gate, 0):
                self.keeper.standing.merge(data)
                adopt_accounts(self.keeper.standing, self.keeper.directory, but=self.known)
                self.known |= self.keeper.standing.accounts.keys()
                self.versions[gate] = version
        await self.counts.remember_holds()

    async def mend(self) -> None:
        """Gives the counter what it does not have: after it forgot, and after decisions without it."""
        if not self.claim.held:
            return
        whole = await self.counter.whole()
        if not whole and not await self.counter.brought():
            await self.introduce()
            await self._load(self.keeper.policies, lost=True)
            await self.spread()
        if self.unspoken:
            await self.spread()
        await self.counts.pay_back(self._bring)
        if whole:
            self.counts.answers_again()

    async def _load(self, policies: PolicySet, *, lost: bool = False) -> None:
        """Gives what this gate released; where the counter has lost it, also what is closed."""

        def read() -> tuple[list[tuple[int, AccessRequest]], Holds]:
            self.ledger.sync()  # what was decided may not be on disk yet
            history = list(released(policies, self.ledger, now=now()))
            return history, closed(policies, self.ledger) if lost else {}

        history, holds = await asyncio.to_thread(read)
        opened = self.keeper.standing.reopened
        kept = {subject: hold for subject, hold in holds.items() if hold.at > opened(*subject)}
        await self.counter.load(history, holds=kept)

    async def _bring(self) -> None:
        await self._load(self.keeper.policies)

    async def sealed(self) -> None:
        """Nothing depends on it."""

    async def close(self) -> None:
        await self.counts.close()


async def count_shared(parts: Parts) -> Counting:
    """Counts in a shared counter; the gate starts also while that is out of reach, and says so."""
    keeper, findings = parts.keeper, parts.findings
    settings = keeper.settings.counter
    assert settings is not None, "a shared counter is set"
    counter = RedisCounter(settings, keeper.policies, lifetime=keeper.settings.reservation)

    def on_change(*, reached: bool) -> None:
        if reached:
            findings.settle("counter-unreachable", settings.name)
            return
        findings.raise_(
            Finding(
                code="counter-unreachable",
                severity=Severity.CRITICAL,
                what=f"the shared counter cannot be reached: the gate decides `{settings.when_unreachable.value}`",
                help="bring it back; each decision taken so says so in the ledger",
                about=settings.name,
            )
        )

    counts = SharedCounts(keeper, counter, parts.commits, settings, on_change=on_change)
    where = "cluster" if settings.cluster else "server"
    told = f"counts shared with {len(settings.gates) - 1} other gates in a Redis {where}; when it is away: {settings.when_unreachable.value}"
    shared = _Shared(
        counts,
        told,
        keeper,
        counter,
        settings,
        findings,
        {},
        set(keeper.standing.accounts),
        parts.ledger,
        Claim(counter, settings.gate, _holder(parts.ledger), clock=time.monotonic),
    )
    shared.duties = (
        Duty("hold the name of the gate", 1.0, shared.look),
        Duty("hear other gates", 0.2, shared.hear),
        Duty("give the shared counter what it lacks", 0.5, shared.mend),
    )
    try:
        await shared.begin()
        await shared.introduce()
        await shared.mend()
        await shared.spread()
        await shared.hear()
    except UnavailableError:
        on_change(reached=False)
    return shared


def _holder(ledger: DirectoryLedger) -> Holder:
    return Holder(since=now(), process=secrets.token_hex(8), ledger=ledger.page.origin)
