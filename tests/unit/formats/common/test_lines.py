"""Lines of a block: their ends, blank and long ones, and bytes that are not UTF-8."""

from hypothesis import given
from hypothesis import strategies as st

from ecluse.formats.common.lines import Lines, text_column


def texts(lines):
    return [lines.text(i) for i in range(len(lines))]


def test_line_ends_and_blank_lines():
    lines = Lines.of(b"a\r\n\nb\r\r\n\r\nc", first_line=5, max_line=10)
    assert texts(lines) == ["a", "b\r", "c"]
    assert lines.numbers.tolist() == [5, 7, 9]
    assert lines.ignored == {"blank line": 2}


def test_long_lines_are_rejects():
    lines = Lines.of(b"x" * 11 + b"\nb\n", first_line=1, max_line=10)
    assert texts(lines) == ["b"]
    assert lines.rejects == [("line too long", 1)]


def test_bytes_that_are_not_utf8_are_written_out():
    lines = Lines.of(b"a\xffb\nc\nd\xe9\n", first_line=1, max_line=10)
    assert texts(lines) == ["a\\xffb", "c", "d\\xe9"]
    assert lines.repaired.tolist() == [True, False, True]


def test_an_empty_block():
    lines = Lines.of(b"", first_line=1, max_line=10)
    assert len(lines) == 0
    assert text_column(lines, lines.starts, lines.ends).to_list() == []


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=30), max_size=6
    )
)
def test_columns_are_the_texts(values):
    block = "".join(value + "\n" for value in values).encode()
    lines = Lines.of(block, first_line=1, max_line=1000)
    assert text_column(lines, lines.starts, lines.ends).to_list() == [v for v in values if v]
