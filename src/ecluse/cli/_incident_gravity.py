"""`ecluse incident gravity`: how grave the breach is for the persons, proposed, changed and signed."""

from typing import TYPE_CHECKING, Any

import click

from ecluse.cli._incident_options import Desk, acting_options, desk_of, incident_options
from ecluse.cli._options import TEXT, json_option, print_json, say

if TYPE_CHECKING:
    from ecluse.model.gravity import Gravity

__all__ = ["gravity"]

_LEVELS = ("low", "medium", "high", "very_high")
_reasons = click.option("--reasons", type=TEXT, default="", help="Why.")


@click.group("gravity")
def gravity() -> None:
    """How grave is the breach for the persons? ENISA's method: context x identification + circumstances.

    It is filled in from the frozen exposure; a person looks at each choice, changes it, and signs.
    """


@gravity.command("propose")
@click.option("--malicious", type=click.Choice(["yes", "no", "unknown"]), default="unknown", show_default=True, help="Did somebody mean it? Unknown counts as yes.")  # fmt: skip
@click.option("--recipients", type=click.Choice(["none", "known", "unknown"]), default="unknown", show_default=True, help="Who holds the data now.")  # fmt: skip
@click.option("--unintelligible", is_flag=True, help="Nobody can read the data: encrypted, and the key was not taken.")  # fmt: skip
@click.option("--vulnerable", is_flag=True, help="The persons are vulnerable for another reason than their age.")  # fmt: skip
@click.option("--exposure", "number", type=click.IntRange(min=1), help="Version of the exposure; the last one when left out.")  # fmt: skip
@acting_options
@json_option
def _propose(*, malicious: str, recipients: Any, unintelligible: bool, vulnerable: bool, number: int | None, as_json: bool, **options: Any) -> None:  # fmt: skip
    """Fills the method in from the frozen exposure and what you state; each choice says why in English and French.

    \b
    Example:
      ecluse incident gravity propose --incident 2026-0001 --malicious yes
    """  # noqa: D301 - click reads it
    from ecluse.incident.gravity import prefill
    from ecluse.incident.gravity_log import PROPOSED
    from ecluse.model.gravity import Circumstances
    from ecluse.registers.exposures import version

    desk = desk_of(options)
    meant = {"yes": True, "no": False, "unknown": None}[malicious]
    stated = Circumstances(meant, recipients, unintelligible, vulnerable)
    frozen = version(desk.folder.path, number)
    _write(desk, PROPOSED, prefill(frozen, desk.folder.gravity_table(), stated), as_json=as_json)


@gravity.command("change")
@click.argument("choice", type=TEXT)
@click.argument("value", type=float)
@_reasons
@acting_options
@json_option
def _change(*, choice: str, value: float, reasons: str, as_json: bool, **options: Any) -> None:
    """Sets CHOICE of the last proposal to VALUE, with reasons.

    \b
    Example:
      ecluse incident gravity change --incident 2026-0001 cb_integrity 0.25 --reasons "addresses were altered, and put right"
    """  # noqa: D301 - click reads it
    from ecluse.incident.gravity import change
    from ecluse.incident.gravity_log import PROPOSED

    desk = desk_of(options)
    before, after = _last(desk)
    changed = change(before, desk.folder.gravity_table(), choice, value, reasons=reasons)
    _write(desk, PROPOSED, changed, as_json=as_json, after=after)


@gravity.command("sign")
@click.option("--override", type=click.Choice(_LEVELS), help="Another level than the score's; needs --reasons.")  # fmt: skip
@_reasons
@acting_options
@json_option
def _sign(*, override: str | None, reasons: str, as_json: bool, **options: Any) -> None:
    """Signs the last proposal as it stands. The score is a start; the decision is yours.

    \b
    Example:
      ecluse incident gravity sign --incident 2026-0001 --by "C. Petit"
    """  # noqa: D301 - click reads it
    from ecluse.incident.gravity import sign
    from ecluse.incident.gravity_log import SIGNED
    from ecluse.model.gravity import GravityLevel
    from ecluse.model.incident import Signed

    desk = desk_of(options)
    before, after = _last(desk)
    level = None if override is None else GravityLevel[override.upper()]
    signed = sign(before, Signed(desk.by, desk.at), override=level, reasons=reasons)
    _write(desk, SIGNED, signed, as_json=as_json, after=after)


@gravity.command("show")
@incident_options
@json_option
def _show(*, as_json: bool, **options: Any) -> None:
    """Shows what counts: the gravity that was signed last, or else the one proposed last.

    \b
    Example:
      ecluse incident gravity show --incident 2026-0001
    """  # noqa: D301 - click reads it
    from ecluse.cli._incident_show import gravity_document, say_gravity
    from ecluse.registers.folder import Register

    folder = Register(options["register"]).open(options["incident"])
    found = folder.gravity()
    if as_json:
        print_json({"incident": folder.id, "gravity": None if found is None else gravity_document(found)})  # fmt: skip
    elif found is None:
        say(f"{folder.id}: no gravity is proposed; `ecluse incident gravity propose` does it")
    else:
        say_gravity(found)


def _last(desk: Desk) -> "tuple[Gravity, str]":
    """The gravity that a person goes on from, and the head that it was read at."""
    from ecluse.incident.gravity_log import proposed_of
    from ecluse.model.errors import CallerError

    log = desk.folder.log()
    found = proposed_of(desk.folder.id, log.lines)
    if found is None:
        raise CallerError("no gravity is proposed", help="`ecluse incident gravity propose` does it")  # fmt: skip
    return found, log.head


def _write(desk: Desk, act: str, made: "Gravity", *, as_json: bool, after: str | None = None) -> None:  # fmt: skip
    from ecluse.cli._incident_show import gravity_document, say_gravity
    from ecluse.incident.gravity_log import detail_of

    head = desk.folder.append(act, detail_of(made), by=desk.by, at=desk.at, after=after)
    desk.record(act, head)
    if as_json:
        print_json({"incident": desk.folder.id, "act": act, "by": desk.by, "head": head, "gravity": gravity_document(made)})  # fmt: skip
    else:
        say_gravity(made)
