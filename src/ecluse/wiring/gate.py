"""How is a gate put together from its files, run, and taken down?

1. read settings, policies, estate, clients, routes: every fault of a file before anything is opened;
2. open the ledger (one writer), and bring back what persons decided and what accounts read;
3. answer; tend what has its time; read files again when told to;
4. on the way out answer what is in flight, save the counts, close the ledger.
"""

import asyncio
import gc
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import uvloop

from ecluse import __version__
from ecluse.api.app import App
from ecluse.api.authentication import Authenticator
from ecluse.api.page import Pages
from ecluse.api.routing import all_routes
from ecluse.api.server import open_tcp, open_unix, serve, server_tls
from ecluse.directories.table_directory import TableDirectory
from ecluse.engine.scaling import scaled
from ecluse.engine.standing import Standing
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.questions import take_in
from ecluse.model.errors import CallerError
from ecluse.model.finding import Finding, Severity
from ecluse.model.settings import Settings
from ecluse.model.time import format_duration
from ecluse.runners.commits import GroupCommit
from ecluse.runners.gate_desk import GateDesk
from ecluse.runners.pulse import Duty, Pulse
from ecluse.runners.telling import Outlet, Telling
from ecluse.service.acts import replay_acts
from ecluse.service.drill_runs import DrillRuns
from ecluse.service.findings_book import FindingsBook
from ecluse.service.gatekeeper import Gatekeeper
from ecluse.wiring import Rules, now, open_rules
from ecluse.wiring.counting import Counting, Parts
from ecluse.wiring.embedded import count_embedded
from ecluse.wiring.gate_files import GateFiles
from ecluse.wiring.reloading import Reloading
from ecluse.wiring.shared import count_shared
from ecluse.wiring.telling import more_acts, open_outlets, open_telling, watch_honey

__all__ = ["GateFiles", "Started", "run_gate"]

_COLLECT: Final = 5.0
"""Seconds between collections of young garbage; the state itself is frozen, so that none of them walks it."""

_SEAL_AT: Final = 65_536
"""Entries of the log from which on a part of it is sealed behind the writer."""


@dataclass(frozen=True, slots=True)
class Started:
    """What a gate says of itself when it answers: lines for people, one document for programs."""

    lines: tuple[str, ...]
    document: dict[str, Any]


Tell = Callable[[Started], None]
Say = Callable[[str], None]
"""One line for whoever reads the gate's log."""


@dataclass(slots=True)
class _Gate:
    """What runs."""

    settings: Settings
    ledger: DirectoryLedger
    directory: TableDirectory
    keeper: Gatekeeper
    counting: Counting
    findings: FindingsBook
    reloading: Reloading
    commits: GroupCommit
    app: App
    runs: DrillRuns
    telling: Telling


def run_gate(files: GateFiles, *, tell: Tell, say: Say) -> None:
    """Runs a gate until it is told to stop.

    Args:
        files: what it is made of.
        tell: hears of it once, when it answers.
        say: hears of findings from then on, and of files that SIGHUP had read again.

    Raises:
        CallerError, ConfigError, SourceError: when a file or an address is wrong.
        IntegrityError: when the ledger does not verify.
        UnavailableError: when the ledger has another writer, an address is taken, or the disk refuses.
    """
    settings = files.read_settings()
    if settings.listen.unix is None and settings.listen.tcp is None:
        raise CallerError(
            "the settings say nowhere to answer", help="write `listen`, or give --unix or --tcp"
        )
    uvloop.run(_run(files, settings, tell, say))


async def _run(files: GateFiles, settings: Settings, tell: Tell, say: Say) -> None:
    async with AsyncExitStack() as stack:
        rules = open_rules(files.policy, files.estate)
        tls = server_tls(settings.listen)
        outlets = open_outlets(settings)
        ledger = stack.enter_context(_open_ledger(files, settings))
        gate = await _open(files, settings, rules, ledger, stack, outlets=outlets)
        found = (open_unix(settings.listen), None), (open_tcp(settings.listen), tls)
        sockets = [(opened, context) for opened, context in found if opened is not None]
        _freeze()

        def log(line: str) -> None:
            with suppress(OSError):  # whoever read it has gone; the gate goes on
                say(line)

        def ready() -> None:
            with suppress(OSError):
                tell(_introduction(gate, rules))

            def told(finding: Finding, over: bool) -> None:  # noqa: FBT001 - the shape that FindingsBook calls
                log(_line(finding, over=over))
                gate.telling.told(finding, over)

            gate.findings.told = told
            for finding in gate.findings.open():
                gate.telling.told(finding, False)  # noqa: FBT003 - not over

        async def again() -> None:
            if (told := await gate.reloading.reload("SIGHUP"))["taken"]:
                log(f"files read again: policy {told['digest'][:12]} in force")

        await serve(gate.app, sockets, ready=ready, reload=again)


def _open_ledger(files: GateFiles, settings: Settings) -> DirectoryLedger:
    folder = files.ledger
    new = not folder.exists() or not any(folder.iterdir())
    opened = DirectoryLedger.create if new else DirectoryLedger
    return opened(folder, keys=files.keys, relaxed=not settings.durable, seal_at=None)


