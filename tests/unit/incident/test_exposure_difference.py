"""What came and went between two versions, and why."""

from dataclasses import replace

import pyarrow as pa
import pytest

from ecluse.incident.exposure_difference import difference
from ecluse.model.exposure import ExposureGap, ExposureVersion, LedgerState, Selection

FIRST = ExposureVersion(
    number=1, digest="a", made_at=1, made_by="x", selections=(Selection(accounts=("a",)),),
    ledgers=(LedgerState("o", 5, "00", 5),), persons=1, at_most=1, records=1, list_digest="l",
)  # fmt: skip


def people(*rows):
    return pa.table({
        "person": pa.array([bytes([n]) * 16 for n, *_ in rows], pa.binary(16)), "manner": pa.array([m for _, m, *_ in rows], pa.string()),
        "linked": pa.array([bool(more) for *_, more in rows], pa.bool_()),
    })  # fmt: skip


def test_persons_are_counted_by_manner():
    old = people((1, "listed", ()), (2, "shown", ()), (3, "shown", "linked"), (9, "exported", ()))
    new = people((1, "exported", ()), (3, "shown", ()), (4, "listed", ()), (9, "exported", ()))
    found = difference(FIRST, FIRST, old_list=old, new_list=new)
    assert found.added == {"exported": 0, "shown": 0, "listed": 1, "linked": 0}
    assert found.removed == {"exported": 0, "shown": 1, "listed": 0, "linked": 0}
    assert found.moved == {("listed", "exported"): 1, ("linked", "shown"): 1}
    assert (found.added_rows.tolist(), found.removed_rows.tolist()) == ([2], [1])


@pytest.mark.parametrize(
    ("change", "causes"),
    [
        ({}, []),
        ({"selections": (Selection(accounts=("b",)),)}, ["selection"]),
        ({"ledgers": (LedgerState("o", 9, "11", 9),)}, ["ledger"]),
        ({"ledgers": (LedgerState("p", 5, "00", 5),)}, ["ledger", "ledger"]),
        ({"gaps": (ExposureGap(None, None, "a hole"),)}, ["gaps"]),
        ({"most_per_access": 4}, ["bounds"]),
        ({"list_digest": "m"}, ["persons"]),
    ],
)
def test_every_cause_is_named(change, causes):
    nobody = people()
    found = difference(FIRST, replace(FIRST, **change), old_list=nobody, new_list=nobody)
    assert [cause for cause, _ in found.causes] == causes
