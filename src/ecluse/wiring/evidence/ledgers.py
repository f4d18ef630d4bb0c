"""How does a ledger go into a pack? Its entries of the incident, the tree around them, its checkpoints and its key, in one pass."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from ecluse.exports.common.material import Material, Passage
from ecluse.exports.ocsf import EXPORT as OCSF
from ecluse.ledgers.extract import Extraction, Piece, Wanted
from ecluse.ledgers.layout import Layout
from ecluse.merkle.columns import public_leaves
from ecluse.merkle.tree import HASH_SIZE
from ecluse.model.entry import ACCESS
from ecluse.model.errors import CallerError
from ecluse.model.evidence import Clock, PackLedger
from ecluse.model.exposure import ExposureVersion
from ecluse.model.policy import Effect
from ecluse.registers.bag import Bag
from ecluse.reports.evidence.entries import ENTRY_COLUMNS, entry_lines, heading
from ecluse.reports.evidence.tally import Tally

__all__ = ["Opened", "open_ledgers", "pack_ledger"]

_AT_ONCE = 4_096
_ACCESSES = frozenset({ACCESS, "observed"})
_RELEASING = frozenset(effect.word for effect in Effect if effect.releases)


@dataclass(frozen=True, slots=True)
class Opened:
    """A ledger, ready to be packed, and over which sizes of it exposures were frozen."""

    root: Path
    extraction: Extraction
    frozen: int
    frozen_over: tuple[tuple[int, str], ...]


def open_ledgers(
    roots: Sequence[Path], versions: Sequence[ExposureVersion], wanted: Wanted
) -> list[Opened]:
    """Opens the ledgers over which the last exposure was frozen.

    Raises:
        CallerError: when one is missing, is another one, or has no checkpoint that covers the exposure.
    """
    last = {state.origin: max(state.size, state.entries) for state in versions[-1].ledgers}
    opened: dict[str, Opened] = {}
    for root in roots:
        layout = Layout(root)
        origin = layout.read_first_page(layout.read_public_key()).origin
        if origin not in last or origin in opened:
            raise CallerError(
                f"`{root}` is the ledger `{origin}`, over which exposure {versions[-1].number} was not frozen",
                help=f"give each of these once: {', '.join(last)}",
            )
        over = tuple(
            (state.size, state.root)
            for version in versions
            for state in version.ledgers
            if state.origin == origin and state.size
        )
        within = replace(wanted, below=last[origin])
        extraction = Extraction.of(
            root, within, stops=[size for size, _ in over], least=last[origin]
        )
        opened[origin] = Opened(root, extraction, last[origin], over)
    if missing := sorted(last.keys() - opened.keys()):
        raise CallerError(
            f"exposure {versions[-1].number} was frozen over the ledger `{missing[0]}` too",
            help="name it with a further --ledger",
        )
    return list(opened.values())


def pack_ledger(
    bag: Bag,
    opened: Opened,
    folder: str,
    tally: Tally,
    material: Material,
    *,
    step: Callable[[int], None],
) -> tuple[PackLedger, Clock]:
    """Writes one ledger into the bag.

    Raises:
        IntegrityError: when an entry is not what was sealed.
    """
    extraction, count = opened.extraction, 0
    origin = extraction.page.origin
    with ExitStack() as open_files:
        entries = open_files.enter_context(bag.file(f"{folder}/entries.csv"))
        tree = open_files.enter_context(bag.file(f"{folder}/tree.bin"))
        ocsf = open_files.enter_context(bag.file(f"{folder}/accesses.ocsf.jsonl"))
        entries.write(heading(ENTRY_COLUMNS))
        for piece in extraction.pieces():
            tree.write(piece.hashes)
            if len(piece.rows):
                tally.add(origin, piece.rows)
                bare = not material.persons
                entries.write(entry_lines(piece.rows, piece.salts, piece.committed, without_persons=bare))  # fmt: skip
                _ocsf(ocsf.write, piece, origin, material)
                count += len(piece.rows)
            step(piece.passed)
    layout, signed = extraction.snapshot.layout, extraction.signed
    bag.add(f"{folder}/public.key", f"{extraction.key}\n".encode())
    bag.copy(f"{folder}/ledger.note", layout.first_page)
    bag.add(f"{folder}/checkpoints", "".join(s.note for s in signed).encode())
    bag.add(f"{folder}/segments.csv", _segments(extraction))
    last = signed[-1].checkpoint
    return PackLedger(
        folder=folder,
        origin=origin,
        key=str(extraction.key),
        size=last.size,
        root=last.root.hex(),
        entries=count,
        frozen=opened.frozen,
        frozen_over=opened.frozen_over,
        checkpoints=len(signed),
        signed_at=last.at,
        pseudonym_key=extraction.page.fingerprint,
    ), Clock(extraction.clock.back, extraction.clock.most)


def _segments(extraction: Extraction) -> bytes:
    """Which files the entries were read from, for whoever holds the ledger itself."""
    lines = [heading(("segment", "file", "first", "count", "sha256", "manifest_sha256"))]
    lines += [
        f"{m.number},{m.file},{m.first},{m.count},{m.parquet},{m.digest}\r\n".encode()
        for m in extraction.snapshot.manifests
        if m.first < extraction.size
    ]
    return b"".join(lines)


def _ocsf(write: Callable[[bytes], None], piece: Piece, origin: str, material: Material) -> None:
    """The accesses as events for other tools; each names the leaf that proves it."""
    frame = pl.DataFrame(pl.from_arrow(piece.rows.drop_columns(["salt", "commitment"])))
    leaves = public_leaves(frame, piece.committed)
    assert OCSF.passage is not None
    lines: list[str] = []
    for number, row in enumerate(frame.iter_rows(named=True)):
        if row["kind"] not in _ACCESSES:
            continue
        passage = Passage(
            ledger=origin,
            seq=row["seq"],
            at=row["at"],
            account=row["account"],
            released=row["kind"] != ACCESS or row["effect"] in _RELEASING,
            count=row["persons_count"],
            persons=None
            if row["persons"] is None or not material.persons
            else tuple(row["persons"]),
            account_kind=row["account_kind"],
            session=row["session"] or "",
            organization=row["organization"],
            application=row["application"],
            source=row["source"] or "",
            factor=row["factor"],
            operation=row["operation"],
            categories=tuple(row["categories"].split(",")) if row["categories"] else (),
            effect=row["effect"],
            policy=row["policy"],
            leaf=leaves[number * HASH_SIZE : (number + 1) * HASH_SIZE],
        )
        lines.extend(OCSF.passage(passage, material))
        if len(lines) >= _AT_ONCE:
            write("".join(lines).encode())
            lines.clear()
    write("".join(lines).encode())
