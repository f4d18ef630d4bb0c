"""What do the commands about an incident share? The register, the incident, who acts, and the trace in the ledger."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from ecluse.cli._asked import operator_name, record_question
from ecluse.cli._options import TEXT, TextPath, print_json, say

if TYPE_CHECKING:
    from ecluse.registers.folder import IncidentFolder

__all__ = [
    "INSTANT_HELP",
    "Desk",
    "acting_options",
    "desk_of",
    "incident_options",
    "instant_of",
    "register_option",
    "told",
]

Command = TypeVar("Command", bound=Callable[..., Any])

INSTANT_HELP: Final = (
    "2026-11-28T09:00:00+01:00, or without offset in the zone of the register's clocks."
)

register_option = click.option(
    "--register",
    envvar="ECLUSE_REGISTER",
    required=True,
    type=TextPath(path_type=Path, file_okay=False),
    help="Folder of the register; also from ECLUSE_REGISTER.",
)


def incident_options(command: Command) -> Command:
    """Adds --register and --incident, for commands that only look."""
    command = click.option("--incident", envvar="ECLUSE_INCIDENT", required=True, type=TEXT, help="Which one, such as 2026-0001; also from ECLUSE_INCIDENT.")(command)  # fmt: skip
    return register_option(command)


def acting_options(command: Command) -> Command:
    """Adds what a command needs that writes an act; `desk_of` takes it."""
    for option in (
        click.option("--keys", type=TextPath(path_type=Path, file_okay=False), help="Folder of the ledger's keys, when it is not LEDGER/keys."),
        click.option("--ledger", type=TextPath(path_type=Path, file_okay=False), help="Also record the act's head in this ledger."),
        click.option("--by", type=TEXT, help="Your name; the user of the operating system when left out."),
    ):  # fmt: skip
        command = option(command)
    return incident_options(command)


class Desk:
    """The incident that a command acts on, who acts, and when."""

    def __init__(self, folder: "IncidentFolder", by: str, ledger: Path | None, keys: Path | None) -> None:  # fmt: skip
        from ecluse.wiring import now

        self.folder, self.by, self.at = folder, by, now()
        self._ledger, self._keys = ledger, keys

    def record(self, act: str, head: str) -> None:
        """Leaves the head of an act in the ledger, when one is named: whoever rewrites the log later is found by it."""
        if self._ledger is not None:
            detail = {"incident": self.folder.id, "act": act, "by": self.by, "head": head}
            record_question(self._ledger, self._keys, "incident", detail)


def desk_of(options: dict[str, Any]) -> Desk:
    """What the options of `acting_options` name.

    Raises:
        CallerError: when there is no such register or incident.
    """
    from ecluse.registers.folder import Register

    folder = Register(options["register"]).open(options["incident"])
    return Desk(folder, options["by"] or operator_name(), options["ledger"], options["keys"])


def instant_of(text: str, zone: str) -> int:
    """Reads an instant as a person writes it: with an offset, or without one as the wall time of a zone.

    Raises:
        CallerError: when it is none, or the wall time stands on the clock twice or never on that day.
    """
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo

    from ecluse.model.errors import CallerError
    from ecluse.model.time import EPOCH, parse_instant

    try:
        wall = datetime.fromisoformat(text.strip())
        if wall.tzinfo is not None:
            return parse_instant(text.strip())
        readings = {
            (wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
            for fold in (0, 1)
        }  # fmt: skip
    except (ValueError, OverflowError):
        raise CallerError(f"`{text[:60]}` is not an instant", help=f"write {INSTANT_HELP}") from None  # fmt: skip
    if len(readings) > 1:
        raise CallerError(
            f"`{text}` stands on the clock of {zone} twice or never: it changes on that day",
            help="write the offset, such as +01:00 or +02:00",
        )
    return readings.pop()


def told(desk: Desk, act: str, head: str, *, as_json: bool, line: str, **more: Any) -> None:
    """Records an act and says that it is done."""
    desk.record(act, head)
    if as_json:
        print_json({"incident": desk.folder.id, "act": act, "by": desk.by, "head": head, **more})
    else:
        say(f"{desk.folder.id}: {line}")
