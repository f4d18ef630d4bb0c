"""`ecluse policy`: check a policy file, show it, and print its schema or the default set."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecluse.cli._config_files import (
    as_document,
    exit_code,
    give_shipped,
    print_findings,
    read_estate,
    read_text,
)
from ecluse.cli._options import (
    TEXT,
    TextPath,
    counted,
    json_option,
    print_json,
    print_table,
    say,
)
from ecluse.sources.written import read_written

if TYPE_CHECKING:
    from ecluse.loaders.policy import PolicyFile
    from ecluse.model.policy import Budget

__all__ = ["command"]

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def command() -> None:
    """Checks and shows policy files: who may read how many persons over which time.

    \b
    Start with:
      ecluse policy default --out policy.yaml
      ecluse policy check policy.yaml --estate estate.yaml
    """  # noqa: D301 - click reads it


@command.command("check")
@click.argument("file", type=FILE)
@click.option(
    "--estate",
    type=FILE,
    help="Also check it against this estate file, and find what it does not cover.",
)
@json_option
def _check(file: Path, estate: Path | None, *, as_json: bool) -> int:
    """Refuses a wrong policy FILE with every fault at its place, and tells what a right one does not cover.

    \b
    Examples:
      ecluse policy check policy.yaml
      ecluse policy check policy.yaml --estate estate.yaml --json

    \b
    Exit codes: 0 all is well, or only advice; 1 a finding of medium severity or worse; 3 the file is wrong.
    """  # noqa: D301 - click reads it
    from ecluse.loaders.policy import load_policy
    from ecluse.verify.advice import advise
    from ecluse.verify.coverage import uncovered

    known = None if estate is None else read_estate(estate)
    policies = load_policy(read_written(file), file=str(file), estate=known)
    findings = advise(policies, estate=known) + (
        () if known is None else uncovered(known, policies)
    )
    if as_json:
        print_json(
            {
                "file": str(file),
                "valid": True,
                "budgets": len(policies.budgets),
                "digest": policies.digest,
                "findings": as_document(findings),
            }
        )
    else:
        print_findings(findings)
        scope = "" if known is not None else "; give --estate to find what it does not cover"
        budgets = counted(len(policies.budgets), "budget")
        say(f"{file}: valid, {budgets}, {counted(len(findings), 'finding')}{scope}")
    return exit_code(findings)


@command.command("show")
@click.argument("file", type=FILE)
@click.option(
    "--why", is_flag=True, help="Also print why each number is what it is, as the file says."
)
@json_option
def _show(file: Path, *, why: bool, as_json: bool) -> None:
    """Shows the budgets of a policy FILE as a table.

    \b
    Example:
      ecluse policy show policy.yaml --why
    """  # noqa: D301 - click reads it
    from ecluse.loaders.policy import read_policy

    policy = read_policy(read_written(file), file=str(file))
    if as_json:
        budgets = [_budget_document(b, policy) for b in policy.policies.budgets]
        print_json({"file": str(file), "digest": policy.policies.digest, "budgets": budgets})
        return
    _print_table(policy)
    if why:
        _print_why(policy)


@command.command("schema")
@click.argument("name", default="policy")
@json_option
def _schema(name: str, *, as_json: bool) -> None:
    """Prints the JSON Schema (draft 2020-12) of a kind of file: policy, estate or mapping.

    Editors that speak to a YAML language server complete and check with it, when the file begins with
    `# yaml-language-server: $schema=policy.schema.json`.

    \b
    Example:
      ecluse policy schema policy > policy.schema.json
    """  # noqa: D301 - click reads it
    from ecluse.loaders.schemas import names, published
    from ecluse.model.errors import CallerError

    del as_json  # a schema is one JSON document either way
    if name not in names():
        raise CallerError(
            f"no schema is called `{name}`", help=f"the schemas are {', '.join(names())}"
        )
    click.echo(published(name), nl=False)


@command.command("default")
@click.option("--out", type=FILE, help="Write it to this new file instead of standard output.")
@json_option
def _default(out: Path | None, *, as_json: bool) -> None:
    """Prints the policy set that ships with Ecluse, each number with its reason.

    \b
    Example:
      ecluse policy default --out policy.yaml
    """  # noqa: D301 - click reads it
    text = read_text("policy.yaml")
    give_shipped("policy", text, out, as_json=as_json)


@command.command("approve")
@click.argument("file", type=FILE)
@click.option(
    "--ledger",
    required=True,
    type=TextPath(path_type=Path, file_okay=False),
    help="Ledger in which the approval is kept.",
)
@click.option(
    "--keys",
    type=TextPath(path_type=Path, file_okay=False),
    help="Folder of the keys, when it is not LEDGER/keys.",
)
@click.option("--person", type=TEXT, required=True, help="Who answers for these limits.")
@click.option("--reason", type=TEXT, required=True, help="Why; it is kept in the ledger.")
@click.option("--estate", type=FILE, help="Also check the file against this estate file.")
@json_option
def _approve(
    file: Path, *, ledger: Path, keys: Path | None, person: str, reason: str, estate: Path | None, as_json: bool
) -> None:  # fmt: skip
    """Records in LEDGER that a named person approves the policy FILE, by its digest.

    It needs the keys of the ledger; a gate that is writing the ledger takes the approval in. The entry is of kind
    `policy-approved`. It changes nothing by itself: the gate reads the file when it starts or is told to
    (`ecluse gate reload`).

    \b
    Example:
      ecluse policy approve tuned.yaml --ledger evidence --person 'Ada Example' --reason 'tuned on May and June'
    """  # noqa: D301 - click reads it
    from ecluse.cli._approving import approve

    done = approve(file, ledger=ledger, keys=keys, person=person, reason=reason, estate=estate)
    if as_json:
        print_json(done)
    else:
        where = f"entry {done['entry']} of {ledger}"
        if done["entry"] is None:
            where = f"left beside {ledger}, whose gate takes it in"
        say(f"{file}: approved by {person}; SHA-256 {done['digest']}, {where}")


def _budget_document(budget: "Budget", policy: "PolicyFile") -> dict[str, Any]:
    from ecluse.model.time import format_duration

    return {
        "id": budget.id,
        "description": policy.descriptions.get(budget.id, ""),
        "per": [k.value for k in budget.per],
        "counts": budget.counts.value,
        "target": _conditions(budget),
        "limits": {format_duration(w.length): w.limit for w in budget.windows},
        "warn_at": budget.warn_share,
        "effect": budget.effect.word,
        "mode": budget.mode.value,
        "reason": dict(budget.reason),
        "why": {format_duration(length): text for length, text in policy.why[budget.id].items()},
    }


def _conditions(budget: "Budget") -> dict[str, Any]:
    """The target's conditions as a policy file writes them, the absent ones left out."""
    from ecluse.model.time import format_duration

    target = budget.target
    found: dict[str, Any] = {
        "kind": target.kinds,
        "organization": target.organizations,
        "application": target.applications,
        "operation": target.operations,
        "category": target.categories,
        "factor": target.factors,
    }
    found = {key: sorted(names) for key, names in found.items() if names is not None}
    if target.hours is not None:
        found["hours"] = _hours(target.hours)
    bars = {"under": target.younger_than, "over": target.older_than}
    if any(bars.values()):
        found["account_age"] = {
            key: format_duration(bar) for key, bar in bars.items() if bar is not None
        }
    if target.own is not None:
        found["caseload"] = "inside" if target.own else "outside"
    given = {"justified": target.justified, "stepped_up": target.stepped_up}
    return found | {key: value for key, value in given.items() if value is not None}


