from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from ecluse.model.batch import EVENT_SCHEMA
from ecluse.simulator import simulation as module
from ecluse.simulator.catalogue import card_of
from ecluse.simulator.plan import Asked, Happening, Scenario
from ecluse.simulator.simulation import Simulation


def scenario(name: str = "kairos", scale: float = 0.005, accounts: int = 60) -> Scenario:
    return card_of(name).build(Asked(scale=scale, accounts=accounts))


def frames(simulation: Simulation) -> pl.DataFrame:
    return pl.concat(chunk.frame for chunk in simulation.chunks())


def test_frames_have_the_columns_of_access_events() -> None:
    frame = frames(Simulation(scenario(), seed=1))
    for name, dtype in EVENT_SCHEMA.items():
        assert frame.schema[name] == dtype, name


def test_chunks_follow_each_other_and_do_not_depend_on_their_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    play = scenario("econtact")
    whole = frames(Simulation(play, seed=3))
    monkeypatch.setattr(module, "_CHUNK", 200)
    cut = Simulation(play, seed=3)
    parts = [chunk.frame for chunk in cut.chunks()]
    assert len(parts) > 5
    assert pl.concat(parts).equals(whole)
    assert whole["at"].is_sorted()


def test_resolution_floors_the_instants() -> None:
    frame = frames(Simulation(scenario(), seed=1, resolution=1_000_000))
    assert (frame["at"] % 1_000_000 == 0).all()
    assert frame["at"].is_sorted()


def test_rows_left_out_by_the_format_are_not_counted() -> None:
    simulation = Simulation(
        scenario("viamedis", 0.0001),
        seed=1,
        rows=lambda frame: frame.filter(pl.col("status") == 200),
    )
    frames(simulation)
    assert simulation.tally.misses == 0


def test_history_and_days_move_the_ends() -> None:
    play = scenario().during(history=2)
    assert (play.first_day, play.last_day) == (date(2025, 7, 10), date(2025, 7, 12))
    assert scenario("econtact").during(days=1).last_day == date(2026, 6, 24)


def test_a_theft_cut_by_the_days_is_counted_as_far_as_it_went() -> None:
    whole, cut = (
        Simulation(scenario("ficoba"), seed=1),
        Simulation(scenario("ficoba").during(days=4), seed=1),
    )
    frames(whole)
    frames(cut)
    taken = next(iter(cut.tally.thieves.values())).persons
    assert taken == pytest.approx(whole.scenario.persons / 4, abs=2)
    assert next(iter(whole.tally.thieves.values())).persons == whole.scenario.persons == 6_000


def test_the_true_user_works_in_parallel_from_elsewhere() -> None:
    play = scenario("capemploi", scale=0.0001).during(days=3)
    frame = frames(Simulation(play, seed=1))
    for raid in play.raids:
        own = frame.filter(pl.col("account") == raid.account)
        stolen = own.filter(pl.col("mark") < 0)
        honest = own.filter(pl.col("mark") == 0)
        assert len(stolen) > 0
        assert len(honest) > 0
        assert not set(stolen["source"]) & set(honest["source"])
        assert not set(stolen["session"]) & set(honest["session"])


def test_what_was_stolen_before_a_reset_is_counted() -> None:
    play = scenario("econtact")
    simulation = Simulation(play, seed=1)
    frames(simulation)
    story = dict(zip((h.what for h in play.story), simulation.tally.taken_before, strict=True))
    assert story["alert"] == 0
    assert story["discovered"] == play.persons
    share_after = 1 - story["password_reset"] / play.persons
    assert share_after == pytest.approx(
        0.72, abs=0.01
    )  # 72 % ran after the reset (reference figure)


def test_a_story_may_name_somebody_who_stole_nothing() -> None:
    play = replace(scenario(), story=(Happening(2**61, "warning", "nobody-1"),))
    simulation = Simulation(play, seed=1)
    frames(simulation)
    assert simulation.tally.taken_before == [play.persons]


def test_events_before_midnight_stay_on_their_day() -> None:
    play = replace(scenario("ordinary"), last_day=date(2026, 5, 5))
    frame = frames(Simulation(play, seed=1))
    first = pl.lit("2026-05-03T22:00:00").str.to_datetime()
    when = pl.col("at").cast(pl.Datetime("us"))
    assert frame.filter((when < first) | (when >= first + timedelta(days=2))).is_empty()
