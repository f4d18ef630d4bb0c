"""Which access events are in these files? Every format, compressed or not, as batches of columns."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from ecluse import formats
from ecluse.formats.common.apply import apply
from ecluse.formats.common.contract import LINE_TOO_LONG, Format, Needs, Parser, Shape, Table
from ecluse.formats.common.mapping import FACTS, Mapping
from ecluse.formats.parquet import canonical_batch, is_canonical, text_table
from ecluse.loaders.mapping import load_mapping, starter
from ecluse.model.batch import EVENT_SCHEMA, EventBatch
from ecluse.model.errors import CallerError, ConfigError, SourceError
from ecluse.sources.blocks import STDIN, Progress, head_of, line_blocks, size_of, whole
from ecluse.sources.detect import detect
from ecluse.sources.tables import column_names, read_columns

__all__ = ["find_files", "mapping_for", "read_events"]

_OWN: Final = EVENT_SCHEMA.keys() | {"person"}
_MUST: Final = frozenset({"account", "person"})
_ALWAYS: Final = _MUST | {"at", "persons"}


def read_events(
    paths: Sequence[Path],
    *,
    format: str,  # noqa: A002 - the word of the command line
    mapping: Mapping | None,
    now: int,
    progress: Callable[[int, int], None] | None = None,
    columns: frozenset[str] | None = None,
) -> Iterator[EventBatch]:
    """Yields the events of all files, file by file, each in the order of its lines.

    Args:
        paths: files, directories (all their files, sorted by name) or `-` for standard input.
        format: name of a format, or `auto` to tell each file by its first lines.
        mapping: where the facts sit; None for the one that ships with the format.
        now: microseconds; events more than a day later are rejects.
        progress: told the bytes read so far and the bytes of all files, as they are on disk.
        columns: columns of EVENT_SCHEMA to give besides `at`, `account` and the persons; None for all.

    Raises:
        CallerError: when there is no format of that name, or no file.
        ConfigError: when the mapping is for another format.
        SourceError: when a file is not of the format, binary, damaged or cut off.
        OSError: when a file cannot be opened.
    """
    files = find_files(paths)
    total = sum(size_of(path) for path in files)
    before = 0
    empty = 0
    for path in files:
        name = detect(path) if format == "auto" else format
        if name is None:
            empty += 1
            continue
        fmt = formats.find(name)
        if mapping is not None:
            mapping_for(name, mapping)
        base = before

        def report(done: int, base: int = base) -> None:
            if progress is not None:
                progress(base + done, max(total, base + done))

        yield from _read_file(path, fmt, given=mapping, now=now, progress=report, columns=columns)
        before += size_of(path)
    if empty == len(files):
        what = f"`{files[0]}`" if empty == 1 else f"each of the {empty} files"
        raise SourceError(
            f"{what}: there is nothing in it to tell its format by",
            help="check that the log is the right one, or say its format with --format",
        )


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files meant: a directory stands for all files below it, except hidden ones, sorted.

    Raises:
        CallerError: when a path does not exist, or there is no file at all.
    """
    files: list[Path] = []
    for path in paths:
        if path == STDIN:
            files.append(path)
        elif path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file())
            shown = [
                p for p in inside if not any(s.startswith(".") for s in p.relative_to(path).parts)
            ]
            if not shown:
                raise CallerError(
                    f"`{path}`: there is no file in this directory",
                    help="hidden files are left out; name them to read them",
                )
            files += shown
        elif path.is_socket():
            raise CallerError(f"`{path}`: a socket, not a log", help="name a file")
        elif path.exists():
            files.append(path)
        else:
            raise CallerError(f"`{path}`: there is no such file", help="check the path")
    if not files:
        raise CallerError(
            "no log was named", help="name files, directories, or `-` for standard input"
        )
    return files


