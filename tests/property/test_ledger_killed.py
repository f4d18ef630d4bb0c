"""A writer killed at random points loses nothing that it acknowledged (1,000 rounds: see killed.py)."""

import pytest

from killed import rounds
from ledger_factory import thorough


@pytest.mark.parametrize("count", [15, pytest.param(1000, marks=thorough)])
def test_no_acknowledged_entry_is_lost_and_no_torn_one_accepted(tmp_path, count):
    entries, _ = rounds(tmp_path / "ledger", count, seed=11)
    assert entries > count
