import errno
import json
import os

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.disk import Disk
from ecluse.ledgers.questions import leave, take_in
from ecluse.model.entry import Entry
from ecluse.model.errors import UnavailableError

NOW = 1_752_314_400_000_000


@pytest.fixture
def ledger(tmp_path):
    with DirectoryLedger.create(tmp_path / "ledger") as opened:
        yield opened


def rows(ledger):
    return [r for f in ledger.scan() for r in f.iter_rows(named=True)]


def test_what_was_left_becomes_entries_in_order_once(ledger):
    root = ledger.layout.root
    leave(root, "exposure", {"accounts": ["a"]}, account="camille", at=NOW + 1)
    leave(root, "query", {"sql_sha256": "00"}, account="claude", at=NOW)
    assert take_in(root, ledger, now=NOW + 5) == 2
    assert take_in(root, ledger, now=NOW + 5) == 0
    found = [(r["at"], r["kind"], r["account"], json.loads(r["detail"])) for r in rows(ledger)]
    assert found == [
        (NOW + 5, "query", "claude", {"sql_sha256": "00", "left_at": NOW}),
        (NOW + 5, "exposure", "camille", {"accounts": ["a"], "left_at": NOW + 1}),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"at": 1, "kind": "reopen", "account": "a", "detail": {}}',
        b'{"at": 1, "kind": "query", "account": "a", "detail": {}, "more": 1}',
        b'{"at": 1, "kind": "query", "account": "\xff", "detail": {}}',
        b" " * 100_000,
    ],
)
def test_what_is_no_question_is_told_and_changes_nothing(ledger, content):
    folder = ledger.layout.root / "questions"
    folder.mkdir()
    (folder / "1.json").write_bytes(content)
    assert take_in(ledger.layout.root, ledger, now=NOW) == 1
    (row,) = rows(ledger)
    assert (row["kind"], row["account"]) == ("query", "")
    assert "unreadable" in row["detail"]
    assert not list(folder.iterdir())


def test_links_are_not_followed(ledger, tmp_path):
    folder = ledger.layout.root / "questions"
    folder.mkdir()
    (tmp_path / "secret").write_text('{"at":1,"kind":"query","account":"x","detail":{"a":1}}')
    (folder / "1.json").symlink_to(tmp_path / "secret")
    take_in(ledger.layout.root, ledger, now=NOW)
    assert "unreadable" in rows(ledger)[0]["detail"]
    assert (tmp_path / "secret").exists()


def test_a_pipe_is_not_waited_for(ledger):
    folder = ledger.layout.root / "questions"
    folder.mkdir()
    os.mkfifo(folder / "1.json")
    assert take_in(ledger.layout.root, ledger, now=NOW) == 1
    assert "unreadable" in rows(ledger)[0]["detail"]


def test_who_waits_for_an_entry_is_told_when_a_question_took_it_back(tmp_path):
    class Full(Disk):
        full = False

        def write(self, descriptor, data):
            if self.full:
                self.full = False
                raise OSError(errno.ENOSPC, "No space left on device")
            super().write(descriptor, data)

    disk = Full()
    with DirectoryLedger.create(tmp_path / "ledger", disk=disk) as ledger:
        leave(ledger.layout.root, "query", {}, account="camille", at=NOW)
        ledger.append(Entry(at=NOW, kind="access", account="agent"))
        disk.full = True
        with pytest.raises(UnavailableError):
            take_in(ledger.layout.root, ledger, now=NOW)
        with pytest.raises(UnavailableError):
            ledger.commit()  # what the access waits for
        assert take_in(ledger.layout.root, ledger, now=NOW) == 1


def test_without_the_folder_there_is_nothing(ledger):
    assert take_in(ledger.layout.root, ledger, now=NOW) == 0
