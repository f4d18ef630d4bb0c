"""The digest of a list: the same for the same persons however they are cut, another for every other list."""

from hashlib import sha256
from json import dumps

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.incident.exposure_digest import COLUMNS, SCHEMA, list_digest


def row(number: int, **changes) -> dict:
    return {
        "person": number.to_bytes(16, "big"), "linked": False, "manner": "shown", "categories": "a b", "shown": "a b",
        "exported": "", "listed": "", "first_at": number, "last_at": number + 1, "accesses": 2, "minor": None,
        "protected": True, "member_state": None, **changes,
    }  # fmt: skip


def batch(*rows: dict) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(rows), schema=SCHEMA)


def test_the_digest_is_as_the_page_says():
    """Written by hand from the description, byte by byte."""
    columns = {
        "person": bytes(15) + b"\1" + bytes(15) + b"\2", "linked": b"\0\0", "first_at": b"\1" + bytes(7) + b"\2" + bytes(7),
        "last_at": b"\2" + bytes(7) + b"\3" + bytes(7), "accesses": (b"\2" + bytes(7)) * 2, "minor": b"\2\0", "protected": b"\1\1",
    }  # fmt: skip
    texts = {
        "manner": ["shown", "shown"], "categories": ["a b", "é"], "shown": ["a b", "a b"], "exported": ["", ""],
        "listed": ["", ""], "member_state": [None, "BE"],
    }  # fmt: skip
    parts = []
    for name in COLUMNS:
        if name in columns:
            digest = sha256(columns[name])
        else:
            values = texts[name]
            lengths = [-1 if v is None else len(v.encode()) for v in values]
            digest = sha256(b"".join(n.to_bytes(8, "little", signed=True) for n in lengths))
            digest.update(sha256("".join(v or "" for v in values).encode()).digest())
        parts.append([name, 2, digest.hexdigest()])
    expected = sha256(dumps(parts, separators=(",", ":")).encode()).hexdigest()
    two = batch(row(1), row(2, categories="é", minor=False, member_state="BE"))
    assert list_digest([two]) == expected


@given(st.lists(st.integers(0, 2**40), unique=True, max_size=12), st.data())
def test_it_does_not_matter_how_the_list_is_cut(numbers, data):
    whole = batch(*(row(n, member_state="BE" if n % 3 else None) for n in sorted(numbers)))
    cut = data.draw(st.integers(0, len(numbers)))
    assert list_digest([whole.slice(0, cut), whole.slice(cut)]) == list_digest([whole])


@pytest.mark.parametrize(
    "changes",
    [
        {"linked": True}, {"manner": "listed"}, {"categories": "a c"}, {"exported": "a"}, {"listed": "a"}, {"shown": "a"},
        {"first_at": 0}, {"last_at": 9}, {"accesses": 3}, {"minor": False}, {"protected": None}, {"member_state": ""},
    ],
)  # fmt: skip
def test_every_column_counts(changes):
    assert list_digest([batch(row(1), row(2, **changes))]) != list_digest([batch(row(1), row(2))])


def test_a_text_that_moves_into_the_next_row_is_another_list():
    one = batch(row(1, shown="ab"), row(2, shown="c"))
    other = batch(row(1, shown="a"), row(2, shown="bc"))
    assert list_digest([one]) != list_digest([other])


@pytest.mark.parametrize("numbers", [(2, 1), (1, 1), (2**64, 2**63)])
def test_persons_out_of_order_or_twice_are_refused(numbers):
    rows = [row(n, first_at=0, last_at=0) for n in numbers]
    for batches in ([batch(r) for r in rows], [batch(*rows)]):
        with pytest.raises(ValueError, match="sorted, each once"):
            list_digest(batches)


def test_other_columns_are_refused():
    with pytest.raises(ValueError, match="columns"):
        list_digest([batch(row(1)).drop_columns(["minor"])])
