"""Files of every kind: compressed, cut off, binary, in directories, from standard input."""

import gzip
import io
import sys
from pathlib import Path

import polars as pl
import pytest
import zstandard

from ecluse.loaders.mapping import load_mapping
from ecluse.model.errors import CallerError, ConfigError, SourceError
from ecluse.sources import blocks
from ecluse.sources.files import find_files, mapping_for, read_events

NOW = 1_795_000_000_000_000
LINE = (
    '192.0.2.1 - a [12/Jul/2025:10:{:02d}:{:02d} +0200] "GET /people/{} HTTP/1.1" 200 1 "-" "-"\n'
)
LOG = "".join(LINE.format(i // 60, i % 60, i) for i in range(3000)).encode()
MAPPING = load_mapping("format: combined\naccount: remote_user\nperson: path\n", file="m.yaml")


def read(*paths, name="combined", mapping=MAPPING, **options):
    return list(read_events(list(paths), format=name, mapping=mapping, now=NOW, **options))


def count(batches):
    return sum(b.events.height for b in batches), sum(b.rejects.total() for b in batches)


@pytest.fixture
def write(tmp_path):
    def _write(content, name="access.log"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content)
        return path

    return _write


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks so small that lines lie across them."""
    monkeypatch.setattr(blocks, "_CHUNK", 1000)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 3000)


@pytest.mark.parametrize(
    "content",
    [
        LOG,
        LOG.rstrip(b"\n"),
        LOG.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + LOG,
        gzip.compress(LOG),
        gzip.compress(LOG[:50_000]) + gzip.compress(LOG[50_000:]),
        zstandard.compress(LOG),
        zstandard.compress(LOG[:50_000]) + zstandard.compress(LOG[50_000:]),
    ],
    ids=["plain", "no last line end", "crlf", "bom", "gzip", "members", "zstd", "frames"],
)
def test_every_line_is_read_once(write, content):
    batches = read(write(content))
    assert count(batches) == (3000, 0)
    persons = pl.concat([b.events for b in batches])["person"].to_list()
    assert persons == [f"/people/{i}" for i in range(3000)]


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("cut", [-1, -9, 0.9, 0.5, 8])
def test_a_compressed_file_that_is_cut_off_fails_and_says_where(write, compress, cut):
    whole = compress(LOG)
    path = write(whole[: cut if abs(cut) >= 1 else int(len(whole) * cut)])
    with pytest.raises(SourceError, match=rf"`{path}`: the compressed data .* at byte \d+"):
        read(path)


def test_damaged_compressed_data_fails(write):
    damaged = bytearray(gzip.compress(LOG))
    damaged[len(damaged) // 2] ^= 0xFF
    with pytest.raises(SourceError, match="compressed data"):
        read(write(bytes(damaged)))


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"a\0b\n", "binary"), (LOG + b"\0", "binary"), (LOG.decode().encode("utf-16"), "UTF-16"),
     (b"PAR1xxxx", "Parquet file")],
)  # fmt: skip
def test_what_is_not_text_is_refused(write, content, message):
    with pytest.raises(SourceError, match=message):
        read(write(content))


def test_a_very_long_line_is_one_reject_and_costs_no_memory(write):
    content = LOG[:2000] + b"x" * 10_000_000 + b"\n" + LOG[:2000] + b"y" * 3_000_000
    lines = LOG[:2000].count(b"\n")
    batches = read(write(content))
    rejects = sum((b.rejects for b in batches), start=batches[0].rejects.__class__())
    assert rejects["line too long"] == 2
    assert count(batches)[0] == 2 * lines
    places = [p for b in batches for p in b.samples.get("line too long", [])]
    assert [int(p.rpartition(":")[2]) for p in places] == [lines + 1, 2 * lines + 2]


def test_an_empty_file_has_no_events(write):
    assert count(read(write(b""))) == (0, 0)


def test_progress_counts_bytes_on_disk(write):
    one, two = write(gzip.compress(LOG), "1.gz"), write(LOG, "2.log")
    seen = []
    read(one, two, progress=lambda done, total: seen.append((done, total)))
    size = one.stat().st_size + two.stat().st_size
    assert seen[-1] == (size, size)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_directories_are_walked_in_order(write, tmp_path):
    for name in ("logs/b.log", "logs/a/z.log", "logs/.hidden", "logs/.git/x"):
        write(LOG, name)
    found = find_files([tmp_path / "logs"])
    assert [str(p.relative_to(tmp_path)) for p in found] == ["logs/a/z.log", "logs/b.log"]


def test_what_is_not_there_is_refused(tmp_path):
    for paths in ([], [tmp_path / "missing"], [tmp_path]):
        with pytest.raises(CallerError):
            find_files(paths)


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(LOG))))
    assert count(read(Path("-"))) == (3000, 0)
    with pytest.raises(SourceError, match="standard input"):
        read(Path("-"), name="auto")


def test_the_format_is_found_by_itself(write):
    assert count(read(write(b"junk\n" + LOG), name="auto")) == (3000, 1)
    for content in (b"", b"what is this\n", b"\0\1"):
        with pytest.raises(SourceError):
            read(write(content), name="auto")


def test_an_empty_file_among_others_stops_nothing(write):
    write(LOG, "logs/access.log.1")
    write(b"", "logs/access.log")
    folder = write(b"\n", "logs/old.log").parent
    assert count(read(folder, name="auto")) == (3000, 0)
    with pytest.raises(SourceError, match="each of the 2 files: there is nothing"):
        read(folder / "access.log", folder / "old.log", name="auto")


def test_closed_standard_input_is_told(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SourceError, match="is closed"):
        read(blocks.STDIN)


def test_mappings_must_fit_the_format():
    assert mapping_for("combined", None).format == "combined"
    with pytest.raises(ConfigError, match="for `combined`"):
        mapping_for("w3c", MAPPING)
    free = load_mapping("account: a\nperson: p\n", file="m.yaml")
    with pytest.raises(ConfigError, match="the field `a`"):
        mapping_for("combined", free)
    with pytest.raises(ConfigError, match="where the time is"):
        mapping_for("csv", free)


def test_a_refusal_of_the_format_names_the_file(write):
    path = write(b"x;y;z\n")
    mapping = load_mapping("time: t\naccount: a\nperson: p\n", file="m.yaml", format="csv")
    with pytest.raises(SourceError, match=f"`{path}`: the table has no column"):
        read(path, name="csv", mapping=mapping)


AT = 1_752_307_200_000_000
TABLE = pl.DataFrame(
    {
        "at": [AT, AT + 1, 0],
        "account": ["a", "b", "b"],
        "person": [1, 2, 3],
        "source": ["x", "y", "z"],
    }
)


def test_parquet_by_columns(tmp_path):
    path = tmp_path / "events.parquet"
    TABLE.with_columns(pl.col("account").cast(pl.Categorical)).write_parquet(path, row_group_size=2)
    (batch,) = read(path, name="auto", mapping=None, columns=frozenset())
    assert batch.events.columns == ["at", "account", "person"]
    assert batch.events.dtypes == [pl.Int64, pl.Categorical, pl.Int64]
    assert batch.rejects == {"time out of range": 1}
    assert batch.samples["time out of range"] == [f"{path}:3"]


def test_parquet_with_a_mapping(tmp_path):
    path = tmp_path / "other.parquet"
    TABLE.rename({"at": "ts", "account": "who", "person": "whom"}).write_parquet(path)
    text = "time: {field: ts, format: unix_us}\naccount: who\nperson: whom\n"
    mapping = load_mapping(text, file="m.yaml", format="parquet")
    (batch,) = read(path, name="parquet", mapping=mapping)
    assert batch.events.select("at", "account", "person").rows() == [
        (AT, "a", "1"),
        (AT + 1, "b", "2"),
    ]
    with pytest.raises(SourceError, match="own columns"):
        read(path, name="parquet", mapping=None)
    wrong = load_mapping(text.replace("who\n", "whoo\n"), file="m.yaml", format="parquet")
    with pytest.raises(SourceError, match="no column `whoo`"):
        read(path, name="parquet", mapping=wrong)


def test_parquet_that_is_cut_off(tmp_path):
    path = tmp_path / "events.parquet"
    TABLE.write_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError, match="not a Parquet file"):
        read(path, name="parquet", mapping=None)
