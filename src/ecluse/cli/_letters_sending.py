"""`ecluse letters send`, `resolve`, `bounces`: what goes out, what nobody knows, and what comes back."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecluse.cli._letters_options import FILE, bar, by_option, letters_options, name_of, row_of
from ecluse.cli._options import TEXT, TextPath, counted, print_json, say

if TYPE_CHECKING:
    from ecluse.model.channel import Mail
    from ecluse.model.letter import LetterRow
    from ecluse.wiring.lettering import LetterDesk

__all__ = ["COMMANDS"]

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


@click.command()
@letters_options
@by_option
@click.option("--smtp", required=True, type=TEXT, metavar="HOST[:PORT]", help="The mail server that takes the letters, your relay.")  # fmt: skip
@click.option("--sender", required=True, type=TEXT, help="Address in From, of a domain that your relay signs for.")  # fmt: skip
@click.option("--bounces-to", type=TEXT, help="Where reports of what came back go; the sender when left out.")  # fmt: skip
@click.option("--reply-to", type=TEXT, default="", help="Where answers go, when it is not the sender.")  # fmt: skip
@click.option("--tls", type=click.Choice(list(_PORTS)), default="starttls", show_default=True, help="How the line is encrypted; `none` only for this machine.")  # fmt: skip
@click.option("--ca-file", type=FILE, help="PEM file of the authority of the server's certificate, if it is your own.")  # fmt: skip
@click.option("--account", type=TEXT, help="Account at the mail server.")
@click.option("--password-file", type=FILE, help="File with its password.")
@click.option("--per-minute", type=click.IntRange(1, 60_000), default=600, show_default=True, help="Letters a minute, over all connections.")  # fmt: skip
@click.option("--connections", type=click.IntRange(1, 32), default=4, show_default=True, help="Connections at a time.")  # fmt: skip
@click.option("--wait", is_flag=True, help="Stay until nothing waits for a server that asked to come back later.")  # fmt: skip
@click.pass_context
def send(ctx: click.Context, /, **options: Any) -> None:
    """Sends the released letters by mail, each once; stopped or killed, it goes on when it is run again.

    A letter that was given to the server and whose answer is not known is not sent again: `status --list sending` names it.

    \b
    Examples:
      ecluse letters send --register register --incident 2026-0001 --smtp relay.example.org --sender info@example.org \\
          --bounces-to bounces@example.org --per-minute 1200
      ecluse letters send --incident 2026-0001 --smtp 127.0.0.1:25 --tls none --sender info@example.org --wait
    """  # noqa: D301 - click reads it
    from ecluse.wiring.lettering import open_desk

    incident, as_json = options["incident"], options["as_json"]
    way, sender = _way(options), _sender(options)
    with open_desk(options["register"], incident) as desk:
        desk.check_released()
        total = desk.outbox.count().get("prepared", 0)
        with bar("sending letters") as moved:
            tally = _run(desk, way, sender, options, moved=moved, total=total)
        counts, next_due = desk.outbox.count(), desk.outbox.next_due()
    unknown = counts.get("sending", 0)
    if as_json:
        print_json({"incident": incident, "sent": tally.sent, "later": tally.later, "refused": tally.refused, "unknown": unknown, "states": counts, "next_due": next_due})  # fmt: skip
    else:
        say(f"{incident}: {counted(tally.sent, 'letter')} sent, {tally.later:,} put off, {tally.refused:,} refused, {unknown:,} with unknown outcome")  # fmt: skip
        if counts.get("prepared"):
            say(f"  {counts['prepared']:,} wait: the server asked to come back later; run the command again, or give --wait")  # fmt: skip
        if unknown:
            say("  look in the server's log for the Message-IDs of `ecluse letters status --list sending`, then `ecluse letters resolve`")  # fmt: skip
    ctx.exit(1 if unknown else 0)


def _run(
    desk: "LetterDesk", way: "Mail", sender: Any, options: dict[str, Any], *, moved: Any, total: int
) -> Any:
    """One process at a time; runs until nothing is due, or nothing waits."""
    import os

    from ecluse.channels.letter_server import SmtpLetterServer
    from ecluse.model.time import SECOND
    from ecluse.registers.files import locked
    from ecluse.service.sending import Pace, Sending
    from ecluse.wiring.lettering import SystemClock

    clock = SystemClock()
    with locked(desk.outbox.path.with_name("sending.lock"), flags=os.O_RDWR | os.O_CREAT):
        sending = Sending(
            desk.outbox,
            desk.mails(sender),
            domain=sender.domain,
            open_server=lambda: SmtpLetterServer(way),
            clock=clock,
            pace=Pace(options["per_minute"], clock),
            moved=lambda t: moved(t.sent + t.refused + t.unknown, total),
        )
        tally = sending.run(connections=options["connections"])
        while options["wait"] and (due := desk.outbox.next_due()) is not None:
            clock.sleep(min(max(due - clock.now(), 0) / SECOND + 0.1, 60.0))
            tally = sending.run(connections=options["connections"])
    return tally


def _way(options: dict[str, Any]) -> "Mail":
    """The server and the sender of the envelope.

    Raises:
        CallerError: when an address or the server is none, or the line would not be encrypted.
    """
    from ipaddress import ip_address

    from ecluse.model.channel import Mail
    from ecluse.model.errors import CallerError

    host, _, port = options["smtp"].rpartition(":") if ":" in options["smtp"] else (options["smtp"], "", "")  # fmt: skip
    if not host or (port and not port.isdigit()):
        raise CallerError(f"`{options['smtp']}` is no server", help="write relay.example.org or relay.example.org:587")  # fmt: skip
    if options["tls"] == "none":
        try:
            here = ip_address(host).is_loopback
        except ValueError:
            here = host == "localhost"
        if not here:
            raise CallerError("letters do not go over a line in clear", help="use --tls starttls or --tls tls; `none` is for a server on this machine")  # fmt: skip
    if (options["account"] is None) != (options["password_file"] is None):
        raise CallerError("--account and --password-file go together", help="give both or none")
    file, ca = options["password_file"], options["ca_file"]
    bounces = _address(options["bounces_to"] or options["sender"], "--bounces-to")
    return Mail(
        host,
        int(port) if port else _PORTS[options["tls"]],
        bounces,
        (),
        options["tls"],
        options["account"],
        None if file is None else str(file),
        None if ca is None else str(ca),
    )


def _sender(options: dict[str, Any]) -> Any:
    from ecluse.reports.document.mail_message import Sender
    from ecluse.wiring.lettering import open_desk

    with open_desk(options["register"], options["incident"]) as desk:
        name = desk.affair.controller.name
    reply = options["reply_to"]
    sender = _address(options["sender"], "--sender")
    bounces = _address(options["bounces_to"] or options["sender"], "--bounces-to")
    return Sender(name, sender, bounces, _address(reply, "--reply-to") if reply else "")


def _address(text: str, option: str) -> str:
    from ecluse.model.errors import CallerError
    from ecluse.model.mail_address import mail_address

    address = mail_address(text)
    if not address or not address.isascii():
        raise CallerError(f"{option}: `{text[:80]}` is no mail address in ASCII", help="write an address such as info@example.org")  # fmt: skip
    return address


@click.command()
@letters_options
@by_option
@click.argument("letters", nargs=-1, type=TEXT)
@click.option("--state", type=click.Choice(["sending", "failed", "bounced"]), help="All letters of this state, in place of naming them.")  # fmt: skip
@click.option("--sent", "answer", flag_value="sent", help="The server's log says that it took them.")  # fmt: skip
@click.option("--again", "answer", flag_value="prepared", help="It did not: send them with the next run.")  # fmt: skip
@click.option("--post", "answer", flag_value="post", help="Send them by post, where an address is known.")  # fmt: skip
def resolve(
    *,
    register: Path,
    incident: str,
    by: str | None,
    letters: tuple[str, ...],
    state: str | None,
    answer: str | None,
    as_json: bool,
) -> None:
    """Decides what became of LETTERS with an unknown outcome, or what follows for refused ones. A person answers for it by name.

    LETTERS are named by reference or by person, as `status --list sending` shows them.

    \b
    Examples:
      ecluse letters resolve --register register --incident 2026-0001 7K3F-9QWX-M2TD --sent
      ecluse letters resolve --register register --incident 2026-0001 --state failed --post
    """  # noqa: D301 - click reads it
    from ecluse.model.errors import CallerError
    from ecluse.model.letter import Attempt, LetterState
    from ecluse.wiring.lettering import now, open_desk

    if answer is None or bool(letters) == bool(state):
        raise CallerError("say which letters, and what became of them", help="name letters or give --state, and one of --sent, --again, --post")  # fmt: skip
    who, done, left = name_of(by), 0, 0
    with open_desk(register, incident) as desk:
        rows = list(desk.outbox.rows("state = ?", (state,))) if state else [row_of(desk, one) for one in letters]  # fmt: skip
        for row in rows:
            if not _may(row, answer):
                left += 1
                continue
            attempt = Attempt(now(), "", f"resolved:{answer}", "", row.message_id, "a person decided", who)  # fmt: skip
            desk.outbox.settle(row, LetterState(answer), attempt=attempt, note=f"decided by {who}")
            done += 1
        desk.folder.append("letters_resolved", {"letters": done, "as": answer}, by=who, at=now())
    if as_json:
        print_json({"incident": incident, "resolved": done, "left": left, "as": answer})
        return
    say(f"{incident}: {counted(done, 'letter')} now {answer}")
    if left:
        say(f"  {left:,} left as they were: already sent, set aside, or without the address that is needed")  # fmt: skip


def _may(row: "LetterRow", answer: str) -> bool:
    """Only what is unknown or refused is decided, and only on a way that exists."""
    ways = {"sent": row.state == "sending", "prepared": bool(row.to), "post": bool(row.address)}
    return row.state in {"sending", "failed", "bounced"} and ways[answer]


@click.command()
@letters_options
@click.argument("mailbox", type=TextPath(path_type=Path))
def bounces(*, register: Path, incident: str, mailbox: Path, as_json: bool) -> None:
    """Reads reports of what could not be delivered (RFC 3464) from MAILBOX: an mbox file, a Maildir, or a folder of .eml files.

    A letter that came back for good goes to the person's next mail address, else to the post, else to the public notice. Reading
    the same mailbox again changes nothing.

    \b
    Example:
      ecluse letters bounces --register register --incident 2026-0001 /var/mail/bounces
    """  # noqa: D301 - click reads it
    from ecluse.service.bounces import take_bounces
    from ecluse.sources.mailboxes import read_mails
    from ecluse.wiring.lettering import now, open_desk

    with open_desk(register, incident) as desk:
        tally = take_bounces(desk.outbox, read_mails(mailbox), at=now())
        counts = desk.outbox.count()
    if as_json:
        print_json({"incident": incident, "hard": tally.hard, "soft": tally.soft, "given": tally.given, "late": tally.late, "repeated": tally.repeated, "unmatched": tally.unmatched, "others": tally.others, "states": counts})  # fmt: skip
        return
    say(f"{incident}: {tally.hard:,} came back for good, {tally.soft:,} still on their way, {tally.given:,} arrived")  # fmt: skip
    if tally.late or tally.repeated or tally.unmatched or tally.others:
        say(f"  {tally.repeated:,} read before, {tally.late:,} of an address no longer in use, {tally.unmatched:,} of no letter, {tally.others:,} no reports")  # fmt: skip


COMMANDS = (send, resolve, bounces)