def _hours(hours: Any) -> dict[str, Any]:
    from ecluse.loaders.schema import WEEKDAYS

    start, end = hours.spans[-1][0], hours.spans[0][1]
    days = [day for day, number in WEEKDAYS.items() if number in hours.weekdays]
    clock = {"from": f"{start // 60:02}:{start % 60:02}", "to": f"{end // 60:02}:{end % 60:02}"}
    return {"zone": hours.zone, **clock, "weekdays": days}


def _print_table(policy: "PolicyFile") -> None:
    from rich import box
    from rich.table import Table

    from ecluse.model.policy import Mode
    from ecluse.model.time import format_duration
    from ecluse.reports.text import plain

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading, width in (
        ("budget", 19),
        ("per", 12),
        ("at most", 11),
        ("beyond", 11),
        ("only when", 11),
    ):
        table.add_column(heading, min_width=width, overflow="fold", no_wrap=heading == "budget")
    for budget in policy.policies.budgets:
        limits = " ".join(f"{w.limit:,}/{format_duration(w.length)}" for w in budget.windows)
        warns = "" if budget.warn_share is None else f" (warn from {budget.warn_share:.0%})"
        mode = "only watch: " if budget.mode is Mode.SHADOW else ""
        when = "; ".join(f"{key} {_inline(value)}" for key, value in _conditions(budget).items())
        table.add_row(
            budget.id,
            " x ".join(k.value for k in budget.per),
            f"{budget.counts.value}: {limits}",
            f"{mode}{budget.effect.word}{warns}",
            plain(when) or "always",
        )
        table.add_row()
    print_table(table)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} {_inline(part)}" for key, part in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, list) else str(value)


def _print_why(policy: "PolicyFile") -> None:
    from ecluse.model.time import format_duration

    for budget in policy.policies.budgets:
        click.echo()
        say(f"{budget.id}: {policy.descriptions.get(budget.id, '')}".rstrip())
        for window in budget.windows:
            why = policy.why[budget.id].get(window.length, "no reason is given")
            say(f"  {window.limit} in {format_duration(window.length)}: {why}")
