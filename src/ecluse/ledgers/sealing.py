"""How does a stretch of entries become a segment, so that a crash at any step leaves them once?

The steps are numbered; the segment exists from step 3 on, and the log that held its entries goes after.
"""

import os
from collections.abc import Callable, Sequence

from ecluse.ledgers.disk import Disk, unavailable
from ecluse.ledgers.keys import Signer
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.log import Log
from ecluse.ledgers.notes import note_digest
from ecluse.ledgers.press import Press, Pressed, press_columns
from ecluse.ledgers.salts import SECRET_SIZE
from ecluse.ledgers.segment import Manifest, file_digest
from ecluse.merkle.columns import Columns
from ecluse.merkle.note import Checkpoint, seal_note
from ecluse.merkle.tree import HASH_SIZE, CompactRange
from ecluse.model.errors import IntegrityError
from ecluse.model.time import format_instant

__all__ = ["Sealed"]


class Sealed:
    """The segments, the tree over them, and the checkpoints that sign both. One thread at a time.

    Attributes:
        manifests: of the segments, in order.
        tree: over every sealed entry.
    """

    def __init__(
        self, layout: Layout, disk: Disk, *, signer: Signer, origin: str, now: Callable[[], int], manifests: list[Manifest],
        signed: int,
    ) -> None:  # fmt: skip
        self._layout, self._disk = layout, disk
        self._signer, self._origin, self._now = signer, origin, now
        self._signed = signed
        self.manifests = manifests
        self.tree = CompactRange()
        for manifest in manifests:
            self.tree.join(manifest.range)

    @property
    def end(self) -> int:
        """How many entries are sealed."""
        return self.tree.end

    def seal_part(self, log: Log, *, press: Press, between: Callable[[], None]) -> Manifest:
        """Makes a segment of the part of the log that follows the segments; all of it is acknowledged.

        Options:
            press: makes what the segment's files hold.
            between: called after each millisecond or so of work.
        """
        ends = [*(part.header.first for part in log.parts[1:]), log.size]
        part, end = next(
            (part, end)
            for part, end in zip(log.parts, ends, strict=True)
            if part.header.first == self.end
        )
        expected = bytes(
            log.leaves[(self.end - log.first) * HASH_SIZE : (end - log.first) * HASH_SIZE]
        )
        pressed = press(self._layout, self.end, part.header.secret, between)
        if pressed.hashes != expected:
            raise IntegrityError("the entries in the log are not those that were appended")
        return self._add(log, pressed)

    def add(self, log: Log, columns: Columns) -> Manifest:
        """Makes a segment of entries that were never in a log."""
        secret = os.urandom(SECRET_SIZE)
        whole = press_columns(columns, self.end, secret, piece=len(columns), between=lambda: None)
        return self._add(log, whole)

    def sign(self, log: Log, tree: CompactRange, manifests: Sequence[Manifest] = ()) -> str:
        """Signs and keeps a checkpoint over a tree, all of which is durable, and over new manifests."""
        assert tree.end >= self._signed, "a checkpoint covers no less than the one before"
        previous = log.note.hex() if log.note != bytes(32) else ""
        signed = tuple((manifest.number, manifest.digest) for manifest in manifests)
        checkpoint = Checkpoint(
            self._origin, tree.end, tree.root(), format_instant(self._now()), previous, signed
        )
        note = seal_note(checkpoint.text(), self._signer.key, self._signer.sign)
        with unavailable("the checkpoint cannot be written"):
            self._disk.append(self._layout.checkpoints, note.encode())
        self._signed = tree.end
        log.sign(bytes.fromhex(note_digest(note)))
        return note

    def with_log(self, log: Log, size: int) -> CompactRange:
        """The tree over the first so many entries of the ledger, all of which are acknowledged."""
        return _extended(self.tree, log, size)

    def replace(self, log: Log, tree: CompactRange, rewritten: Sequence[Manifest]) -> None:
        """Puts rewritten segments (same entries, persons destroyed) in force under a checkpoint over the tree."""
        layout, disk = self._layout, self._disk
        for manifest in rewritten:
            disk.write_whole(layout.pending(manifest.number), manifest.write())
        self.sign(log, tree, rewritten)
        for manifest in rewritten:
            old = self.manifests[manifest.number]
            assert (old.first, old.count, old.subtrees) == (
                manifest.first,
                manifest.count,
                manifest.subtrees,
            )
            disk.rename(layout.pending(manifest.number), layout.manifest(manifest.number))
            disk.sync_folder(layout.segments)
            self.manifests[manifest.number] = manifest
            disk.unlink(layout.segments / old.file)
        disk.sync_folder(layout.segments)

    def _add(self, log: Log, pressed: Pressed) -> Manifest:
        tree = self.tree.copy()
        with unavailable("the segment cannot be written"):
            # 1. The entries are hashed.  2. Write hashes and entries; without a manifest nobody sees them.
            manifest = self._write(pressed, tree)
            # 3. Sign the manifest's digest and the root: from here on the segment is there.
            whole = _extended(tree, log, max(tree.end, self._signed))
            self.sign(log, whole, [manifest])
            # 4. Give the manifest its name; after a crash the next opening does it.
            number = manifest.number
            self._disk.rename(self._layout.pending(number), self._layout.manifest(number))
            self._disk.sync_folder(self._layout.segments)
        self.manifests.append(manifest)
        self.tree = tree
        return manifest

    def _write(self, pressed: Pressed, tree: CompactRange) -> Manifest:
        """Writes the files of a segment that follows the tree, and adds it to the tree."""
        layout, disk, first, number = self._layout, self._disk, tree.end, len(self.manifests)
        target = layout.parquet(number, 0)
        disk.write_whole(layout.leaves(number), pressed.hashes)
        disk.write_whole(target, pressed.table)
        tree.join(CompactRange(first, first + pressed.count, pressed.nodes))
        manifest = Manifest(
            number=number,
            file=target.name,
            first=first,
            count=pressed.count,
            min_at=pressed.min_at,
            max_at=pressed.max_at,
            parquet=file_digest(target),
            subtrees=tuple(node.hex() for node in pressed.nodes),
            root=tree.root().hex(),
        )
        disk.write_whole(layout.pending(number), manifest.write())
        return manifest


def _extended(tree: CompactRange, log: Log, size: int) -> CompactRange:
    """The tree with entries of the log added, up to a size."""
    grown = tree.copy()
    if size > tree.end:
        begin, end = (tree.end - log.first) * HASH_SIZE, (size - log.first) * HASH_SIZE
        grown.join(CompactRange.over(bytes(log.leaves[begin:end]), tree.end))
    return grown
