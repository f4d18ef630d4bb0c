"""AWS load balancer access logs: Application (ALB) and Classic (ELB)."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from ecluse.formats.common.contract import (
    DOES_NOT_PARSE,
    WRONG_FIELDS,
    Format,
    Integers,
    Needs,
    Table,
)
from ecluse.formats.common.lines import Lines
from ecluse.formats.common.mapping import TimeSource
from ecluse.formats.common.tokens import Tokens
from ecluse.formats.common.urls import request_columns

__all__ = ["FORMAT"]

# "Access logs for your Application Load Balancer", AWS documentation; Classic logs lack the type and what is after `ssl_protocol`.
_ALB: Final = (
    "type", "time", "elb", "client", "target_address", "request_processing_time",
    "target_processing_time", "response_processing_time", "status", "target_status",
    "received_bytes", "sent_bytes", "request", "user_agent", "ssl_cipher", "ssl_protocol",
    "target_group_arn", "trace_id", "domain_name", "chosen_cert_arn", "matched_rule_priority",
    "request_creation_time", "actions_executed", "redirect_url", "error_reason",
)  # fmt: skip
_CLASSIC: Final = _ALB[1:16]
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")
_FEWEST: Final = 12  # fields of the first Classic logs, which end with the request
_DERIVED: Final = frozenset({"client_ip", "method", "protocol", "path", "query"})


class _ElbParser:
    """Reads both kinds, also mixed: an ALB line begins with its type, a Classic line with its time."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    def feed(self, block: bytes, first_line: int) -> Table:
        lines = Lines.of(block, first_line=first_line, max_line=self._needs.max_line)
        tokens = Tokens(lines, b" ")
        first, second = tokens.column(0), tokens.column(1)
        classic = _is_time(first)
        alb = ~classic & _is_time(second)
        cut = tokens.balanced & (classic | alb)
        enough = tokens.counts >= np.where(classic, _FEWEST, _FEWEST + 1)
        lines.rejects += [(DOES_NOT_PARSE, int(n)) for n in lines.numbers[~cut]]
        lines.rejects += [(WRONG_FIELDS, int(n)) for n in lines.numbers[cut & ~enough]]
        usable = cut & enough
        parts = []
        for mask, names in ((usable & classic, _CLASSIC), (usable & alb, _ALB)):
            rows = np.flatnonzero(mask)
            parts.append(self._frame(tokens, names, rows).with_columns(row=pl.Series(rows)))
        frame = pl.concat(parts).sort("row").drop("row")
        return lines.where(usable).table(frame)

    def finish(self) -> Table | None:
        return None

    def _frame(self, tokens: Tokens, names: tuple[str, ...], rows: Integers) -> pl.DataFrame:
        wanted = self._needs.fields
        places = {name: number for number, name in enumerate(names)}
        columns = {
            name: tokens.column(places[name], rows)
            if name in places
            else pl.repeat(None, len(rows), dtype=pl.String, eager=True)
            for name in sorted(wanted - _DERIVED)
        }
        if "client_ip" in wanted:  # `address:port`; an IPv6 address holds colons itself
            columns["client_ip"] = tokens.column(places["client"], rows).str.replace(
                r"^\[?(.*?)\]?(?::[0-9]+)?$", "$1"
            )
        if wanted & {"method", "protocol", "path", "query"}:
            columns |= request_columns(tokens.column(places["request"], rows), wanted)
        return pl.DataFrame({name: columns[name] for name in sorted(wanted)}, height=len(rows))


def _is_time(column: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return column.str.contains(_TIME.pattern).fill_null(value=False).to_numpy()


def _detect(lines: Sequence[str]) -> bool:
    def is_elb(line: str) -> bool:
        words = line.split(" ", 2)
        return len(words) == 3 and '"' in words[2] and any(_TIME.match(word) for word in words[:2])

    return all(is_elb(line) for line in lines)


FORMAT: Final = Format(
    name="elb",
    description="AWS load balancer access log, Application or Classic",
    fields={
        "client_ip": "address of the client, without its port",
        "method": "HTTP method",
        "protocol": "protocol, such as HTTP/1.1",
        "path": "path of the request, in one spelling, before percent-decoding",
        "query": "query of the request, raw",
        **{name: f"as in the AWS documentation ({name})" for name in _ALB},
    },
    url_fields=frozenset({"path", "query", "request", "redirect_url"}),
    time=(TimeSource(("time",)),),
    detect=_detect,
    parser=_ElbParser,
)
