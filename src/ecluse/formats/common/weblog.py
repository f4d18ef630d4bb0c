"""How are access logs of nginx and Apache cut into fields? Positions for regular lines, an expression for the others."""

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from ecluse.formats.common.contract import (
    DOES_NOT_PARSE,
    Booleans,
    Bytes,
    Integers,
    Needs,
    Table,
)
from ecluse.formats.common.lines import Lines, text_column
from ecluse.formats.common.unescape import unescape
from ecluse.formats.common.urls import split_request, url_columns

__all__ = ["WEB_FIELDS", "WebLogParser", "all_parse"]

WEB_FIELDS: Final = {
    "remote_addr": "address of the client",
    "ident": "identity by RFC 1413, nearly always `-`",
    "remote_user": "user of HTTP authentication, or what the server was told to log there",
    "time_local": "time of the request, such as 12/Jul/2025:10:00:00 +0200",
    "method": "HTTP method",
    "target": "request target as sent",
    "path": "path of the target, in one spelling, before percent-decoding",
    "query": "query of the target, raw",
    "protocol": "protocol, such as HTTP/1.1",
    "status": "status of the answer",
    "body_bytes_sent": "bytes of the answer",
    "http_referer": "header Referer",
    "http_user_agent": "header User-Agent",
}

_Spans = dict[str, tuple[Integers, Integers]]

# Linear in the line: a text of fixed length to search for, and possessive repetitions after it.
_TIME: Final = re.compile(
    r' \[([0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4})\] (?=")'
)
_QUOTED: Final = r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
_REST: Final = re.compile(
    rf"{_QUOTED} ([0-9]{{3}}) ([^ ]+)(?: {_QUOTED} {_QUOTED})?(?: .*)?", re.DOTALL
)
_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)
_TIME_LENGTH: Final = 26
_PIECES: Final = ("remote_user", "time_local", "request", "status", "body_bytes_sent", "http_referer", "http_user_agent")  # fmt: skip


