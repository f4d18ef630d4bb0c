"""`ecluse serve`: the gate, in front of applications."""

from pathlib import Path
from typing import Any

import click

from ecluse.cli._options import TextPath, json_option, print_json, say

__all__ = ["command"]

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = TextPath(path_type=Path, file_okay=False)


@click.command(
    epilog="""\b
Examples:
  ecluse serve --policy policy.yaml --estate estate.yaml --ledger ledger/ --unix /run/ecluse/gate.sock
  ecluse serve --policy policy.yaml --estate estate.yaml --ledger ledger/ --settings gate.yaml

SIGHUP reads policy, clients and routes again; a file with faults leaves the old one in force.
SIGTERM answers what is in flight, saves the counts and ends.
"""
)
@click.option("--policy", type=_FILE, help="Policy set; the shipped one when left out.")
@click.option("--estate", type=_FILE, help="Estate file: applications, organizations, accounts.")
@click.option(
    "--ledger",
    type=_FOLDER,
    required=True,
    help="Ledger of this gate; made when it does not exist.",
)
@click.option(
    "--keys",
    type=_FOLDER,
    help="Folder of the ledger's keys, when it is not the one in the ledger.",
)
@click.option(
    "--settings", type=_FILE, help="Settings of the gate; see `ecluse gate example gate`."
)
@click.option("--unix", "unix", type=_FILE, help="Path of the Unix socket to answer on.")
@click.option("--tcp", help="Address to answer on, such as 127.0.0.1:8750.")
@click.option("--clients", type=_FILE, help="File of the enrolled clients; see `ecluse client`.")
@click.option(
    "--routes", type=_FILE, help="File that finds persons in paths, for nginx and other proxies."
)
@json_option
def command(*, as_json: bool, **options: Any) -> None:
    """Answers applications that are about to show persons: which may leave, and which may not.

    One process, one writer. Every released access is in the ledger, on disk, before it is answered.
    """
    from ecluse.wiring.gate import GateFiles, Started, run_gate

    if options["settings"] is None and options["unix"] is None and options["tcp"] is None:
        raise click.UsageError(
            "say where to answer: --unix PATH, --tcp ADDRESS, or --settings FILE"
        )

    def tell(started: Started) -> None:
        if as_json:
            print_json(started.document)
            return
        for line in started.lines:
            say(line, err=True)

    run_gate(GateFiles(**options), tell=tell, say=lambda line: say(line, err=True))
