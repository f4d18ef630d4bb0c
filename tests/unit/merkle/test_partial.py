"""Shown leaves and the hashes between them fold up to every root on the way, whatever is shown."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.ledgers.standalone.verify_evidence import _PartTree
from ecluse.merkle.partial import Levels, PartialTree
from ecluse.merkle.tree import CompactRange, leaf_hash, subtrees


def leaves(count):
    return [leaf_hash(str(number).encode()) for number in range(count)]


def root(hashes):
    return CompactRange.over(b"".join(hashes)).root()


@st.composite
def cases(draw):
    count = draw(st.integers(1, 90))
    shown = draw(st.sets(st.integers(0, count - 1)))
    stops = draw(st.sets(st.integers(1, count), max_size=4)) | {count}
    cuts = sorted(draw(st.sets(st.integers(1, count), max_size=4)) | {0, count})
    return count, sorted(shown), sorted(stops), cuts


def made(hashes, shown, stops, cuts):
    """The hashes between what is shown, from stretches of the tree: whole where nothing of one is shown."""
    tree, between = PartialTree(stops), bytearray()
    for begin, end in itertools.pairwise(cuts):
        stretch = b"".join(hashes[begin:end])
        inside = [s for s in shown if begin <= s < end]
        passed = None if inside else tree.whole(CompactRange.over(stretch, begin))
        between += (
            tree.add(stretch, begin, np.array(inside, np.int64)) if passed is None else passed
        )
    return bytes(between)


def folded(between, hashes, shown, stops):
    """What the stand-alone verifier makes of them: the root at each stop."""
    tree, roots, waiting = _PartTree(), {}, list(shown)
    nodes = iter([between[i : i + 32] for i in range(0, len(between), 32)])
    while tree.size < stops[-1]:
        if waiting and waiting[0] == tree.size:
            tree.push(0, hashes[waiting.pop(0)])
        else:
            following = [s for s in stops if s > tree.size]
            for level in tree.levels_to(min([*following[:1], *waiting[:1]])):
                tree.push(level, next(nodes))
        if tree.size in stops:
            roots[tree.size] = tree.root()
    assert next(nodes, None) is None, "no hash is left over"
    return roots


class TestPartialTree:
    """RFC 9162 2.1.1: a root is a function of the leaves, by whatever subtrees they are folded."""

    @given(cases())
    def test_every_root_comes_out(self, case):
        count, shown, stops, cuts = case
        hashes = leaves(count)
        between = made(hashes, shown, stops, cuts)
        assert folded(between, hashes, shown, stops) == {s: root(hashes[:s]) for s in stops}

    @given(cases(), st.data())
    def test_no_other_leaf_gives_the_same_root(self, case, data):
        count, shown, stops, cuts = case
        hashes = leaves(count)
        between = made(hashes, shown, stops, cuts)
        changed = data.draw(st.integers(0, count - 1))
        others = list(hashes)
        others[changed] = leaf_hash(b"other")
        roots = folded(between, others, shown, stops)
        for stop in stops:
            same = roots[stop] == root(hashes[:stop])
            assert same == (changed not in shown or changed >= stop)

    @given(cases())
    def test_fewer_hashes_than_leaves(self, case):
        count, shown, stops, cuts = case
        between = made(leaves(count), shown, stops, cuts)
        assert len(between) // 32 <= count - len(shown)


@pytest.mark.parametrize("begin", [0, 1, 5, 64])
def test_levels_have_every_complete_subtree(begin):
    hashes = leaves(40)
    levels = Levels(b"".join(hashes), begin)
    for low in range(begin, begin + 40):
        for high in range(low + 1, begin + 41):
            expected = [
                root(hashes[(i << h) - begin : ((i + 1) << h) - begin])
                for h, i in subtrees(low, high)
            ]
            assert levels.nodes(low, high) == expected
