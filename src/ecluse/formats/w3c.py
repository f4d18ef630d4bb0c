"""W3C extended logs, as IIS writes them: the header `#Fields` names the fields, and may come again with others."""

import re
from typing import Final

import numpy as np
import polars as pl

from ecluse.formats.common.contract import DOES_NOT_PARSE, WRONG_FIELDS, Format, Needs, Table
from ecluse.formats.common.lines import Lines
from ecluse.formats.common.mapping import TimeSource
from ecluse.formats.common.tokens import Tokens
from ecluse.formats.common.urls import normalise, url_columns
from ecluse.model.errors import SourceError

__all__ = ["FORMAT"]

_WORDS: Final = re.compile(r'"(?:[^"]|"")*+"|[^\s"]\S*')
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class _W3cParser:
    """Knows the fields in force and the last `#Date`, for logs whose lines have a time only."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._fields: list[str] = []
        self._date = ""

    def feed(self, block: bytes, first_line: int) -> Table:
        lines = Lines.of(block, first_line=first_line, max_line=self._needs.max_line)
        begins = lines.words(lines.starts, np.uint8) if len(lines) else np.empty(0, np.uint8)
        directives = np.flatnonzero(begins == ord("#"))
        lines.ignored["directive"] += len(directives)
        frames, kept = [], np.zeros(len(lines), np.bool_)
        start = 0
        for place in [*directives.tolist(), len(lines)]:
            if place > start:
                part = lines.where(
                    (np.arange(len(lines)) >= start) & (np.arange(len(lines)) < place)
                )
                frame, usable = self._part(part)
                frames.append(frame)
                kept[start:place] = usable
            if place < len(lines):
                self._learn(lines.text(place))
            start = place + 1
        empty = pl.DataFrame(schema=dict.fromkeys(sorted(self._needs.fields), pl.String))
        return lines.where(kept).table(pl.concat(frames) if frames else empty)

    def finish(self) -> Table | None:
        return None

    def _learn(self, directive: str) -> None:
        name, _, value = directive.partition(":")
        if name.lower() == "#fields":
            self._fields = value.split()
            missing = sorted(n for n in self._needs.fields if not self._has(n))
            if missing:
                raise SourceError(
                    f"the log has no field `{missing[0]}`, which the mapping names",
                    help=f"its fields are {', '.join(self._fields)}",
                )
        elif name.lower() in {"#date", "#start-date"} and (date := _DATE.search(value)):
            self._date = date[0]

    def _has(self, name: str) -> bool:
        if name == "path":
            return bool({"cs-uri-stem", "cs-uri"} & set(self._fields))
        if name == "query":
            return bool({"cs-uri-query", "cs-uri"} & set(self._fields))
        return name in self._fields or name in {"date", "time"}

    def _part(
        self, lines: Lines
    ) -> tuple[pl.DataFrame, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        """The lines under one header."""
        tokens = Tokens(lines, b" ")
        right = tokens.balanced & (tokens.counts == len(self._fields)) & bool(self._fields)
        if lines.positions(b"\t").size:
            right &= ~lines.having(lines.positions(b"\t"))
        quick = np.flatnonzero(right)
        places = {name: number for number, name in enumerate(self._fields)}
        frames = [tokens.frame(places, quick)] if len(quick) else []
        rows, numbers = [], quick.tolist()
        for index in np.flatnonzero(~right).tolist():
            words = _words(lines.text(index))
            if len(words) == len(self._fields) and words:
                rows.append(words)
                numbers.append(index)
            else:
                reason = WRONG_FIELDS if self._fields else DOES_NOT_PARSE
                lines.rejects.append((reason, int(lines.numbers[index])))
        if rows:
            frames.append(
                pl.DataFrame(rows, schema=dict.fromkeys(self._fields, pl.String), orient="row")
            )
        frame = pl.concat(frames) if frames else pl.DataFrame(schema=dict.fromkeys(self._fields, pl.String))  # fmt: skip
        frame = frame[np.argsort(np.array(numbers, np.int64))]
        kept = np.zeros(len(lines), np.bool_)
        kept[numbers] = True
        return self._derive(frame), kept

    def _derive(self, frame: pl.DataFrame) -> pl.DataFrame:
        wanted = self._needs.fields
        columns = {name: frame[name] for name in frame.columns}
        if "date" not in columns:
            date = self._date or None
            columns["date"] = pl.repeat(date, frame.height, dtype=pl.String, eager=True)
        if "cs-uri-stem" in columns:
            columns["path"] = normalise(columns["cs-uri-stem"])
            if "cs-uri-query" in columns:
                columns["query"] = columns["cs-uri-query"]
        elif "cs-uri" in columns:
            columns |= url_columns(columns["cs-uri"], frozenset({"path", "query"}))
        nowhere = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
        return pl.DataFrame(
            {n: columns.get(n, nowhere) for n in sorted(wanted)}, height=frame.height
        )


def _words(line: str) -> list[str]:
    """The fields of a line with several spaces between fields, or with spaces inside quotes."""
    return [
        word[1:-1].replace('""', '"') if word.startswith('"') else word
        for word in _WORDS.findall(line)
    ]


FORMAT: Final = Format(
    name="w3c",
    description="W3C extended log, as IIS writes it",
    fields={
        "date": "date of the line, or of the header `#Date` when lines have none",
        "time": "time of the line, UTC in IIS",
        "c-ip": "address of the client",
        "cs-username": "user that the server authenticated",
        "cs-method": "HTTP method",
        "cs-uri-stem": "path as logged",
        "cs-uri-query": "query as logged",
        "path": "path in one spelling",
        "query": "query",
        "sc-status": "status of the answer",
        "sc-bytes": "bytes of the answer",
        "cs(Cookie)": "header Cookie",
        "cs(User-Agent)": "header User-Agent",
        "cs(Referer)": "header Referer",
        "s-sitename": "site",
        "cs-host": "host asked for",
    },
    open_fields=True,
    # IIS writes the path already decoded, and only the path.
    url_fields=frozenset({"cs-uri", "cs-uri-query", "query", "cs(Referer)"}),
    time=(TimeSource(("date", "time")),),
    detect=lambda lines: any(line.lower().startswith("#fields:") for line in lines),
    parser=_W3cParser,
)