class WebLogParser:
    """Reads `lead … user [time] "request" status bytes "referer" "agent"`, the last two optional.

    Lines of the usual make are cut by positions, all at once. A line with a backslash, an odd request or
    other surprises is read by itself (`parse_line`), with the same result: the two agree on every line.
    """

    def __init__(self, needs: Needs, lead: Sequence[str]) -> None:
        self._needs = needs
        self._lead = tuple(lead)

    def feed(self, block: bytes, first_line: int) -> Table:
        lines = Lines.of(block, first_line=first_line, max_line=self._needs.max_line)
        regular, spans = self._spans(lines)
        if not regular.all():
            return self._mixed(lines, regular, spans)
        return lines.table(self._frame(lines, spans))

    def finish(self) -> Table | None:
        return None

    def parse_line(self, line: str) -> dict[str, str | None] | None:
        """The pieces of one line, those wanted unescaped, or nothing when it is not of this format."""
        pieces: dict[str, str | None] = {}
        rest = line
        for name in self._lead:
            piece, space, rest = rest.partition(" ")
            if not space or not piece or '"' in piece:
                return None
            pieces[name] = unescape(piece)
        time = _TIME.search(rest)
        match = None if time is None else _REST.fullmatch(rest, time.end())
        if time is None or match is None:
            return None
        user = rest[: time.start()]
        if not user or user.startswith("- ") or '"' in _ESCAPED.sub("", user):
            return None
        values = (user, time[1], *match.groups())
        for name, value in zip(_PIECES, values, strict=True):
            wanted = value is not None and name in self._needs.fields
            pieces[name] = unescape(value) if wanted else value
        pieces["method"], pieces["target"], pieces["protocol"] = split_request(match[1])
        if pieces["target"] is not None:
            pieces["target"] = unescape(pieces["target"])
        return pieces

    def _spans(self, lines: Lines) -> tuple[Booleans, _Spans]:
        """The lines of the usual make, and where each field begins and ends in them."""
        at = _Places(lines)
        q1, q2, q3, q4, q5, q6 = (at.quote(k) for k in range(6))
        spans: _Spans = {}
        start, ok = lines.starts, ~at.escaped
        for index, name in enumerate(self._lead):
            space = at.space(at.first_space, index)
            spans[name] = start, space
            ok &= space > start
            start = space + 1
        time = q1 - 2 - _TIME_LENGTH
        spans |= {"remote_user": (start, time - 2), "time_local": (time, q1 - 2)}
        # `- alice` is not a user, but the line of a host without name before `address - alice`.
        ok &= ~at.is_bytes(start, "- ") | (time - 2 == start + 1)
        ok &= (time - 2 > start) & at.looks_like(time - 2, _TIME_SHAPE)
        inner = at.spaces_before(q1)
        method_end, target_end = at.space(inner, 0), at.space(inner, 1)
        spans |= {
            "method": (q1 + 1, method_end),
            "target": (method_end + 1, target_end),
            "protocol": (target_end + 1, q2),
        }
        ok &= (method_end > q1 + 1) & (target_end > method_end + 1)
        ok &= at.is_bytes(target_end + 1, "HTTP/") & (target_end + 5 < q2)
        full = at.quotes >= 6
        size_end = np.where(full, q3 - 1, lines.ends)
        spans |= {"status": (q2 + 2, q2 + 5), "body_bytes_sent": (q2 + 6, size_end)}
        ok &= (at.space(inner, 2) == q2 + 1) & at.looks_like(q2, _STATUS_SHAPE)
        beyond = at.space(inner, 4)  # after the status, the size, and for `common` nothing more
        ok &= (size_end > q2 + 6) & np.where(full, beyond == size_end, beyond > size_end)
        last = (q6 + 1 == lines.ends) | at.is_bytes(q6 + 1, " ")
        ok &= (full & (q5 == q4 + 2) & at.is_bytes(q4 + 1, " ") & last) | (at.quotes == 2)
        nowhere = np.where(full, 0, -1)  # both ends before the buffer: the field is absent
        spans["http_referer"] = q3 + 1, np.where(full, q4, nowhere)
        spans["http_user_agent"] = q5 + 1, np.where(full, q6, nowhere)
        return ok, spans

    def _frame(self, lines: Lines, spans: dict[str, tuple[Integers, Integers]]) -> pl.DataFrame:
        wanted = self._needs.fields
        columns: dict[str, pl.Series] = {}
        for name in wanted & spans.keys():
            starts, ends = spans[name]
            present = ends >= 0 if name in {"http_referer", "http_user_agent"} else None
            columns[name] = text_column(lines, starts, ends, present)
        if wanted & {"path", "query"}:
            target = columns.get("target")
            if target is None:
                target = text_column(lines, *spans["target"])
            columns |= url_columns(target, wanted)
        return pl.DataFrame({n: columns[n] for n in sorted(wanted)}, height=len(lines))

    def _mixed(
        self, lines: Lines, regular: Booleans, spans: dict[str, tuple[Integers, Integers]]
    ) -> Table:
        """A block with other lines too: these are read one by one and put back in their places."""
        numbers, rows = [], []
        for index in np.flatnonzero(~regular).tolist():
            pieces = self.parse_line(lines.text(index))
            if pieces is None:
                lines.rejects.append((DOES_NOT_PARSE, int(lines.numbers[index])))
            else:
                numbers.append(index)
                rows.append(pieces)
        quick = lines.where(regular)
        inside = {name: (s[regular], e[regular]) for name, (s, e) in spans.items()}
        frame = self._frame(quick, inside)
        order = np.concatenate([np.flatnonzero(regular), np.array(numbers, np.int64)])
        sequence = np.argsort(order)
        frame = pl.concat([frame, self._slow_frame(rows)]) if rows else frame
        mask = regular.copy()
        mask[numbers] = True
        kept = lines.where(mask)
        return kept.table(frame[sequence] if frame.width else frame)

    def _slow_frame(self, rows: list[dict[str, str | None]]) -> pl.DataFrame:
        wanted = self._needs.fields
        columns = {n: pl.Series([row[n] for row in rows], dtype=pl.String) for n in rows[0]}
        columns |= url_columns(columns["target"], wanted)
        return pl.DataFrame({name: columns[name] for name in sorted(wanted)}, height=len(rows))


