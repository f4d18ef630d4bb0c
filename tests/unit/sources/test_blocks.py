"""Blocks of lines: complete, in order, and bounded in memory."""

import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.model.errors import SourceError
from ecluse.sources import blocks
from ecluse.sources.blocks import head_of, line_blocks, size_of, whole


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(0, 60), max_size=30), st.booleans(), st.sampled_from([16, 40]))
def test_every_line_is_in_one_block_or_too_long(tmp_path, monkeypatch, lengths, ended, limit):
    monkeypatch.setattr(blocks, "_CHUNK", 7)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 32)
    lines = [bytes([97 + i % 26]) * n for i, n in enumerate(lengths)]
    path = tmp_path / "x.log"
    path.write_bytes(b"\n".join(lines) + (b"\n" if lines and ended else b""))
    if lines and not ended and not lines[-1]:
        lines.pop()  # nothing follows the last line end
    number = 1
    for block in line_blocks(path, max_line=limit):
        assert block.first_line == number
        if block.too_long:
            assert len(lines[number - 1]) > limit
            number += 1
        else:
            found = block.data.split(b"\n")
            found = found[:-1] if block.data.endswith(b"\n") else found
            assert found == lines[number - 1 : number - 1 + len(found)]
            number += len(found)
    assert number == len(lines) + 1


def test_a_long_line_is_never_held_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 1024 * 1024)
    path = tmp_path / "x.log"
    path.write_bytes(b"x" * 60_000_000 + b"\nend\n")
    tracemalloc.start()
    found = [(b.first_line, b.too_long, b.data) for b in line_blocks(path, max_line=100_000)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [(1, True, b""), (2, False, b"end\n")]
    assert peak < 10_000_000


def test_whole_documents_and_heads(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    path.write_bytes(b"\xef\xbb\xbf" + b"{}" * 1000)
    assert whole(path) == b"{}" * 1000
    assert head_of(path, size=5) == b"{}"
    assert size_of(path) == 2003
    monkeypatch.setattr(blocks, "_MAX_DOCUMENT", 100)
    with pytest.raises(SourceError, match="512 MiB"):
        whole(path)
