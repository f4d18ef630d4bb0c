"""`ecluse evidence`: packs what proves an incident, checks a pack, and keeps the log of handing over."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecluse.cli._asked import operator_name, record_question
from ecluse.cli._options import TEXT, TextPath, counted, json_option, print_json, say

if TYPE_CHECKING:
    from ecluse.wiring.evidence.pack import Packed

__all__ = ["command"]

_FOLDER = TextPath(path_type=Path, file_okay=False)
_FILE = TextPath(path_type=Path, dir_okay=False)
_register = click.option(
    "--register",
    type=_FOLDER,
    envvar="ECLUSE_REGISTER",
    required=True,
    help="Folder of the register of incidents; or the variable ECLUSE_REGISTER.",
)
_incident = click.option(
    "--incident",
    envvar="ECLUSE_INCIDENT",
    type=TEXT,
    required=True,
    help="Number of the incident, such as 2026-0001; also from ECLUSE_INCIDENT.",
)
_by = click.option(
    "--by", type=TEXT, help="Who you are; the user of the operating system when left out."
)


@click.group()
def command() -> None:
    """Packs what proves an incident for the police or a regulator, checks a pack, and keeps the log of handing over.

    \b
    Examples:
      ecluse evidence pack --register register --incident 2026-0001 --ledger evidence --profile police --out pack.zip
      ecluse evidence verify pack.zip --key register/register.key
      ecluse evidence custody --register register --incident 2026-0001 pack.zip --to 'Brigade numérique' --why 'complaint'
      ecluse evidence verifier > verify.py && python3 -I verify.py pack.zip

    \b
    Exit codes: 0 done; 2 the command line is wrong or something is missing; 3 a file of the register has faults;
    5 ledger, log, exposure or pack are not what they were; 6 the disk or the time-stamping authority does not answer.
    """  # noqa: D301 - click reads it


@command.command()
@_register
@_incident
@click.option("--ledger", "ledgers", type=_FOLDER, multiple=True, required=True, help="Ledger over which the exposure was frozen; may be repeated.")  # fmt: skip
@click.option("--profile", type=click.Choice(["police", "regulator"]), required=True, help="For whom: police has pseudonyms of persons, regulator (also for insurers) has none.")  # fmt: skip
@click.option("--out", type=TextPath(path_type=Path), required=True, help="Name of the pack: a folder, or a file that ends in .zip.")  # fmt: skip
@click.option("--seal-to", type=TEXT, default="", help="Public key (age1…) of whom may open the pseudonym key; it is then in the pack, sealed.")  # fmt: skip
@click.option("--pseudonym-key", type=_FILE, help="File pseudonym.key, when it is not in the keys of the first ledger.")  # fmt: skip
@click.option("--attach", "attached", type=_FILE, multiple=True, help="A further file, such as the raw item of a warning; may be repeated.")  # fmt: skip
@click.option("--policy", "policies", type=_FILE, multiple=True, help="Policy file that was in force; may be repeated.")  # fmt: skip
@_by
@json_option
def pack(as_json: bool, by: str | None, profile: str, **given: Any) -> None:
    """Packs what proves an incident, whole or not at all; its log says that it was made.

    The pack is a bag (RFC 8493), signed with the register's key, timestamped (RFC 3161) where REGISTER/evidence.yaml names an
    authority, and carries a verifier that needs Python alone. Nothing is sent. Reading the ledger leaves a trace in it.
    """
    from ecluse.ledgers.directory import system_time
    from ecluse.model.evidence import PackProfile
    from ecluse.wiring.evidence.pack import PackRequest, make_pack

    request = PackRequest(
        profile=PackProfile(profile), by=by or operator_name(), now=system_time(), **given
    )
    with _steps() as step:
        packed = make_pack(request, step=step)
    for ledger in request.ledgers:
        asked = {"question": "evidence", "incident": request.incident, "pack": packed.digest}
        record_question(ledger, None, "query", asked)
    if as_json:
        print_json(_described(packed))
        return
    _tell(packed)


@contextmanager
def _steps() -> Iterator[Callable[[str, int | None], Callable[[int], None]]]:
    """Gives what begins a step of a bar on standard error; nothing is shown unless a person watches."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())  # fmt: skip
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)

        def step(what: str, size: int | None) -> Callable[[int], None]:
            bar.reset(task, description=what, total=size)
            return lambda count: bar.advance(task, count)

        yield step


