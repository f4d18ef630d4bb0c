"""Times of every format, and texts that are none."""

import polars as pl
import pytest

from ecluse.formats.common.mapping import TimeSource
from ecluse.formats.common.times import micros
from ecluse.model.time import parse_instant


@pytest.mark.parametrize(
    ("form", "text", "instant"),
    [
        ("clf", "12/Jul/2025:10:00:00 +0200", "2025-07-12T08:00:00Z"),
        ("clf", "12/Jul/2025:10:00:00 -0330", "2025-07-12T13:30:00Z"),
        ("clf", "31/Dec/2016:23:59:60 +0000", "2017-01-01T00:00:00Z"),
        ("rfc3339", "2025-07-12T10:00:00+02:00", "2025-07-12T08:00:00Z"),
        ("rfc3339", "2025-07-12 08:00:00.123456789Z", "2025-07-12T08:00:00.123456Z"),
        ("unix", "1752307200", "2025-07-12T08:00:00Z"),
        ("unix", "1752307200.123456", "2025-07-12T08:00:00.123456Z"),
        ("unix_ms", "1752307200123", "2025-07-12T08:00:00.123Z"),
        ("unix_us", "1752307200123456", "2025-07-12T08:00:00.123456Z"),
        ("unix_ns", "1752307200123456789", "2025-07-12T08:00:00.123456Z"),
        ("%d.%m.%Y %H:%M:%S", "12.07.2025 08:00:00", "2025-07-12T08:00:00Z"),
        ("%Y-%m-%dT%H:%M:%S%z", "2025-07-12T10:00:00+0200", "2025-07-12T08:00:00Z"),
    ],
)
def test_instants(form, text, instant):
    assert micros(pl.Series([text]), TimeSource(("t",), form))[0] == parse_instant(instant)


@pytest.mark.parametrize(
    "form", ["clf", "rfc3339", "unix", "unix_ms", "unix_ns", "%Y-%m-%d %H:%M:%S"]
)
@pytest.mark.parametrize(
    "text",
    [
        "", "x", "31/Feb/2025:10:00:00 +0200", "12/Jux/2025:10:00:00 +0200", "2025-02-30T00:00:00Z",
        "12/Jul/2025:24:00:00 +0200", "12/Jul/2025:10:00:61 +0200", "12/Jul/0000:10:00:00 +0200",
        "nan", "inf", "99999999999999999999999", "12/Jul/2025:10:00:00 +2500", None,
    ],
)  # fmt: skip
def test_what_is_no_time_is_null(form, text):
    assert micros(pl.Series([text], dtype=pl.String), TimeSource(("t",), form))[0] is None


def test_naive_times_are_in_the_zone():
    paris = TimeSource(("t",), "rfc3339", "Europe/Paris")
    texts = pl.Series(["2025-07-12T10:00:00", "2025-01-12T10:00:00", "2025-10-26T02:30:00"])
    summer, winter, twice = micros(texts, paris)
    assert summer == parse_instant("2025-07-12T08:00:00Z")
    assert winter == parse_instant("2025-01-12T09:00:00Z")
    assert twice == parse_instant("2025-10-26T00:30:00Z")
    pattern = TimeSource(("t",), "%Y-%m-%dT%H:%M:%S", "Europe/Paris")
    assert micros(texts, pattern).to_list() == [summer, winter, twice]
