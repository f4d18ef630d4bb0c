"""Tables of text: separators, quotes, records of several lines, and wrong columns."""

import pytest

from ecluse import formats
from ecluse.formats.common.contract import Needs
from ecluse.model.errors import SourceError

TABLE = "time: {field: when}\naccount: user\nperson: {field: files, split: ','}\n"


def rows(batch, *names):
    return batch.events.select(names).rows()


def test_csv_finds_its_separator_and_counts_every_line(read):
    batch = read("csv", "table.csv", TABLE)
    assert rows(batch, "account", "persons") == [("alice", ["12", "13"]), ("bob", ["14"])]
    assert batch.rejects == {"wrong number of fields": 1, "does not parse": 1, "no time": 1}
    assert batch.ignored == {"header": 1}
    assert batch.samples["wrong number of fields"] == ["log:4"]


def test_csv_quotes(read):
    content = b'at,account,person\n2025-07-12T10:00:00Z,"a, ""b""","1\t2"\n'
    batch = read("csv", content, "time: at\naccount: account\nperson: person\n")
    assert rows(batch, "account", "person") == [('a, "b"', "1\t2")]


def test_csv_without_header(read):
    mapping = "options: {columns: 'at,who,whom', separator: \"\\t\"}\ntime: at\naccount: who\nperson: whom\n"
    batch = read("csv", b"2025-07-12T10:00:00Z\ta\t1\n", mapping)
    assert rows(batch, "account", "person") == [("a", "1")]


def test_csv_records_of_several_lines(read):
    content = b'at,account,person\n2025-07-12T10:00:00Z,a,"1\n2"\n2025-07-12T10:00:01Z,b,3\n'
    mapping = "options: {multiline: true}\ntime: at\naccount: account\nperson: person\n"
    batch = read("csv", content, mapping)
    assert rows(batch, "account", "person") == [("a", "1\n2"), ("b", "3")]


def test_csv_across_blocks():
    parser = formats.find("csv").parser(Needs(frozenset({"p"}), {"multiline": "true"}))
    first = parser.feed(b'x,p\n1,"two\n', 1)
    second = parser.feed(b'lines"\n2,b\n', 3)
    assert first.frame.height == 0
    assert second.frame["p"].to_list() == ["two\nlines", "b"]
    assert second.numbers.tolist() == [2, 4]


def test_csv_without_a_column_is_refused(read):
    with pytest.raises(SourceError, match="no column `person`"):
        read("csv", b"at,account\n", "time: at\naccount: account\nperson: person\n")


def test_csv_with_a_column_twice_is_refused(read):
    with pytest.raises(SourceError, match="`person` comes twice"):
        read("csv", b"at,account,person,person\n", "time: at\naccount: account\nperson: person\n")
