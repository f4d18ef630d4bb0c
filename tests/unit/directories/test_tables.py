"""Tables are read as described, or refused with file, line and reason."""

import datetime as dt

import polars as pl
import pytest

from ecluse.directories.tables import read_accounts, read_caseload
from ecluse.model.errors import SourceError

HEAD = "account,kind,organization,created_at,created_by\n"


def write(tmp_path, text, name="accounts.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_accounts_from_csv(tmp_path):
    path = write(
        tmp_path,
        HEAD
        + 'anna,adviser,north,2025-07-12T10:00:00Z,\n"a,b",partner,,2025-07-12,anna\nc, , ,,\n',
    )
    assert read_accounts(path).to_dicts() == [
        {"account": "anna", "kind": "adviser", "organization": "north", "created_at": 1752314400000000, "created_by": None},
        {"account": "a,b", "kind": "partner", "organization": None, "created_at": 1752278400000000, "created_by": "anna"},
        {"account": "c", "kind": None, "organization": None, "created_at": None, "created_by": None},
    ]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_byte_order_mark_and_further_columns(tmp_path, separator, prefix):
    text = prefix + "mail,account,kind,organization,created_at,created_by\nm,é %|,k,o,2025-01-01,\n"
    table = read_accounts(write(tmp_path, text.replace(",", separator)))
    assert table.columns == ["account", "kind", "organization", "created_at", "created_by"]
    assert table["account"].to_list() == ["é %|"]


def test_accounts_from_parquet_with_typed_times(tmp_path):
    at = dt.datetime(2025, 7, 12, 10, tzinfo=dt.UTC)
    columns = {"account": ["a"], "kind": ["k"], "organization": [None], "created_by": [None]}
    for name, value in (("zoned", [at]), ("int", [1752314400000000]), ("text", [at.isoformat()])):
        pl.DataFrame(columns | {"created_at": value}).write_parquet(tmp_path / name)
        assert read_accounts(tmp_path / name)["created_at"].to_list() == [1752314400000000], name
    pl.DataFrame(columns | {"created_at": [at.date()]}).write_parquet(tmp_path / "date")
    assert read_accounts(tmp_path / "date")["created_at"].to_list() == [1752278400000000]
    pl.DataFrame(columns | {"created_at": [at.replace(tzinfo=None)]}).write_parquet(
        tmp_path / "naive"
    )
    with pytest.raises(SourceError, match="without a time zone"):
        read_accounts(tmp_path / "naive")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"accounts.csv: the table is empty"),
        ("account,kind\na,b\n", r"accounts.csv:1: the column `organization` is missing"),
        (HEAD + "a,k,o,2025-01-01\n", r"accounts.csv:2: 4 fields where the first line has 5"),
        (HEAD + "a,k,o,2025-01-01,,x\n", r"accounts.csv:2: 6 fields"),
        (HEAD + "a,k,o,2025-01-01,\n,k,o,,\n", r"accounts.csv:3: the account is empty"),
        (HEAD + "a,k,o,,\nb,k,o,,\na,k,o,,\n", r"accounts.csv:4: the account is listed before"),
        (HEAD + "a,k,o,,\nb,k,o,yesterday,\n", r"accounts.csv:3: `created_at` is not an instant"),
        (HEAD + "a,k,o,2025-01-01T10:00:00,\n", r"accounts.csv:2: `created_at` is not an instant"),
        (HEAD + 'a,"k,o,,\n', r"accounts.csv:2: not CSV"),
        (HEAD.encode() + b"a,\xe9,o,,\n", r"accounts.csv:\d: not UTF-8"),
        (b"\x1f\x8b\x08\x00", r"the table is compressed \(gzip\)"),
        (b"\x00\x01\x02", r"neither a CSV nor a Parquet table"),
        (b"PAR1 and then nothing", r"not a CSV or Parquet table"),
    ],
)
def test_bad_accounts_are_refused_at_their_line(tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        read_accounts(write(tmp_path, text))


def test_a_table_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no such file") as caught:
        read_accounts(tmp_path / "none.csv")
    assert "relative to the estate" in caught.value.help
    with pytest.raises(SourceError, match="is a directory"):
        read_accounts(tmp_path)


def test_caseload_pairs_count_once_and_need_both_columns(tmp_path):
    path = write(tmp_path, "account,person\nb,2\na,1\nb,2\nb,10\n", "caseload.csv")
    assert read_caseload(path).rows() == [("a", "1"), ("b", "10"), ("b", "2")]
    with pytest.raises(SourceError, match=r"caseload.csv:3: the person is empty"):
        read_caseload(write(tmp_path, "account,person\na,1\nb,\n", "caseload.csv"))


def test_caseload_persons_may_be_numbers_in_parquet(tmp_path):
    pl.DataFrame({"account": ["a"], "person": [17]}).write_parquet(tmp_path / "c")
    assert read_caseload(tmp_path / "c").rows() == [("a", "17")]
