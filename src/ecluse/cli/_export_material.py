"""What does `ecluse export` read? The register's files of one incident, and what ledgers tell of findings."""

import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.cli._options import say

if TYPE_CHECKING:
    from ecluse.exports.common.material import Material, Noticed
    from ecluse.ledgers.passages import Reading
    from ecluse.model.exposure import ExposureVersion, Selection
    from ecluse.model.incident import Incident
    from ecluse.registers.folder import IncidentFolder

__all__ = ["check_texts", "findings_of", "gather", "open_folder", "selections"]


def open_folder(register: Path | None, name: str | None) -> "IncidentFolder | None":
    """The folder of the incident that the options name; None when they name none.

    Raises:
        CallerError: when only one of the two is there, or there is no such incident.
    """
    from ecluse.model.errors import CallerError
    from ecluse.registers.folder import Register

    if register is None and name is None:
        return None
    if register is None or name is None:
        missing = "--register" if register is None else "--incident"
        raise CallerError(
            f"{missing} is missing", help="an incident is one of a register: give both"
        )
    return Register(register).open(name)


def gather(
    options: dict[str, Any], folder: "IncidentFolder | None", given: dict[str, str]
) -> "Material":
    """Everything but what ledgers hold."""
    from ecluse import __version__
    from ecluse.exports.common.material import Material, Tlp

    made = Material(
        version=__version__,
        tlp=Tlp(options["tlp"]),
        organization=options["organization"] or "",
        host=socket.gethostname(),
        persons=options["persons"],
        datastores=frozenset(options["datastores"]),
        options=given,
    )
    return made if folder is None else _of_register(made, folder, options)


def _of_register(made: "Material", folder: "IncidentFolder", options: dict[str, Any]) -> "Material":
    from ecluse.incident.clocks import deadlines
    from ecluse.loaders.clocks import load_clocks
    from ecluse.loaders.controller import load_controller
    from ecluse.loaders.statement import load_statement
    from ecluse.registers.exposures import version, versions

    incident = folder.incident()
    clocks, controller = (folder.path.parent / n for n in ("clocks.yaml", "controller.yaml"))
    shipped = resources.files("ecluse.loaders.defaults").joinpath("clocks.yaml")
    text = _read(clocks) if clocks.is_file() else shipped.read_bytes()
    settings = load_clocks(text, file=str(clocks))
    incident = replace(incident, deadlines=deadlines(incident, settings))
    exposure: ExposureVersion | None = None
    if options["exposure"] is not None:
        exposure = version(folder.path, options["exposure"])
    elif frozen := versions(folder.path):
        exposure = frozen[-1]
    if controller.is_file():
        found = load_controller(_read(controller), file=str(controller))
        made = replace(made, organization=made.organization or found.name, country=found.country)
    written = folder.path / "statement.yaml"
    stated = load_statement(_read(written), file=str(written)) if written.is_file() else None
    return replace(made, incident=incident, exposure=exposure, statement=stated)


def _read(path: Path) -> bytes:
    from ecluse.sources.written import read_written

    return read_written(path)


def findings_of(
    readings: "Sequence[Reading]", incident: "Incident | None"
) -> "tuple[Noticed, ...]":
    """What ledgers tell of findings, oldest first; for an incident, of those that belong to it."""
    found = [n for reading in readings for n in reading.findings() if _belongs(n, incident)]
    return tuple(sorted(found, key=lambda n: n.at))


def _belongs(noticed: "Noticed", incident: "Incident | None") -> bool:
    if incident is None:
        return True
    code, about = noticed.finding.code, noticed.finding.about
    named = {noticed.uid, f"{code}:{about}"} & set(incident.findings)
    return bool(named) or about in {*incident.accounts, *incident.sessions, *incident.lineages}


def selections(options: dict[str, Any], made: "Material") -> "tuple[Selection, ...]":
    """Which accesses leave: those of the exposure, else of the accounts of the incident, else what the options say.

    Raises:
        CallerError: when nothing says which.
    """
    from ecluse.model.errors import CallerError
    from ecluse.model.exposure import Selection

    since, until = _instant(options["since"], "--from"), _instant(options["until"], "--to")
    accounts, sessions = options["accounts"], options["sessions"]
    if accounts or sessions:
        return (Selection(accounts=accounts, sessions=sessions, since=since, until=until),)
    if made.exposure is not None and made.exposure.selections:
        return tuple(_within(s, since, until) for s in made.exposure.selections)
    if made.incident is not None and (made.incident.accounts or made.incident.sessions):
        of = made.incident
        by_account = (
            [Selection(accounts=of.accounts, since=since, until=until)] if of.accounts else []
        )
        return (
            *by_account,
            *(Selection(sessions=(s,), since=since, until=until) for s in of.sessions),
        )
    if since is None and until is None:
        raise CallerError(
            "nothing says which accesses are to leave",
            help="name accounts with --account, sessions with --session, or a time with --from and --to",
        )
    return (Selection(since=since, until=until),)


def _within(selection: "Selection", since: int | None, until: int | None) -> "Selection":
    begins = [at for at in (selection.since, since) if at is not None]
    ends = [at for at in (selection.until, until) if at is not None]
    return replace(selection, since=max(begins, default=None), until=min(ends, default=None))


def _instant(text: str | None, option: str) -> int | None:
    from ecluse.model.errors import CallerError
    from ecluse.model.time import parse_instant

    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise CallerError(
            f"{option}: {error}",
            help="write an instant such as 2025-07-12T10:00:00Z, or a date such as 2025-07-12",
        ) from None


def check_texts(made: "Material", *, inner: bool, accepted: str) -> None:
    """Refuses texts of persons that seem to print somebody's data; with a reason they leave, and it is said.

    Raises:
        CallerError: when one does and no reason was given.
    """
    from ecluse.model.errors import CallerError
    from ecluse.notices.personal import find

    if made.incident is None:
        return
    found = sorted({f"{where}: {one.what}" for where, text in _texts(made.incident, inner=inner) for one in find(text)})  # fmt: skip
    if not found:
        return
    if not accepted:
        raise CallerError(
            f"a text of the incident prints what looks like a person's data: {found[0]}",
            help='write what happened without it; or say why it leaves all the same, with --accept "…", which is recorded',
        )
    for what in found:
        say(f"note: {what} leaves, as accepted", err=True)


def _texts(incident: "Incident", *, inner: bool) -> Iterator[tuple[str, str]]:
    yield "the title", incident.title
    if not inner:
        return
    for step in incident.timeline:
        yield "the time line", step.what
    for decided in incident.decisions:
        yield f"the decision `{decided.what}`", f"{decided.answer} {decided.reasons}"
    for warning in incident.warnings:
        yield "a warning", f"{warning.source} {warning.summary}"
