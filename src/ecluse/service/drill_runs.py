"""Which drill runs now, and how did the last ones end? What the gate itself knows of drills.

1. a run is announced, and its entry is durable before the synthetic account reads anybody: until it ends, the
   account's reading of honey persons is no finding;
2. what it found is written when it ends: a failure is a finding with an owner;
3. a run that never ends, and an alarm that nobody acknowledges in time, are findings too.

Nothing here changes a limit: whoever announces drills can make the gate look away from honey persons, and from nothing else.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ecluse.model.drill import DrillDetail
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError
from ecluse.model.finding import Finding, Severity
from ecluse.model.time import HOUR, SECOND, format_instant
from ecluse.ports import Ledger, Ticket
from ecluse.service.findings_book import FindingsBook
from ecluse.service.refusals import Refusals

__all__ = ["ALARM", "DRILL", "DrillRuns"]

DRILL: Final = "drill"
"""Kind of the entries of a drill: its beginning, its end, and a later check."""

ALARM: Final = "account-over-budget"
"""Code of the finding that a drill must bring about."""

_WITHIN_MAX: Final = HOUR // SECOND
_NAME_MAX: Final = 128
_SIZE_MAX: Final = 64 * 1024
_WAITING_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class _Run:
    number: int
    drill: str
    owner: str
    ends: int


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A run whose alarm a person has yet to acknowledge."""

    drill: str
    owner: str
    account: str
    until: int


class DrillRuns:
    """The drills of one gate. One thread at a time.

    Attributes:
        forget: hears, by code and what it is about, of a finding that is to be told anew however short the time since.
    """

    def __init__(
        self,
        ledger: Ledger,
        findings: FindingsBook,
        refusals: Refusals,
        *,
        accounts: Collection[str],
        now: Callable[[], int],
    ) -> None:
        self._ledger, self._findings, self._refusals = ledger, findings, refusals
        self._accounts, self._now = frozenset(accounts), now
        self.forget: Callable[[str, str], None] = lambda _, __: None
        self._running: dict[str, _Run] = {}
        self._waiting: dict[str, _Waiting] = {}

    def drilled(self, account: str, at: int) -> bool:
        """Whether a drill of the account runs."""
        run = self._running.get(account)
        return run is not None and at < run.ends

    def act(self, body: dict[str, Any], by: str) -> tuple[dict[str, Any], Ticket]:
        """Takes in the beginning, the end or the later check of a run; the entry waits for the next commit.

        Raises:
            CallerError: when it is not as it should be, no such account is for drills, or another run is at it.
        """
        said = _read(body, by)
        at = self._now()
        if said.account not in self._accounts:
            raise CallerError(
                f"`{said.account}` is not an account for drills",
                help="name it in `honey.accounts` of the gate's settings, and start the gate again",
            )
        if said.phase == "begin":
            self._check_free(said, at)
        elif said.phase == "end":
            self._check_running(said)
        detail = msgspec.json.encode(said).decode()
        ticket = self._ledger.append(Entry(at=at, account=said.account, kind=DRILL, detail=detail))
        if said.phase == "begin":
            self._begin(said, ticket.seq, at)
        else:
            self._end(said, at)
        run = ticket.seq if said.phase == "begin" else said.run
        return {"done": DRILL, "entry": ticket.seq, "run": run, "at": format_instant(at)}, ticket

    def look(self) -> None:
        """Called every few seconds: runs that never ended, and alarms that nobody acknowledged in time."""
        at = self._now()
        for account, run in list(self._running.items()):
            if at >= run.ends:
                del self._running[account]
                self._fail(run.drill, run.owner, "it began and did not end")
        for name, waiting in list(self._waiting.items()):
            alarm = next(
                (
                    f
                    for f in self._findings.open()
                    if f.code == ALARM and f.about == waiting.account
                ),
                None,
            )
            if alarm is not None and self._findings.acknowledged(alarm) is not None:
                del self._waiting[name]
            elif at >= waiting.until:
                del self._waiting[name]
                self._fail(name, waiting.owner, "nobody acknowledged its alarm in time")

    def _check_free(self, said: DrillDetail, at: int) -> None:
        if self.drilled(said.account, at):
            other = self._running[said.account]
            raise CallerError(
                f"drill `{other.drill}` is at work with `{said.account}` until {format_instant(other.ends)}",
                help="wait for its end",
            )
        if not 0 < said.within <= _WITHIN_MAX:
            raise CallerError(f"a drill runs for {_WITHIN_MAX} seconds at most")

    def _check_running(self, said: DrillDetail) -> None:
        run = self._running.get(said.account)
        if run is None or run.number != said.run:
            raise CallerError(
                f"no run {said.run} of `{said.account}` is open",
                help="it took too long, or the gate was started again meanwhile; run the drill again",
            )

    def _begin(self, said: DrillDetail, number: int, at: int) -> None:
        ends = at + said.within * SECOND
        self._running[said.account] = _Run(number, said.drill, said.owner, ends)
        # The alarm of the last drill would stand in for this one's.
        self._refusals.forget(said.account)
        self._findings.settle(ALARM, said.account)
        self.forget(ALARM, said.account)

    def _end(self, said: DrillDetail, at: int) -> None:
        if said.phase == "end":
            del self._running[said.account]
        if said.passed:
            self._waiting.pop(said.drill, None)
            self._findings.settle("drill-failed", said.drill)
            return
        failed = [check.code for check in said.checks if check.passed is False]
        if failed or said.passed is False:
            self._waiting.pop(said.drill, None)
            self._fail(
                said.drill,
                said.owner,
                f"not as it should be: {', '.join(failed) or 'it broke off'}",
            )
        elif len(self._waiting) < _WAITING_MAX:
            until = at + said.acknowledge * SECOND
            self._waiting[said.drill] = _Waiting(said.drill, said.owner, said.account, until)

    def _fail(self, drill: str, owner: str, why: str) -> None:
        self._findings.settle("drill-failed", drill)  # what is wrong now may be something else
        self._findings.raise_(
            Finding(
                code="drill-failed",
                severity=Severity.HIGH,
                what=f"drill `{drill}` failed: {why}; it is for {owner or 'nobody'} to put right",
                help="`ecluse drill check` says what was expected; until it passes, nobody knows that a theft would be noticed",
                about=drill,
            )
        )


def _read(body: dict[str, Any], by: str) -> DrillDetail:
    try:
        said = msgspec.convert({**body, "by": by}, DrillDetail)
        size = len(msgspec.json.encode(said))
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise CallerError(f"the drill is not as it should be: {error}") from None
    names = (said.drill, said.account, said.owner)
    if not said.drill or not said.account or max(map(len, names)) > _NAME_MAX or size > _SIZE_MAX:
        raise CallerError("the drill has no name or account, or is too long")
    return said
