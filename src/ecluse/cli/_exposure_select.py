"""Which accesses do the options of `ecluse exposure` ask for?"""

from pathlib import Path

from ecluse.model.errors import CallerError
from ecluse.model.exposure import Selection
from ecluse.model.time import parse_instant

__all__ = ["selections_of"]


def selections_of(
    named: dict[str, tuple[str, ...]], since: str | None, until: str | None, files: tuple[Path, ...]
) -> tuple[Selection, ...]:
    """One selection from the options, and those of the files; a period given as an option holds for the files' too.

    Args:
        named: values by the names of `Selection`.
        since: the period's begin, as it was written.
        until: its end.
        files: selection files.

    Raises:
        CallerError: when nothing is asked for, or a period is wrong.
        ConfigError: when a file is.
    """
    from ecluse.loaders.selection import load_selections

    begin, end = _instant(since, "--from"), _instant(until, "--to")
    if begin is not None and end is not None and begin >= end:
        raise CallerError(f"--from `{since}` is not before --to `{until}`", help="exchange them")
    found = []
    if any(named.values()) or (not files and (begin is not None or end is not None)):
        unique = {name: tuple(dict.fromkeys(values)) for name, values in named.items()}
        found.append(Selection(**unique, since=begin, until=end))
    elif files and (begin is not None or end is not None):
        raise CallerError(
            "--from and --to go with the options beside them, not with --select",
            help="write `from:` and `to:` in the file",
        )
    for file in files:
        found += load_selections(file.read_bytes(), file=str(file))
    if not found:
        raise CallerError(
            "nothing is asked for",
            help="name accounts, sessions, sources, applications, organizations or lineages, a period, or a file with --select",
        )
    return tuple(dict.fromkeys(found))


def _instant(text: str | None, option: str) -> int | None:
    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise CallerError(
            f"{option}: {error}",
            help="write an instant such as 2025-07-12T10:00:00Z, or a date such as 2025-07-12",
        ) from None
