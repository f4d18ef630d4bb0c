"""Audit entries of PostgreSQL among other records, as text and as CSV."""

from ecluse import formats
from ecluse.formats.common.contract import Needs


def rows(batch, *names):
    return batch.events.select(names).rows()


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
    parser = formats.find("pgaudit").parser(Needs(frozenset({"statement"}), {"prefix": "%p "}))
    first = parser.feed(b'1 LOG:  AUDIT: SESSION,1,1,READ,SELECT,,,"a\n', 1)
    second = parser.feed(b'\tb",<none>\n1 LOG:  other\n', 2)
    assert first.records == 0
    assert second.frame["statement"].to_list() == ["a\nb"]
    assert parser.finish().ignored == {"not an audit entry": 1}