async def _open(
    files: GateFiles,
    settings: Settings,
    rules: Rules,
    ledger: DirectoryLedger,
    stack: AsyncExitStack,
    *,
    outlets: list[Outlet],
) -> _Gate:
    standing = Standing(rules.estate)
    replay_acts(ledger, standing, rules.directory)
    policies = scaled(rules.policies, standing, now(), retire=settings.retire)
    keeper = Gatekeeper(
        ledger=ledger, directory=rules.directory, standing=standing, policies=policies, settings=settings, now=now
    )  # fmt: skip
    findings = FindingsBook(ledger, now)
    commits = GroupCommit(ledger, keeper.tally)
    stack.push_async_callback(commits.close)
    count = count_embedded if settings.counter is None else count_shared
    counting = await count(Parts(files, ledger, keeper, commits, findings))
    stack.push_async_callback(counting.close)
    authenticator = Authenticator(files.read_clients(settings, rules.estate), now=now)
    reloading = Reloading(
        files,
        rules,
        keeper=keeper,
        counting=counting,
        authenticator=authenticator,
        findings=findings,
    )
    runs = watch_honey(settings, keeper, findings)
    acts = reloading.acts() | more_acts(findings, runs, commits)
    desk = GateDesk(keeper, counting.counts, commits, findings, acts)
    routes = all_routes(
        desk,
        Pages(now),
        current=lambda: reloading.routes,
        session_key=ledger.pseudonymizer.derive(b"ecluse-session"),
        applications=lambda: [a.id for a in rules.estate.applications] if rules.estate else [],
        unauthenticated=authenticator.refused,
    )
    app = App(routes, authenticator, keeper.tally)
    telling = open_telling(outlets, keeper=keeper, ledger=ledger, findings=findings)
    stack.push_async_callback(telling.close)
    runs.forget = telling.forget
    gate = _Gate(
        settings, ledger, rules.directory, keeper, counting, findings, reloading, commits, app,
        runs, telling,
    )  # fmt: skip
    pulse = Pulse(_duties(gate), findings)
    stack.push_async_callback(pulse.close)
    reloading.note_policies("start")
    return gate


def _duties(gate: _Gate) -> tuple[Duty, ...]:
    async def tend() -> None:
        gate.counting.counts.tend()
        if gate.ledger.size != gate.keeper.tally.committed:
            await gate.commits.wait()

    async def seal() -> None:
        sealing = partial(gate.ledger.seal_behind, at_least=_SEAL_AT, apart=True)
        if await asyncio.to_thread(sealing) is not None:
            await gate.counting.sealed()

    async def take_questions() -> None:
        take_in(gate.ledger.layout.root, gate.ledger, now=now())

    async def look() -> None:
        gate.findings.replace("refusals", gate.keeper.refusals.findings(now()))
        gate.findings.replace("accounts", gate.directory.findings())
        if gate.keeper.honey is not None:
            gate.findings.replace("honey", gate.keeper.honey.findings(now()))
        gate.runs.look()

    async def summarize() -> None:
        gate.keeper.summarize_refusals()

    async def sync() -> None:
        await asyncio.to_thread(gate.ledger.sync)

    async def collect() -> None:
        gc.collect(1)

    duties = [
        Duty("tend reservations", 1.0, tend),
        Duty("seal the log", 1.0, seal),
        Duty("take in questions asked of the ledger", 1.0, take_questions),
        Duty("look at who is refused", 2.0, look),
        Duty("summarize refusals", 60.0, summarize),
        Duty("tell what was held back", 60.0, gate.telling.tend),
        Duty("follow applications that close", 1.0, gate.reloading.rescale),
        Duty("collect garbage", _COLLECT, collect),
        *gate.counting.duties,
    ]
    if not gate.settings.durable:
        duties.append(Duty("sync the ledger", gate.settings.loss / 1e6, sync))
        gate.findings.raise_(
            Finding(
                code="relaxed-ledger",
                severity=Severity.MEDIUM,
                what=f"entries of up to {format_duration(gate.settings.loss)} may be lost with the power",
                help="set `durable: true`, or add what may be read in that time to the loss bound",
            )
        )
    return tuple(duties)


def _freeze() -> None:
    """Takes the state out of garbage collection: it makes no cycles, and walking it takes 40 ms and more."""
    gc.collect()
    gc.freeze()
    gc.disable()


def _line(finding: Finding, *, over: bool) -> str:
    if over:
        return f"over: {finding.what}"
    return f"{finding.severity.name.lower()}: {finding.what}; {finding.help}"


def _introduction(gate: _Gate, rules: Rules) -> Started:
    settings, policies = gate.settings, gate.keeper.policies
    where = [at for at in (settings.listen.unix, settings.listen.tcp) if at]
    lines = [
        f"ecluse {__version__}: the gate answers at {' and '.join(where)}",
        f"policy {rules.policy_file} ({policies.digest[:12]}), {len(policies.budgets)} budgets",
        gate.counting.told,
    ]
    if settings.durable:
        lines.append("durable: an entry is on disk before its answer is given")
    else:
        lines.append(
            f"NOT durable: a loss of power may forget {format_duration(settings.loss)} of entries; "
            "what is read in that time comes on top of the loss bound"
        )
    found = gate.findings.open()
    lines += [_line(f, over=False) for f in found]
    document = {
        "version": __version__,
        "answers_at": where,
        "policy": {"file": rules.policy_file, "digest": policies.digest},
        "counts": gate.counting.told,
        "durable": settings.durable,
        "findings": [
            {"code": f.code, "severity": f.severity.name.lower(), "what": f.what, "help": f.help}
            for f in found
        ],
    }
    return Started(tuple(lines), document)
