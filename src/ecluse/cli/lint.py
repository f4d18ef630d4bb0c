"""`ecluse lint`: what is wrong in policies, estate, settings, routes and mappings before anything happens."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from ecluse.cli._options import json_option

if TYPE_CHECKING:
    from ecluse.verify.lint.contract import Lint
    from ecluse.verify.lint.reading import Files

__all__ = ["command"]

FILE = click.Path(path_type=Path, dir_okay=False)


class _Code(click.ParamType[str]):
    """The code of a lint; the shell completes it."""

    name = "code"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        del ctx, param
        from ecluse.verify import lints

        return [CompletionItem(code) for code in lints.codes() if code.startswith(incomplete)]


CODE = _Code()


@click.command()
@click.option("--policy", type=FILE, help="The policy file.")
@click.option("--estate", type=FILE, help="The estate file.")
@click.option("--settings", type=FILE, help="The settings file of the gate.")
@click.option("--routes", type=FILE, multiple=True, help="A routes file; may be given again.")
@click.option(
    "--map", "mappings", type=FILE, multiple=True, help="A mapping file; may be given again."
)
@click.option(
    "--tables", is_flag=True, help="Also read the tables that the estate names, and compare."
)
@click.option("--select", type=CODE, multiple=True, help="Run only this lint; may be given again.")
@click.option("--ignore", type=CODE, multiple=True, help="Leave this lint out; may be given again.")
@click.option(
    "--fail-on",
    type=click.Choice(["low", "medium", "high"]),
    default="medium",
    show_default=True,
    help="The severity from which the exit code is 1.",
)
@click.option("--sarif", is_flag=True, help="Print SARIF 2.1.0, for code scanning.")
@click.option("--list", "listing", is_flag=True, help="List all lints, and end.")
@click.option("--explain", type=CODE, help="Explain one lint with its examples, and end.")
@json_option
def command(
    *,
    policy: Path | None,
    estate: Path | None,
    settings: Path | None,
    routes: tuple[Path, ...],
    mappings: tuple[Path, ...],
    tables: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    sarif: bool,
    listing: bool,
    explain: str | None,
    as_json: bool,
) -> int:
    """Finds what is allowed and dangerous in the files that people write, each finding with file, line and column.

    A finding is let pass by a comment at its place, with a reason:
    `# lint: ignore budget-in-shadow: until the tests of March are over`.

    \b
    Examples:
      ecluse lint --policy policy.yaml --estate estate.yaml
      ecluse lint --policy policy.yaml --estate estate.yaml --settings gate.yaml --routes routes.yaml --fail-on high
      ecluse lint --policy policy.yaml --sarif > lint.sarif
      ecluse lint --explain detector-misset

    \b
    Exit codes: 0 nothing of medium severity or worse (see --fail-on); 1 something is; 2 the command line is wrong;
    3 a file is wrong; 4 a table is wrong.
    """  # noqa: D301 - click reads it
    from ecluse.cli import _lint_output as output
    from ecluse.model.errors import CallerError, ConfigError
    from ecluse.model.finding import Severity
    from ecluse.verify.lint.reading import inspect
    from ecluse.verify.lint.run import lint

    if sarif and as_json:
        raise CallerError("`--sarif` and `--json` are two forms of one document", help="give one")
    if listing or explain:
        output.tell(explain, as_json=as_json)
        return 0
    chosen = _chosen(select, ignore)
    try:
        read = inspect(_files(policy, estate, settings, routes, mappings, tables=tables))
    except ConfigError as error:
        if sarif:
            output.print_refused(error)
        raise
    outcome = lint(read, chosen)
    if sarif:
        output.print_sarif(outcome, chosen)
    elif as_json:
        output.print_document(outcome)
    else:
        output.print_outcome(outcome)
    return int(outcome.at_least(Severity[fail_on.upper()]))


def _chosen(select: tuple[str, ...], ignore: tuple[str, ...]) -> "dict[str, Lint]":
    from ecluse.verify import lints

    for code in (*select, *ignore):
        lints.find(code)
    wanted = select or lints.codes()
    return {code: lints.find(code) for code in wanted if code not in ignore}


def _files(
    policy: Path | None,
    estate: Path | None,
    settings: Path | None,
    routes: tuple[Path, ...],
    mappings: tuple[Path, ...],
    *,
    tables: bool,
) -> "Files":
    from ecluse.model.errors import CallerError
    from ecluse.verify.lint.reading import Files
    from ecluse.wiring import now

    if not any((policy, estate, settings, routes, mappings)):
        raise CallerError(
            "there is nothing to look at",
            help="name a file: `ecluse lint --policy policy.yaml --estate estate.yaml`",
        )
    if tables and estate is None:
        raise CallerError("`--tables` are those that the estate names", help="add `--estate`")
    return Files(
        policy=_read(policy),
        estate=_read(estate),
        settings=_read(settings),
        routes=tuple(_named(path) for path in routes),
        mappings=tuple(_named(path) for path in mappings),
        headcounts=_headcounts(estate) if tables and estate is not None else None,
        now=now(),
    )


def _read(path: Path | None) -> tuple[str, bytes] | None:
    return None if path is None else _named(path)


def _named(path: Path) -> tuple[str, bytes]:
    from ecluse.sources.written import read_written

    return str(path), read_written(path)


def _headcounts(estate: Path) -> Any:
    from ecluse.cli._config_files import read_estate
    from ecluse.directories.table_directory import open_directory

    return open_directory(read_estate(estate), estate.parent).headcounts()
