"""A portal filled once for all tests; each works on a copy."""

from pathlib import Path

import pytest

from servers.portal import fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory) -> Path:
    """A folder with `portal.sqlite3`, and in `gate` the estate with its tables."""
    folder = tmp_path_factory.mktemp("filled")
    fill(f"sqlite:///{folder / 'portal.sqlite3'}", folder / "gate")
    return folder
