"""Who hears of a finding, and did they? A bounded queue and a thread for each channel, beside the event loop.

Nothing here may hold up a decision. What cannot be told is tried again for a quarter of an hour, counted, and a
finding of its own, which the other channels tell. A flood of findings is told as a number; each severity has its
own share, so that noise of a lighter one does not drown a heavier one.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ecluse.model.channel import Channel as ChannelSettings
from ecluse.model.channel import Message
from ecluse.model.errors import EcluseError
from ecluse.model.finding import Finding, Severity
from ecluse.model.time import HOUR
from ecluse.ports import Channel
from ecluse.reports.text import visible
from ecluse.service.findings_book import FindingsBook
from ecluse.service.tally import Tally

__all__ = ["CHANNEL_FAILED", "TOLD", "Outlet", "Telling", "remember"]

TOLD: Final = "told"
"""Kind of the entry that says that a channel took a message: which, about what, and what its server said."""

CHANNEL_FAILED: Final = "channel-failed"

_WAITING_MAX: Final = 200
_PAUSES: Final = (1.0, 5.0, 15.0, 30.0, *(60.0 for _ in range(14)))
"""Seconds between attempts: a quarter of an hour in all."""
_LOUD_FROM: Final = 2
"""Attempts that may fail before a person must know."""
_TEXT_MAX: Final = 1000
_KNOWN_MAX: Final = 5000

Note = Callable[[str, dict[str, Any]], object]
"""Writes an entry of a kind with a detail."""


@dataclass(slots=True)
class Outlet:
    """A channel, and what waits for it.

    Attributes:
        last: when the same finding was told last, by code and what it is about.
        sent: instants of the last hour's messages, by severity.
        held: findings that were not told one by one, by severity.
        busy: whether a message is on its way.
    """

    settings: ChannelSettings
    channel: Channel
    last: dict[tuple[str, str], int] = field(default_factory=dict)
    sent: dict[Severity, deque[int]] = field(default_factory=dict)
    held: dict[Severity, int] = field(default_factory=dict)
    queue: deque[Message] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    busy: bool = False


class Telling:
    """Tells channels of findings. Made on the event loop; `told` is called there."""

    def __init__(
        self,
        outlets: Sequence[Outlet],
        *,
        findings: FindingsBook,
        note: Note,
        now: Callable[[], int],
        tally: Tally,
        gate: str,
        pauses: Sequence[float] = _PAUSES,
    ) -> None:
        self._outlets, self._findings, self._note = tuple(outlets), findings, note
        self._now, self._tally, self._gate, self._pauses = now, tally, gate, tuple(pauses)
        self._threads = [ThreadPoolExecutor(1, thread_name_prefix="ecluse-tell") for _ in outlets]
        self._tasks = [
            asyncio.create_task(self._work(outlet, thread))
            for outlet, thread in zip(self._outlets, self._threads, strict=True)
        ]

    def told(self, finding: Finding, over: bool) -> None:  # noqa: FBT001 - the shape that FindingsBook calls
        """Puts a finding before every channel that is to hear of it. Never waits, never fails."""
        at, said = self._now(), _harmless(finding)
        for outlet in self._outlets:
            if self._concerns(outlet, said, over=over):
                self._offer(outlet, Message(said, over, at, self._gate))

    def forget(self, code: str, about: str) -> None:
        """Lets a finding be told again before its time: a drill begins, and its alarm is another one."""
        for outlet in self._outlets:
            outlet.last.pop((code, about), None)

    async def tend(self) -> None:
        """Tells how many findings were held back, once there is room; called every minute or so."""
        at = self._now()
        for outlet in self._outlets:
            for severity, number in list(outlet.held.items()):
                if number and self._room(outlet, severity, at):
                    outlet.held[severity] = 0
                    self._put(outlet, Message(_many(severity, number), False, at, self._gate))  # noqa: FBT003 - not over

    async def close(self) -> None:
        """Stops. What waits is lost; the findings stand in the ledger, and are open at the next start if they still hold."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for thread in self._threads:
            thread.shutdown(wait=False, cancel_futures=True)

    def _concerns(self, outlet: Outlet, finding: Finding, *, over: bool) -> bool:
        settings = outlet.settings
        itself = finding.code == CHANNEL_FAILED and finding.about == settings.name
        return finding.severity >= settings.severity and not itself and (settings.over or not over)

    def _offer(self, outlet: Outlet, message: Message) -> None:
        key = (message.finding.code, message.finding.about)
        if message.over:
            if key not in outlet.last:
                return  # whoever was not told of it need not hear of its end
        else:
            last = outlet.last.get(key)
            if last is not None and message.at - last < outlet.settings.repeat:
                return
        severity = message.finding.severity
        if not self._room(outlet, severity, message.at):
            outlet.held[severity] = outlet.held.get(severity, 0) + 1
            self._tally.told[outlet.settings.name, "held"] += 1
            return
        if not message.over:
            self._remember(outlet, key, message.at)
        self._put(outlet, message)

    def _room(self, outlet: Outlet, severity: Severity, at: int) -> bool:
        sent = outlet.sent.setdefault(severity, deque())
        while sent and at - sent[0] >= HOUR:
            sent.popleft()
        return len(sent) < outlet.settings.most

    def _remember(self, outlet: Outlet, key: tuple[str, str], at: int) -> None:
        outlet.last.pop(key, None)
        outlet.last[key] = at
        while len(outlet.last) > _KNOWN_MAX:
            del outlet.last[next(iter(outlet.last))]

    def _put(self, outlet: Outlet, message: Message) -> None:
        outlet.sent[message.finding.severity].append(message.at)
        if len(outlet.queue) >= _WAITING_MAX:
            self._tally.told[outlet.settings.name, "lost"] += 1
            return
        outlet.queue.append(message)
        outlet.arrived.set()

    async def _work(self, outlet: Outlet, thread: ThreadPoolExecutor) -> None:
        while True:
            while not outlet.queue:
                outlet.arrived.clear()
                await outlet.arrived.wait()
            outlet.busy = True
            try:
                await self._deliver(outlet, outlet.queue.popleft(), thread)
            finally:
                outlet.busy = False

    async def _deliver(self, outlet: Outlet, message: Message, thread: ThreadPoolExecutor) -> None:
        name, loop = outlet.settings.name, asyncio.get_running_loop()
        for attempt, pause in enumerate((*self._pauses, None), 1):
            try:
                receipt = await loop.run_in_executor(thread, outlet.channel.send, message)
            except (EcluseError, OSError, ValueError) as error:
                self._tally.told[name, "failed"] += 1
                if attempt >= _LOUD_FROM:
                    self._findings.raise_(_failing(name, error))
                if pause is None:
                    break
                await asyncio.sleep(pause)
            else:
                self._tally.told[name, "sent"] += 1
                self._findings.settle(CHANNEL_FAILED, name)
                self._write(outlet, message, receipt=receipt)
                return
        self._tally.told[name, "lost"] += 1
        outlet.last.pop((message.finding.code, message.finding.about), None)
        self._write(outlet, message, receipt="")

    def _write(self, outlet: Outlet, message: Message, *, receipt: str) -> None:
        """That somebody was told is in the ledger, as is that nobody was."""
        finding = message.finding
        detail = {
            "channel": outlet.settings.name,
            "kind": outlet.settings.kind,
            "code": finding.code,
            "about": finding.about,
            "over": message.over,
            "message": message.id,
            "taken": bool(receipt),
            "confirmed": bool(receipt) and outlet.channel.confirms,
            "receipt": receipt[:_TEXT_MAX],
        }
        try:
            self._note(TOLD, detail)
        except EcluseError:
            self._tally.told[outlet.settings.name, "unwritten"] += 1


