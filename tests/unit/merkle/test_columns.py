"""Leaves in bulk are the leaves one by one, whatever the entries hold."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.ledgers.reader import frame_of
from ecluse.ledgers.salts import Salter
from ecluse.merkle.canonical import (
    canonical,
    commitment,
    netstrings,
    public_fields,
    with_commitment,
)
from ecluse.merkle.columns import commitments, leaves, take_columns
from ecluse.merkle.tree import leaf_hash
from ecluse.model.entry import Entry

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
number = st.integers(-(1 << 63), (1 << 63) - 1)
entries = st.builds(
    Entry,
    at=number,
    account=text,
    kind=st.sampled_from(["access", "policy", ""]),
    session=text,
    organization=text,
    source=text,
    application=text,
    categories=st.lists(
        st.text(
            st.characters(exclude_categories=["Cs"], exclude_characters=","), min_size=1, max_size=4
        ),
        max_size=3,
    ).map(tuple),
    persons=st.lists(st.binary(min_size=16, max_size=16), max_size=3).map(tuple),
    own=text,
    created_at=st.none() | number,
    bytes=number,
    detail=text,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(entries, min_size=1, max_size=6), st.integers(0, 1 << 40))
def test_bulk_equals_one_by_one(several, first):
    salter = Salter(b"s" * 32)
    singly = [leaf_hash(canonical(entry, salter.one(first + i))) for i, entry in enumerate(several)]
    columns = take_columns(frame_of(several))
    together = leaves(columns, commitments(columns, salter.many(first, len(several))))
    assert together == b"".join(singly)


@settings(max_examples=40, deadline=None)
@given(entries, entries)
def test_different_entries_have_different_bytes(one, other):
    salt = b"s" * 16
    assert (canonical(one, salt) == canonical(other, salt)) == (one == other)


def test_fields_cannot_run_into_each_other():
    assert netstrings(["ab", "c"]) != netstrings(["a", "bc"])
    assert netstrings(["1:a,", ""]) != netstrings(["a", ""])


def test_the_commitment_hides_only_the_private_fields():
    entry = Entry(at=1, account="a", session="s", persons=(b"p" * 16,))
    kept = commitment(entry, b"s" * 16)
    assert with_commitment(public_fields(entry), kept) == canonical(entry, b"s" * 16)
    assert kept != commitment(entry, b"t" * 16)
    assert b"p" not in canonical(entry, b"s" * 16).removesuffix(kept).replace(
        b"permit", b""
    ).replace(b"ecluse", b"")


def test_slices_and_chosen_rows_keep_their_persons():
    columns = take_columns(
        frame_of(
            [
                Entry(at=i, account="a", persons=tuple(bytes([i, j]) * 8 for j in range(i)))
                for i in range(5)
            ]
        )
    )
    part = columns.slice(2, 2)
    assert part.offsets.tolist() == [0, 2, 5]
    assert bytes(part.persons[:16]) == bytes([2, 0]) * 8
    assert len(part) == 2


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"at": [1]}, "account"),
        ({"at": [None], "account": ["a"]}, "at"),
        ({"at": [1], "account": ["a"], "nonsense": [1]}, "nonsense"),
        ({"at": [1], "account": ["a"], "persons": [[b"short"]]}, "16 bytes"),
        ({"at": [1], "account": ["a"], "persons": [[None]]}, "null|16 bytes"),
        ({"at": [1], "account": ["a"], "persons": ["x"]}, "lists"),
    ],
)
def test_frames_of_the_wrong_shape_are_refused(frame, message):
    with pytest.raises(ValueError, match=message):
        take_columns(pl.DataFrame(frame, schema_overrides={"at": pl.Int64}))


def test_missing_columns_and_nulls_are_defaults():
    columns = take_columns(
        pl.DataFrame(
            {
                "at": [1, 2],
                "account": ["a", "b"],
                "session": ["s", None],
                "persons": [[b"p" * 16], None],
            }
        )
    )
    assert columns.frame["kind"].to_list() == ["access", "access"]
    assert columns.frame["session"].to_list() == ["s", ""]
    assert columns.offsets.tolist() == [0, 1, 1]
