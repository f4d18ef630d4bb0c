"""`ecluse demo`: a theft through one account, stopped in front of a real application; or found in its logs."""

import shutil
from pathlib import Path

import click

from ecluse.cli._options import json_option
from ecluse.model.errors import CallerError

__all__ = ["command"]

_MARK = ".ecluse-demo"


@click.command(
    epilog="""\b
Examples:
  ecluse demo --keep
  ecluse demo --logs --out evidence
"""
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Folder to fill.",
)
@click.option("--logs", is_flag=True, help="On logs instead: replay the theft of 12 July 2025.")
@click.option(
    "--seconds",
    type=click.FloatRange(1, 3600),
    default=15.0,
    show_default=True,
    help="How long the portal is at work with the gate.",
)
@click.option("--keep", is_flag=True, help="Leave portal and gate running until Ctrl-C.")
@click.option(
    "--seed", type=int, default=2025, show_default=True, help="Another day of the same kind."
)
@click.option("--small", is_flag=True, help="A tenth of the theft, or of the portal's persons.")
@click.option("--force", is_flag=True, help="Start afresh in a folder that an earlier demo filled.")
@json_option
@click.pass_context
def command(  # noqa: PLR0917 - click passes them by name
    ctx: click.Context,
    out: Path,
    logs: bool,
    seconds: float,
    keep: bool,
    seed: int,
    small: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Runs the example portal with a gate in front, ordinary accounts at work, and a thief among them.

    Everything is real but the persons: portal, gate and visitors are processes of their own that speak
    HTTP on this machine. Afterwards the folder holds a report, the logs, and the list of the persons
    that the thief read. With --logs instead: simulates a day's logs with the theft of 340,000 persons in
    two hours, replays them under the shipped policies with a ledger, and lists whom the thief could read.
    """
    if logs:
        from ecluse.cli._demo_logs import show_logs

        _make_room(out, force=force)
        show_logs(ctx, out, seed=seed, small=small, as_json=as_json)
        return
    from ecluse.cli._demo_portal import Wishes, show_portal
    from ecluse.cli._demo_stage import find_portal

    portal = find_portal()
    _make_room(out, force=force)
    persons = 10_000 if small else 100_000
    show_portal(ctx, portal, Wishes(out, seed, persons, seconds, keep, as_json))


def _make_room(out: Path, *, force: bool) -> None:
    if out.exists() and any(out.iterdir()):
        if not (force and (out / _MARK).exists()):
            raise CallerError(
                f"`{out}` is not empty",
                help="name another folder, or --force for one that a demo filled",
            )
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).touch()
