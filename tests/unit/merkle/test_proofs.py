"""Proofs of RFC 9162: every right one holds, every changed one does not."""

import pytest

from ecluse.merkle.proofs import (
    consistency_ranges,
    inclusion_ranges,
    verify_consistency,
    verify_inclusion,
)
from ecluse.merkle.tree import CompactRange, leaf_hash

LEAVES = [leaf_hash(b"%d" % number) for number in range(20)]


def root(begin, end):
    return CompactRange.over(b"".join(LEAVES[begin:end]), begin).root()


CASES = [(index, size) for size in range(1, 20) for index in range(size)]


@pytest.mark.parametrize(("index", "size"), CASES)
def test_inclusion_holds_for_its_leaf_only(index, size):
    path = [root(*stretch) for stretch in inclusion_ranges(index, size)]
    facts = {"index": index, "size": size, "path": path, "root": root(0, size)}
    assert verify_inclusion(leaf=LEAVES[index], **facts)
    assert not verify_inclusion(leaf=leaf_hash(b"other"), **facts)
    assert not verify_inclusion(leaf=LEAVES[index], **{**facts, "path": [*path, b"x" * 32]})
    assert not verify_inclusion(leaf=LEAVES[index], **{**facts, "index": size})
    if path:
        assert not verify_inclusion(leaf=LEAVES[index], **{**facts, "path": path[:-1]})
        assert not verify_inclusion(leaf=LEAVES[index], **{**facts, "index": (index + 1) % size})


@pytest.mark.parametrize(
    ("old", "new"), [(old, new) for new in range(1, 20) for old in range(1, new + 1)]
)
def test_consistency_holds_for_prefixes_only(old, new):
    path = [root(*stretch) for stretch in consistency_ranges(old, new)]
    facts = {
        "old": old,
        "new": new,
        "path": path,
        "old_root": root(0, old),
        "new_root": root(0, new),
    }
    assert verify_consistency(**facts)
    assert not verify_consistency(**{**facts, "old_root": leaf_hash(b"other")})
    assert not verify_consistency(**{**facts, "new_root": leaf_hash(b"other")})
    assert not verify_consistency(**{**facts, "path": [*path, b"x" * 32]})
    if path:
        assert not verify_consistency(**{**facts, "path": path[:-1]})


def test_the_empty_tree_begins_every_tree():
    assert verify_consistency(
        old=0, new=3, path=[], old_root=CompactRange().root(), new_root=root(0, 3)
    )
    assert not verify_consistency(old=0, new=3, path=[], old_root=root(0, 1), new_root=root(0, 3))
    assert not verify_consistency(old=3, new=2, path=[], old_root=root(0, 3), new_root=root(0, 2))


def test_impossible_proofs_are_refused():
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_ranges(3, 3)
    with pytest.raises(ValueError, match="no consistency proof"):
        consistency_ranges(0, 3)
