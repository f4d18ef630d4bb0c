"""The two readers of access logs agree on every line, and every line is accounted for."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.formats.common.contract import Needs
from ecluse.formats.common.urls import split_target
from ecluse.formats.common.weblog import WEB_FIELDS, WebLogParser

LEADS = st.sampled_from([("remote_addr", "ident"), ("vhost", "remote_addr", "ident")])

word = st.text(st.sampled_from('ab1-"\\ [](é|%/.?:+'), min_size=0, max_size=8)
time = st.sampled_from(
    [
        "12/Jul/2025:10:00:00 +0200",
        "1/Jul/2025:10:00:00 +0200",
        "12/Jul/2025:10:00:00 -0330",
        "x",
        "",
    ]
)
request = st.one_of(
    st.builds("GET /{} HTTP/1.1".format, word),
    st.builds("{} http://h/{}?{} HTTP/2".format, word, word, word),
    st.sampled_from(["-", "GET /", "", "a b c", "GET  /x HTTP/1.1", "\\x16\\x03", "GET /x HTTP"]),
    word,
)
tail = st.sampled_from(
    [
        ' 200 1 "-" "agent"',
        ' 200 1 "-" "agent" "more"',
        ' 200 1 "-" "agent" more',
        ' 200 1 "-" "agent"more',
        " 200 -",
        " 200 12 0.5",
        " 20 1",
        ' 200 1 "-"',
        ' 200 1  "-" "agent"',
        ' 200 1 "a\\"b" "agent"',
        ' 2x0 1 "-" "agent"',
        ' 200 1 "-" "',
        "",
    ]
)
regular = st.builds(
    '192.0.2.{} - {} [{}] "{}"{}'.format, st.integers(0, 9), word, time, request, tail
)
vhosted = st.builds("h:443 {}".format, regular)
anything = st.text(st.sampled_from('ab "\\[]-0:/+'), max_size=60)
lines = st.lists(st.one_of(regular, regular, vhosted, anything), max_size=12)


def one_by_one(parser, texts):
    rows = []
    for text in texts:
        row = parser.parse_line(text)
        if row is not None:
            target = row.get("target")
            path, query = (None, None) if target is None else split_target(target)
            rows.append({**row, "path": path, "query": query})
    return rows


class TestBothWays:
    """The positions of quotes and spaces tell the same as the expression."""

    @settings(max_examples=250, deadline=None)
    @given(lines, LEADS)
    def test_fields_are_equal(self, texts, lead):
        names = frozenset({*WEB_FIELDS, *lead})
        parser = WebLogParser(Needs(names), lead)
        table = parser.feed("\n".join(texts).encode(), 1)
        slow = one_by_one(parser, [t for t in texts if t])
        wanted = [{name: row.get(name) for name in sorted(names)} for row in slow]
        assert table.frame.to_dicts() == wanted

    @settings(max_examples=120, deadline=None)
    @given(st.lists(st.binary(max_size=60).filter(lambda b: b"\n" not in b), max_size=8))
    def test_every_line_is_accounted_for(self, raw):
        block = b"".join(line + b"\n" for line in raw)
        table = WebLogParser(Needs(frozenset({"path"})), ("remote_addr", "ident")).feed(block, 1)
        assert table.records == len(raw)
        assert len(table.numbers) == table.frame.height


def test_most_lines_take_the_quick_way():
    lines = (
        b'192.0.2.1 - a b [12/Jul/2025:10:00:00 +0200] "GET /p/1?x=%20 HTTP/1.1" 200 1 "-" "z"\n'
        * 3
    )
    parser = WebLogParser(Needs(frozenset({"path", "remote_user"})), ("remote_addr", "ident"))
    parser.parse_line = None  # the quick way does not call it
    table = parser.feed(lines, 1)
    assert table.frame.equals(pl.DataFrame({"path": ["/p/1"] * 3, "remote_user": ["a b"] * 3}))
