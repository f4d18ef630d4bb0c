"""The small ledger of tampering.py, for every test of the adapters."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from tampering import small_ledger


@pytest.fixture
def small(tmp_path):
    return small_ledger(tmp_path / "small")
