"""pgAudit lines in a PostgreSQL server log: the statement that a session ran, persons in its `in (…)`."""

import polars as pl

from ecluse.model.estate import Application
from ecluse.simulator.mappings import Document
from ecluse.simulator.writing import LineFormat, rfc3339

__all__ = ["FORMAT"]


def _lines(frame: pl.DataFrame) -> pl.Series:
    process = pl.col("session").str.slice(-5)
    return frame.with_columns(
        _account=frame["account"].fill_null("[unknown]")
    ).select(
        pl.concat_str(
            rfc3339("%Y-%m-%d %H:%M:%S%.3f UTC"), pl.lit(" ["), process, pl.lit("] session="), "session", pl.lit(",user="), "_account", pl.lit(",db="),
            "application", pl.lit(",app="), "operation",  pl.lit(",client="), "source",
            pl.lit('(50123) LOG:  AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.dossier,"select * from dossier where person in ('),
            pl.concat_str(pl.lit("'"), pl.col("persons").list.join("','"), pl.lit("'")),
            pl.lit(')",<not logged>'),
        ).alias("line")
    )["line"]  # fmt: skip


def _mapping(applications: tuple[Application, ...]) -> Document:
    del applications
    return {
        "version": 1,
        "format": "pgaudit",
        "options": {"prefix": "%m [%p] session=%c,user=%u,db=%d,app=%a,client=%r "},
        "account": "user",
        "person": {"field": "statement", "matches": "'([0-9]+)'", "all": True},
        "session": "session_id",
        "application": "database",
        "source": "client",
        "operation": "application_name",
    }


FORMAT = LineFormat(
    name="pgaudit", reader="pgaudit", suffix=".log", resolution=1_000, everything=False, refused=False, lines=_lines,
    mapping=_mapping,
)  # fmt: skip
