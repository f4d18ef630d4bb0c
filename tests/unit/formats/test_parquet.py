"""Tables: the project's own columns, their types, and what is rejected."""

import polars as pl
import pytest

from ecluse.formats.parquet import canonical_batch, is_canonical, text_table
from ecluse.model.errors import SourceError

NOW = 1_795_000_000_000_000
AT = 1_752_307_200_000_000


def batch(frame):
    return canonical_batch(frame, file="t.parquet", first=11, now=NOW)


def test_integers_and_categories_pass_as_they_are():
    account = pl.Series(["a", "b"], dtype=pl.Categorical)
    made = batch(pl.DataFrame({"at": [AT, AT], "account": account, "person": [1, 2], "x": [0, 0]}))
    assert made.events.dtypes == [pl.Int64, pl.Categorical, pl.Int64]
    assert made.lines == made.events.height == 2


def test_timestamps_become_microseconds():
    at = pl.Series([AT // 1000]).cast(pl.Datetime("ms", "UTC"))
    assert batch(pl.DataFrame({"at": at, "account": ["a"], "person": ["1"]})).events["at"][0] == AT


def test_unusable_rows_are_counted_by_reason_and_place():
    made = batch(
        pl.DataFrame(
            {
                "at": [None, 0, NOW * 2, AT, AT, AT, AT, AT],
                "account": ["a", "a", "a", None, "", "a\x1b[2J", "a", "a"],
                "persons": [["1"], ["1"], ["1"], ["1"], ["1"], ["1"], [], ["1", "2"]],
            },
            schema={"at": pl.Int64, "account": pl.String, "persons": pl.List(pl.String)},
        )
    )
    assert made.events["persons"].to_list() == [["1", "2"]]
    assert made.rejects == {
        "no time": 1, "time out of range": 2, "no account": 2, "control character": 1, "no person": 1,
    }  # fmt: skip
    assert made.samples["time out of range"] == ["t.parquet:12", "t.parquet:13"]


def test_an_integer_person_may_be_missing():
    frame = pl.DataFrame({"at": [AT, AT], "account": ["a", "a"], "person": [1, None]})
    assert batch(frame).rejects == {"no person": 1}


@pytest.mark.parametrize("column", [pl.Series("at", ["x"]), pl.Series("person", [1.5])])
def test_wrong_types_are_refused(column):
    frame = pl.DataFrame({"at": [AT], "account": ["a"], "person": ["1"]}).with_columns(column)
    with pytest.raises(SourceError, match=column.name):
        batch(frame)


def test_other_tables_become_texts():
    frame = pl.DataFrame(
        {"n": [1], "l": [[1, 2]], "t": pl.Series([AT]).cast(pl.Datetime("us", "UTC"))}
    )
    table = text_table(frame, first=5)
    assert table.frame.row(0) == ("1", ["1", "2"], "2025-07-12T08:00:00.000000+00:00")
    assert table.numbers.tolist() == [5]
    assert not is_canonical(["at", "account"])
    assert is_canonical(["persons", "at", "account"])


def test_null_and_empty_names_in_lists_are_nobody():
    persons = [[None], ["1", None, "2"], ["", "3"], [""]]
    frame = pl.DataFrame({"at": [AT] * 4, "account": ["a"] * 4, "persons": persons})
    made = batch(frame)
    assert made.events["persons"].to_list() == [["1", "2"], ["3"]]
    assert dict(made.rejects) == {"no person": 2}
    numbers = batch(frame.head(2).with_columns(pl.col("persons").cast(pl.List(pl.Int64))))
    assert numbers.events["persons"].to_list() == [[1, 2]]
