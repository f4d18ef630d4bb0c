"""How do lines of JSON become rows? One compiled decoder for the keys that the mapping names; the rest is skipped."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl

from ecluse.formats.common.contract import DOES_NOT_PARSE, Booleans, Needs, Table
from ecluse.formats.common.lines import Lines
from ecluse.formats.common.pointers import column, parse_pointer, walk, walk_all
from ecluse.model.errors import SourceError

__all__ = ["JsonDocumentParser", "JsonLinesParser", "JsonRows", "are_objects"]

_REPLACEMENT: Final = "\\\\x{:02x}"  # escaped once more, so that the line stays JSON


class JsonRows:
    """Turns JSON objects into the columns of these fields."""

    def __init__(self, fields: frozenset[str]) -> None:
        self._pointers = {name: parse_pointer(name) for name in sorted(fields)}
        heads = list(dict.fromkeys(steps[0] for steps in self._pointers.values()))
        self._places = {head: f"key{number}" for number, head in enumerate(heads)}
        record = msgspec.defstruct(
            "Record",
            [(place, Any, None) for place in self._places.values()],
            rename={place: head for head, place in self._places.items()},
            gc=False,  # records are trees, and live for one block
        )
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(record)

    def decode(self, line: bytes) -> Any | None:
        """One record, or nothing when the line is not a JSON object."""
        try:
            return self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None

    def decode_lines(self, block: bytes, count: int) -> list[Any] | None:
        """The records of a block of so many lines, or nothing when a line is not just one JSON object."""
        try:
            records: list[Any] = self._decoder.decode_lines(block)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return records if len(records) == count else None

    def frame(self, records: Sequence[Any]) -> pl.DataFrame:
        """One row a decoded record."""
        columns = {}
        for name, steps in self._pointers.items():
            place = self._places[steps[0]]
            values = [getattr(record, place) for record in records]
            if steps[1:]:
                values = walk_all(values, steps[1:])
            columns[name] = column(values)
        return pl.DataFrame(columns, height=len(records))

    def frame_of_objects(self, records: Sequence[dict[str, Any]]) -> pl.DataFrame:
        """One row a record that is already an object."""
        columns = {n: column(walk_all(list(records), steps)) for n, steps in self._pointers.items()}
        return pl.DataFrame(columns, height=len(records))


class JsonLinesParser:
    """Reads one JSON object a line."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._rows = JsonRows(self.pointers(needs.fields))

    def pointers(self, fields: frozenset[str]) -> frozenset[str]:
        """What must be read from the records to give these fields."""
        return fields

    def derive(
        self, frame: pl.DataFrame, lines: Lines, kept: Booleans
    ) -> tuple[pl.DataFrame, Booleans]:
        """Fields made from others, and the records kept; a record left out is accounted for in `lines`."""
        del lines
        return frame, kept

    def feed(self, block: bytes, first_line: int) -> Table:
        lines = Lines.of(
            block,
            first_line=first_line,
            max_line=self._needs.max_line,
            replacement=_REPLACEMENT,
        )
        whole = not lines.rejects
        records = self._rows.decode_lines(lines.data[: lines.size], len(lines)) if whole else None
        kept: Booleans = np.ones(len(lines), np.bool_)
        if records is None:
            records = []
            for index in range(len(lines)):
                record = self._rows.decode(lines.data[lines.starts[index] : lines.ends[index]])
                if record is None:
                    kept[index] = False
                    lines.rejects.append((DOES_NOT_PARSE, int(lines.numbers[index])))
                else:
                    records.append(record)
        usable = lines.where(kept)
        frame, chosen = self.derive(
            self._rows.frame(records), usable, np.ones(len(usable), np.bool_)
        )
        if not chosen.all():
            frame, usable = frame.filter(pl.Series(chosen)), usable.where(chosen)
        names = sorted(self._needs.fields)
        return usable.table(frame.select(names) if names else frame)

    def finish(self) -> Table | None:
        return None


class JsonDocumentParser:
    """Reads the records of a whole document, from the array at a pointer (empty for a bare array)."""

    def __init__(self, needs: Needs, pointer: str) -> None:
        self._rows = JsonRows(needs.fields)
        self._pointer = pointer
        self._steps = parse_pointer(pointer) if pointer.strip("/") else ()

    def feed(self, block: bytes, first_line: int) -> Table:
        try:
            document = msgspec.json.decode(block)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SourceError(
                "the file is not one JSON document",
                help="leave out the option `records` for a file of one object a line",
            ) from error
        records = walk(document, self._steps)
        if not isinstance(records, list):
            raise SourceError(
                f"there is no array at `{self._pointer or '/'}` in the document",
                help="set the option `records` to the pointer of the array of records",
            )
        kept, numbers, rejects = [], [], []
        for number, record in enumerate(records, start=first_line):
            if isinstance(record, dict):
                kept.append(record)
                numbers.append(number)
            else:
                rejects.append((DOES_NOT_PARSE, number))
        return Table(self._rows.frame_of_objects(kept), np.array(numbers, np.int64), rejects)

    def finish(self) -> Table | None:
        return None


def are_objects(lines: Sequence[str], keys: Sequence[frozenset[str]] = ()) -> bool:
    """Whether each line is a JSON object; with `keys`, one that has at least one key of each set."""
    decoder = msgspec.json.Decoder(dict[str, Any])
    for line in lines:
        try:
            record = decoder.decode(line)
        except (msgspec.DecodeError, RecursionError):
            return False
        if not all(choices & record.keys() for choices in keys):
            return False
    return bool(lines)
