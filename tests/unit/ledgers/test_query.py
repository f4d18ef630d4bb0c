"""A wrong query is told as a fault of the query, not of the ledger."""

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.query import run
from ecluse.ledgers.reader import take_snapshot
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError


@pytest.fixture
def snapshot(tmp_path):
    with DirectoryLedger.create(tmp_path / "l", now=lambda: 1) as ledger:
        ledger.append(Entry(at=1, account="a"))
        ledger.append(Entry(at=2, account="b", detail='{"justified": "urgent"}'))
        ledger.commit()
    return take_snapshot(tmp_path / "l")


def test_what_is_told_in_json_is_found(snapshot):
    sql = "SELECT account, nullif(detail, '')->>'justified' FROM entries ORDER BY seq"
    assert list(run(snapshot, sql).rows()) == [("a", None), ("b", "urgent")]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT detail->>'justified' FROM entries WHERE kind = 'access'", "for JSON"),
        ("SELECT acount FROM entries", "is wrong"),
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("SELECT * FROM read_csv('other')", "nothing but"),
    ],
)
def test_a_wrong_query_is_refused_with_advice(snapshot, sql, words):
    with pytest.raises(CallerError, match=words):
        run(snapshot, sql)
