"""Every byte of a small ledger, altered and cut: verify says so, and names the first entry that is wrong.

What may pass, and why: bytes added after the last acknowledged record, which the next opening cuts and
reports. Everything else must be found.
"""

import os
import shutil
from itertools import pairwise

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.keys import load_keys
from ecluse.ledgers.mark import PURPOSE, Mark
from ecluse.ledgers.segment import SCHEMA, Manifest, file_digest, write_table
from ecluse.ledgers.verify import verify
from ecluse.ledgers.wal import WalRecord, read_records
from ledger_factory import entry, files, small_ledger, thorough

NAMES = [
    "wal", "mark", "checkpoints", "ledger.note", "public.key", "keys/signing.key", "keys/pseudonym.key", "keys/.gitignore",
    "segments/000000.json", "segments/000000.leaves", "segments/000000.0.parquet",
    "segments/000001.json", "segments/000001.leaves", "segments/000001.0.parquet",
]  # fmt: skip


def found(root):
    result = verify(root)
    return bool(result.faults)


def strides():
    for name in NAMES:
        yield pytest.param(
            name,
            67 if name.endswith(("parquet", "wal", "checkpoints", "json")) else 13,
            id=f"{name}-quick",
        )
        yield pytest.param(name, 1, id=f"{name}-every-byte", marks=thorough)


@pytest.fixture
def small(tmp_path):
    return small_ledger(tmp_path / "small")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    root = small_ledger(tmp_path_factory.mktemp("tampering") / "small")
    assert verify(root).holds
    assert sorted(str(path.relative_to(root)) for path in files(root)) == sorted(NAMES)
    return root


@pytest.mark.parametrize(("name", "stride"), list(strides()))
def test_an_altered_or_cut_byte_is_found_wherever_it_is(shared, name, stride):
    path = shared / name
    content = path.read_bytes()
    try:
        for position in range(0, len(content), stride):
            altered = bytearray(content)
            altered[position] ^= 1 << (position % 8)
            path.write_bytes(altered)
            assert found(shared), f"byte {position} altered"
            path.write_bytes(content[:position])
            assert found(shared), f"cut at byte {position}"
        path.unlink()
        assert found(shared), "removed"
    except Exception:
        path.write_bytes(content)
        raise
    path.write_bytes(content)
    if name.startswith("keys/") and name != "keys/.gitignore":
        path.chmod(0o600)
    assert not found(shared)


@pytest.mark.parametrize("stride", [17, pytest.param(1, marks=thorough)])
def test_an_altered_or_cut_byte_of_a_log_in_two_parts_is_found(small, stride):
    with DirectoryLedger(small) as ledger:
        ledger._log.turn()  # as when a seal behind was interrupted
        for number in range(10, 12):
            ledger.append(entry(number), durable=True)
    path = small / "wal"
    content = path.read_bytes()
    assert content.count(b"ECLWAL1") == 2
    for position in range(0, len(content), stride):
        path.write_bytes(
            content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]
        )
        assert found(small), f"byte {position} altered"
        path.write_bytes(content[:position])
        assert found(small), f"cut at byte {position}"
    path.write_bytes(content)
    assert not found(small)
    turn = content.rindex(b"ECLWAL1")
    path.write_bytes(content[turn:])
    assert found(small), "the first part is gone and no segment has it"
    path.write_bytes(content[:turn] + content[turn + 84 :])
    assert found(small), "the header in the middle is gone"


def first(root):
    fault = verify(root).faults[0]
    return fault.seq, fault.file, fault.what


def rewrite(root, number, change):
    """Alters a segment's rows and gives its manifest the new digest, as somebody with the files would."""
    import pyarrow.parquet as pq

    path = root / f"segments/{number:06}.0.parquet"
    with pq.ParquetFile(path) as file:
        table, secret = (
            file.read(),
            bytes.fromhex(file.metadata.metadata[b"ecluse.secret"].decode()),
        )
    rows = change(table.to_pylist())
    import pyarrow as pa

    path.write_bytes(write_table(pa.Table.from_pylist(rows, schema=SCHEMA), secret=secret))
    manifest = Manifest.read(root / f"segments/{number:06}.json")
    from dataclasses import replace

    (root / f"segments/{number:06}.json").write_bytes(
        replace(manifest, parquet=file_digest(path)).write()
    )


def altered(rows):
    rows[2]["account"] = "somebody-else"
    return rows


def other_person(rows):
    rows[2]["persons"] = [b"q" * 16, *rows[2]["persons"][1:]]
    return rows


def contents_swapped(rows):
    rows[1], rows[2] = {**rows[2], "seq": 1}, {**rows[1], "seq": 2}
    return rows


