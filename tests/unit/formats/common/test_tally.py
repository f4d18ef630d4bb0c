"""Accounts over several batches."""

from collections import Counter

import polars as pl

from ecluse.formats.common.tally import Tally
from ecluse.model.batch import EventBatch


def test_batches_add_up_and_only_three_places_are_kept():
    tally = Tally()
    for start in (1, 3, 5):
        places = {"no person": [f"log:{start}", f"log:{start + 1}"]}
        events = pl.DataFrame({"at": [1]})
        tally.add(EventBatch(events, 5, Counter({"no person": 2}), Counter({"out": 2}), places))
    assert (tally.lines, tally.events) == (15, 3)
    assert tally.rejects == {"no person": 6}
    assert tally.ignored == {"out": 6}
    assert tally.samples == {"no person": ["log:1", "log:2", "log:3"]}
    assert tally.reject_share == 6 / 9
