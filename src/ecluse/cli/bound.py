"""`ecluse bound`: the most that a thief can take under a policy set, with the proof."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecluse.cli._asked import record_question
from ecluse.cli._config_files import read_text
from ecluse.cli._options import TextPath, json_option, print_json, print_table, say
from ecluse.cli._output import check_output, whole
from ecluse.cli._progress import counting

if TYPE_CHECKING:
    from ecluse.model.bound import Bound
    from ecluse.wiring.bounding import Question

__all__ = ["command", "horizons"]

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = TextPath(path_type=Path, file_okay=False)


def horizons(ctx: click.Context, param: click.Parameter, text: str) -> tuple[int, ...]:
    """Reads `1h,24h,30d`; click calls it."""
    from ecluse.model.time import parse_duration

    try:
        found = [parse_duration(word.strip()) for word in text.split(",")]
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error
    return tuple(dict.fromkeys(found))


def _at_most(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> tuple[tuple[int, int], ...]:
    from ecluse.model.time import parse_duration

    found = []
    for text in texts:
        horizon, _, persons = text.partition("=")
        if not (persons.isascii() and persons.isdecimal()):
            message = f"`{text}` has no number of persons: write 24h=500"
            raise click.BadParameter(message, ctx, param)
        try:
            found.append((parse_duration(horizon), int(persons)))
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from error
    return tuple(found)


def _print_example(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(read_text("adversary.yaml"), nl=False)
        ctx.exit(0)


@click.command(
    epilog="""\b
Examples:
  ecluse bound --policy policy.yaml --estate estate.yaml
  ecluse bound --example > adversary.yaml
  ecluse bound --policy policy.yaml --estate estate.yaml --adversary adversary.yaml \\
      --horizon 1h,24h,360d --certificate bound.json
  ecluse bound --policy policy.yaml --estate estate.yaml --at-most 24h=500 --json

