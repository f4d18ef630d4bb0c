"""Lines cut all at once are cut as the csv module of Python cuts each."""

import csv

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.formats.common.lines import Lines, complete
from ecluse.formats.common.tokens import Tokens

cell = st.text(st.sampled_from('ab ,;"é'), max_size=5)
plain = st.text(st.sampled_from('ab ,;"é'), max_size=12)


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


row = st.lists(cell, min_size=1, max_size=5).map(lambda cells: ",".join(map(quoted, cells)))


class TestCells:
    """RFC 4180 §2.5-2.7."""

    @settings(max_examples=120, deadline=None)
    @given(st.lists(st.one_of(row, plain.filter(lambda t: '"' not in t)), max_size=8))
    def test_well_formed_lines(self, texts):
        texts = [t for t in texts if t]
        lines = Lines.of("\n".join(texts).encode(), first_line=1, max_line=1000)
        tokens = Tokens(lines, b",")
        wanted = list(csv.reader(texts))
        assert tokens.balanced.all()
        assert tokens.counts.tolist() == [len(cells) for cells in wanted]
        for number in range(6):
            column = tokens.column(number).to_list()
            assert column == [c[number] if len(c) > number else None for c in wanted]

    @settings(max_examples=120, deadline=None)
    @given(st.lists(plain, max_size=8))
    def test_any_line_does_not_disturb_the_others(self, texts):
        texts = [*(t for t in texts if t), 'x,"y"']
        lines = Lines.of("\n".join(texts).encode(), first_line=1, max_line=1000)
        tokens = Tokens(lines, b",")
        assert tokens.counts[-1] == 2
        assert tokens.column(1, np.array([len(texts) - 1]))[0] == "y"

    @given(st.text(st.sampled_from('a"\n'), max_size=30))
    def test_complete_records_end_outside_quotes(self, text):
        size = complete(text.encode())
        done = text.encode()[:size]
        assert not done or done.endswith(b"\n")
        assert done.count(b'"') % 2 == 0
