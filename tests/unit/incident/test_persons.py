"""Places in a sorted list of pseudonyms, also of those whose first halves are equal."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ecluse.incident.persons import pairs_in, pairs_of, places

names = st.builds(
    lambda a, b: a.to_bytes(8, "big") + b.to_bytes(8, "big"),
    st.sampled_from([0, 1, 2**63, 2**64 - 1]), st.integers(0, 4),
)  # fmt: skip


@given(st.lists(names, unique=True), st.lists(names))
def test_each_one_is_found_where_it_stands(known, wanted):
    known = sorted(known)
    expected = [known.index(name) if name in known else -1 for name in wanted]
    assert places(pairs_of(b"".join(known)), pairs_of(b"".join(wanted))).tolist() == expected


def test_a_column_of_arrow_is_read_from_where_it_begins():
    column = pa.array([bytes([n]) * 16 for n in range(5)], pa.binary(16))
    whole = pairs_in(column)
    assert np.array_equal(pairs_in(column.slice(2, 2)), whole[2:4])
    assert np.array_equal(pairs_in(pa.chunked_array([column.slice(0, 1), column.slice(1)])), whole)
    assert pairs_in(pa.chunked_array([], pa.binary(16))).shape == (0, 2)
