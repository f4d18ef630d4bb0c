"""What does a mapping take from the rows? One column a fact, from fields, expressions, parameters and lists."""

import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

import polars as pl

from ecluse.formats.common.mapping import Value
from ecluse.formats.common.urls import decode

__all__ = ["extract_list", "extract_text"]

_BETWEEN: Final = "\x1f"  # stands in no field, so that two pairs never look alike


@dataclass(frozen=True, slots=True)
class _Found:
    """Texts, and the row of each; `rows` is None when there is exactly one (or null) for each row in turn."""

    texts: pl.Series
    rows: pl.Series | None = None

    def spread(self, lists: pl.Series) -> "_Found":
        """The elements of one list a text, each with its row."""
        rows = (
            pl.int_range(len(lists), dtype=pl.UInt32, eager=True)
            if self.rows is None
            else self.rows
        )
        long = pl.DataFrame({"row": rows, "text": lists}).explode("text")
        return _Found(long["text"], long["row"])

    def with_texts(self, texts: pl.Series) -> "_Found":
        return replace(self, texts=texts)

    def long(self) -> pl.DataFrame:
        count = len(self.texts)
        rows = pl.int_range(count, dtype=pl.UInt32, eager=True) if self.rows is None else self.rows
        return pl.DataFrame({"row": rows, "text": self.texts}).drop_nulls()


def extract_text(
    values: tuple[Value, ...], frame: pl.DataFrame, url_fields: frozenset[str]
) -> pl.Series | None:
    """The first value found for each row, or nothing when no place is given."""
    if not values:
        return None
    columns = []
    for value in values:
        found = _find(value, frame, url_fields)
        columns.append(found.texts if found.rows is None else _first(found, frame.height))
    return columns[0] if len(columns) == 1 else pl.select(pl.coalesce(columns)).to_series()


def extract_list(
    values: tuple[Value, ...], frame: pl.DataFrame, url_fields: frozenset[str]
) -> pl.Series | None:
    """All values found for each row, distinct: a text column when no row can have several, else a list column."""
    if not values:
        return None
    found = [_find(value, frame, url_fields) for value in values]
    if len(found) == 1 and found[0].rows is None:
        return found[0].texts
    long = pl.concat([f.long() for f in found]).unique(maintain_order=True)
    return _align(long.group_by("row").agg("text"), frame.height)


def _first(found: _Found, height: int) -> pl.Series:
    return _align(found.long().group_by("row", maintain_order=True).first(), height)


def _align(grouped: pl.DataFrame, height: int) -> pl.Series:
    rows = pl.DataFrame({"row": pl.int_range(height, dtype=pl.UInt32, eager=True)})
    return rows.join(grouped, on="row", how="left", maintain_order="left")["text"]


def _find(value: Value, frame: pl.DataFrame, url_fields: frozenset[str]) -> _Found:
    if value.constant is not None:
        return _Found(pl.repeat(value.constant, frame.height, dtype=pl.String, eager=True))
    column = _column(value, frame)
    found = _Found(column)
    if isinstance(column.dtype, pl.List):
        found = found.spread(column)
    if value.parameter is not None:
        found = _all_matches(found, _parameter_pattern(value.parameter), 1)
    if value.matches is not None:
        if value.every:
            found = _all_matches(found, value.matches, value.group)
        else:
            found = found.with_texts(found.texts.str.extract(value.matches, value.group))
    found = found.with_texts(_decoded(found.texts, value, url_fields))
    if value.split is not None:  # after decoding: `%2C` separates as well as `,` does
        found = found.spread(found.texts.str.split(value.split))
        found = found.with_texts(found.texts.str.strip_chars())
    return found.with_texts(_clean(found.texts, value))


def _column(value: Value, frame: pl.DataFrame) -> pl.Series:
    if not value.fields:
        assert value.field is not None
        return frame[value.field]
    parts = [
        pl.col(n).list.first() if isinstance(frame.schema[n], pl.List) else pl.col(n)
        for n in value.fields
    ]
    return frame.select(pl.concat_str(parts, separator=_BETWEEN)).to_series()


def _all_matches(found: _Found, pattern: str, group: int) -> _Found:
    """Every match: a request that names a parameter twice may well be answered for the second one."""
    once = found.texts.str.extract(pattern, group)
    if not (found.texts.str.count_matches(pattern) > 1).any():
        return found.with_texts(once)
    several = found.spread(found.texts.str.extract_all(pattern))
    return several.with_texts(several.texts.str.extract(pattern, group))


def _parameter_pattern(name: str) -> str:
    spellings = re.escape(name), f"(?i:{re.escape(quote(name, safe=''))})"
    return f"(?:^|[?&;])(?:{'|'.join(dict.fromkeys(spellings))})=([^&;#]*)"


def _decoded(texts: pl.Series, value: Value, url_fields: frozenset[str]) -> pl.Series:
    decoding = value.decode
    if decoding is None:
        decoding = value.parameter is not None or value.field in url_fields
    return decode(texts, plus=value.parameter is not None) if decoding else texts


def _clean(texts: pl.Series, value: Value) -> pl.Series:
    if value.lower:
        texts = texts.str.to_lowercase()
    nothing = (texts == "") | (texts == "-")  # how logs write that there is none
    if not nothing.any():
        return texts
    return pl.select(pl.when(~nothing).then(texts)).to_series()
