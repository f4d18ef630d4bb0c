"""How do a gate's findings go to its channels, and what does it know of honey records and drills?"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from ecluse.channels import open_channel
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.errors import ConfigError
from ecluse.model.settings import Settings
from ecluse.runners.commits import GroupCommit
from ecluse.runners.telling import TOLD, Outlet, Telling, remember
from ecluse.service.drill_runs import DrillRuns
from ecluse.service.findings_book import FindingsBook
from ecluse.service.gatekeeper import Gatekeeper
from ecluse.service.honey import Honey
from ecluse.sources.written import read_written
from ecluse.wiring import now

__all__ = ["more_acts", "open_outlets", "open_telling", "read_honey_persons", "watch_honey"]

_NOTE_MAX: Final = 2000
_PERSONS_MAX: Final = 100_000

Acting = Callable[[dict[str, Any], str], Awaitable[dict[str, Any]]]


class _Acknowledge(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    about: str = ""
    note: str = ""


class _Told(msgspec.Struct):
    channel: str
    code: str
    about: str
    over: bool = False
    taken: bool = False


def open_outlets(settings: Settings) -> list[Outlet]:
    """Opens the channels of the settings.

    Raises:
        ConfigError: when a file that one of them names cannot be used.
    """
    return [Outlet(channel, open_channel(channel)) for channel in settings.channels]


def open_telling(
    outlets: list[Outlet], *, keeper: Gatekeeper, ledger: DirectoryLedger, findings: FindingsBook
) -> Telling:
    """Begins to tell; what the ledger says was told lately is not told again."""
    if outlets:
        longest = max(outlet.settings.repeat for outlet in outlets)
        remember(outlets, _told_since(ledger, now() - longest))
    counter = keeper.settings.counter
    return Telling(
        outlets,
        findings=findings,
        note=keeper.note,
        now=now,
        tally=keeper.tally,
        gate="gate" if counter is None else counter.gate,
    )


def watch_honey(settings: Settings, keeper: Gatekeeper, findings: FindingsBook) -> DrillRuns:
    """Lets the keeper watch for honey records where the settings name any; gives what knows of drills.

    Raises:
        ConfigError: when the file of the honey persons cannot be used.
    """
    said = settings.honey
    accounts = frozenset[str]() if said is None else said.accounts
    runs = DrillRuns(keeper.ledger, findings, keeper.refusals, accounts=accounts, now=now)
    if said is not None:
        names = keeper.ledger.pseudonymizer.pseudonyms(read_honey_persons(Path(said.persons)))
        keeper.honey = Honey(names, accounts, drilled=runs.drilled)
    return runs


def read_honey_persons(file: Path) -> tuple[str, ...]:
    """The identifiers of honey persons, one a line; empty lines and those that begin with `#` are left out.

    Raises:
        ConfigError: when there are none, too many, one twice, or one that no application could write.
    """
    try:
        lines = read_written(file).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ConfigError(f"`{file}` is not UTF-8") from None
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    odd = next((n for n, name in enumerate(found, 1) if not name.isprintable() or len(name) > 256), None)  # fmt: skip
    if not 0 < len(found) <= _PERSONS_MAX or odd is not None or len(set(found)) < len(found):
        why = "holds nobody" if not found else f"has more than {_PERSONS_MAX} lines"
        if odd is not None:
            why = f"holds an identifier that is none, the {odd}th"
        elif found and len(set(found)) < len(found):
            why = "names somebody twice"
        raise ConfigError(f"the file of honey persons `{file}` {why}", help="write one identifier a line, each once")  # fmt: skip
    return tuple(found)


def more_acts(findings: FindingsBook, runs: DrillRuns, commits: GroupCommit) -> dict[str, Acting]:
    """The acts that change no limit: to say that one has seen a finding, and what a drill tells. Durable when answered."""

    async def acknowledge(body: dict[str, Any], by: str) -> dict[str, Any]:
        said = msgspec.convert(body, _Acknowledge)
        seen, ticket = findings.acknowledge(said.code, said.about, by=by, note=said.note[:_NOTE_MAX])  # fmt: skip
        await commits.keep(ticket)
        return {"done": "acknowledge", "entry": ticket.seq, "code": said.code, "about": said.about, "by": by, "first": seen.by}  # fmt: skip

    async def drill(body: dict[str, Any], by: str) -> dict[str, Any]:
        done, ticket = runs.act(body, by)
        await commits.keep(ticket)
        return done

    return {"acknowledge": acknowledge, "drill": drill}


def _told_since(ledger: DirectoryLedger, since: int) -> list[tuple[str, str, str, int]]:
    found = []
    for frame in ledger.scan(since=since, columns=("at", "kind", "detail")):
        for at, detail in frame.filter(pl.col("kind") == TOLD).select("at", "detail").iter_rows():
            try:
                said = msgspec.json.decode(detail, type=_Told)
            except msgspec.MsgspecError:
                continue  # written by something else; the worst is a message more
            if said.taken and not said.over:
                found.append((said.channel, said.code, said.about, at))
    return found
