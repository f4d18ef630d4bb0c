"""YAML is read with places, and whatever could mean something unseen is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.loaders.nodes import MAX_BYTES, MAX_DEPTH, Kind, compose, compose_noting, quote
from ecluse.model.errors import ConfigError


def issues(text):
    with pytest.raises(ConfigError) as caught:
        compose(text, file="f.yaml")
    assert caught.value.issues
    return [str(i) for i in caught.value.issues]


def test_every_node_knows_its_place():
    root = compose("a: 1\nb:\n  - x\n  - {é: 'ü', k: y}\n", file="f")
    assert (root.kind, root.line, root.column) == (Kind.MAPPING, 1, 1)
    (_, one), (_, items) = root.entries
    assert (one.text, one.plain, one.line, one.column) == ("1", True, 1, 4)
    inner = items.items[1]
    assert [(k.text, v.text, v.plain, v.line, v.column) for k, v in inner.entries] == [
        ("é", "ü", False, 4, 9),
        ("k", "y", True, 4, 17),
    ]


@pytest.mark.parametrize(
    "text", ["\ufeffa: 1", b"\xef\xbb\xbfa: 1", "a: 1\r\n", "%YAML 1.1\n---\na: 1", '{"a":\t1}']
)
def test_harmless_dress_is_taken(text):
    assert [(k.text, v.text) for k, v in compose(text, file="f").entries] == [("a", "1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "f.yaml:1:1: the file is empty"),
        ("# only a comment\n", "f.yaml:1:1: the file is empty"),
        ("a: &x 1\nb: 2", "f.yaml:1:4: anchors (`&name`) are not read"),
        ("a: *x", "f.yaml:1:4: aliases (`*name`) are not read"),
        ("a: !!python/object:os.system x", "f.yaml:1:4: tags such as `tag:yaml.org,2002:python/object:os.system` are not read"),
        ("a: !secret x", "f.yaml:1:4: tags such as `!secret` are not read"),
        ("a: 1\nb: 2\na: 3", "f.yaml:3:1: `a` is written twice"),
        ("a: {b: 1, b: 1}", "f.yaml:1:11: `b` is written twice"),
        ("a: 1\n---\nb: 2", "f.yaml:2:1: a second document begins here"),
        ("<<: {a: 1}", "f.yaml:1:1: merge keys (`<<`) are not read"),
        ("? [a]\n: b", "f.yaml:1:3: a key must be a word, and this is a list"),
        ("a:\n\tb: 1", "f.yaml:2:1: a tab where YAML wants spaces"),
        ("a: b: c", "f.yaml:1:5: this is not YAML: a second `:` on the line, or a line indented further than its neighbours"),
        ("a: [1,\nb: 2}", "f.yaml:2:5: this is not YAML: a list `[` that is not closed"),
        ("a: {b: 1", "f.yaml:2:1: this is not YAML: a mapping `{` that is not closed"),
        ("a: 'x", "f.yaml:1:6: this is not YAML: a quote that is not closed"),
        ("a: @x", "f.yaml:1:4: a value cannot begin with `@`"),
        ("é: ü\x01", "f.yaml:1:5: control character U+0001"),
        ("a: \x00", "f.yaml:1:4: control character U+0000"),
        (b"ab\nc: \xff", "f.yaml:2:4: byte 0xff is not UTF-8"),
        (b"\x1f\x8b\x08\x00", "f.yaml:1:2: byte 0x8b is not UTF-8"),
        ("[" * (MAX_DEPTH + 1), f"f.yaml:1:{MAX_DEPTH + 1}: nested deeper than {MAX_DEPTH} levels"),
        (b"a" * (MAX_BYTES + 1), "f.yaml:1:1: larger than 8 MiB"),
    ],
)  # fmt: skip
def test_the_rest_is_refused_at_its_place(text, expected):
    found = issues(text)
    assert any(f.startswith(expected) for f in found), found


def test_all_structural_faults_come_at_once_and_in_order():
    found = issues("a: &x 1\nb: !t 2\na: 3\nc: *x\n")
    assert [f.split(": ")[0] for f in found] == [
        "f.yaml:1:4",
        "f.yaml:2:4",
        "f.yaml:3:1",
        "f.yaml:4:4",
    ]


def test_a_billion_laughs_cost_nothing():
    lines = [
        "a0: &a0 [x]",
        *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)),
    ]
    assert len(issues("\n".join(lines))) > 29


def test_reading_goes_on_after_a_doubled_key():
    root, found = compose_noting("a: 1\na: 2\nb: 3", file="f")
    assert [(k.text, v.text) for k, v in root.entries] == [("a", "1"), ("b", "3")]
    assert len(found) == 1
    assert found[0].help == "it is already on line 1"


def test_quotes_are_short_and_visible():
    assert quote("a\tb") == "`a\\tb`"
    assert len(quote("x" * 500)) == 60
    assert quote("\u202e\u200b") == "`\\u202e\\u200b`"


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60)))
def test_nothing_but_a_config_error_comes_out(text):
    found = ()
    try:
        compose(text, file="f")
    except ConfigError as error:
        found = error.issues or (None,)
    assert all(i.line >= 1 and i.column >= 1 for i in found)


letters = st.text(
    st.characters(min_codepoint=32, max_codepoint=0xD7FF, exclude_categories=["Cc", "Zl", "Zp"]),
    max_size=8,
)
plain = st.recursive(
    letters,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(letters, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(plain)
def test_json_is_read_as_it_was_written(value):
    def back(node):
        if node.kind is Kind.LIST:
            return [back(n) for n in node.items]
        return (
            {k.text: back(v) for k, v in node.entries} if node.kind is Kind.MAPPING else node.text
        )

    assert back(compose(json.dumps(value, ensure_ascii=False), file="f")) == value