\b
Exit codes: 0 done; 1 the first thief can take more than --at-most allows, or any number; 3 a file is wrong.
"""
)
@click.option("--policy", type=_FILE, help="Policy file; the shipped set when absent.")
@click.option("--estate", type=_FILE, required=True, help="Estate file: what can be read, by whom.")
@click.option(
    "--adversary",
    type=_FILE,
    help="What is stolen (see --example); the documented thefts when absent.",
)
@click.option(
    "--horizon",
    "over",
    default="10m,1h,24h,30d,360d",
    show_default=True,
    callback=horizons,
    help="Over which times, with commas.",
)
@click.option(
    "--settings", type=_FILE, help="Settings of the gate: what they relax is added to the bound."
)
@click.option("--thief", help="Tell all about this one of the thieves; the first when absent.")
@click.option(
    "--at-most",
    multiple=True,
    callback=_at_most,
    metavar="HORIZON=PERSONS",
    help="Fail when the first thief (or --thief) can take more than that; may be given again.",
)
@click.option(
    "--certificate", type=_FILE, help="Write the proofs, for `--checker`, to this file (JSON)."
)
@click.option("--ledger", type=_FOLDER, help="Record the bounds and their proofs in this ledger.")
@click.option("--keys", type=_FOLDER, help="Folder with the ledger's keys, when not beside it.")
@click.option(
    "--checker",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, _param, asked: _print_checker(ctx) if asked else None,
    help="Print the script that checks certificates with Python alone, and exit.",
)
@click.option(
    "--example",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_example,
    help="Print an adversary file to start from, and exit.",
)
@json_option
def command(
    *,
    policy: Path | None,
    estate: Path,
    adversary: Path | None,
    over: tuple[int, ...],
    settings: Path | None,
    thief: str | None,
    at_most: tuple[tuple[int, int], ...],
    certificate: Path | None,
    ledger: Path | None,
    keys: Path | None,
    as_json: bool,
) -> int:
    """Proves the most distinct persons that a thief can take, whatever he does, before he does it.

    For each thief and time: the number, whether it is exact, the settings that hold him and what one unit of each
    is worth, how he would do it, and what no budget bounds at all.
    """
    from ecluse.reports.bound import document
    from ecluse.wiring.bounding import BoundFiles

    if certificate is not None:
        check_output(certificate)
    question = BoundFiles(policy, estate, adversary, settings).open()
    bounds = _answers(question, tuple(dict.fromkeys((*over, *(h for h, _ in at_most)))))
    chosen = _chosen(bounds, thief)
    proofs = _proofs(question, bounds) if certificate is not None or ledger is not None else []
    told = document([chosen, *(b for b in bounds if b is not chosen)])
    if certificate is not None:
        with whole(certificate) as unfinished:
            text = json.dumps({"certificates": proofs}, indent=1)
            unfinished.write_text(text + "\n", encoding="utf-8")
    if ledger is not None:
        _record(ledger, keys, told, proofs)
    if as_json:
        print_json(told)
    else:
        _show(bounds, chosen, over, certificate)
    return _broken(chosen, at_most)


def _answers(question: "Question", over: tuple[int, ...]) -> "list[Bound]":
    found = []
    with counting("computing", "thieves") as count:
        for adversary in question.adversaries:
            found.append(question.answer(adversary, over))
            count(1)
    return found


def _chosen(bounds: "list[Bound]", thief: str | None) -> "Bound":
    from ecluse.model.errors import CallerError

    if thief is None:
        return bounds[0]
    for bound in bounds:
        if bound.adversary.id == thief:
            return bound
    known = ", ".join(b.adversary.id for b in bounds)
    raise CallerError(f"no thief is called `{thief}`", help=f"the thieves are {known}")


def _show(
    bounds: "list[Bound]", chosen: "Bound", over: tuple[int, ...], certificate: Path | None
) -> None:
    from rich.table import Table

    from ecluse.model.time import format_duration
    from ecluse.reports.bound import number, sentences
    from ecluse.reports.text import plain

    say("the most distinct persons that a thief can take, whatever he does:")
    table = Table("thief")
    for horizon in over:
        table.add_column(format_duration(horizon), justify="right")
    for bound in bounds:
        cells = [
            number(r.persons) + ("" if r.exact or r.persons is None else " *")
            for r in bound.horizons
        ]
        table.add_row(plain(bound.adversary.id), *cells[: len(over)])
    print_table(table)
    if any(not r.exact and r.persons is not None for b in bounds for r in b.horizons):
        say("* an upper bound; the others are exact")
    for reached in chosen.horizons:
        say("")
        for line in sentences(chosen, reached):
            say(line)
    if certificate is not None:
        say(f"{certificate}: proofs, for the script that `ecluse bound --checker` prints", err=True)


def _proofs(question: "Question", bounds: "list[Bound]") -> list[dict[str, Any]]:
    """The certificates of all that is bounded."""
    from ecluse.verify.bound.bounding import cases
    from ecluse.verify.bound.certificate import certificate
    from ecluse.verify.bound.program import holding

    budgets = holding(question.policies.budgets)
    found = []
    for bound in bounds:
        for reached in bound.horizons:
            if reached.persons is None:
                continue
            for _, case in cases(
                budgets, question.estate, bound.adversary, reached.horizon, question.at
            ):
                if case.solved is not None and case.matrix is not None and case.matrix.rows:
                    digest = question.policies.digest
                    found.append(certificate(case, bound.adversary, policy=digest))
    return found


def _record(
    ledger: Path, keys: Path | None, told: dict[str, Any], proofs: list[dict[str, Any]]
) -> None:
    from ecluse.verify.bound.certificate import digest_of

    numbers = {
        a["id"]: {h["horizon"]: h["persons"] for h in a["horizons"]} for a in told["adversaries"]
    }
    detail: dict[str, Any] = {"policy": told["policy"], "persons": numbers}
    text = json.dumps(proofs, separators=(",", ":"))
    if len(text) <= _RECORDED_MAX:
        detail["certificates"] = proofs
    detail["digests"] = [digest_of(p) for p in proofs]
    record_question(ledger, keys, "bound", detail)


_RECORDED_MAX = 256 * 1024


def _broken(bound: "Bound", at_most: tuple[tuple[int, int], ...]) -> int:
    """1 when more can be taken than is allowed."""
    from ecluse.model.time import format_duration

    reached = {r.horizon: r.persons for r in bound.horizons}
    code = 0
    for horizon, most in at_most:
        persons = reached[horizon]
        if persons is None or persons > most:
            told = "any number of" if persons is None else f"{persons:,}"
            over = format_duration(horizon)
            say(
                f"{bound.adversary.id} can take {told} persons in {over}; {most:,} are allowed",
                err=True,
            )
            code = 1
    return code


def _print_checker(ctx: click.Context) -> None:
    from importlib import resources

    folder = resources.files("ecluse.ledgers.standalone")
    click.echo(folder.joinpath("check_bound.py").read_text(encoding="utf-8"), nl=False)
    ctx.exit(0)
