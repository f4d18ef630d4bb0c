"""`ecluse tune`: limits for each kind of account, at a chosen price for honest people."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecluse.cli._options import json_option, print_json, say, zone_name
from ecluse.cli._output import check_output, whole
from ecluse.cli._past import past_options, read_labels, read_past
from ecluse.cli._progress import step_bar
from ecluse.model.errors import CallerError

if TYPE_CHECKING:
    from ecluse.loaders.policy import PolicyFile
    from ecluse.model.estate import Estate
    from ecluse.model.tuning import Tuning

__all__ = ["command"]

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    epilog="""\b
Examples:
  ecluse tune --ledger evidence --policy policy.yaml --estate estate.yaml
  ecluse tune --ledger evidence --policy policy.yaml --estate estate.yaml --price 1 --out tuned.yaml
  ecluse tune logs/ --map mapping.yaml --estate estate.yaml --labels cases.csv --raise --out tuned.yaml
  ecluse policy approve tuned.yaml --ledger evidence --person 'Ada Example' --reason 'tuned on May and June'

\b
Exit codes: 0 done; 1 done, and the price cannot be promised or the days held out disagree; 2 the command line is wrong;
3 a policy, estate, mapping or labels file is wrong; 4 a log cannot be read; 5 a ledger does not verify; 6 the disk does not answer.
"""
)
@past_options
@click.option("--policy", type=_FILE, help="The signed policy set; the shipped one when left out.")
@click.option("--estate", type=_FILE, help="Estate file: applications, organizations, accounts.")
@click.option(
    "--price",
    type=click.FloatRange(0.01, 500),
    default=1.0,
    show_default=True,
    help="Honest account-days that may be disturbed, in a thousand.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 1100),
    default=60,
    show_default=True,
    help="Look at the last so many days; what came before fills the longer windows.",
)
@click.option(
    "--holdout",
    type=click.IntRange(0, 500),
    default=14,
    show_default=True,
    help="Of these days, hold out the last so many for the check; 0 for no check.",
)
@click.option(
    "--raise",
    "may_raise",
    is_flag=True,
    help="Allow limits above the signed ones. Read each `why` before you sign.",
)
@click.option(
    "--labels",
    multiple=True,
    type=_FILE,
    help="File that says what cases were (see `ecluse backtest --cases`); what is not honest teaches nothing.",
)
@click.option(
    "--zone",
    default="UTC",
    show_default=True,
    callback=zone_name,
    help="IANA time zone, such as Europe/Paris, by which days begin.",
)
@click.option(
    "--out", type=_FILE, help="Write the proposed policy file, each number with its reason."
)
@json_option
def command(**options: Any) -> int:
    """Proposes limits for each kind of account that disturb honest people at a chosen price, and says what a thief could then take.

    Every number has its reason. Nothing changes until a person signs the file and the gate reads it.
    """
    if (out := options["out"]) is not None:
        check_output(out)
    if options["holdout"] and 2 * options["holdout"] > options["days"]:
        raise CallerError(
            "--holdout is more than half of --days",
            help="keep more days to learn from than to check with",
        )
    made, policy, estate = _tune(options)
    if out is not None:
        _write(out, made, policy, estate)
    if options["as_json"]:
        from ecluse.reports.tuning_json import document

        print_json(document(made))
    else:
        _show(made)
    wrong = {"price-not-reached", "held-out-disagrees"}
    return int(any(f.code in wrong for f in made.findings))


def _tune(options: dict[str, Any]) -> "tuple[Tuning, PolicyFile, Estate | None]":
    from ecluse import wiring
    from ecluse.loaders.policy import read_policy
    from ecluse.service.tune import Asked, tune, tuned_policy
    from ecluse.sources.written import read_written
    from ecluse.wiring.bounding import one_account_bounds

    rules = wiring.open_rules(options["policy"], options["estate"])
    path = options["policy"]
    text = wiring.shipped_policy() if path is None else read_written(path)
    policy = read_policy(text, file=rules.policy_file)
    labels = read_labels(options["labels"])
    asked = Asked(
        options["price"], options["days"], options["holdout"], options["may_raise"], options["zone"]
    )
    with step_bar() as progress:
        past = read_past(options, rules, [rules.policies], progress)
        made = tune(
            past.history, policy, asked, estate=rules.estate, labels=labels, policy_file=rules.policy_file,
            clock=time.monotonic, step=progress.step,
        )  # fmt: skip
        if rules.estate is not None:
            progress.step("computing the bounds")
            kinds = [kind.id for kind in rules.estate.kinds]
            seen = sorted({k.kind for k in made.kinds})
            tuned = tuned_policy(policy, made, kinds).policies
            made = replace(made, bounds=one_account_bounds(tuned, rules.estate, seen))
    return replace(made, findings=(*past.findings, *made.findings)), policy, rules.estate


def _write(out: Path, made: "Tuning", policy: "PolicyFile", estate: "Estate | None") -> None:
    """Writes the file, once it reads as what is meant."""
    from ecluse.loaders.policy import read_policy
    from ecluse.loaders.policy_text import render
    from ecluse.service.tune import tuned_policy

    kinds = [kind.id for kind in estate.kinds] if estate else []
    wanted = tuned_policy(policy, made, kinds)
    text = render(wanted, head=_head(made))
    read = read_policy(text, file=str(out), estate=estate)
    assert read.policies.budgets == wanted.policies.budgets, "what is written is what was proposed"
    with whole(out) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    say(f"policy: {out} (SHA-256 {read.policies.digest}); nobody has approved it yet", err=True)


def _head(made: "Tuning") -> str:
    raised = "; limits above the signed ones were asked for" if made.may_raise else ""
    return (
        f"Proposed by `ecluse tune` from {made.days} account-days, {made.first_day} to {made.last_day}, at a price of {made.price:g} in 1,000{raised}.\n"
        f"It was made from the policy set with the digest {made.digest}.\n"
        "It takes effect when a named person has approved it (`ecluse policy approve`) and the gate reads it."
    )


def _show(made: "Tuning") -> None:
    from rich.console import Console

    from ecluse.reports.tuning_terminal import render

    console = Console()
    color = console.is_terminal and not console.no_color
    unicode = (console.encoding or "").lower().startswith("utf")
    click.echo(render(made, width=console.width, color=color, unicode=unicode), nl=False)
