"""Parquet: the columns of access events themselves, nothing else."""

from ecluse.model.estate import Application
from ecluse.simulator.mappings import Document, same_names
from ecluse.simulator.writing import LineFormat

__all__ = ["FORMAT"]


def _mapping(applications: tuple[Application, ...]) -> Document:
    del applications
    return same_names(
        "parquet", time={"field": "at", "format": "unix_us"}, person="persons",
        categories={"field": "categories", "split": ","},
    )  # fmt: skip


FORMAT = LineFormat(
    name="parquet", reader="parquet", suffix=".parquet", resolution=1, everything=False, refused=False, lines=None,
    mapping=_mapping,
)  # fmt: skip
