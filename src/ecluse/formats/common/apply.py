"""What is each row: an event, a reject, or ignored on purpose? The mapping applied to the rows of a format."""

from collections import Counter
from functools import reduce
from typing import Final

import polars as pl

from ecluse.formats.common.conditions import all_hold
from ecluse.formats.common.contract import NOT_UTF8, Booleans, Format, Table
from ecluse.formats.common.extract import extract_list, extract_text
from ecluse.formats.common.mapping import FACTS, Mapping
from ecluse.formats.common.times import micros
from ecluse.formats.common.urls import map_distinct
from ecluse.model.batch import EventBatch
from ecluse.model.time import DAY

__all__ = [
    "CONTROL_CHARACTER",
    "NO_ACCOUNT",
    "NO_PERSON",
    "NO_TIME",
    "OUT_OF_RANGE",
    "SAMPLES",
    "apply",
    "out_of_range",
]

NO_TIME: Final = "no time"
OUT_OF_RANGE: Final = "time out of range"
NO_ACCOUNT: Final = "no account"
CONTROL_CHARACTER: Final = "control character"
NO_PERSON: Final = "no person"
SAMPLES: Final = 3
"""Places kept for each reject reason."""

_CONTROL: Final = r"\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}"
_TEXTS: Final = ("session", "organization", "application", "source", "operation", "factor")


def apply(
    table: Table,
    mapping: Mapping,
    fmt: Format,
    *,
    file: str,
    now: int,
    facts: frozenset[str] | None = None,
) -> EventBatch:
    """Makes a batch of the rows of a table: each is an event, a reject, or ignored; nothing else can become of it.

    Args:
        table: the rows, with the columns that the mapping names.
        mapping: where the facts sit.
        fmt: the format that the rows come from.
        file: name of the log, for the places of rejects.
        now: microseconds; an event more than a day later is a reject.
        facts: what to extract besides time, account and persons; None for all that the mapping has.
    """
    wanted = frozenset(FACTS) if facts is None else facts | {"account", "person"}
    ignored = Counter(table.ignored)
    frame, numbers, repaired = table.frame, table.numbers, table.repaired
    kept = _drop_ignored(frame, mapping, ignored)
    if kept is not None:
        frame, numbers = frame.filter(pl.Series(kept)), numbers[kept]
        repaired = None if repaired is None else repaired[kept]
    rejects: Counter[str] = Counter()
    samples: dict[str, list[str]] = {}
    for reason, number in sorted(table.rejects, key=lambda reject: reject[1]):
        rejects[reason] += 1
        _add_sample(samples, reason, file, number)
    columns = _columns(frame, mapping, fmt, wanted)
    fate = _fate(columns, mapping, now, repaired)
    events = pl.DataFrame(columns)
    if fate.null_count() < len(fate):
        for reason, count in fate.drop_nulls().value_counts().iter_rows():
            rejects[reason] += count
            for index in (fate == reason).fill_null(value=False).arg_true().head(SAMPLES):
                _add_sample(samples, reason, file, int(numbers[index]))
        events = events.filter(fate.is_null())
    batch = EventBatch(_finish(events), table.records, rejects, ignored, samples)
    assert batch.events.height + rejects.total() + ignored.total() == batch.lines
    return batch


def out_of_range(at: pl.Series, mapping: Mapping, now: int) -> pl.Series:
    """The instants that no event can have: a clock that jumps must not move the engine's."""
    return (at < mapping.not_before) | (at > now + DAY)


def _drop_ignored(frame: pl.DataFrame, mapping: Mapping, ignored: Counter[str]) -> Booleans | None:
    if not mapping.ignore or not frame.height:
        return None
    reason = pl.lit(None, dtype=pl.Int32)
    for index, ignore in reversed(list(enumerate(mapping.ignore))):
        reason = pl.when(all_hold(ignore.when, frame)).then(pl.lit(index)).otherwise(reason)
    reasons = frame.select(reason.alias("reason"))["reason"]
    if len(reasons) != frame.height:  # no condition at all: a constant
        reasons = pl.repeat(reasons[0], frame.height, eager=True)
    for index, count in reasons.drop_nulls().value_counts().iter_rows():
        ignored[mapping.ignore[index].reason] += count
    kept: Booleans = reasons.is_null().to_numpy()
    return None if kept.all() else kept


