"""A reader notes every fault, goes on, and ends with all of them."""

import pytest

from ecluse.loaders.located import Fields, Reader, scalars
from ecluse.model.errors import ConfigError, Issue

TEXT = """\
name: box
size: tree
colours: [red, red, gren]
inner: {a: 1, b: x}
sise: 3
"""


def open_box(text=TEXT):
    reader = Reader(text, file="box.yaml")
    return reader, Fields(
        reader, reader.root, ("name", "size", "colours", "inner", "lid", "when"), what="a box"
    )


def test_every_fault_of_the_file_is_noted_in_one_run():
    reader, box = open_box()
    assert box.string("name", "") == "box"
    assert box.integer("size", 1) == 1
    assert box.words("colours", {"red": 1, "green": 2}) == (1,)
    inner = box.fields("inner", ("a",), what="an inner box")
    assert inner is not None
    assert inner.integer("a", 0) == 1
    assert box.boolean("lid", None, required=True) is None
    assert box.instant("when", None) is None
    with pytest.raises(ConfigError, match=r"6 faults in `box\.yaml`") as caught:
        reader.raise_if_issues()
    assert [str(i) for i in caught.value.issues] == [
        "box.yaml:1:1: `lid` is missing from a box",
        "box.yaml:2:7: `tree` is not a whole number",
        "box.yaml:3:16: `red` is listed twice",
        "box.yaml:3:21: `gren` is not one of red, green",
        "box.yaml:4:15: `b` is not a key of an inner box",
        "box.yaml:5:1: `sise` is not a key of a box",
    ]
    assert caught.value.issues[-1].help == "did you mean `size`?"
    assert caught.value.issues[-2].help == "the keys of an inner box are a"


def test_a_right_file_raises_nothing():
    reader, box = open_box("name: box\nlid: true\nwhen: 2025-01-01\ncolours: blue\n")
    assert box.strings("colours") == ("blue",)
    assert box.boolean("lid", None) is True
    assert box.instant("when", None) == 1735689600000000
    assert "size" not in box
    assert "lid" in box
    assert box.place("size") is box.node
    reader.raise_if_issues()


@pytest.mark.parametrize("text", ["just text", "[1, 2]"])
def test_what_is_no_mapping_is_one_fault_and_no_missing_keys(text):
    reader, box = open_box(text)
    assert box.string("name", "x", required=True) == "x"
    assert len(reader.issues) == 1
    assert "a box is wanted" in reader.issues[0].message


def test_structural_faults_join_the_others():
    reader, box = open_box("name: x\nname: y\nsize: z\n")
    box.integer("size", 0)
    assert [i.line for i in sorted(reader.issues)] == [2, 3]


def test_empty_lists_and_mappings_are_faults():
    reader, box = open_box("colours: []\ninner: {}\n")
    assert box.items("colours") == ()
    assert box.entries("inner") == ()
    assert [i.message for i in reader.issues] == ["the list is empty", "the mapping is empty"]


def test_a_mapping_where_a_list_is_wanted_and_the_reverse():
    reader, box = open_box("colours: {a: 1}\ninner: [1]\nname: [x]\n")
    assert box.strings("colours") == ()
    assert box.entries("inner") == ()
    box.string("name", "")
    assert [i.message for i in reader.issues] == [
        "this is a mapping, and a list is wanted",
        "this is a list, and a mapping is wanted",
        "this is a list, and a text is wanted",
    ]


def test_own_readers_take_part():
    def even(node):
        value = scalars.integer(node)
        if value % 2:
            raise scalars.Fault("odd", "add one")
        return value

    reader, box = open_box("size: 3\ncolours: [2, 5]\n")
    assert box.get("size", even, 0) == 0
    assert box.each("colours", even) == (2,)
    assert reader.issues == [
        Issue("box.yaml", 1, 7, "odd", "add one"),
        Issue("box.yaml", 2, 14, "odd", "add one"),
    ]


def test_asking_for_an_undeclared_key_is_a_mistake_of_the_program():
    _, box = open_box()
    with pytest.raises(AssertionError):
        box.string("nothing", "")


def test_number_and_duration_getters_hold_their_bounds():
    reader, box = open_box("size: 0.5\nwhen: 10m\n")
    assert box.number("size", 0.0, above=0, most=1) == 0.5
    assert box.duration("when", 0, most=600_000_000) == 600_000_000
    assert box.duration("when", 0, most=1) == 0
    assert len(reader.issues) == 1
