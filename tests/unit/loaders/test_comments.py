"""Comments are found where YAML has them, and nowhere else."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ecluse.loaders.comments import comments

TEXT = """\
# head
version: 1   # behind
text: "# no" # yes
block: |  # header
  # no
  still # no
# between
list:
  # above the item
  - id: a

    # inside
    b: c#d
  - id: e
url: http://example.org/#no
# end
"""


def test_where_they_stand_and_what_they_are_about():
    assert [(c.text, c.line, c.column, c.first, c.last) for c in comments(TEXT)] == [
        ("head", 1, 1, 2, 2),
        ("behind", 2, 14, 2, 2),
        ("yes", 3, 14, 3, 3),
        ("header", 4, 11, 4, 4),
        ("between", 7, 1, 8, 14),
        ("above the item", 9, 3, 10, 13),
        ("inside", 12, 5, 13, 13),
        ("end", 16, 1, 0, 0),
    ]


@pytest.mark.parametrize("text", ["", "a: 1\n", "a: 'x # y'\n", "a: >-\n  b\n  # c\n"])
def test_no_comments(text):
    assert comments(text) == ()


@given(
    st.dictionaries(
        st.text("ab#: '\"\\", min_size=1, max_size=5),
        st.text("ab#: \n'\"\\|>-", max_size=12),
        max_size=4,
    ),
    st.sampled_from([None, "|", ">", "'", '"']),
)
def test_values_hold_no_comment(document, style):
    text = yaml.safe_dump(document, default_style=style)
    assert comments(text) == ()