@pytest.mark.parametrize(
    ("change", "seq", "what"),
    [
        (altered, 2, "altered"),
        (other_person, 2, "altered"),
        (contents_swapped, 1, "altered"),
        (lambda rows: [rows[0], rows[2], rows[1], rows[3]], 1, "swapped"),
        (lambda rows: [rows[0], rows[2], rows[3]], 1, "missing"),
        (lambda rows: rows[:3], 3, "missing"),
        (lambda rows: [rows[0], rows[0], *rows[1:]], 1, "inserted"),
        (
            lambda rows: [
                {**row, "persons": None, "own": None, "session": None, "source": None}
                for row in rows
            ],
            0,
            "private fields",
        ),
    ],
)
def test_the_first_entry_that_is_wrong_is_named(small, change, seq, what):
    rewrite(small, 0, change)
    result = verify(small)
    assert result.faults[0].seq == seq
    assert result.faults[0].file == "000000.0.parquet"
    assert what in result.faults[0].what or "cannot be read" in result.faults[0].what


def test_altered_leaf_hashes_are_told_from_altered_entries(small):
    path = small / "segments/000001.leaves"
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    assert first(small) == (
        5,
        "000001.leaves",
        "the leaf hash of this entry was altered or is missing; the entry itself is intact",
    )


def test_swapped_segments_and_a_missing_segment_are_found(small):
    for suffix in ("0.parquet", "leaves", "json"):
        one, other = small / f"segments/000000.{suffix}", small / f"segments/000001.{suffix}"
        kept = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(kept)
    seq, _, what = first(small)
    assert seq == 0
    assert "moved" in what


@pytest.mark.parametrize("number", [0, 1])
def test_a_segment_that_is_gone_is_missed(small, number):
    for path in (small / "segments").glob(f"{number:06}.*"):
        path.unlink()
    seq, _, what = first(small)
    assert seq == (0, 4)[number]
    assert "missing" in what


def cut_log(root, keep):
    ends = [item.end for item in read_records(root / "wal") if isinstance(item, WalRecord)]
    os.truncate(root / "wal", ends[keep - 1] if keep else 84)


def test_acknowledged_entries_cut_from_the_log_are_missed_though_no_checkpoint_covers_them(small):
    cut_log(small, 2)
    seq, file, what = first(small)
    assert (seq, file) == (9, "wal")
    assert "1 acknowledged" in what


def test_records_that_are_swapped_or_replaced_are_found(small):
    content = (small / "wal").read_bytes()
    ends = [84] + [item.end for item in read_records(small / "wal") if isinstance(item, WalRecord)]
    records = [content[begin:end] for begin, end in pairwise(ends)]
    (small / "wal").write_bytes(content[:84] + records[1] + records[0] + records[2])
    assert first(small)[0] == 7


def test_a_log_rewritten_with_a_sound_chain_still_differs_from_the_mark(small, tmp_path):
    other = tmp_path / "copy"
    shutil.copytree(small, other)
    cut_log(other, 2)
    mark = Mark.read((other / "mark").read_bytes(), None)
    chains = [item.chain for item in read_records(other / "wal") if not hasattr(item, "what")]
    key = load_keys(other / "keys", name="example.org/small").signer.derive(PURPOSE)
    (other / "mark").write_bytes(Mark(mark.size - 1, chains[-1], mark.note).write(key))
    with DirectoryLedger(other) as ledger:  # whoever holds the keys can do this
        ledger.append(entry(77), durable=True)
    shutil.copy(other / "wal", small / "wal")
    assert "not the one that was acknowledged" in first(small)[2]


def test_what_follows_the_last_record_is_cut_by_the_next_opening_and_told(small):
    with (small / "wal").open("ab") as file:
        file.write(b"\x09\x00\x00\x00torn")
    result = verify(small)
    assert result.holds
    assert "8 bytes" in result.notices[0]
    with DirectoryLedger(small) as ledger:
        assert ledger.repairs[0]["bytes"] == 8
        assert ledger.size == 11  # the repair itself is an entry
    result = verify(small)
    assert result.holds
    assert result.notices == []


def test_a_whole_ledger_set_back_is_found_by_a_checkpoint_kept_outside_only(small, tmp_path):
    earlier = tmp_path / "backup"
    shutil.copytree(small, earlier)
    with DirectoryLedger(small) as ledger:
        ledger.append(entry(10), durable=True)
        note = ledger.checkpoint()
    assert verify(earlier).holds  # nothing inside can tell
    seq, _, what = min(
        (fault.seq, fault.file, fault.what) for fault in verify(earlier, witnessed=[note]).faults
    )
    assert seq == 10
    assert "kept outside" in what
    assert verify(small, witnessed=[note]).holds


def test_a_ledger_signed_anew_is_found_by_the_key_kept_outside_only(small, tmp_path):
    forged = small_ledger(tmp_path / "forged")
    trusted = DirectoryLedger(small).layout.read_public_key()
    assert verify(forged).holds
    assert any(
        "not the trusted one" in fault.what for fault in verify(forged, trusted=trusted).faults
    )
