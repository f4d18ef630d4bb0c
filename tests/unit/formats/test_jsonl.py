"""JSON lines and documents, hostile ones included."""

import pytest

from ecluse.model.errors import SourceError


def rows(batch, *names):
    return batch.events.select(names).rows()


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
