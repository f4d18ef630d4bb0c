"""How does a simulation become files: logs by application, estate, tables, mapping and truth, complete or not at all.

Everything is written into a folder beside the one asked for, which takes its place at the end; what
was there before is untouched until then.
"""

import gzip
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from ecluse.model.batch import EVENT_SCHEMA
from ecluse.model.errors import CallerError
from ecluse.simulator.estates import accounts_table, caseload_table, estate_document, estate_of
from ecluse.simulator.plan import Card
from ecluse.simulator.simulation import Chunk, Simulation
from ecluse.simulator.truths import truth_document
from ecluse.simulator.writing import LineFormat

__all__ = ["prepare", "write_simulation"]

_TRUTH: Final = "truth.json"
_TRUTH_PERSONS: Final = "truth_persons.csv.gz"


def prepare(out: Path, *, overwrite: bool) -> None:
    """Makes sure that the folder may be written.

    Raises:
        CallerError: when it holds something, unless that is an earlier simulation and `overwrite` is given.
    """
    if out.exists() and not out.is_dir():
        raise CallerError(f"`{out}` is not a folder", help="name a folder that does not exist yet")
    if not out.is_dir() or not any(out.iterdir()):
        return
    if not (out / _TRUTH).is_file():
        raise CallerError(
            f"`{out}` is not empty, and holds no simulation", help="name another folder"
        )
    if not overwrite:
        raise CallerError(
            f"`{out}` holds a simulation already", help="add --overwrite, or name another folder"
        )


def write_simulation(
    simulation: Simulation,
    card: Card,
    out: Path,
    *,
    form: LineFormat,
    compress: bool,
    parameters: dict[str, Any],
    progress: Callable[[Chunk], None],
) -> dict[str, Any]:
    """Writes everything, and returns the truth as `truth.json` has it."""
    out = out.resolve()
    partial = out.with_name(f".{out.name}.partial")
    if partial.exists():
        shutil.rmtree(partial)  # left by a run that was killed
    partial.mkdir(parents=True)
    try:
        lines = _write_logs(simulation, partial, form=form, compress=compress, progress=progress)
        _write_tables(simulation, card, partial, form=form)
        files = sorted([*(path.name for path in partial.iterdir()), _TRUTH])
        truth = truth_document(
            simulation, card, parameters=parameters, form=form.name, lines=lines, files=files
        )
        _write_text(partial / _TRUTH, json.dumps(truth, ensure_ascii=False, indent=1) + "\n")
        _replace(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return truth


def _write_logs(
    simulation: Simulation,
    folder: Path,
    *,
    form: LineFormat,
    compress: bool,
    progress: Callable[[Chunk], None],
) -> dict[str, int]:
    """The logs, and the list of what was stolen; returns the lines of each log."""
    logs: dict[str, _TextLog | _ParquetLog] = {}
    with gzip.GzipFile(folder / _TRUTH_PERSONS, "wb", compresslevel=4, mtime=0) as stolen:
        stolen.write(b"account,person\n")
        for chunk in simulation.chunks():
            stolen.write(
                chunk.stolen.select("account", "person").write_csv(include_header=False).encode()
            )
            parts = chunk.frame.partition_by("application", as_dict=True, maintain_order=True)
            for (application,), part in parts.items():
                if application not in logs:
                    logs[application] = _open(folder, application, form=form, compress=compress)
                logs[application].write(part)
            progress(chunk)
    for log in logs.values():
        log.close()
    return {log.path.name: log.lines for log in logs.values()}


def _open(
    folder: Path, application: str, *, form: LineFormat, compress: bool
) -> "_TextLog | _ParquetLog":
    path = folder / f"{application}{form.suffix}"
    if form.lines is None:
        return _ParquetLog(path)
    return _TextLog(
        path.with_name(path.name + ".gz") if compress else path,
        form,
        application,
        compress=compress,
    )


class _TextLog:
    """One log of lines."""

    def __init__(self, path: Path, form: LineFormat, application: str, *, compress: bool) -> None:
        self.path = path
        self.lines = 0
        self._form = form
        self._application = application
        self._file: IO[bytes] = path.open("wb")
        self._to: IO[bytes] = self._file
        if compress:
            self._to = gzip.GzipFile("", "wb", compresslevel=6, fileobj=self._file, mtime=0)  # type: ignore[assignment]

    def write(self, frame: pl.DataFrame) -> None:
        """Adds the lines of these rows."""
        assert self._form.lines is not None
        if self.lines == 0:
            self._to.write(self._form.header(self._application, int(frame["at"][0])).encode())
        buffer = io.BytesIO()
        self._form.lines(frame).to_frame().write_csv(
            buffer, include_header=False, quote_style="never"
        )
        self._to.write(buffer.getbuffer())
        self.lines += len(frame)

    def close(self) -> None:
        """Ends the file."""
        if self._to is not self._file:
            self._to.close()
        self._file.close()


class _ParquetLog:
    """One Parquet file with the columns of access events."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        self._schema = pl.DataFrame(schema=EVENT_SCHEMA).to_arrow().schema
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, frame: pl.DataFrame) -> None:
        """Adds a row group."""
        table: pa.Table = frame.select(list(EVENT_SCHEMA)).to_arrow().cast(self._schema)
        self._writer.write_table(table)
        self.lines += len(frame)

    def close(self) -> None:
        """Writes the footer."""
        self._writer.close()


def _write_tables(simulation: Simulation, card: Card, folder: Path, *, form: LineFormat) -> None:
    plan, people = simulation.scenario.world, simulation.world.population
    estate = estate_of(plan, people)
    description = f"Simulated estate of the scenario {card.name} ({card.number}): {card.title}."
    _write_yaml(folder / "estate.yaml", estate_document(estate, description=description))
    _write_yaml(folder / "mapping.yaml", form.mapping(plan.applications))
    accounts_table(people).write_csv(folder / "accounts.csv")
    caseload_table(people).write_csv(folder / "caseload.csv")


def _write_yaml(path: Path, document: dict[str, Any]) -> None:
    _write_text(path, yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100))


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def _replace(partial: Path, out: Path) -> None:
    """Moves the new files into place; of the old ones only those of the earlier simulation go."""
    if not out.exists():
        partial.rename(out)
        return
    old = out / _TRUTH
    if old.is_file():
        for name in json.loads(old.read_text(encoding="utf-8")).get("files", []):
            (out / Path(name).name).unlink(missing_ok=True)
    for path in sorted(partial.iterdir()):
        path.replace(out / path.name)
