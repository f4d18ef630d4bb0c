"""`ecluse exposure check`, `diff` and `versions`: what is done with exposures that are frozen."""

from pathlib import Path
from typing import Any

from ecluse.cli._exposure_output import document_of_version, instant_text
from ecluse.cli._options import counted, print_json, say
from ecluse.model.errors import CallerError

__all__ = ["check", "diff", "versions"]


def _folder(given: dict[str, Any]) -> Path:
    from ecluse.registers.folder import Register

    if not given["register"] or not given["incident"]:
        raise CallerError(
            "which incident?", help="name it with --register and --incident, such as 2026-0001"
        )
    return Register(given["register"]).open(given["incident"]).path


def versions(given: dict[str, Any], *, as_json: bool) -> None:
    """Lists the versions of an incident, each checked against its digest."""
    from ecluse.registers import exposures

    found = exposures.versions(_folder(given))
    if as_json:
        print_json({"incident": given["incident"], "versions": [document_of_version(v) for v in found]})  # fmt: skip
        return
    for one in found:
        most = "no bound" if one.at_most is None else f"at most {one.at_most:,}"
        say(f"version {one.number}  {instant_text(one.made_at)}  {one.made_by}  {one.persons:,} persons, {most}, {counted(len(one.gaps), 'gap')}  {one.digest}")  # fmt: skip
    if not found:
        say("no exposure was frozen")


def check(given: dict[str, Any], *, as_json: bool) -> None:
    """Computes a version again from the ledgers, and compares the digests."""
    import sys

    from ecluse.cli import _exposure_frozen
    from ecluse.registers import exposures

    folder = _folder(given)
    frozen = exposures.version(folder, given["number"])
    if not given["ledgers"]:
        raise CallerError("no ledger is named", help="name its folder with --ledger")
    same, told = _exposure_frozen.check(folder, frozen, given["ledgers"])
    if as_json:
        print_json(told)
    elif same:
        say(f"version {frozen.number}: the ledger gives the same persons, gaps and numbers; digest {frozen.digest}")  # fmt: skip
    else:
        say(f"version {frozen.number}: the ledger gives something else now")
        say(f"  persons only in the version: {told['only_frozen']:,}; only in the ledger: {told['only_computed']:,}")  # fmt: skip
        for what in told["gaps_since"]:
            say(f"  gap that was not there: {what}")
    if not same:
        sys.exit(1)


def diff(given: dict[str, Any], *, as_json: bool) -> None:
    """Says which persons came and went between two versions, and why."""
    from ecluse.cli import _exposure_frozen
    from ecluse.registers import exposures

    folder = _folder(given)
    known = [version.number for version in exposures.versions(folder)]
    if given["between"]:
        old, new = given["between"]
    elif len(known) > 1:
        old, new = known[-2:]
    else:
        raise CallerError(
            f"there are {len(known)} versions: nothing to compare",
            help="freeze another one, or name two with --between",
        )
    found, _, _ = _exposure_frozen.difference_of(folder, (old, new))
    if as_json:
        print_json(
            {
                "old": old, "new": new, "added": found.added, "removed": found.removed,
                "moved": [{"from": a, "to": b, "persons": n} for (a, b), n in found.moved.items()],
                "causes": [{"cause": cause, "what": what} for cause, what in found.causes],
            }
        )  # fmt: skip
        return
    say(f"from version {old} to version {new}")
    for name, counts in (("added", found.added), ("removed", found.removed)):
        parts = ", ".join(f"{n:,} {manner}" for manner, n in counts.items() if n)
        say(f"{name:13} {sum(counts.values()):,} persons{f': {parts}' if parts else ''}")
    for (before, after), number in found.moved.items():
        say(f"{'moved':13} {number:,} from {before} to {after}")
    for cause, what in found.causes:
        say(f"{'because':13} {cause}: {what}")
    if not found.causes:
        say(f"{'because':13} nothing changed")
