"""Parquet: the columns of access events themselves, nothing else."""

from typing import Any

from ecluse.simulator.mappings import table_mapping
from ecluse.simulator.writing import LineFormat

__all__ = ["FORMAT"]


def _mapping(applications: tuple[str, ...]) -> dict[str, Any]:
    del applications
    return table_mapping("parquet")


FORMAT = LineFormat(
    name="parquet", reader="parquet", suffix=".parquet", resolution=1, everything=False, refused=False, lines=None,
    mapping=_mapping,
)  # fmt: skip
