"""Chains of creators end at the first one, and circles are refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.directories.lineage import find_roots
from ecluse.model.errors import SourceError


def test_a_chain_ends_at_its_first_creator():
    pairs = [("c", "b"), ("b", "a"), ("a", None), ("x", None), ("y", "gone")]
    expected = {"a": "a", "b": "a", "c": "a", "x": "x", "y": "gone"}
    assert find_roots(pairs, file="t") == expected


def test_a_chain_of_a_hundred_thousand_does_not_exhaust_the_stack():
    pairs = [(str(i), str(i - 1) if i else None) for i in reversed(range(100_000))]
    assert set(find_roots(pairs, file="t").values()) == {"0"}


@pytest.mark.parametrize(
    ("pairs", "named"),
    [
        ([("a", "a")], "`a` → `a`"),
        ([("a", "b"), ("b", "a")], "`a` → `b` → `a`"),
        ([("z", "a"), ("a", "b"), ("b", "c"), ("c", "a")], "`a` → `b` → `c` → `a`"),
    ],
)
def test_a_circle_is_refused_and_named(pairs, named):
    with pytest.raises(SourceError, match=r"accounts.csv: accounts created each other") as caught:
        find_roots(pairs, file="accounts.csv")
    assert named in str(caught.value)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30))
def test_every_account_has_the_root_of_its_creator(choices):
    creators = {str(i): str(c) if c < i else None for i, c in enumerate(choices)}
    roots = find_roots(creators.items(), file="t")
    for account, creator in creators.items():
        assert roots[account] == (account if creator is None else roots[creator])
