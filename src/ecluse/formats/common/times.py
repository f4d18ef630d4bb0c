"""When was it? Texts of the usual time formats to integer microseconds UTC, null where a text is no such time."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from ecluse.formats.common.mapping import TimeSource
from ecluse.model.time import EPOCH

__all__ = ["NAMED_FORMATS", "micros"]

_UNITS: Final = {"unix": 1_000_000, "unix_ms": 1_000, "unix_us": 1}
NAMED_FORMATS: Final = ("rfc3339", "clf", "unix", "unix_ms", "unix_us", "unix_ns")

_CLF: Final = re.compile(
    r"([0-9]{2}/[A-Za-z]{3}/[0-9]{4}):([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-][0-9]{4})"
)
_NAMES: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS: Final = {name: number for number, name in enumerate(_NAMES, start=1)}
_MICROSECOND: Final = timedelta(microseconds=1)
_LARGEST: Final = 2**62


def micros(texts: pl.Series, source: TimeSource) -> pl.Series:
    """Instants in microseconds; a text is read once however often it comes.

    A time without an offset is in the source's zone: the first of two when clocks go back.
    """
    if source.format in _UNITS or source.format == "unix_ns":
        return _from_numbers(texts, source.format)
    distinct = texts.unique().drop_nulls()
    if source.format == "clf":
        instants = pl.Series([_clf(text) for text in distinct], dtype=pl.Int64)
    elif source.format == "rfc3339":
        zone = ZoneInfo(source.zone)
        instants = pl.Series([_iso(text, zone) for text in distinct], dtype=pl.Int64)
    else:
        instants = _by_pattern(distinct, source)
    return texts.replace_strict(distinct, instants, default=None, return_dtype=pl.Int64)


def _clf(text: str) -> int | None:
    match = _CLF.fullmatch(text)
    if match is None:
        return None
    midnight = _midnight(match[1], match[5])
    hour, minute, second = int(match[2]), int(match[3]), int(match[4])
    if midnight is None or hour > 23 or minute > 59 or second > 60:  # 60 is a leap second
        return None
    return midnight + ((hour * 60 + minute) * 60 + second) * 1_000_000


@lru_cache(maxsize=1024)
def _midnight(date: str, offset: str) -> int | None:
    """Instant at which a day such as `12/Jul/2025` begins at an offset such as `+0200`."""
    month = _MONTHS.get(date[3:6])
    if month is None or int(offset[1:3]) > 23 or int(offset[3:5]) > 59:
        return None
    try:
        days = datetime(int(date[7:11]), month, int(date[:2]), tzinfo=UTC) - EPOCH
    except ValueError:
        return None
    east = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))
    return (days - east if offset[0] == "+" else days + east) // _MICROSECOND


def _iso(text: str, zone: ZoneInfo) -> int | None:
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=zone)
        return (instant - EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        return None


def _from_numbers(texts: pl.Series, unit: str) -> pl.Series:
    whole = texts.cast(pl.Int64, strict=False)
    if unit == "unix_ns":
        return whole // 1000
    factor = _UNITS[unit]
    exact = pl.when(whole.abs() < _LARGEST // factor).then(whole * factor)
    real = texts.cast(pl.Float64, strict=False)  # 2**53 microseconds reach the year 2255
    usable = real.is_finite() & (real.abs() < _LARGEST / factor)
    rounded = pl.when(usable).then(real).otherwise(None).mul(factor).round().cast(pl.Int64)
    return pl.select(pl.coalesce(exact, rounded)).to_series()


def _by_pattern(distinct: pl.Series, source: TimeSource) -> pl.Series:
    aware = "%z" in source.format or "%:z" in source.format
    parsed = pl.select(
        pl.lit(distinct).str.to_datetime(
            source.format, time_unit="us", time_zone="UTC" if aware else None, strict=False
        )
    ).to_series()
    if not aware:
        parsed = parsed.dt.replace_time_zone(source.zone, ambiguous="earliest", non_existent="null")
    return parsed.dt.epoch("us")
