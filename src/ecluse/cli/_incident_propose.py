"""`ecluse incident propose`: which findings and warnings are about one actor? Proposals, for a person to open."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ecluse.cli._asked import record_question
from ecluse.cli._options import TEXT, TextPath, counted, json_option, print_json, say, zone_name
from ecluse.cli._output import check_output, whole

if TYPE_CHECKING:
    from ecluse.model.sign import Proposal

__all__ = ["propose", "read_proposal"]

_FOLDER: Final = TextPath(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_TAKEN: Final = ("title", "severity", "confidence", "findings", "accounts", "sessions", "sources", "lineages", "links")  # fmt: skip
_LONGEST: Final = 64 * 1024 * 1024
_MEMBERS_MAX: Final = 500


@click.command("propose")
@click.option("--ledger", required=True, type=_FOLDER, help="Ledger of the gate.")
@click.option("--keys", type=_FOLDER, help="Folder of the keys, when it is not LEDGER/keys.")
@click.option("--estate", type=_FILE, help="Estate file: its accounts table says who created whom.")
@click.option("--warnings", type=_FILE, help="Warnings from outside: JSON lines with account, received_at, source, summary.")  # fmt: skip
@click.option("--since", type=TEXT, help="Leave out what is older: a date, or an instant such as 2026-11-28T00:00:00Z.")  # fmt: skip
@click.option("--zone", callback=zone_name, help="Show times in this IANA time zone; UTC when left out.")  # fmt: skip
@click.option("--out", type=_FILE, help="Write the proposals to this file, for `ecluse incident open`.")  # fmt: skip
@json_option
def propose(*, ledger: Path, keys: Path | None, estate: Path | None, warnings: Path | None, since: str | None, zone: str | None, out: Path | None, as_json: bool) -> None:  # fmt: skip
    """Groups what speaks against accounts by actor: one account, its sessions, what it created, who shares its source or order.

    Signs are findings of the gate, refusals by budgets, accounts that a person closed, and --warnings. Each link says which rule
    made it, with its numbers. Nothing is opened: that is a person's decision. The question leaves an entry in the ledger.

    \b
    Examples:
      ecluse incident propose --ledger LEDGER --estate estate.yaml
      ecluse incident propose --ledger LEDGER --since 2026-11-27 --warnings cert.jsonl --out proposals.json
    """  # noqa: D301 - click reads it
    from ecluse.cli._incident_options import instant_of
    from ecluse.cli._progress import step_bar
    from ecluse.wiring.incidents import proposals

    if out is not None:
        check_output(out)
    begin = None if since is None else instant_of(since, zone or "UTC")
    with step_bar() as bar:
        made = proposals(ledger, estate=estate, warnings=warnings, since=begin, step=bar.step)
    record_question(ledger, keys, "query", {"question": "incidents", "proposals": len(made.proposals)})  # fmt: skip
    document = {
        "proposals": [_document(n, p) for n, p in enumerate(made.proposals, start=1)],
        "apart": list(made.apart),
        "unreadable": made.unreadable,
        "not_compared": made.not_compared,
    }
    if out is not None:
        import json

        with whole(out) as unfinished:
            unfinished.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")  # fmt: skip
    if as_json:
        print_json(document)
        return
    _tell(made.proposals, zone or "UTC")
    if made.apart:
        say(f"apart, about no account: {', '.join(made.apart[:10])}" + (" …" if len(made.apart) > 10 else ""))  # fmt: skip
    if made.unreadable:
        say(f"{counted(made.unreadable, 'entry', 'entries')} of the ledger cannot be read, and were left out")  # fmt: skip
    if made.not_compared:
        say(f"the order of {counted(made.not_compared, 'more account')} with persons in common was not compared")  # fmt: skip
    if out is not None:
        first = f"; `ecluse incident open --proposal {out} --number 1` opens the first"
        say(f"written: {out}{first if made.proposals else ''}")


def read_proposal(path: Path, number: int) -> dict[str, Any]:
    """What an incident is opened with, from a file of `ecluse incident propose --out`.

    Raises:
        CallerError: when the file is none, or has no proposal of that number.
    """
    import msgspec

    from ecluse.incident.acts import Opened
    from ecluse.model.errors import CallerError

    with path.open("rb") as file:
        content = file.read(_LONGEST + 1)
    try:
        document = msgspec.json.decode(content, type=dict[str, Any])
        found = document["proposals"]
        chosen = found[number - 1] if number <= len(found) else None
        taken = {} if chosen is None else {name: chosen[name] for name in _TAKEN}
        if chosen is not None:
            msgspec.convert({**taken, "id": "-", "owner": "-"}, Opened)
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise CallerError(f"`{path}` is no file of proposals: {error}", help="make it with `ecluse incident propose --out`") from None  # fmt: skip
    if chosen is None:
        raise CallerError(f"`{path}` has {counted(len(found), 'proposal')}, and no number {number}", help="look at the file, or propose again")  # fmt: skip
    return taken


def _document(number: int, proposal: "Proposal") -> dict[str, Any]:
    from ecluse.model.time import format_instant

    kept = set(proposal.accounts[:_MEMBERS_MAX])
    return {
        "number": number,
        "title": proposal.title,
        "severity": proposal.severity.name.lower(),
        "confidence": proposal.confidence.name.lower(),
        "first_at": format_instant(proposal.first_at),
        "last_at": format_instant(proposal.last_at),
        "findings": [sign.id for sign in proposal.signs][:_MEMBERS_MAX],
        "accounts": list(proposal.accounts[:_MEMBERS_MAX]),
        "sessions": list(proposal.sessions[:_MEMBERS_MAX]),
        "sources": list(proposal.sources[:_MEMBERS_MAX]),
        "lineages": list(proposal.lineages[:_MEMBERS_MAX]),
        "links": [{"what": k.what, "rule": k.rule, "reason": k.reason} for k in proposal.links if k.rule == "same-account" or k.what in kept][: 2 * _MEMBERS_MAX],
        "signs": [{"id": s.id, "code": s.code, "account": s.account, "severity": s.severity.name.lower(), "what": s.what, "first_at": format_instant(s.first_at), "last_at": format_instant(s.last_at)} for s in proposal.signs],
        "left_out": {name: rest for name in ("accounts", "sessions", "sources") if (rest := len(getattr(proposal, name)) - _MEMBERS_MAX) > 0},
    }  # fmt: skip


def _tell(found: "tuple[Proposal, ...]", zone: str) -> None:
    from ecluse.cli._incident_show import local

    if not found:
        say("nothing to propose: the ledger has no finding about an account, and no refusal")
    for number, proposal in enumerate(found, start=1):
        say(f"{number}. {proposal.title}")
        say(f"   severity {proposal.severity.name.lower()}, confidence {proposal.confidence.name.lower()}; {local(proposal.first_at, zone)} to {local(proposal.last_at, zone)}")  # fmt: skip
        say(f"   {counted(len(proposal.accounts), 'account')}, {counted(len(proposal.sessions), 'session')}, {counted(len(proposal.sources), 'source')}")  # fmt: skip
        for sign in proposal.signs[:8]:
            say(f"   - {sign.what} [{sign.id}]")
        for link in [k for k in proposal.links if k.rule != "same-account"][:12]:
            say(f"   + {link.what}: {link.reason} [{link.rule}]")
        more = len(proposal.accounts) - _MEMBERS_MAX
        if more > 0:
            say(f"   {counted(more, 'account')} more than an incident takes at once: add them by hand")  # fmt: skip
