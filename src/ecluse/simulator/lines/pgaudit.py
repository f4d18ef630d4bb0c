"""pgAudit lines in a PostgreSQL server log: the statement that a session ran, persons in its `in (…)`."""

from typing import Any

import polars as pl

from ecluse.simulator.mappings import table_mapping
from ecluse.simulator.writing import LineFormat, per_value, rfc3339

__all__ = ["FORMAT"]


def _lines(frame: pl.DataFrame) -> pl.Series:
    process = pl.col("session").str.slice(-5)
    return frame.with_columns(
        _account=per_value(frame["account"], lambda name: name.replace(",", " "), missing="[unknown]")
    ).select(
        pl.concat_str(
            rfc3339("%Y-%m-%d %H:%M:%S%.3f UTC"), pl.lit(" ["), process, pl.lit("] user="), "_account", pl.lit(",db="),
            "application", pl.lit(",app="), "operation", pl.lit(",client="), "source",
            pl.lit(' LOG:  AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.dossier,"select * from dossier where person in ('),
            pl.concat_str(pl.lit("'"), pl.col("persons").list.join("','"), pl.lit("'")),
            pl.lit(')",<not logged>'),
        ).alias("line")
    )["line"]  # fmt: skip


def _mapping(applications: tuple[str, ...]) -> dict[str, Any]:
    del applications
    return table_mapping("pgaudit")


FORMAT = LineFormat(
    name="pgaudit", reader="pgaudit", suffix=".log", resolution=1_000, everything=False, refused=False, lines=_lines,
    mapping=_mapping,
)  # fmt: skip
