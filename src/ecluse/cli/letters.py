"""`ecluse letters`: the letter to each person of an exposure, prepared, released by two persons, sent once, and proved."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ecluse.cli import _letters_paper, _letters_sending
from ecluse.cli._letters_options import FILE, bar, by_option, letters_options, name_of
from ecluse.cli._options import counted, print_json, say

if TYPE_CHECKING:
    from ecluse.model.notice import Refusal

__all__ = ["command"]

STATES: Final = {
    "prepared": "will be sent by mail",
    "sending": "outcome unknown: look at the server's log, then `ecluse letters resolve`",
    "sent": "taken by the mail server",
    "failed": "refused, and no other way is known: the public notice",
    "bounced": "came back, and no other way is known: the public notice",
    "suppressed": "not to be sent: a person chooses another way",
    "post": "wait for `ecluse letters postal`",
    "posted": "handed to the postal provider",
    "public": "no address is known: the public notice",
}


@click.group(
    epilog="""\b
Exit codes: 0 done; 1 the checker refuses, or letters have an unknown outcome; 2 the command line is wrong, or the letters are not
released; 3 a file is wrong; 4 the file of names cannot be read; 5 the exposure, the log or the outbox was altered;
6 the disk, the mail server or another process stands in the way.
"""
)
def command() -> None:
    """Writes to each person of an exposure, once (GDPR art. 34).

    \b
    In this order:
      ecluse letters prepare --incident 2026-0001 --people people.csv
      ecluse letters check   --incident 2026-0001
      ecluse letters release --incident 2026-0001 --by "Claude Martin"   then a second person
      ecluse letters send    --incident 2026-0001 --smtp relay.example.org --sender info@example.org
      ecluse letters status  --incident 2026-0001
    """  # noqa: D301 - click reads it


@command.command()
@letters_options
@by_option
@click.option(
    "--people", type=FILE, required=True, help="Names and addresses, from `ecluse identify --out`."
)
@click.option(
    "--language",
    type=click.Choice(["fr", "en"]),
    default="fr",
    show_default=True,
    help="For persons whose language the file does not say.",
)
@click.option(
    "--most-per-address",
    type=click.IntRange(1, 1000),
    default=6,
    show_default=True,
    help="A mail address of more persons is no household's: they get a letter by post.",
)
@click.option(
    "--suppress",
    "suppressed",
    type=FILE,
    help="CSV with a column `person` or `mail`, and `reason`: who must be told on another way.",
)
def prepare(
    *,
    register: Path,
    incident: str,
    by: str | None,
    people: Path,
    language: str,
    most_per_address: int,
    suppressed: Path | None,
    as_json: bool,
) -> None:
    """Makes a letter for every person of the exposure in force; killed, it goes on when it is run again.

    Nothing is sent. Persons whom the source flags as protected, and those of --suppress, are set aside. Who has no mail
    address gets a letter by post, who has no address at all falls to the public notice.

    \b
    Examples:
      ecluse letters prepare --register register --incident 2026-0001 --people people.parquet
      ecluse letters prepare --incident 2026-0001 --people people.csv --suppress protected.csv --language en
    """  # noqa: D301 - click reads it
    from ecluse.wiring.lettering import prepare as fill

    with bar("preparing letters") as moved:
        made = fill(
            register,
            incident,
            people,
            language=language,
            most_per_address=most_per_address,
            suppressed=suppressed,
            by=name_of(by),
            moved=moved,
        )
    if as_json:
        print_json(made)
        return
    say(f"{incident}: {counted(made['letters'], 'letter')} in {counted(made['wordings'], 'wording')}, exposure version {made['exposure']}")  # fmt: skip
    _say_states(made["states"])
    if made["suppressed_unknown"]:
        say(f"  {counted(made['suppressed_unknown'], 'line')} of the suppression list named nobody with a letter")  # fmt: skip


@command.command()
@letters_options
@click.pass_context
def check(ctx: click.Context, *, register: Path, incident: str, as_json: bool) -> None:
    """Says why the letters may not go out, for every wording that somebody gets.

    \b
    Example:
      ecluse letters check --register register --incident 2026-0001
    """  # noqa: D301 - click reads it
    from ecluse.wiring.lettering import open_desk

    with open_desk(register, incident) as desk:
        refused = desk.refusals()
        number = len(desk.outbox.wordings())
    if as_json:
        print_json({"incident": incident, "wordings": number, "refused": _plain(refused)})
    else:
        _say_refused(refused)
        if not refused:
            say(f"{incident}: the letters say what they must, in {counted(number, 'wording')}")
    ctx.exit(1 if refused else 0)


@command.command()
@letters_options
@by_option
@click.option(
    "--anew",
    is_flag=True,
    help="Take statement, controller and incident as they are now; an earlier agreement no longer counts.",
)
@click.pass_context
def release(
    ctx: click.Context, *, register: Path, incident: str, by: str | None, anew: bool, as_json: bool
) -> None:
    """Agrees to send exactly these letters; the second of two different persons releases them.

    It binds the digest of exposure, texts and list of addresses. The texts stay as the first person saw them. Whatever changes
    afterwards makes the release void.

    \b
    Examples:
      ecluse letters release --register register --incident 2026-0001 --by "Claude Martin"
      ecluse letters release --register register --incident 2026-0001 --by "Dominique Petit"
    """  # noqa: D301 - click reads it
    from ecluse.wiring.lettering import open_desk

    with open_desk(register, incident) as desk:
        if anew:
            desk.take_texts_anew()
        refused = desk.refusals()
        if refused:
            if as_json:
                print_json({"incident": incident, "released": False, "refused": _plain(refused)})
            else:
                _say_refused(refused)
                say(f"{incident}: not released", err=True)
            ctx.exit(1)
        made = desk.agree(name_of(by))
    if as_json:
        print_json({"incident": incident, "released": bool(made.released_by), "digest": made.digest, "agreed_by": made.agreed_by, "released_by": made.released_by, "refused": {}})  # fmt: skip
    elif made.released_by:
        say(f"{incident}: released by {made.agreed_by} and {made.released_by}, digest {made.digest[:16]}")  # fmt: skip
    else:
        say(f"{incident}: {made.agreed_by} agreed to digest {made.digest[:16]}; a second person must release it")  # fmt: skip


@command.command()
@letters_options
@click.option("--list", "listed", type=click.Choice(list(STATES)), help="Name the letters of a state, a line each.")  # fmt: skip
def status(*, register: Path, incident: str, listed: str | None, as_json: bool) -> None:
    """Says where the letters stand, and which need a person.

    \b
    Examples:
      ecluse letters status --register register --incident 2026-0001
      ecluse letters status --register register --incident 2026-0001 --list sending
    """  # noqa: D301 - click reads it
    from ecluse.wiring.lettering import open_desk

    with open_desk(register, incident) as desk:
        counts, made = desk.outbox.count(), desk.release()
        rows = [] if listed is None else [
            {"person": r.person.hex(), "reference": desk.outbox.personal(r.person, r.seen).reference, "message_id": r.message_id, "note": r.note, "attempts": r.attempts}
            for r in desk.outbox.rows("state = ?", (listed,))
        ]  # fmt: skip
        next_due = desk.outbox.next_due()
    if as_json:
        document = {"incident": incident, "states": counts, "digest": made.digest, "agreed_by": made.agreed_by, "released_by": made.released_by, "next_due": next_due}  # fmt: skip
        print_json(document | ({} if listed is None else {"state": listed, "letters": rows}))
        return
    who = f"released by {made.agreed_by} and {made.released_by}" if made.released_by else f"{made.agreed_by} agreed, a second person is missing" if made.agreed_by else "not released"  # fmt: skip
    say(f"{incident}: {who}{'; what was agreed to before has changed' if made.stale else ''}")
    _say_states(counts)
    for row in rows:
        say(f"{row['person']}  {row['reference']}  {row['message_id'] or '-'}  {row['note']}".rstrip())  # fmt: skip


def _say_states(counts: dict[str, int]) -> None:
    for state, meaning in STATES.items():
        if counts.get(state):
            say(f"  {state:<11}{counts[state]:>11,}  {meaning}")


def _plain(refused: dict[str, tuple["Refusal", ...]]) -> dict[str, Any]:
    return {language: [{"code": r.code, "where": r.where, "what": r.what, "help": r.help} for r in found] for language, found in refused.items()}  # fmt: skip


def _say_refused(refused: dict[str, tuple["Refusal", ...]]) -> None:
    for language, found in refused.items():
        for one in found:
            say(f"refused ({language}): {one.code}: {one.where}: {one.what}")
            say(f"  help: {one.help}")


for _one in (*_letters_sending.COMMANDS, *_letters_paper.COMMANDS):
    command.add_command(_one)
