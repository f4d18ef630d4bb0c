"""Tables, JSON and audit records, by their samples: csv, jsonl, ocsf, cloudtrail, pgaudit."""

import pytest

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
    from ecluse import formats
    from ecluse.formats.common.contract import Needs

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


def test_jsonl(read):
    mapping = "time: time\naccount: /user/id\nperson: /results/*/id\ncategories: categories\n"
    batch = read("jsonl", "app.jsonl", mapping)
    assert rows(batch, "account", "persons", "categories") == [
        ("alice", ["12", "13"], "contact,identity"),
        ("7", ["14"], None),
    ]
    assert batch.rejects == {"does not parse": 1, "no person": 1, "no time": 1}
    assert batch.samples["does not parse"] == ["log:4"]


def test_jsonl_as_one_document(read):
    content = b'{"data":{"rows":[{"t":"2025-07-12T10:00:00Z","u":"a","p":1},3]}}'
    mapping = "options: {records: /data/rows}\ntime: t\naccount: u\nperson: p\n"
    batch = read("jsonl", content, mapping)
    assert rows(batch, "account", "person") == [("a", "1")]
    assert batch.rejects == {"does not parse": 1}
    for wrong in (b'{"data":{}}', b'{"a":1}\n{"a":2}\n'):
        with pytest.raises(SourceError):
            read("jsonl", wrong, mapping)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b'{"time":"2025-07-12T10:00:00Z"}{"time":"x"}',
        b"[" * 100_000,
        b'{"account":' * 50_000,
        b'{"time":"\xff","account":"\xff"}',
    ],
)
def test_hostile_json_lines_are_rejects_and_hurt_no_other(read, line):
    good = b'{"time":"2025-07-12T10:00:00Z","account":"a","person":"1"}'
    mapping = "time: time\naccount: account\nperson: person\n"
    batch = read("jsonl", good + b"\n" + line + b"\n" + good + b"\n", mapping)
    assert batch.events.height == 2
    assert batch.lines == 3


def test_a_record_spread_over_lines_is_not_taken_for_one(read):
    mapping = "time: time\naccount: account\nperson: person\n"
    batch = read(
        "jsonl", b'{"time":"2025-07-12T10:00:00Z",\n"account":"a","person":"1"}\n', mapping
    )
    assert batch.rejects == {"does not parse": 2}


def test_ocsf(read):
    batch = read("ocsf", "ocsf.jsonl")
    assert rows(
        batch, "account", "persons", "session", "organization", "application", "operation"
    ) == [
        ("u-1", ["12", "13"], "s-1", "o-1", "portal", "GetPerson"),
        ("bob", ["14"], None, None, "example", "Read"),
    ]
    assert batch.ignored == {"another OCSF class": 1, "refused by the application": 1}


def test_cloudtrail_documents_and_lines(read):
    batch = read("cloudtrail", "cloudtrail.json")
    assert rows(batch, "persons", "operation") == [
        (["database"], "GetSecretValue"),
        (["/a", "/b"], "GetParameters"),
    ]
    assert batch.rejects == {"does not parse": 1}
    assert batch.lines == 5
    line = b'{"eventTime":"2025-07-12T08:00:00Z","eventSource":"s","eventName":"GetParameter","userIdentity":{"arn":"a"},"requestParameters":{"name":"x"}}\n'
    assert rows(read("cloudtrail", line * 2), "account", "persons") == [("a", ["x"])] * 2


def test_pgaudit_text(read):
    whole, rest = read("pgaudit", "pgaudit.log")
    assert rows(whole, "account", "persons", "session", "application") == [
        ("alice", ["12"], "7755", "portal"),
        ("alice", ["13", "14"], "7755", "portal"),
    ]
    assert whole.ignored == {"not an audit entry": 1, "not a read": 1}
    assert rest.rejects == {"does not parse": 1}
    assert rest.samples["does not parse"] == ["log:6"]


def test_pgaudit_csvlog(read):
    mapping = (
        "options: {csvlog: 'true'}\naccount: user\nsession: session_id\nsource: client\n"
        "person: {field: statement, matches: 'person_id = ([0-9]+)'}\n"
    )
    batch = read("pgaudit", "pgaudit.csv", mapping)
    assert rows(batch, "account", "person", "session", "source") == [
        ("alice", "12", "64af.1e4b", "192.0.2.1")
    ]
    assert batch.ignored == {"not an audit entry": 1}


def test_pgaudit_records_across_blocks():
    from ecluse import formats
    from ecluse.formats.common.contract import Needs

    parser = formats.find("pgaudit").parser(Needs(frozenset({"statement"}), {"prefix": "%p "}))
    first = parser.feed(b'1 LOG:  AUDIT: SESSION,1,1,READ,SELECT,,,"a\n', 1)
    second = parser.feed(b'\tb",<none>\n1 LOG:  other\n', 2)
    assert first.records == 0
    assert second.frame["statement"].to_list() == ["a\nb"]
    assert parser.finish().ignored == {"not an audit entry": 1}
