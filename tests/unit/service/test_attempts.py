"""What was asked of a gate, out of real ledgers."""

import json

import numpy as np
import pytest

from ecluse.directories.table_directory import open_directory
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.loaders.estate import default_estate
from ecluse.model.entry import Entry
from ecluse.model.policy import Budget, Key, PolicySet, Target, Window
from ecluse.service.attempts import gather_attempts

POLICIES = PolicySet(
    (Budget("a", (Key.ACCOUNT,), (Window(10, 1),), target=Target(operations=frozenset({"view"}))),)
)


def person(number):
    return number.to_bytes(8, "little") + bytes(8)


def entry(at, persons, **more):
    return Entry(
        at=at,
        application="x",
        persons=tuple(person(p) for p in persons),
        **{"account": "ann", **more},
    )


@pytest.fixture
def ledger(tmp_path):
    made = []

    def make(entries):
        root = tmp_path / str(len(made))
        with DirectoryLedger.create(root) as book:
            for one in entries:
                book.append(one)
            book.commit()
        opened = DirectoryLedger(root)
        made.append(opened)
        return opened

    yield make
    for book in made:
        book.close()


def gather(*ledgers, seen=None):
    directory = open_directory(default_estate(), None)
    return gather_attempts(
        ledgers, POLICIES, directory=directory, progress=([] if seen is None else seen).append
    )


def test_what_was_refused_is_asked_again(ledger):
    book = ledger([
        entry(1, [1, 2], account_kind="adviser"), entry(2, [3], effect="deny", policy="a"),
        entry(3, [4], kind="observed", effect="deny"), Entry(at=4, account="", kind="query"),
    ])  # fmt: skip
    found = gather(book).history
    assert found.at.tolist() == [1, 2, 3]
    assert sorted(found.person.tolist()) == [1, 2, 3, 4]
    assert [found.kind.words[c] if c >= 0 else "" for c in found.kind.codes] == ["adviser", "", ""]


def test_who_was_taken_back_was_not_wanted(ledger):
    book = ledger([
        entry(1, [1, 2]), Entry(at=2, account="ann", kind="release", persons=(person(2),), detail=json.dumps({"of": 0})),
    ])  # fmt: skip
    assert gather(book).history.person.tolist() == [1]


def test_refusals_that_were_only_counted_are_counted(ledger):
    book = ledger(
        [
            Entry(at=1, account="ann", kind="refusals", detail=json.dumps({"count": 7})),
            entry(2, [1]),
        ]
    )
    found = gather(book)
    assert (found.unkept, found.destroyed, len(found.history)) == (7, 0, 1)


def test_several_ledgers_are_one_past_in_order_of_time(ledger):
    one = ledger([entry(5, [1]), entry(9, [2, 3], account="bob")])
    two = ledger([entry(7, [1], account="bob", organization="body")])
    seen = []
    found = gather(one, two, seen=seen).history
    assert found.at.tolist() == [5, 7, 9]
    assert [found.account.words[c] for c in found.account.codes] == ["ann", "bob", "bob"]
    assert [found.organization.words[c] if c >= 0 else "" for c in found.organization.codes] == [
        "",
        "body",
        "",
    ]
    assert np.diff(found.rows()).tolist() == [1, 1, 2]
    assert seen[-1] == 3


def test_an_empty_ledger_asked_nothing(ledger):
    assert len(gather(ledger([])).history) == 0
