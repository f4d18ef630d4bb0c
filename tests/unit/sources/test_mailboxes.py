"""Mails are read from an mbox file, a Maildir or a folder, and left as they are."""

import mailbox

import pytest

from ecluse.model.errors import CallerError
from ecluse.sources.mailboxes import read_mails

MAIL = b"From: a@example.org\nSubject: x\n\nFrom here on\n"


def test_each_kind_of_mailbox(tmp_path):
    box = mailbox.mbox(tmp_path / "box")
    maildir = mailbox.Maildir(tmp_path / "maildir")
    for number in range(2):
        box.add(MAIL + b"%d\n" % number)
        maildir.add(MAIL + b"%d\n" % number)
    box.close()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/one.eml").write_bytes(MAIL)
    (tmp_path / "folder/note.txt").write_bytes(b"no mail")
    before = (tmp_path / "box").read_bytes()
    assert len(list(read_mails(tmp_path / "box"))) == 2
    assert (tmp_path / "box").read_bytes() == before
    assert len(list(read_mails(tmp_path / "maildir"))) == 2
    assert list(read_mails(tmp_path / "folder")) == [MAIL]
    assert list(read_mails(tmp_path / "folder/one.eml")) == [MAIL]


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(CallerError, match="no such file"):
        list(read_mails(tmp_path / "nothing"))
