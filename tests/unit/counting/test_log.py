import pytest

from ecluse.counting.indexed import IndexedLog
from ecluse.counting.log import PACKED_LIMIT_MAX, maker
from ecluse.counting.packed import PackedLog
from ecluse.counting.weighted import WeightedLog
from ecluse.model.policy import Budget, Count, Key, Window


@pytest.mark.parametrize(
    ("counts", "limit", "kind"),
    [
        (Count.PERSONS, PACKED_LIMIT_MAX - 1, PackedLog),
        (Count.PERSONS, PACKED_LIMIT_MAX, IndexedLog),
        (Count.ACCESSES, 5, PackedLog),
        (Count.ACCESSES, PACKED_LIMIT_MAX, IndexedLog),
        (Count.ACCOUNTS, 5, IndexedLog),  # accounts are words
        (Count.BYTES, 5, WeightedLog),
    ],
)
def test_the_log_fits_what_is_counted(counts, limit, kind):
    windows = (Window(1, 1), Window(2, limit))
    assert maker(Budget("b", (Key.SYSTEM,), windows, counts=counts)) is kind
