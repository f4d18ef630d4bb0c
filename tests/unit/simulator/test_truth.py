import polars as pl

from ecluse.simulator.plan import Happening
from ecluse.simulator.truth import Reading, Tally, stolen_rows


def frame(*rows: tuple[int, str, list[str], int, int]) -> pl.DataFrame:
    table = pl.DataFrame(
        rows, schema=["at", "account", "persons", "status", "mark"], orient="row",
        schema_overrides={"persons": pl.List(pl.String)},
    )  # fmt: skip
    return table.with_columns(application=pl.lit("a"), session=pl.lit("s"), bytes=pl.lit(10))


LOG = frame(
    (1, "t", ["1", "2"], 200, -1),
    (2, "t", ["2", "900"], 200, -1),
    (3, "t", ["7"], 404, -1),
    (4, "h", ["1"], 200, 0),
    (5, "h", [], 200, 0),
    (6, "t", ["8"], 200, 0),
)


def test_stolen_rows_are_each_pair_once_and_neither_misses_nor_honest_work() -> None:
    assert stolen_rows(LOG).rows() == [("t", 1, "1"), ("t", 1, "2"), ("t", 2, "900")]


def test_sums() -> None:
    tally = Tally(story=(Happening(2, "reset", "t"), Happening(9, "end")), linked_from=500)
    tally.add(LOG, stolen_rows(LOG))
    assert (tally.events, tally.honest_events, tally.other_lines, tally.misses) == (4, 2, 1, 1)
    assert tally.thieves == {
        "t": Reading(
            persons=3,
            linked=1,
            requests=2,
            misses=1,
            bytes=20,
            first_at=1,
            last_at=2,
            sessions={"s"},
        )
    }
    assert tally.taken_before == [2, 3]
    assert tally.events_by_application == {"a": 4}


def test_frames_add_up_and_frames_without_theft_change_nothing() -> None:
    tally = Tally()
    for part in (LOG.head(2), LOG.slice(2, 4), LOG.head(0)):
        tally.add(part, stolen_rows(part))
    assert tally.thieves["t"].persons == 3
    assert (tally.thieves["t"].first_at, tally.thieves["t"].last_at) == (1, 2)
    assert tally.events == 4


def test_a_thief_who_found_nobody_has_no_first_read() -> None:
    tally = Tally()
    misses = LOG.filter(pl.col("status") == 404)
    tally.add(misses, stolen_rows(misses))
    assert tally.thieves["t"].first_at is None
    assert tally.thieves["t"].misses == 1
