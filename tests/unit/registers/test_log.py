import json
import os
import signal
import subprocess
import sys
from hashlib import sha256

import pytest

from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.registers import files
from ecluse.registers.log import CUT, LONGEST, append, begin, read

AT = 1_752_314_400_000_000


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.jsonl"
    begin(path, "opened", {"title": "one"}, by="A", at=AT)
    for number in range(3):
        append(path, "note", {"text": f"note {number}"}, by="B", at=AT + number)
    return path


def test_each_line_names_the_hash_of_the_one_before(log):
    texts = log.read_bytes().split(b"\n")[:-1]
    lines = [json.loads(text) for text in texts]
    assert [line["n"] for line in lines] == [1, 2, 3, 4]
    assert lines[0]["previous"] == "0" * 64
    for before, after in zip(texts, lines[1:], strict=False):
        assert after["previous"] == sha256(before).hexdigest()
    assert read(log).head == sha256(texts[-1]).hexdigest()
    assert list(lines[1]) == ["n", "at", "by", "act", "detail", "previous"]


def test_append_returns_the_head(log):
    assert append(log, "note", {"text": "é\u2028\n"}, by="Ève", at=1) == read(log).head
    assert read(log).lines[-1].detail == {"text": "é\u2028\n"}


def test_a_log_is_begun_once(log):
    with pytest.raises(UnavailableError, match="exist"):
        begin(log, "opened", {}, by="A", at=AT)
    assert len(read(log).lines) == 4


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_changed_line_is_named(log, n):
    texts = log.read_bytes().split(b"\n")
    texts[n - 1] = texts[n - 1].replace(b'"by":"', b'"by":"X')
    log.write_bytes(b"\n".join(texts))
    with pytest.raises(IntegrityError, match=f"line {n} was changed") as found:
        read(log)
    assert f"{log}" in str(found.value)
    with pytest.raises(IntegrityError):
        append(log, "note", {}, by="A", at=AT)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_line_left_out_is_named(log, n):
    texts = log.read_bytes().split(b"\n")
    del texts[n - 1]
    log.write_bytes(b"\n".join(texts))
    with pytest.raises(IntegrityError, match=f":{n}: it says that it is line {n + 1}"):
        read(log)


def test_lines_cut_off_at_the_end_are_found(log):
    texts = log.read_bytes().split(b"\n")
    log.write_bytes(b"\n".join(texts[:-2]) + b"\n")
    with pytest.raises(IntegrityError, match="4 were written"):
        read(log)
    log.write_bytes(log.read_bytes() + texts[-2][:40])  # half of it was acknowledged as a whole
    with pytest.raises(IntegrityError, match="cut off"):
        read(log)
    log.write_bytes(b"")
    with pytest.raises(IntegrityError, match="cut off"):
        read(log)


def test_the_last_line_without_its_end_was_acknowledged_with_it(log):
    log.write_bytes(log.read_bytes()[:-1])
    with pytest.raises(IntegrityError, match="cut off"):
        read(log)


@pytest.mark.parametrize("torn", [b"{", b'{"n":5,"at":1', b"\x00" * 50, b"\xff\xfe\n", b'{"n":9}\n'])  # fmt: skip
def test_a_torn_line_is_cut_off_and_said(log, torn):
    sound = read(log)
    log.write_bytes(log.read_bytes() + torn)
    found = read(log)
    assert (found.lines, found.torn) == (sound.lines, len(torn))
    append(log, "note", {"text": "after"}, by="C", at=AT)
    lines = read(log).lines
    assert [line.act for line in lines[4:]] == [CUT, "note"]
    assert lines[4].detail == {"bytes": len(torn)}
    assert read(log).torn == 0


def test_a_whole_line_that_nobody_heard_was_kept_stands(log):
    before = log.with_name("log.head").read_bytes()
    append(log, "note", {"text": "power fails now"}, by="B", at=AT)
    log.with_name("log.head").write_bytes(before)
    assert read(log).lines[-1].detail == {"text": "power fails now"}
    append(log, "note", {"text": "after"}, by="B", at=AT)
    assert len(read(log).lines) == 6


def test_lines_that_another_program_added_are_found(log):
    before = log.with_name("log.head").read_bytes()
    for _ in range(2):
        append(log, "note", {"text": "x"}, by="B", at=AT)
    log.with_name("log.head").write_bytes(before)
    with pytest.raises(IntegrityError, match="does not know"):
        read(log)


@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"n":0,"sha256":""}', b'{"n":4,"sha256":"0"}'])  # fmt: skip
def test_a_head_that_is_gone_or_changed_is_found(log, content):
    head = log.with_name("log.head")
    if content is None:
        head.unlink()
    else:
        head.write_bytes(content)
    with pytest.raises(IntegrityError):
        read(log)


def test_what_cannot_be_a_line_is_refused(log):
    for act, by, detail in (
        ("Note", "A", {}),
        ("note", " ", {}),
        ("note", "a\nb", {}),
        ("note", "A", {"x": object()}),
        ("note", "A", {"x": "\ud800"}),
        ("note", "A", {"x": "y" * LONGEST}),
    ):
        with pytest.raises(CallerError):
            append(log, act, detail, by=by, at=AT)
    assert len(read(log).lines) == 4


def test_a_full_disk_leaves_the_log_as_it_was(log, monkeypatch):
    before = log.read_bytes()

    def full(descriptor, content):
        os.write(descriptor, content[:7])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ecluse.registers.log.write_all", full)
    with pytest.raises(UnavailableError, match="no space left") as found:
        append(log, "note", {"text": "x"}, by="B", at=AT)
    assert "free some space" in found.value.help
    assert log.read_bytes() == before


def test_a_log_that_another_process_writes_is_waited_for_and_then_refused(log, monkeypatch):
    monkeypatch.setattr(files, "_WAIT", 0.05)
    with (
        files.locked(log, flags=os.O_RDWR),
        pytest.raises(UnavailableError, match="another process"),
    ):
        read(log)
    assert len(read(log).lines) == 4


def test_a_symbolic_link_is_no_log(log, tmp_path):
    link = tmp_path / "link.jsonl"
    link.symlink_to(log)
    with pytest.raises(UnavailableError, match="cannot be opened"):
        read(link)


WRITER = """
import sys
from pathlib import Path
from ecluse.registers import log
path, number = Path(sys.argv[1]), 0

def slowly(descriptor, content, write=log.write_all):
    for start in range(0, len(content), 37):
        write(descriptor, content[start:start + 37])

log.write_all = slowly
print("ready", flush=True)
while True:
    number += 1
    print(log.append(path, "note", {"text": "x" * (number * 31 % 400)}, by="W", at=number), flush=True)
"""


def test_a_killed_process_loses_no_act_that_it_acknowledged(log):
    for wait in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(log)], stdout=subprocess.PIPE, text=True
        )
        heads = [writer.stdout.readline().strip() for _ in range(4 + 7 * wait)][1:]
        writer.send_signal(signal.SIGKILL)
        heads += [line.strip() for line in writer.stdout if line.endswith("\n")]
        writer.stdout.close()
        writer.wait()
        found = read(log)
        assert set(heads) <= set(found.heads)
        append(log, "note", {"text": "after"}, by="B", at=AT)
        assert len(read(log).lines) in {len(found.lines) + 1, len(found.lines) + 2}


def test_two_processes_write_one_log(log):
    code = WRITER.replace("while True:", "while number < 40:")
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(log)], stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(read(log).lines) == 84
