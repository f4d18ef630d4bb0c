"""Scalars say one thing, and the traps of YAML are refused with the way out."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.loaders import scalars
from ecluse.loaders.nodes import compose
from ecluse.loaders.scalars import Fault
from ecluse.model.time import HOUR, MINUTE


def node(text):
    return compose(f"- {text}\n", file="f").items[0]


def fault(read, text):
    with pytest.raises(Fault) as caught:
        read(node(text))
    return str(caught.value), caught.value.help


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (scalars.text, "abc", "abc"),
        (scalars.text, '"no"', "no"),
        (scalars.text, "y", "y"),
        (scalars.text, "none", "none"),
        (scalars.text, "2025-01-01", "2025-01-01"),
        (scalars.text, "10m", "10m"),
        (scalars.text, "1.2.3.4", "1.2.3.4"),
        (scalars.integer, "0", 0),
        (scalars.integer, "-7", -7),
        (scalars.number, "0.7", 0.7),
        (scalars.number, "1", 1.0),
        (scalars.boolean, "true", True),
        (scalars.boolean, "false", False),
        (scalars.duration, "10m", 10 * MINUTE),
        (scalars.duration, '"24h"', 24 * HOUR),
        (scalars.instant, "2025-07-12", 1752278400000000),
        (scalars.instant, "2025-07-12T10:00:00Z", 1752314400000000),
        (scalars.instant, "2025-07-12 12:00+02:00", 1752314400000000),
        (partial(scalars.word, words={"red": 1}), "red", 1),
    ],
)
def test_right_values(read, text, value):
    assert read(node(text)) == value


@pytest.mark.parametrize(
    ("read", "text", "message", "advice"),
    [
        (scalars.text, "no", "`no` is false to YAML", 'put it in quotes: "no"'),
        (scalars.text, "On", "`On` is true to YAML", 'put it in quotes: "On"'),
        (scalars.text, "12", "`12` is a number to YAML", 'put it in quotes: "12"'),
        (scalars.text, "0x1F", "`0x1F` is a number to YAML", "put it in quotes"),
        (scalars.text, "1e3", "`1e3` is a number to YAML", "put it in quotes"),
        (scalars.text, ".inf", "`.inf` is a number to YAML", "put it in quotes"),
        (scalars.text, "10:30", "`10:30` is a number in base 60 to YAML", 'put it in quotes: "10:30"'),
        (scalars.text, '""', "the text is empty", ""),
        (scalars.text, '"  "', "the text is empty", ""),
        (scalars.text, '" a"', "`\u0020a` begins or ends with a space", "remove the space"),
        (scalars.text, '"a\\nb"', "`a\\nb` holds a line break", "remove it"),
        (scalars.text, '"a\u200bb"', "`a\\u200bb` holds a line break or an invisible character", "remove it"),
        (scalars.text, f'"{"x" * 4001}"', "the text is longer than 4000 characters", ""),
        (scalars.text, "", "nothing is written here, and a text is wanted", ""),
        (scalars.text, "null", "nothing is written here, and a text is wanted", ""),
        (scalars.text, "[a]", "this is a list, and a text is wanted", ""),
        (scalars.text, "{a: 1}", "this is a mapping, and a text is wanted", ""),
        (scalars.integer, "1_000", "`1_000` is not a whole number", "write 1000"),
        (scalars.integer, '"1 000"', "`1 000` is not a whole number", "write 1000"),
        (scalars.integer, "010", "`010` is not a whole number", "a leading zero means base 8 to some readers: write 10"),
        (scalars.integer, "0o10", "`0o10` is not a whole number", "write it in decimal digits"),
        (scalars.integer, "0x1F", "`0x1F` is not a whole number", "write it in decimal digits"),
        (scalars.integer, '"60"', "`60` is not a whole number", "write it without quotes"),
        (scalars.integer, "60.0", "`60.0` is not a whole number", ""),
        (scalars.integer, "10:30", "`10:30` is not a whole number", ""),
        (scalars.integer, "99999999999999999999", "is not a whole number", ""),
        (partial(scalars.integer, least=0), "-1", "`-1` is out of range: at least 0", ""),
        (partial(scalars.integer, most=5), "6", "`6` is out of range: at most 5", ""),
        (scalars.number, "70%", "`70%` is not a number", "write it like 0.7"),
        (scalars.number, ".nan", "`.nan` is not a number", "write it like 0.7"),
        (partial(scalars.number, above=0), "0", "`0` is out of range: more than 0", ""),
        (partial(scalars.number, most=1), "1.5", "`1.5` is out of range: at most 1", ""),
        (scalars.boolean, "yes", "`yes` is neither `true` nor `false`", "write true"),
        (scalars.boolean, '"true"', "`true` is neither `true` nor `false`", "write true"),
        (scalars.boolean, "1", "`1` is neither", ""),
        (scalars.duration, "10", "`10` is not a duration above zero", "add the unit: 10s, 10m, 10h or 10d"),
        (scalars.duration, "0m", "`0m` is not a duration above zero", "write a whole number and s, m, h or d"),
        (scalars.duration, "1w", "`1w` is not a duration", "write a whole number and s, m, h or d"),
        (partial(scalars.duration, most=HOUR), "61m", "`61m` is out of range: at most 1h", ""),
        (partial(scalars.duration, least=HOUR), "1m", "`1m` is out of range: at least 1h", ""),
        (scalars.instant, "2025-07-12T10:00:00", "is not an instant", "with the offset"),
        (scalars.instant, "12/07/2025", "is not an instant", "write 2026-03-31"),
        (scalars.instant, "2025-02-30", "is not an instant", "write 2026-03-31"),
        (partial(scalars.word, words={"red": 1, "blue": 2}), "blu", "`blu` is not one of red, blue", "did you mean `blue`?"),
        (partial(scalars.word, words={"shadow": 1}), "on", "`on` is not one of shadow", ""),
    ],
)  # fmt: skip
def test_faults_say_what_to_write(read, text, message, advice):
    said, helped = fault(read, text)
    assert message in said
    assert advice in helped


def test_suggestions_ignore_case_and_stay_silent_when_nothing_is_near():
    assert scalars.suggest("DENY", ["deny"]) == "did you mean `deny`?"
    assert scalars.suggest("zebra", ["deny"]) == ""


@given(st.integers(-(2**62), 2**62))
def test_integers_are_read_back(value):
    assert scalars.integer(node(str(value))) == value


@given(st.integers(1, 999_999_999), st.sampled_from("smhd"))
def test_durations_are_read_back(number, unit):
    sizes = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    assert scalars.duration(node(f"{number}{unit}")) == number * sizes[unit] * 1_000_000
