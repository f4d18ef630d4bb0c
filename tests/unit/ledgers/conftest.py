"""The small ledger, for every test of the adapters."""

import pytest

from ledger_factory import small_ledger


@pytest.fixture
def small(tmp_path):
    return small_ledger(tmp_path / "small")
