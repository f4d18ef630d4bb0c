"""Up to the first creator and down to the last account, in any shape of tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.directories.descent import Descent


def test_creators_come_nearest_first():
    descent = Descent([("c", "b"), ("b", "a"), ("x", "gone")])
    assert descent.creators("c") == ("b", "a")
    assert descent.creators("a") == ()
    assert descent.creators("x") == ("gone",)
    assert descent.creators("unknown") == ()


def test_descendants_are_found_through_any_number_of_steps():
    descent = Descent([("c", "b"), ("b", "a"), ("d", "a"), ("x", "gone")])
    assert descent.descendants("a") == {"b", "c", "d"}
    assert descent.descendants("gone") == {"x"}
    assert descent.descendants("c") == frozenset()
    descent.add("e", "c")
    assert descent.descendants("a") == {"b", "c", "d", "e"}


def test_an_account_that_created_others_is_told():
    descent = Descent([("b", "a")])
    assert descent.has_created("a")
    assert not descent.has_created("b")
    descent.add("c", "b")
    assert descent.has_created("b")


@pytest.mark.parametrize(("account", "creator"), [("b", "a"), ("a", "z"), ("z", "z")])
def test_a_circle_cannot_come_about(account, creator):
    with pytest.raises(AssertionError):
        Descent([("b", "a")]).add(account, creator)


def test_a_chain_of_a_hundred_thousand_does_not_exhaust_the_stack():
    descent = Descent([(str(i), str(i - 1)) for i in range(1, 100_000)])
    assert len(descent.creators("99999")) == 99_999
    assert len(descent.descendants("0")) == 99_999


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30), st.integers(0, 30), st.booleans())
def test_up_and_down_agree(choices, listed, early):
    pairs = [(str(i), str(c)) for i, c in enumerate(choices) if c < i]
    descent = Descent(pairs[:listed])
    if early:
        descent.descendants("0")
    for account, creator in pairs[listed:]:
        descent.add(account, creator)
    names = {name for pair in pairs for name in pair}
    for name in names:
        assert {n for n in names if name in descent.creators(n)} == descent.descendants(name)
        assert descent.has_created(name) == bool(descent.descendants(name))
