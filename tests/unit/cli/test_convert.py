"""`ecluse convert`: a log becomes one sorted Parquet file, whole or not at all."""

import json

import polars as pl
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from ecluse.cli.convert import command
from ecluse.model.errors import CallerError, ConfigError, SourceError

LINE = '{{"t":{},"a":"{}","p":{}}}\n'
MAP = "format: jsonl\ntime: {field: t, format: unix}\naccount: a\nperson: p\n"
AT = 1_752_307_200


@pytest.fixture
def run(tmp_path):
    (tmp_path / "map.yaml").write_text(MAP)

    def _run(*lines, extra=(), out="events.parquet"):
        (tmp_path / "app.log").write_text("".join(lines))
        arguments = [str(tmp_path / "app.log"), "--map", str(tmp_path / "map.yaml")]
        arguments += ["--format", "jsonl", "--out", str(tmp_path / out), *extra]
        return CliRunner().invoke(command, arguments)

    return _run


def test_events_are_sorted_by_time_and_ties_keep_their_order(run, tmp_path):
    lines = [LINE.format(AT + 5, "b", 1), LINE.format(AT, "a", 2), LINE.format(AT, "a", 1)]
    result = run(*lines, extra=["--json"])
    assert json.loads(result.stdout)["events"] == 3
    path = tmp_path / "events.parquet"
    events = pl.read_parquet(path)
    assert events.select("at", "person").rows() == [
        (AT * 10**6, "2"),
        (AT * 10**6, "1"),
        ((AT + 5) * 10**6, "1"),
    ]
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


def test_lists_and_single_persons_go_together(run, tmp_path):
    result = run(LINE.format(AT, "a", 1), LINE.format(AT, "a", "[2,3]"))
    assert "2 events of 2 lines" in result.stdout
    assert pl.read_parquet(tmp_path / "events.parquet")["persons"].to_list() == [["1"], ["2", "3"]]


def test_what_was_converted_reads_back(run, tmp_path):
    from ecluse.sources.files import read_events

    run(LINE.format(AT, "a", 1))
    (batch,) = read_events(
        [tmp_path / "events.parquet"], format="auto", mapping=None, now=1_795_000_000_000_000
    )
    assert batch.events.select("at", "person").rows() == [(AT * 10**6, "1")]


def test_nothing_is_written_when_the_log_cannot_be_used(run, tmp_path):
    result = run(LINE.format(AT, "a", 1), "broken\n")
    assert isinstance(result.exception, SourceError)
    assert "does not parse 1" in str(result.exception)
    assert isinstance(run("").exception, SourceError)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["app.log", "map.yaml"]


def test_a_file_that_is_there_is_replaced_only_by_force(run, tmp_path):
    run(LINE.format(AT, "a", 1))
    before = (tmp_path / "events.parquet").read_bytes()
    refused = run(LINE.format(AT, "b", 1))
    assert isinstance(refused.exception, SourceError)
    assert (tmp_path / "events.parquet").read_bytes() == before
    assert run(LINE.format(AT, "b", 1), extra=["--force"]).exit_code == 0
    assert (tmp_path / "events.parquet").read_bytes() != before


def test_a_directory_that_is_not_there_is_told_before_anything_is_read(run):
    result = run(LINE.format(AT, "a", 1), out="missing/events.parquet")
    assert isinstance(result.exception, CallerError)


def test_a_wrong_mapping_is_told(run, tmp_path):
    (tmp_path / "map.yaml").write_text("format: combined\n")
    result = run(LINE.format(AT, "a", 1))
    assert isinstance(result.exception, ConfigError)
