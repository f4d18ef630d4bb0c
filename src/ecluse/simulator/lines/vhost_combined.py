"""vhost_combined: a combined line with the server's name and port before it, as Debian's Apache writes it."""

import polars as pl

from ecluse.model.estate import Application
from ecluse.model.time import SECOND
from ecluse.simulator.lines.combined import combined_lines
from ecluse.simulator.mappings import Document, web_mapping
from ecluse.simulator.writing import DOMAIN, LineFormat

__all__ = ["FORMAT"]


def _lines(frame: pl.DataFrame) -> pl.Series:
    return frame.select(
        pl.concat_str("application", pl.lit(f".{DOMAIN}:443 "), combined_lines(frame)).alias("line")
    )["line"]


def _mapping(applications: tuple[Application, ...]) -> Document:
    return web_mapping(
        "vhost_combined", applications, target="target", status="status",
        account="remote_user", source="remote_addr", bytes="body_bytes_sent",
    )  # fmt: skip


FORMAT = LineFormat(
    name="vhost_combined", reader="vhost_combined", suffix=".log", resolution=SECOND, everything=True, refused=True,
    lines=_lines, mapping=_mapping,
)  # fmt: skip
