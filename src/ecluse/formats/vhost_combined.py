"""Apache `vhost_combined` access logs: `host:port` before a combined line."""

from typing import Final

from ecluse.formats.common.contract import Format
from ecluse.formats.common.mapping import TimeSource
from ecluse.formats.common.weblog import WEB_FIELDS, WebLogParser, all_parse

__all__ = ["FORMAT"]

_LEAD: Final = ("vhost", "remote_addr", "ident")

FORMAT: Final = Format(
    name="vhost_combined",
    description="Apache access log with the virtual host first",
    fields={"vhost": "virtual host, with its port", **WEB_FIELDS},
    url_fields=frozenset({"target", "path", "query", "http_referer"}),
    time=(TimeSource(("time_local",), "clf"),),
    detect=lambda lines: all_parse(lines, _LEAD),
    parser=lambda needs: WebLogParser(needs, _LEAD),
)
