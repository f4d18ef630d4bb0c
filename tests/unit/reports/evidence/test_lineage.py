"""Who created whom: each account once, under its creator, whatever the acts say."""

from hypothesis import given
from hypothesis import strategies as st

from ecluse.reports.document.drawing import Dot, Label
from ecluse.reports.evidence.lineage import MOST, lineage

NAMES = st.sampled_from([f"a{n}" for n in range(12)])


def row(name, root=""):
    return {"account": name, "lineage": root}


def labels(drawn):
    return [(shape.text, shape.x) for shape in drawn.shapes if isinstance(shape, Label)]


def test_a_family():
    drawn = lineage(
        [row("child", "manager"), row("other")], {"child": "creator", "creator": "manager"}
    )
    assert [name for name, _ in labels(drawn)] == ["manager", "creator", "child", "other"]
    depths = dict(labels(drawn))
    assert depths["manager"] < depths["creator"] < depths["child"]
    hollow = [shape.hollow for shape in drawn.shapes if isinstance(shape, Dot)]
    assert hollow == [True, True, False, False]


def test_without_acts_the_lineage_tells_the_first_creator():
    drawn = lineage([row("child", "manager"), row("manager", "manager")], {})
    assert [name for name, _ in labels(drawn)] == ["manager", "child"]


@given(st.lists(NAMES, min_size=1, unique=True), st.dictionaries(NAMES, NAMES))
def test_circles_end_and_nobody_stands_twice(read, creators):
    names = [name for name, _ in labels(lineage([row(name) for name in read], creators))]
    assert len(names) == len(set(names))
    roots = set(creators) | set(creators.values())
    assert set(names) <= set(read) | roots


def test_many_are_cut_and_hostile_names_harmless():
    drawn = lineage([row(f"a{n}\x1b") for n in range(200)], {})
    assert len(labels(drawn)) == MOST
    assert not any("\x1b" in name for name, _ in labels(drawn))