def _columns(
    frame: pl.DataFrame, mapping: Mapping, fmt: Format, wanted: frozenset[str]
) -> dict[str, pl.Series]:
    found: dict[str, pl.Series | None] = {}
    for fact in FACTS:
        if fact not in wanted:
            continue
        extract = extract_list if fact in {"person", "categories"} else extract_text
        found[fact] = extract(mapping.places(fact), frame, fmt.url_fields)
    _set_by_rules(found, frame, mapping, wanted)
    columns: dict[str, pl.Series] = {"at": _at(frame, mapping)}
    columns["account"] = _or_null(found["account"], frame.height)
    persons = _or_null(found["person"], frame.height)
    columns["persons" if isinstance(persons.dtype, pl.List) else "person"] = persons
    for fact in _TEXTS:
        if (texts := found.get(fact)) is not None:
            columns[fact] = _printable(texts)
    if (categories := found.get("categories")) is not None:
        columns["categories"] = _joined(categories)
    if (sizes := found.get("bytes")) is not None:
        columns["bytes"] = sizes.cast(pl.Int64, strict=False)
    return columns


def _at(frame: pl.DataFrame, mapping: Mapping) -> pl.Series:
    instants = []
    for source in mapping.time:
        texts = frame[source.fields[0]]
        if len(source.fields) > 1:
            texts = frame.select(pl.concat_str(source.fields, separator=" ")).to_series()
        if isinstance(texts.dtype, pl.List):
            texts = texts.list.first()
        instants.append(micros(texts, source))
    return pl.select(pl.coalesce(instants)).to_series() if len(instants) > 1 else instants[0]


def _set_by_rules(
    found: dict[str, pl.Series | None],
    frame: pl.DataFrame,
    mapping: Mapping,
    wanted: frozenset[str],
) -> None:
    """Facts set by rules come before those found in fields: a rule knows what the application means."""
    for fact in {name for rule in mapping.rules for name, _ in rule.facts} & wanted:
        current = found.get(fact)
        if current is not None and isinstance(current.dtype, pl.List):
            current = _joined(current)
        value = pl.lit(None, dtype=pl.String) if current is None else pl.lit(current)
        for rule in reversed(mapping.rules):
            constant = dict(rule.facts).get(fact)
            if constant is not None:
                value = pl.when(all_hold(rule.when, frame)).then(pl.lit(constant)).otherwise(value)
        found[fact] = frame.select(value.alias(fact)).to_series()


def _fate(
    columns: dict[str, pl.Series], mapping: Mapping, now: int, repaired: Booleans | None
) -> pl.Series:
    """Why each row cannot be an event, or null; the first reason counts."""
    at, account = columns["at"], columns["account"]
    persons = columns["persons"] if "persons" in columns else columns["person"]
    reasons: list[tuple[pl.Series, str]] = [
        (at.is_null(), NO_TIME),
        (out_of_range(at, mapping, now), OUT_OF_RANGE),
        (account.is_null(), NO_ACCOUNT),
        (account.str.contains(_CONTROL), CONTROL_CHARACTER),
    ]
    if repaired is not None:
        unsure = account.str.contains(r"\\x[0-9a-f]{2}")
        reasons.append((pl.Series(repaired, dtype=pl.Boolean) & unsure, NOT_UTF8))
    empty = persons.is_null()
    if isinstance(persons.dtype, pl.List):
        empty = empty | (persons.list.len() == 0)
    reasons.append((empty, NO_PERSON))
    if not any(mask.any() for mask, _ in reasons):
        return pl.repeat(None, len(at), dtype=pl.String, eager=True)
    fate = reduce(
        lambda later, reason: pl.when(pl.lit(reason[0])).then(pl.lit(reason[1])).otherwise(later),
        reversed(reasons),
        pl.repeat(None, len(at), dtype=pl.String),
    )
    return pl.select(fate).to_series()


def _printable(texts: pl.Series) -> pl.Series:
    """Control characters made visible: an event is not dropped for what its sender put into a side field."""
    hostile = texts.str.contains(_CONTROL).fill_null(value=False)
    return map_distinct(texts, lambda text: text.encode("unicode_escape").decode(), hostile)


def _joined(categories: pl.Series) -> pl.Series:
    lists = categories if isinstance(categories.dtype, pl.List) else categories.str.split(",")
    return lists.list.eval(pl.element().str.strip_chars()).list.unique().list.sort().list.join(",")


def _or_null(column: pl.Series | None, height: int) -> pl.Series:
    return pl.repeat(None, height, dtype=pl.String, eager=True) if column is None else column


def _finish(events: pl.DataFrame) -> pl.DataFrame:
    """Copies the texts out of the block that they were cut from, which can then be let go."""
    texts = [name for name, dtype in events.schema.items() if dtype == pl.String]
    compact = events.select(texts).to_arrow(compat_level=pl.CompatLevel.oldest())
    copied = pl.from_arrow(compact)
    assert isinstance(copied, pl.DataFrame)
    return events.with_columns(copied.get_columns())


def _add_sample(samples: dict[str, list[str]], reason: str, file: str, number: int) -> None:
    places = samples.setdefault(reason, [])
    if len(places) < SAMPLES:
        places.append(f"{file}:{number}")