def mapping_for(name: str, mapping: Mapping | None) -> Mapping:
    """The mapping to use with a format: the one given, or the one that ships with the format.

    Raises:
        CallerError: when there is no format of that name.
        ConfigError: when the mapping is for another format, or names fields that this one does not have.
    """
    fmt = formats.find(name)
    if mapping is None:
        return load_mapping(starter(name), file=f"{name}.yaml", format=name)
    if mapping.format not in {None, name}:
        raise ConfigError(
            f"the mapping is for `{mapping.format}`, and the log is read as `{name}`",
            help=f"use --format {mapping.format}, or another mapping; logs of two makes: "
            "`ecluse convert` each, then replay the tables together",
        )
    unknown = sorted(mapping.fields() - fmt.fields.keys())
    if unknown and not fmt.open_fields:
        raise ConfigError(
            f"the mapping names the field `{unknown[0]}`, which `{name}` does not have",
            help=f"its fields are {', '.join(fmt.fields)}",
        )
    if not mapping.time and not fmt.time and fmt.name != "parquet":
        raise ConfigError("the mapping does not say where the time is", help="add `time:` to it")
    return mapping


def _read_file(
    path: Path,
    fmt: Format,
    *,
    given: Mapping | None,
    now: int,
    progress: Progress,
    columns: frozenset[str] | None,
) -> Iterator[EventBatch]:
    options = {name: option.default for name, option in fmt.options.items()}
    options |= dict(given.options) if given is not None else {}
    head = head_of(path) if path.is_file() else b""  # a pipe can be read only once
    shape = fmt.shape(head, options)
    if shape is Shape.PARQUET:
        yield from _read_table(
            path, fmt, mapping=given, now=now, progress=progress, columns=columns
        )
        return
    if head.startswith(b"PAR1"):
        raise SourceError(
            f"`{path}`: a Parquet file, not `{fmt.name}`", help="say --format parquet"
        )
    mapping = mapping_for(fmt.name, given)
    options |= dict(mapping.options)
    facts = _facts(columns)
    needs = Needs(mapping.fields(facts), options, mapping.max_line)
    for table in _tables(path, shape, fmt.parser(needs), needs, progress):
        yield apply(table, mapping, fmt, file=str(path), now=now, facts=facts)


def _facts(columns: frozenset[str] | None) -> frozenset[str] | None:
    return None if columns is None else columns & frozenset(FACTS) | _MUST


def _tables(
    path: Path, shape: Shape, parser: Parser, needs: Needs, progress: Progress
) -> Iterator[Table]:
    """What a parser makes of the pieces of a file; its refusals get the name of the file."""
    try:
        if shape is Shape.DOCUMENT:
            yield parser.feed(whole(path, progress), 1)
        else:
            for block in line_blocks(path, max_line=needs.max_line, progress=progress):
                if block.too_long:
                    yield _one_too_long(block.first_line, needs)
                else:
                    yield parser.feed(block.data, block.first_line)
        if (last := parser.finish()) is not None:
            yield last
    except SourceError as error:
        if str(error).startswith(f"`{path}`"):
            raise
        raise SourceError(f"`{path}`: {error}", help=error.help) from error


def _one_too_long(line: int, needs: Needs) -> Table:
    nothing = pl.DataFrame(schema=dict.fromkeys(sorted(needs.fields), pl.String))
    return Table(nothing, np.empty(0, np.int64), [(LINE_TOO_LONG, line)])


def _read_table(
    path: Path,
    fmt: Format,
    *,
    mapping: Mapping | None,
    now: int,
    progress: Progress,
    columns: frozenset[str] | None,
) -> Iterator[EventBatch]:
    """A Parquet file: the project's own columns unless a mapping is given."""
    names = column_names(path)
    first = 1
    if mapping is None:
        if not is_canonical(names):
            raise SourceError(
                f"`{path}`: the table has not the project's own columns (at, account, person)",
                help=f"give a mapping; its columns are {', '.join(names)}",
            )
        wanted = [n for n in names if n in _OWN and (columns is None or n in columns | _ALWAYS)]
        for frame in read_columns(path, wanted, progress):
            yield canonical_batch(frame, file=str(path), first=first, now=now)
            first += frame.height
        return
    mapping = mapping_for(fmt.name, mapping)
    facts = _facts(columns)
    for frame in read_columns(path, sorted(mapping.fields(facts)), progress):
        table = text_table(frame, first=first)
        yield apply(table, mapping, fmt, file=str(path), now=now, facts=facts)
        first += frame.height
