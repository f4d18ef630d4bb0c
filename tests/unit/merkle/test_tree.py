"""The Merkle tree against the definition of RFC 9162 §2.1.1, written out recursively."""

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.merkle.tree import EMPTY_ROOT, CompactRange, leaf_hash, node_hash, subtrees


def definition(leaves):
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(definition(leaves[:split]), definition(leaves[split:]))


def some_leaves(count):
    return [leaf_hash(b"%d" % number) for number in range(count)]


def test_hashes_are_those_of_the_rfc():
    assert leaf_hash(b"") == sha256(b"\x00").digest()
    assert node_hash(b"l" * 32, b"r" * 32) == sha256(b"\x01" + b"l" * 32 + b"r" * 32).digest()
    assert CompactRange().root() == EMPTY_ROOT == sha256(b"").digest()


@pytest.mark.parametrize("count", range(34))
def test_appending_and_bulk_agree_with_the_definition(count):
    leaves = some_leaves(count)
    grown = CompactRange()
    for leaf in leaves:
        grown.append(leaf)
    bulk = CompactRange.over(b"".join(leaves))
    assert grown.root() == bulk.root() == definition(leaves)
    assert grown.nodes == bulk.nodes


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_neighbouring_ranges_join_to_the_whole(first, second, third):
    leaves = some_leaves(first + second + third)
    cuts = [0, first, first + second, len(leaves)]
    whole = CompactRange()
    for begin, end in pairwise(cuts):
        whole.join(CompactRange.over(b"".join(leaves[begin:end]), begin))
    assert whole.root() == definition(leaves)


def test_a_range_that_does_not_follow_is_refused():
    with pytest.raises(ValueError, match="does not follow"):
        CompactRange(0).join(CompactRange(3))
    with pytest.raises(ValueError, match="cannot cover"):
        CompactRange(0, 3, [b"x" * 32])
    with pytest.raises(ValueError, match="32 bytes"):
        CompactRange.over(b"short")


@given(st.integers(0, 1 << 40), st.integers(0, 5000))
def test_subtrees_tile_the_range(begin, count):
    position = begin
    for level, index in subtrees(begin, begin + count):
        assert index << level == position
        position += 1 << level
    assert position == begin + count


def test_a_copy_grows_apart():
    tree = CompactRange()
    tree.append(leaf_hash(b"a"))
    other = tree.copy()
    other.append(leaf_hash(b"b"))
    assert (tree.end, other.end) == (1, 2)
    assert tree.root() != other.root()
