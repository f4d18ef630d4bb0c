"""`ecluse state`: saves and shows the snapshot of a gate's counts, which makes its next start short."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecluse.cli._options import TEXT, TextPath, counted, json_option, print_json, say

if TYPE_CHECKING:
    from ecluse.ledgers.statefile import Head, StateFile
    from ecluse.model.policy import PolicySet

__all__ = ["command"]

_FOLDER = TextPath(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_ledger = click.option("--ledger", required=True, type=_FOLDER, help="Folder of the ledger.")
_keys = click.option("--keys", type=_FOLDER, help="Folder of the keys, when it is not LEDGER/keys.")
_policy = click.option("--policy", type=_FILE, help="Policy set; the shipped one when left out.")
_estate = click.option("--estate", type=_FILE, help="Estate file that the policies are about.")


@click.group()
def command() -> None:
    """Saves and shows the snapshot of a gate's counts.

    A gate starts from the snapshot and the entries after it; without one it reads all entries of the longest window.
    The counts are the same.

    \b
    Examples:
      ecluse state save --ledger ledger --policy policy.yaml --estate estate.yaml
      ecluse state show --ledger ledger --policy policy.yaml --estate estate.yaml
    """  # noqa: D301 - click reads it


@command.command()
@_ledger
@_policy
@_estate
@_keys
@click.option(
    "--settled",
    type=TEXT,
    default="2m",
    show_default=True,
    help="Leave out younger entries: longer than any reservation stays open.",
)
@json_option
def save(  # noqa: PLR0917 - click passes them by name
    ledger: Path,
    policy: Path | None,
    estate: Path | None,
    keys: Path | None,
    settled: str,
    as_json: bool,
) -> None:
    """Saves what the sealed entries of a ledger count for, while its gate may go on writing.

    The ledger is only read. What is in the snapshot already is not read again.

    \b
    Example:
      ecluse state save --ledger ledger --policy policy.yaml --estate estate.yaml
    """  # noqa: D301 - click reads it
    from ecluse.ledgers.statefile import StateFile, renew
    from ecluse.model.errors import CallerError
    from ecluse.model.time import parse_duration
    from ecluse.wiring import now

    try:
        length = parse_duration(settled)
    except ValueError as error:
        raise CallerError(f"--settled: {error}") from None
    file = StateFile(ledger, keys=keys)
    head = renew(_policies(ledger, policy, estate), file, now=now(), settled=length)
    if as_json:
        print_json({"file": str(file.path), "snapshot": _document(file, head)})
    elif head is None:
        say(f"no sealed entry of `{ledger}` is older than {settled}: a start reads what there is")
    else:
        _print(file, head)


@command.command()
@_ledger
@_policy
@_estate
@_keys
@json_option
def show(
    ledger: Path, policy: Path | None, estate: Path | None, keys: Path | None, as_json: bool
) -> None:
    """Says what the snapshot holds, and whether a gate with these policies would start from it.

    \b
    Example:
      ecluse state show --ledger ledger --policy policy.yaml --estate estate.yaml
    """  # noqa: D301 - click reads it
    from ecluse.ledgers.reader import take_snapshot
    from ecluse.ledgers.statefile import StateFile, Unusable

    file = StateFile(ledger, keys=keys)
    head, size = file.head(), take_snapshot(ledger).size
    found = file.load(_policies(ledger, policy, estate))
    why = found.why if isinstance(found, Unusable) else ""
    shown = None if isinstance(head, Unusable) else head
    if as_json:
        print_json(
            {
                "file": str(file.path),
                "snapshot": _document(file, shown),
                "ledger_entries": size,
                "used": found is not None and not why,
                "why_not": why or None,
            }
        )
        return
    if shown is not None:
        _print(file, shown)
    if found is None:
        say(f"there is no snapshot: a start reads {counted(size, 'entry', 'entries')}")
    elif shown is None or why:
        say(f"not used: {why}; a start reads {counted(size, 'entry', 'entries')}")
    else:
        say(f"a start reads it and {counted(size - shown.size, 'entry', 'entries')} after it")


def _policies(ledger: Path, policy: Path | None, estate: Path | None) -> "PolicySet":
    """The policies with the further budgets of applications on their way out, at their highest limits."""
    import msgspec
    import polars as pl

    from ecluse.cli._config_files import read_estate
    from ecluse.engine.scaling import scaled
    from ecluse.engine.standing import Standing
    from ecluse.ledgers.statefile import Part
    from ecluse.loaders.policy import default_policy, load_policy
    from ecluse.model.errors import CallerError, IntegrityError
    from ecluse.sources.written import read_written
    from ecluse.wiring import now

    known = None if estate is None else read_estate(estate)
    written = (
        default_policy()
        if policy is None
        else load_policy(read_written(policy), file=str(policy), estate=known)
    )
    standing = Standing(known)
    for frame in Part(ledger).scan(columns=("seq", "at", "kind", "detail")):
        acts = frame.filter(pl.col("kind") == "application").select("seq", "at", "detail")
        for seq, at, detail in acts.iter_rows():
            try:
                said = msgspec.json.decode(detail, type=dict[str, Any])
                standing.replay("application", said, at)
            except (msgspec.MsgspecError, CallerError):
                raise IntegrityError(
                    f"entry {seq} of kind `application` does not say what it must",
                    help="an application wrote it that is not Ecluse: `ecluse ledger query` shows it",
                ) from None
    return scaled(written, standing, now(), retire=0)


def _document(file: "StateFile", head: "Head | None") -> dict[str, Any] | None:
    from ecluse.model.time import format_instant

    if head is None:
        return None
    return {
        "entries": head.size,
        "bytes": file.path.stat().st_size,
        "saved_at": format_instant(head.saved_at),
        "policy": head.policy,
        "budgets": list(head.budgets),
    }


def _print(file: "StateFile", head: "Head") -> None:
    from ecluse.model.time import format_instant

    size = file.path.stat().st_size
    say(f"file      {file.path}, {max(1, size // 1000):,} kB")
    say(f"saved     {format_instant(head.saved_at)}")
    say(f"entries   {head.size:,}")
    say(f"policies  {head.policy[:12] or '-'}, {counted(len(head.budgets), 'budget')}")
