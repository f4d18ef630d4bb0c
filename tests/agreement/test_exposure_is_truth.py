"""For every scenario of the simulator the exposure is what was stolen: nobody missing, nobody too many, each once."""

import numpy as np
import polars as pl
import pytest

from ecluse.incident.gathering import LINKED, manner_of
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.exposure import expose_selected
from ecluse.model.exposure import Selection
from ecluse.simulator.catalogue import all_cards
from ecluse.simulator.plan import Asked
from ecluse.simulator.simulation import Simulation

FACTS = ("account", "session", "organization", "application", "source", "operation", "categories")


def entries(frame: pl.DataFrame, linked_from: int | None, names: dict[str, bytes], pseudonyms) -> pl.DataFrame:  # fmt: skip
    """What applications write of the requests: linked persons in an access of their own, as the documentation asks."""
    shown = frame.filter((pl.col("status") == 200) & (pl.col("persons").list.len() > 0))
    new = [p for p in shown["persons"].explode().unique().to_list() if p not in names]
    names.update(zip(new, pseudonyms(new), strict=True))
    rows = shown.select("at", *FACTS, "persons")
    if linked_from is not None:
        number = pl.element().cast(pl.Int64)
        own = rows.with_columns(pl.col("persons").list.eval(pl.element().filter(number < linked_from)))  # fmt: skip
        other = rows.with_columns(
            pl.col("persons").list.eval(pl.element().filter(number >= linked_from)),
            categories=pl.lit(LINKED + "contact"),
        ).filter(pl.col("persons").list.len() > 0)
        rows = pl.concat([own, other]).sort("at", maintain_order=True)
    named = rows["persons"].explode().replace_strict(names, return_dtype=pl.Binary)
    lists = rows.with_row_index("row").explode("persons").with_columns(persons=named).group_by("row", maintain_order=True).agg("persons")  # fmt: skip
    return rows.with_columns(persons=lists["persons"])


@pytest.mark.parametrize("card", all_cards(), ids=lambda card: card.name)
def test_the_exposure_of_a_scenario_is_its_truth(tmp_path, card):
    plan = card.build(Asked(scale=0.0004, accounts=20)).during(days=3).with_peaks(0)
    simulation = Simulation(plan, seed=5)
    names: dict[str, bytes] = {}
    stolen: set[str] = set()
    reads: list[pl.DataFrame] = []
    linked_from = simulation.tally.linked_from
    with DirectoryLedger.create(tmp_path / "l", now=lambda: 0) as ledger:
        for chunk in simulation.chunks():
            frame = entries(chunk.frame, linked_from, names, ledger.pseudonymizer.pseudonyms)
            ledger.extend(frame)
            reads.append(frame)
            stolen |= set(chunk.stolen["person"].to_list())
        ledger.checkpoint()
    everything = pl.concat(reads)
    sessions = {s for reading in simulation.tally.thieves.values() for s in reading.sessions}
    if not stolen:  # nobody is a thief: one ordinary account is asked for
        account = everything["account"].drop_nulls().mode()[0]
        selection, mine = Selection(accounts=(account,)), pl.col("account") == account
    else:
        selection, mine = Selection(sessions=tuple(sessions)), pl.col("session").is_in(list(sessions))  # fmt: skip
    found = expose_selected([tmp_path / "l"], (selection,))
    pairs = everything.filter(mine).explode("persons")
    truth = {names[person] for person in stolen} if stolen else set(pairs["persons"].to_list())
    table = found.list
    assert set(table["person"].to_list()) == truth
    assert table.height == len(truth) > 0
    assert (found.gaps, found.records) == ([], pairs.height)
    assert found.at_least == found.persons == found.at_most
    apart = {n for p, n in names.items() if linked_from is not None and int(p) >= linked_from}
    assert set(table.filter("linked")["person"].to_list()) == truth & apart
    assert found.persons + found.linked == len(truth)
    # Each row is what the accesses say, counted another way.
    manners = {word: manner_of(word or "").value for word in pairs["operation"].unique().to_list()}
    naive = pairs.with_columns(manner=pl.col("operation").replace_strict(manners, return_dtype=pl.String)).group_by(person="persons").agg(
        pl.col("at").min().alias("first_at"), pl.col("at").max().alias("last_at"), pl.len().cast(pl.Int64).alias("accesses"), "manner",
    )  # fmt: skip
    worst = [next(m for m in ("exported", "shown", "listed") if m in own) for own in naive["manner"].to_list()]  # fmt: skip
    naive = naive.with_columns(manner=pl.Series(worst))
    columns = ["person", "first_at", "last_at", "accesses", "manner"]
    assert table.select(columns).sort("person").equals(naive.select(columns).sort("person"))
    assert (np.diff(table["person"].sort().search_sorted(table["person"])) > 0).all()
