"""What does the organization say of the persons exposed: minors, protected persons, residents of other member states?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ecluse.model.errors import CallerError, SourceError

__all__ = ["COLUMNS", "Told", "flag"]

COLUMNS: Final = ("identifier", "minor", "birth_date", "protected", "member_state")
_YES: Final = ("true", "yes", "1", "oui", "vrai", "o", "y")
_NO: Final = ("false", "no", "0", "non", "faux", "n")
_ADULT: Final = 18


@dataclass(frozen=True, slots=True)
class Told:
    """The list with what was said; how many rows were read, how many persons of the list were among them."""

    table: Any
    rows: int = 0
    persons: int = 0


def flag(table: Any, path: Path | None, sheet: str | None, pseudonyms: Callable[[list[str]], list[bytes]]) -> Told:  # fmt: skip
    """Adds `minor`, `protected` and `member_state` to a list of persons; null where nobody says.

    Of a person who stands there twice, what protects more counts: a yes before a no.

    Args:
        table: sorted by `person`.
        path: the organization's file; see `COLUMNS` for the names of its columns.
        sheet: the table, when the file is a database.
        pseudonyms: of identifiers, in their order.

    Raises:
        CallerError: when the file lacks the columns.
        SourceError: when it cannot be read, or a value is none.
    """
    import numpy as np
    import pyarrow as pa

    from ecluse.cli._progress import step_bar
    from ecluse.incident.persons import pairs_in, pairs_of, places
    from ecluse.sources.people import people_columns, read_people

    rows = len(table)
    minor, protected = (np.full(rows, 2, np.int8) for _ in range(2))
    state = np.zeros(rows, np.int32)
    states: dict[str, int] = {"": 0}
    if path is None:
        return Told(_with(table, minor, protected, pa.nulls(rows, pa.string())))
    columns = [name for name in COLUMNS if name in people_columns(path, sheet)]
    _check_columns(path, columns)
    known = pairs_in(table["person"])
    first_at = table["first_at"].to_numpy()
    read, seen = 0, np.zeros(rows, bool)
    with step_bar() as bar:
        bar.step("reading what the organization says", 1000)
        for frame in read_people(
            path, columns, table=sheet, progress=lambda s: bar.of(int(s * 1000), 1000)
        ):
            read += frame.height
            named = frame.filter(frame["identifier"].is_not_null())
            at = places(known, pairs_of(b"".join(pseudonyms(named["identifier"].to_list()))))
            mine, place = named.filter(at >= 0), at[at >= 0]
            seen[place] = True
            _take_flags(minor, place, _minors(path, mine, first_at[place]))
            if "protected" in columns:
                _take_flags(protected, place, _flags(path, mine, "protected"))
            if "member_state" in columns:
                for position, word in zip(
                    place.tolist(), mine["member_state"].to_list(), strict=True
                ):
                    if word is not None and not state[position]:
                        state[position] = states.setdefault(_state(path, word), len(states))
    words = pa.array([None, *list(states)[1:]], pa.string())
    return Told(_with(table, minor, protected, words.take(pa.array(state))), read, int(seen.sum()))


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    if "identifier" not in columns or len(columns) < 2:
        raise CallerError(
            f"`{path}` has not the columns that are needed",
            help=f"it needs `identifier` and at least one of {', '.join(COLUMNS[1:])}",
        )


def _take_flags(kept: Any, place: Any, said: Any) -> None:
    """A yes counts before a no, and a no before nothing."""
    import numpy as np

    for value in (0, 1):
        at = place[said == value]
        kept[at] = np.where(kept[at] == 1, 1, value)


def _flags(path: Path, frame: Any, column: str) -> Any:
    import numpy as np
    import polars as pl

    words = frame[column].str.strip_chars().str.to_lowercase()
    known = frame.select(
        pl.when(words.is_in(_YES)).then(1).when(words.is_in(_NO)).then(0).when(words.is_null()).then(2).otherwise(3).alias("said")
    )["said"]  # fmt: skip
    if (known == 3).any():
        raise SourceError(
            f"`{path}`: a value of `{column}` is neither yes nor no",
            help=f"write one of {', '.join((*_YES[:3], *_NO[:3]))}, or leave it empty",
        )
    return known.to_numpy().astype(np.int8)


def _minors(path: Path, frame: Any, first_at: Any) -> Any:
    """Who was under 18 when first exposed: as the file says, or by the date of birth."""
    import numpy as np
    import polars as pl

    said = _flags(path, frame, "minor") if "minor" in frame.columns else np.full(frame.height, 2, np.int8)  # fmt: skip
    if "birth_date" not in frame.columns:
        return said
    born = frame["birth_date"].str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if (born.is_null() & frame["birth_date"].is_not_null()).any():
        raise SourceError(
            f"`{path}`: a value of `birth_date` is no date", help="write 2011-04-30, or nothing"
        )
    grown = pl.select(born.dt.offset_by(f"{_ADULT}y")).to_series()
    day = pl.Series(first_at).cast(pl.Datetime("us")).dt.date()
    young = (day < grown).cast(pl.Int8).fill_null(2).to_numpy()
    return np.where(said == 2, young, said)


def _state(path: Path, word: str) -> str:
    code = word.strip().upper()
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise SourceError(
            f"`{path}`: a value of `member_state` is no country",
            help="write two letters as in ISO 3166-1, such as BE",
        )
    return code


def _with(table: Any, minor: Any, protected: Any, states: Any) -> Any:
    import pyarrow as pa

    for name, values in (("minor", minor), ("protected", protected)):
        column = pa.array(values == 1, pa.bool_(), mask=values == 2)
        table = table.append_column(name, column)
    return table.append_column("member_state", states)
