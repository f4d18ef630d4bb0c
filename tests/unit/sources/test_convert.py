"""A table is written once, whole, in order of time; and a log that gives none says why."""

import polars as pl
import pytest

from ecluse.model.batch import EventBatch
from ecluse.model.errors import SourceError
from ecluse.sources.convert import write_events


def batch(*rows, person=pl.String, ignored=None):
    events = pl.DataFrame(
        rows, schema={"at": pl.Int64, "account": pl.String, "person": person}, orient="row"
    )
    left_out = ignored or {}
    return EventBatch(events, lines=len(rows) + sum(left_out.values()), ignored=left_out)


def test_events_are_in_order_of_time_and_those_of_one_instant_as_they_were_read(tmp_path):
    out = tmp_path / "events.parquet"
    batches = [
        batch((5, "a", "p"), (3, "b", "q")),
        batch((5, "c", 7), (1, "d", 8), person=pl.Int64),
    ]
    tally = write_events(batches, out, max_reject_share=0.0)
    table = pl.read_parquet(out).with_columns(pl.col("account").cast(pl.String))
    assert table.rows() == [(1, "d", "8"), (3, "b", "q"), (5, "a", "p"), (5, "c", "7")]
    assert tally.events == 4
    assert [p.name for p in tmp_path.iterdir()] == ["events.parquet"]


def test_a_log_without_events_says_what_was_left_out(tmp_path):
    out = tmp_path / "events.parquet"
    with pytest.raises(SourceError) as caught:
        write_events([batch(ignored={"log-ins": 3, "probes": 40})], out, max_reject_share=0.0)
    assert caught.value.help == "lines left out: probes 40; log-ins 3"
    with pytest.raises(SourceError) as caught:
        write_events([], out, max_reject_share=0.0)
    assert caught.value.help == "the logs are empty"
    assert not out.exists()


def test_a_table_that_is_there_stays(tmp_path):
    out = tmp_path / "events.parquet"
    out.write_bytes(b"mine")
    with pytest.raises(SourceError, match="is there already"):
        write_events([batch((1, "a", "p"))], out, max_reject_share=0.0)
    assert out.read_bytes() == b"mine"
    write_events([batch((1, "a", "p"))], out, max_reject_share=0.0, replace=True)
    assert pl.read_parquet(out).height == 1
