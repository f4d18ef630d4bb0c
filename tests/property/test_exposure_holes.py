"""After a hole is cut into the ledger the exposure says so, and the truth lies within its bounds.

Promise 6: the exposure of an incident is the exact set of persons read; a hole in the ledger is stated as a hole, never rounded down.
"""

import shutil
import tempfile
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.exposure import Exposure, expose_selected
from ecluse.ledgers.segment import SCHEMA, secret_of, write_table
from ecluse.model.entry import Entry
from ecluse.model.exposure import Selection

START = 1_752_314_400_000_000
MOST = 4
relaxed = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)

persons = st.lists(st.integers(1, 30), max_size=MOST, unique=True).map(
    lambda numbers: tuple(bytes([number]) * 16 for number in numbers)
)
accesses = st.builds(
    lambda account, who, effect, operation: (account, who, effect, operation),
    st.sampled_from(["a", "a", "b"]), persons, st.sampled_from(["permit", "permit", "warn", "deny"]),
    st.sampled_from(["view", "list", "export"]),
)  # fmt: skip
stretches = st.lists(
    st.lists(st.one_of(accesses, st.just("back")), min_size=1, max_size=6), min_size=1, max_size=4
)
damages = st.tuples(
    st.sampled_from(["segment", "parquet", "manifest", "leaves", "cut", "bytes", "account", "persons", "wal", "wal gone", "mark", "notes"]),
    st.integers(0, 10), st.floats(0.05, 0.95),
)  # fmt: skip


def play(root: Path, history) -> None:
    """Writes the stretches; all but the last are sealed. `back` takes back what the access before showed."""
    tick, before = 0, None
    with DirectoryLedger.create(root, origin="example.org/l", now=lambda: START) as ledger:
        for number, stretch in enumerate(history):
            for step in stretch:
                tick += 1
                if step == "back":
                    if before is not None and before[1]:
                        detail = f'{{"of": {before[0]}}}'
                        ledger.append(Entry(at=START + tick, account="a", kind="release", persons=before[1], detail=detail))  # fmt: skip
                    continue
                account, who, effect, operation = step
                left = account == "a" and effect != "deny"
                before = (ledger.size, who) if left else None
                ledger.append(Entry(at=START + tick, account=account, persons=who, effect=effect, operation=operation, categories=("identity",)))  # fmt: skip
            ledger.commit()
            if number < len(history) - 1:
                ledger.seal()
        if len(history) % 2:
            ledger.checkpoint()


def damage(root: Path, how: str, which: int, where: float) -> None:
    segments = sorted((root / "segments").glob("*.parquet"))
    if how in {"wal", "wal gone", "mark", "notes"} or not segments:
        path = root / {"mark": "mark", "notes": "checkpoints"}.get(how, "wal")
        if how == "wal gone":
            path.unlink(missing_ok=True)
        elif path.exists():
            content = path.read_bytes()
            path.write_bytes(content[: int(len(content) * where)])
        return
    parquet = segments[which % len(segments)]
    stem = parquet.name.split(".")[0]
    if how == "segment":
        for path in (root / "segments").glob(f"{stem}.*"):
            path.unlink()
    elif how in {"manifest", "leaves"}:
        (root / "segments" / f"{stem}.{'json' if how == 'manifest' else 'leaves'}").unlink(
            missing_ok=True
        )
    elif how == "parquet":
        parquet.unlink()
    elif how == "cut":
        content = parquet.read_bytes()
        parquet.write_bytes(content[: int(len(content) * where)])
    elif how == "bytes":
        content = bytearray(parquet.read_bytes())
        content[int(len(content) * where)] ^= 0x40
        parquet.write_bytes(content)
    else:  # somebody who knows the format hides a row, or puts other persons in its place
        try:
            table = pl.read_parquet(parquet)
        except (pl.exceptions.PolarsError, OSError):
            return  # harmed too much already
        with pq.ParquetFile(parquet) as file:
            secret = secret_of(file)
        row = which % table.height
        here = pl.int_range(table.height) == row
        if how == "account":
            table = table.with_columns(account=pl.when(here).then(pl.lit("b")).otherwise("account"))
        else:
            other = [bytes([200 + i]) * 16 for i in range(int(table["persons_count"][row]))]
            lists = table["persons"].to_list()
            lists[row] = other
            table = table.with_columns(persons=pl.Series(lists, dtype=pl.List(pl.Binary)))
        parquet.write_bytes(write_table(table.to_arrow().cast(SCHEMA), secret=secret))


def asked(root: Path, most: int | None) -> Exposure:
    return expose_selected([root], (Selection(accounts=("a",)),), most_per_access=most)


class TestHoles:
    @relaxed
    @given(stretches, st.lists(damages, min_size=1, max_size=2))
    def test_the_truth_lies_within_the_bounds(self, history, harm):
        """A damaged ledger never makes the number smaller than what its bounds allow, nor silently another one."""
        with tempfile.TemporaryDirectory() as folder:
            root, hurt = Path(folder) / "l", Path(folder) / "hurt"
            play(root, history)
            truth = asked(root, None)
            assert (truth.gaps, truth.at_least, truth.at_most) == ([], truth.persons, truth.persons)
            shutil.copytree(root, hurt)
            for how in harm:
                damage(hurt, *how)
            bounded, unbounded = asked(hurt, MOST), asked(hurt, None)
        assert bounded.at_least <= truth.persons
        assert bounded.at_most is None or truth.persons <= bounded.at_most
        assert unbounded.at_most is None or truth.persons <= unbounded.at_most
        if not bounded.table.equals(truth.table):
            assert bounded.gaps
        assert bounded.at_least <= bounded.persons
        assert bounded.at_most is None or bounded.persons <= bounded.at_most

    @relaxed
    @given(stretches.filter(lambda h: len(h) > 1), st.integers(0, 5))
    def test_a_segment_that_is_gone_is_bounded_by_its_entries(self, history, which):
        """How many entries are missing is signed; how many persons each can show is what somebody vouches for."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "l"
            play(root, history)
            manifests = len(list((root / "segments").glob("*.json")))
            assume(manifests)
            stem = f"{which % manifests:06}"
            entries = len((root / "segments" / f"{stem}.leaves").read_bytes()) // 32
            for path in (root / "segments").glob(f"{stem}.*"):
                path.unlink()
            found, unbounded = asked(root, MOST), asked(root, None)
        lost = [gap for gap in found.gaps if gap.lost]
        assert [gap.lost for gap in lost] == [entries]
        assert lost[0].at_most == entries * MOST
        assert "missing" in lost[0].what
        assert found.at_most == found.persons + entries * MOST
        assert unbounded.at_most is None