def _described(packed: "Packed") -> dict[str, Any]:
    facts = packed.facts
    return {
        "pack": str(packed.out),
        "sha256": packed.digest,
        "profile": facts.profile.value,
        "key": facts.key,
        "entries": sum(ledger.entries for ledger in facts.ledgers),
        "accesses": facts.accesses,
        "accounts": len(facts.accounts),
        "sessions": facts.sessions,
        "files": len(facts.contents),
        "timestamp": facts.authority or None,
        "sealed_to": facts.sealed_to or None,
        "left_out": [left.what for left in facts.left],
        "log_head": packed.head,
    }


def _tell(packed: "Packed") -> None:
    facts = packed.facts
    entries = sum(ledger.entries for ledger in facts.ledgers)
    say(f"pack       {packed.out}")
    say(f"sha256     {packed.digest}  (of its tag manifest: stands for the whole pack)")
    say(f"holds      {counted(entries, 'entry', 'entries')}, {counted(len(facts.accounts), 'account')}, {counted(facts.sessions, 'session')}")  # fmt: skip
    say(f"timestamp  {facts.authority or 'none: no time-stamping authority is configured'}")
    if facts.profile.value == "police":
        say(f"persons    pseudonyms; their key {f'sealed to {facts.sealed_to}' if facts.sealed_to else 'is not in it'}")  # fmt: skip
    else:
        say("persons    none, neither names nor pseudonyms")
    say(f"key        {facts.key}")
    click.echo(
        "\nGive the key to whoever checks the pack, by another way than the pack. Nothing was sent."
    )


@command.command()
@click.argument("pack", type=TextPath(path_type=Path, exists=True))
@click.option("--key", type=TEXT, help="Verifier key of the register obtained elsewhere, or a file that holds it.")  # fmt: skip
@click.option("--tsa-ca", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Certificates (PEM) of the time-stamping authority, obtained elsewhere.")  # fmt: skip
@json_option
def verify(pack: Path, key: str | None, tsa_ca: Path | None, as_json: bool) -> None:
    """Checks every file of PACK, its signature, timestamp, log, exposures and entries; exit code 5 says what does not hold."""
    from ecluse.cli._progress import counting
    from ecluse.wiring.evidence.checking import check, read_key

    trusted = None if key is None else read_key(key)
    with counting("checking", "entries and files") as step:
        answers = check(pack, key=trusted, authority=tsa_ca, step=lambda _: step(1))
    if as_json:
        print_json({"pack": str(pack), "holds": True, "answers": answers, "key": "given" if trusted else "inside"})  # fmt: skip
        return
    for answer in answers:
        say(f"HOLDS: {answer}")
    if trusted is None:
        say("note: the key inside was believed; compare it with one obtained elsewhere (--key)")


@command.command()
@click.argument("pack", type=TextPath(path_type=Path, exists=True), required=False)
@_register
@_incident
@click.option("--to", type=TEXT, help="To whom PACK is handed over.")
@click.option(
    "--why", type=TEXT, help="Why, such as the number of the complaint or of the request."
)
@click.option("--how", type=TEXT, default="", help="How, such as by hand on an encrypted disk.")
@_by
@json_option
def custody(  # noqa: PLR0917 - click passes them by name
    pack: Path | None,
    register: Path,
    incident: str,
    to: str | None,
    why: str | None,
    how: str,
    by: str | None,
    as_json: bool,
) -> None:
    """Lists who made and received the packs of an incident; with PACK, --to and --why, writes that it is handed over.

    The log is the incident's own: nothing in it can be changed. A pack that does not hold, or was not made here, is refused.
    """
    from ecluse.ledgers.directory import system_time
    from ecluse.model.errors import CallerError
    from ecluse.wiring.evidence.checking import custody as listed
    from ecluse.wiring.evidence.checking import hand_over

    if pack is not None:
        if not (to or "").strip() or not (why or "").strip():
            raise CallerError("say with --to who receives it, and with --why for what")
        who = by or operator_name()
        hand_over(register, incident, pack, to=to or "", why=why or "", how=how, by=who, now=system_time())  # fmt: skip
    elif to or why or how:
        raise CallerError("name the pack that is handed over")
    rows = listed(register, incident)
    if as_json:
        print_json({"incident": incident, "custody": rows})
        return
    for row in rows:
        told = f"{row['time']}  {row['act'].removeprefix('evidence_'):7} {row['pack']}  {row['sha256'][:16]}  by {row['by']}"  # fmt: skip
        say(told + (f" to {row['to']}: {row['why']}" if row["to"] else ""))
    if not rows:
        say("no pack of this incident was made")


@command.command()
@json_option
def verifier(as_json: bool) -> None:
    """Prints the stand-alone verifier of packs: one file, Python 3.10 or newer, nothing to install."""
    from ecluse.wiring.evidence.reading import verifier_script

    script = verifier_script()
    if as_json:
        print_json({"script": script})
    else:
        click.echo(script, nl=False)
