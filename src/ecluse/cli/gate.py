"""`ecluse gate`: look at a running gate, and close or open what it lets through."""

from typing import Any, Literal

import click

from ecluse.cli._gate_client import at_gate, gate_options
from ecluse.cli._gate_files import example, route, schema
from ecluse.cli._options import TEXT, counted, json_option, print_json, print_table, say

__all__ = ["command"]


def _instant(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    from ecluse.model.time import parse_instant

    try:
        return None if text is None else parse_instant(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}; write 2026-12-31T18:00:00+01:00", ctx, param) from error


_REASON = click.option("--reason", type=TEXT, required=True, help="Why; it is kept in the ledger.")
_KEY = click.option(
    "--session", "as_session", is_flag=True, help="NAME is a session, not an account."
)


@click.group()
def command() -> None:
    """Looks at a running gate, and closes or opens what it lets through.

    `hold`, `reopen`, `application`, `acknowledge` and `reload` are acts of a named person: they need the token of a client
    that was enrolled with `ecluse client add --person … --may manage`. Each is written to the ledger.
    """


command.add_command(example)
command.add_command(schema)
command.add_command(route)


@command.command()
@click.argument("account", type=TEXT)
@click.option(
    "--application",
    type=TEXT,
    default="",
    help="Through which application; may be left out where your client is enrolled for one alone.",
)
@gate_options
@json_option
def status(
    account: str, application: str, address: str, token_file: str | None, *, as_json: bool
) -> None:
    """Shows what ACCOUNT may still read."""
    with at_gate(address, token_file) as gate:
        told = gate.status(account, application=application)
    if as_json:
        print_json(told)
        return
    for line in _closed(told):
        say(f"{account}: {line}")
    print_table(_budgets(told["budgets"], about=account))


@command.command()
@click.argument("entry", type=int)
@gate_options
@json_option
def explain(entry: int, address: str, token_file: str | None, *, as_json: bool) -> None:
    """Says why ENTRY of the ledger was decided as it was; an answer names its entry."""
    with at_gate(address, token_file) as gate:
        told = gate.explain(entry)
    if as_json:
        print_json(told)
        return
    who = f"{told['account']} in {told['application']}" if told["account"] else told["kind"]
    say(
        f"entry {entry}, {told['at']}: {who}, {counted(told['persons'], 'person')}: {told['effect']}"
    )
    if told["text"]:
        say(f"  {told['text']['en']}")


@command.command()
@gate_options
@json_option
def findings(address: str, token_file: str | None, *, as_json: bool) -> None:
    """Lists what a person should know of the gate now, most severe first."""
    with at_gate(address, token_file) as gate:
        told = gate.findings()
    if as_json:
        print_json(told)
        return
    for finding in told["findings"]:
        about = f" {finding['about']}" if finding["about"] else ""
        say(f"{finding['severity']}: {finding['what']}  [{finding['code']}{about}]")
        say(f"  help: {finding['help']}")
        if seen := finding.get("acknowledged"):
            say(f"  seen by {seen['by']} at {seen['at']}")
    if not told["findings"]:
        say("nothing is open")


@command.command()
@click.argument("code", type=TEXT)
@click.argument("about", type=TEXT, default="")
@click.option(
    "--note", type=TEXT, default="", help="What you make of it; it is kept in the ledger."
)
@gate_options
@json_option
def acknowledge(code: str, about: str, note: str, *, as_json: bool, **options: Any) -> None:
    """Says that you have seen the finding CODE (about ABOUT). It stays open until its cause is gone.

    \b
    Example:
      ecluse gate acknowledge account-over-budget agent-17 --note "called its holder"
    """  # noqa: D301 - click reads it
    with at_gate(options["address"], options["token_file"]) as gate:
        told = gate.acknowledge(code, about, note=note)
    _done(told, f"{code} {about}".rstrip() + f": acknowledged by {told['by']}", as_json=as_json)


@command.command()
@gate_options
@json_option
@click.pass_context
def health(ctx: click.Context, address: str, token_file: str | None, *, as_json: bool) -> None:
    """Says whether the gate decides; exit code 1 when it does not."""
    with at_gate(address, token_file) as gate:
        told = gate.health()
    if as_json:
        print_json(told)
    else:
        where = "; `ecluse gate findings` lists them" if told["findings"] else ""
        found = counted(told["findings"], "open finding")
        say(f"{told['status']}: since {told['since']}, {found}{where}")
    ctx.exit(1 if told["status"] == "fail" else 0)


@command.command()
@click.argument("name", type=TEXT)
@_KEY
@click.option(
    "--tree", is_flag=True, help="Also every account that it created, directly or through others."
)
@_REASON
@gate_options
@json_option
def hold(name: str, *, as_json: bool, **options: Any) -> None:
    """Closes the account NAME until a person reopens it.

    A name that nobody knows is held as well, in case the account is new; a warning says so, in case it is
    misspelt.
    """
    key, tree = _key(options), options["tree"]
    with at_gate(options["address"], options["token_file"]) as gate:
        told = gate.hold(key, name, reason=options["reason"], tree=tree)
    _done(told, f"{key} {name}: closed{' with all it created' if tree else ''}", as_json=as_json)


@command.command()
@click.argument("name", type=TEXT)
@_KEY
@_REASON
@gate_options
@json_option
def reopen(name: str, *, as_json: bool, **options: Any) -> None:
    """Lifts the hold of the account NAME, and of what it created."""
    key = _key(options)
    with at_gate(options["address"], options["token_file"]) as gate:
        told = gate.reopen(key, name, reason=options["reason"])
    _done(told, f"{key} {name}: open", as_json=as_json)


@command.command()
@click.argument("name", type=TEXT)
@click.argument("state", type=click.Choice(["live", "decommissioning", "closing", "closed"]))
@click.option(
    "--closes-at",
    callback=_instant,
    help="When it closes for good, such as 2026-12-31T18:00:00+01:00.",
)
@click.option(
    "--isolate",
    is_flag=True,
    help="Close the other applications of its portal as well, for the time being.",
)
@_REASON
@gate_options
@json_option
def application(name: str, *, as_json: bool, **options: Any) -> None:
    """Brings the application NAME into STATE; its limits follow."""
    state = options["state"]
    with at_gate(options["address"], options["token_file"]) as gate:
        told = gate.application(
            name,
            state,
            reason=options["reason"],
            closes_at=options["closes_at"],
            isolate=options["isolate"],
        )
    others = ", and the others of its portal until it is set without --isolate"
    _done(told, f"application {name}: {state}{others * options['isolate']}", as_json=as_json)


@command.command()
@gate_options
@json_option
def reload(address: str, token_file: str | None, *, as_json: bool) -> None:
    """Reads policy, clients and routes again; files with faults change nothing.

    Settings, estate and tables are read at the start alone: what changed in them is told, and needs a restart.
    """
    with at_gate(address, token_file) as gate:
        told = gate.reload()
    _done(told, f"policy {told['digest'][:12]} in force", as_json=as_json)


def _closed(told: dict[str, Any]) -> list[str]:
    """Whether and since when nothing is shown to the account; empty when it is open."""
    held, closed = told["hold"], told["closed"]
    lines = [closed["en"]] if closed else []
    if held and held["policy"] != "hold":
        lines.insert(
            0, f"closed by `{held['policy']}` since {held['at']}, until a person reopens it"
        )
    elif held and lines:
        lines[0] += f", since {held['at']}"
    return lines


def _key(options: dict[str, Any]) -> Literal["account", "session"]:
    return "session" if options["as_session"] else "account"


def _done(told: dict[str, Any], line: str, *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    say(line)
    if "warning" in told:
        say(f"warning: {told['warning']}", err=True)
    for changed in told.get("restart_needed", ()):
        say(f"warning: {changed}: start the gate again", err=True)


def _budgets(budgets: list[dict[str, Any]], *, about: str) -> Any:
    from rich.table import Table

    from ecluse.reports.text import plain

    table = Table(title=f"what {plain(about)} may still read", title_justify="left")
    for name in ("budget", "in", "limit", "used", "left"):
        table.add_column(name, justify="left" if name in {"budget", "in"} else "right")
    for budget in budgets:
        shadow = " (shadow)" if budget["mode"] == "shadow" else ""
        table.add_row(
            f"{budget['policy']}{shadow}",
            budget["window"],
            f"{budget['limit']:,} {budget['counts']}",
            f"{budget['used']:,}",
            f"{budget['left']:,}",
        )
    return table
