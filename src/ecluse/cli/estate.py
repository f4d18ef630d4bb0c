"""`ecluse estate`: check an estate file with its tables, and print an example to start from."""

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
from ecluse.cli._options import counted, json_option, print_json, say
from ecluse.sources.written import read_written

if TYPE_CHECKING:
    from ecluse.model.estate import Estate
    from ecluse.model.finding import Finding

__all__ = ["command"]

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def command() -> None:
    """Checks estate files: what can be read, and who can read it.

    \b
    Start with:
      ecluse estate example --out estate.yaml
      ecluse estate check estate.yaml --policy policy.yaml
    """  # noqa: D301 - click reads it


@command.command("check")
@click.argument("file", type=FILE)
@click.option(
    "--policy",
    type=FILE,
    help="Find what this policy file does not cover; the default set when absent.",
)
@json_option
def _check(file: Path, policy: Path | None, *, as_json: bool) -> int:
    """Refuses a wrong estate FILE or table with its place, and tells what of it no budget bounds.

    \b
    Examples:
      ecluse estate check estate.yaml
      ecluse estate check estate.yaml --policy policy.yaml --json

    \b
    Exit codes: 0 all is well, or only advice; 1 a finding of medium severity or worse; 3 the file is wrong;
    4 a table is wrong.
    """  # noqa: D301 - click reads it
    estate = read_estate(file)
    findings = _find(estate, file.parent, policy)
    counts = {
        "applications": len(estate.applications),
        "kinds": len(estate.kinds),
        "organizations": len(estate.organizations),
        "accounts": sum(h.count for o in estate.organizations for h in o.accounts),
        "population": sum(a.population for a in estate.applications),
    }
    if as_json:
        document: dict[str, Any] = {
            "file": str(file),
            "valid": True,
            **counts,
            "findings": as_document(findings),
        }
        print_json(document)
    else:
        print_findings(findings)
        nouns = ("application", "kind", "organization", "account", "person")
        told = ", ".join(map(counted, counts.values(), nouns))
        say(f"{file}: valid; {told}; {counted(len(findings), 'finding')}")
    return exit_code(findings)


@command.command("example")
@click.option("--out", type=FILE, help="Write it to this new file instead of standard output.")
@json_option
def _example(out: Path | None, *, as_json: bool) -> None:
    """Prints an estate file with comments, to start from.

    \b
    Example:
      ecluse estate example --out estate.yaml
    """  # noqa: D301 - click reads it
    text = read_text("estate-example.yaml")
    give_shipped("estate", text, out, as_json=as_json)


def _find(estate: "Estate", folder: Path, policy: Path | None) -> "tuple[Finding, ...]":
    from ecluse.directories.table_directory import open_directory
    from ecluse.loaders.policy import default_policy, load_policy
    from ecluse.verify.advice import advise
    from ecluse.verify.coverage import uncovered
    from ecluse.verify.headcount import compare_headcounts
    from ecluse.wiring import now

    directory = open_directory(estate, folder)
    if policy is None:
        policies = default_policy()
    else:
        policies = load_policy(read_written(policy), file=str(policy), estate=estate)
    return (
        *uncovered(estate, policies, now=now()),
        *compare_headcounts(estate, directory.headcounts()),
        *advise(policies, estate=estate),
    )