def remember(outlets: Iterable[Outlet], told: Iterable[tuple[str, str, str, int]]) -> None:
    """Takes in what was told before this gate started, so that a gate that starts often does not tell it each time.

    Args:
        outlets: the channels.
        told: channel, code, what it was about, and when; oldest first.
    """
    by_name = {outlet.settings.name: outlet for outlet in outlets}
    for name, code, about, at in told:
        if name in by_name:
            by_name[name].last[code, about] = at


def _harmless(finding: Finding) -> Finding:
    """The finding with names that strangers chose made harmless, for headers, terminals and log lines."""
    return replace(
        finding,
        what=visible(finding.what, longest=_TEXT_MAX),
        help=visible(finding.help, longest=_TEXT_MAX),
        about=finding.about and visible(finding.about, longest=256),
    )


def _many(severity: Severity, number: int) -> Finding:
    return Finding(
        code="findings-held-back",
        severity=severity,
        what=f"{number} more findings of severity {severity.name.lower()} were not told one by one",
        help="`ecluse gate findings` lists those that are open",
    )


def _failing(name: str, error: Exception) -> Finding:
    return Finding(
        code=CHANNEL_FAILED,
        severity=Severity.HIGH,
        what=f"channel `{name}` does not take messages: nobody is told through it; {error}",
        help=getattr(error, "help", "") or "see its server; the gate tries again by itself",
        about=name,
    )
