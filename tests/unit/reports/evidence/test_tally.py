"""Counted piece by piece or at once, the numbers are the same; a detail that is no JSON does not stop it."""

from hypothesis import given
from hypothesis import strategies as st

from ecluse.ledgers.reader import tail_table
from ecluse.model.entry import Entry
from ecluse.reports.evidence.tally import ACCOUNT_COLUMNS, ACT_COLUMNS, SESSION_COLUMNS, Tally

entries = st.builds(
    Entry,
    at=st.integers(0, 10**15),
    account=st.sampled_from(["a", "b"]),
    session=st.sampled_from(["s", "t", ""]),
    kind=st.sampled_from(["access", "observed", "release", "hold"]),
    effect=st.sampled_from(["permit", "deny", "warn"]),
    account_kind=st.sampled_from(["", "trainer"]),
    persons=st.lists(st.binary(min_size=16, max_size=16), max_size=3).map(tuple),
    detail=st.sampled_from(["", '{"name":"a","by":"Alix"}', "no json", "[]"]),
)


@given(st.lists(entries, min_size=1, max_size=20), st.integers(1, 20))
def test_pieces_add_up(made, size):
    whole, pieces = Tally(), Tally()
    whole.add("o", tail_table(made, 0))
    for begin in range(0, len(made), size):
        pieces.add("o", tail_table(made[begin : begin + size], begin))
    assert list(whole.sessions()) == list(pieces.sessions())
    assert list(whole.account_rows()) == list(pieces.account_rows())
    assert whole.acts == pieces.acts
    accesses = [e for e in made if e.kind in {"access", "observed"}]
    left = [e for e in accesses if e.kind == "observed" or e.effect != "deny"]
    assert (whole.accesses, whole.refused) == (len(accesses), len(accesses) - len(left))
    assert whole.records == sum(len(e.persons) for e in left)
    assert len(whole.acts) == sum(e.kind == "hold" for e in made)
    assert all(len(row) == len(SESSION_COLUMNS) for row in whole.sessions())
    assert all(len(row) == len(ACCOUNT_COLUMNS) for row in whole.account_rows())
    assert all(len(act.row()) == len(ACT_COLUMNS) for act in whole.acts)
    by_account = {row[0]: int(row[8]) for row in whole.account_rows()}
    assert by_account == {
        name: n for name in "ab" if (n := sum(e.account == name for e in accesses))
    }
