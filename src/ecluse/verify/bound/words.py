"""How is a flow, or what a budget is counted for, said in words?"""

from collections.abc import Iterable, Sequence

from ecluse.model.estate import Estate
from ecluse.verify.bound.program import Column, Program, Row

__all__ = ["flows", "keys_in_words"]

_NAMES_MAX = 3


def flows(columns: Sequence[Column], estate: Estate) -> tuple[str, ...]:
    """Ways of reading, in as few sentences as say them: `partner accounts through ouiform by search`."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    through: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], list[str]] = {}
    who: dict[str, str] = {}
    for column in columns:
        kind = "" if column.group.kind is None else column.group.kind.id
        who[kind] = f"`{kind}` accounts" if kind else "accounts that nobody knows"
        if column.group.opened_by and kind:
            who[kind + "+"] = f"`{kind}` accounts that the thief creates"
            kind += "+"
        way = (column.cell.operation or "", column.cell.category or "")
        found.setdefault((kind, column.application.id), set()).add(way)
    by_application: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for (kind, application), seen in found.items():
        by_application.setdefault((application, tuple(sorted(seen))), []).append(who[kind])
    for (application, ways), kinds in by_application.items():
        through.setdefault((tuple(dict.fromkeys(kinds)), ways), []).append(application)
    return tuple(
        f"{_listed(kinds)} through {_applications(names, estate)}{_ways(ways)}"
        for (kinds, ways), names in through.items()
    )


def keys_in_words(row: Row, program: Program, keys: int) -> str:
    """What a row is counted for: `2 accounts of kind partner`, `organization head-office`."""
    group = program.columns[row.columns[0]].group
    kind = "unknown kind" if group.kind is None else f"kind {group.kind.id}"
    what, *rest = row.words.split(" ")
    inside = " in " + row.words.rsplit(" in ", 1)[1] if " in " in row.words else ""
    if what in {"account", "lineage"}:
        number = f"{keys:,} {what}s" if keys != 1 else what
        return f"{number} of {kind}{inside}"
    if what == "organization" and rest[:1] == ["each"]:
        return f"organization of {kind}{inside}"
    return row.words


def _applications(names: Sequence[str], estate: Estate) -> str:
    if len(names) > _NAMES_MAX and len(names) == len(estate.applications):
        return "every application"
    shown = [f"`{name}`" for name in names[:_NAMES_MAX]]
    more = f" and {len(names) - _NAMES_MAX} more" if len(names) > _NAMES_MAX else ""
    return ", ".join(shown) + more


def _ways(ways: Iterable[tuple[str, str]]) -> str:
    operations = sorted({o for o, _ in ways if o})
    categories = sorted({c for _, c in ways if c})
    by = f" by {_listed(operations)}" if operations else ""
    seeing = f" seeing {_listed(categories)}" if categories else ""
    return by + seeing


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