class _Places:
    """Where quotes and spaces stand in each line, and what stands at given places."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._quotes = lines.positions(b'"')
        self._spaces = lines.positions(b" ")
        self._first_quote = np.searchsorted(self._quotes, lines.starts)
        self.quotes = np.searchsorted(self._quotes, lines.ends) - self._first_quote
        self.first_space = np.searchsorted(self._spaces, lines.starts)
        self.escaped = lines.having(lines.positions(b"\\"))

    def quote(self, number: int) -> Integers:
        return _pick(self._quotes, self._first_quote + number, self._lines.size)

    def space(self, first: Integers, number: int) -> Integers:
        return _pick(self._spaces, first + number, self._lines.size)

    def spaces_before(self, places: Integers) -> Integers:
        return np.searchsorted(self._spaces, places)

    def is_bytes(self, places: Integers, text: str) -> Booleans:
        inside = np.clip(places, 0, self._lines.size)
        width = {1: np.uint8, 2: np.uint16}.get(len(text), np.uint64)
        found = self._lines.words(inside, width)
        mask = (1 << 8 * len(text)) - 1
        same: Booleans = (found & width(mask)) == width(int.from_bytes(text.encode(), "little"))
        return same & (places >= 0)

    def looks_like(self, places: Integers, shape: Bytes) -> Booleans:
        """Whether each character is of the kind that the example has in its place (whole words of eight)."""
        inside = np.clip(places, 0, self._lines.size)
        ok: Booleans = places >= 0
        for offset in range(0, len(shape), 8):
            kinds = _KINDS[self._lines.words(inside + offset, np.uint64).view(np.uint8)]
            wanted = shape[offset : offset + 8]
            ok &= (kinds.view(np.uint64) & _mask(wanted)) == wanted.view(np.uint64)[0]
        return ok


def _mask(shape: Bytes) -> Any:
    """Ones where the shape asks for something: a zero stands for any character."""
    return np.where(shape == 0, 0, 255).astype(np.uint8).view(np.uint64)[0]


def _pick(positions: Integers, indexes: Integers, missing: int) -> Integers:
    if not len(positions):
        return np.full(len(indexes), missing, np.int64)
    found: Integers = positions[np.minimum(indexes, len(positions) - 1)]
    return np.where(indexes < len(positions), found, missing)


def _kinds() -> Bytes:
    kinds = np.arange(256, dtype=np.uint8)
    kinds[48:58] = ord("0")
    kinds[65:91] = kinds[97:123] = ord("A")
    kinds[ord("-")] = ord("+")
    return kinds


def _shape(example: bytes) -> Bytes:
    padded = example + bytes(-len(example) % 8)
    return np.where(
        np.frombuffer(padded, np.uint8) == 0, 0, _KINDS[np.frombuffer(padded, np.uint8)]
    )


_KINDS: Final = _kinds()
_TIME_SHAPE: Final = _shape(b" [12/Jul/2025:10:00:00 +0200] ")
_STATUS_SHAPE: Final = _shape(b'" 200 ')


def all_parse(lines: Sequence[str], lead: Sequence[str]) -> bool:
    """Whether all of these lines are of the format with this lead and a user without spaces."""
    parser = WebLogParser(Needs(frozenset()), lead)
    rows = [parser.parse_line(line) for line in lines]
    return bool(rows) and all(
        row is not None and " " not in (row["remote_user"] or "") for row in rows
    )
