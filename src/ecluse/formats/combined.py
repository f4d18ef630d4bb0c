"""nginx and Apache `combined` access logs (and `common`, which lacks the last two fields)."""

from typing import Final

from ecluse.formats.common.contract import Format
from ecluse.formats.common.mapping import TimeSource
from ecluse.formats.common.weblog import WEB_FIELDS, WebLogParser, all_parse

__all__ = ["FORMAT"]

_LEAD: Final = ("remote_addr", "ident")

FORMAT: Final = Format(
    name="combined",
    description="nginx and Apache access log, combined or common",
    fields=WEB_FIELDS,
    url_fields=frozenset({"target", "path", "query", "http_referer"}),
    time=(TimeSource(("time_local",), "clf"),),
    detect=lambda lines: all_parse(lines, _LEAD),
    parser=lambda needs: WebLogParser(needs, _LEAD),
)
