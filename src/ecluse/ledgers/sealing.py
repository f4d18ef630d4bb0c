"""How does a stretch of entries become a segment, so that a crash at any step leaves them once?

The steps are numbered; the segment exists from step 3 on, and the log that held its entries goes after.
"""

import os
from collections.abc import Callable

import numpy as np

from ecluse.ledgers.disk import Disk
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.salts import SECRET_SIZE, Salter
from ecluse.ledgers.segment import Manifest, file_digest, table_of, write_table
from ecluse.merkle.columns import Columns, commitments, leaves
from ecluse.merkle.tree import CompactRange
from ecluse.model.errors import IntegrityError

__all__ = ["write_segment"]


def write_segment(
    layout: Layout,
    disk: Disk,
    columns: Columns,
    *,
    tree: CompactRange,
    number: int,
    secret: bytes | None,
    expected: bytes | None,
    sign: Callable[[Manifest], object],
) -> Manifest:
    """Seals entries that follow the tree, and adds them to it.

    Options:
        secret: of the log that held them; None makes one.
        expected: leaf hashes that the entries must have; None when they were never hashed.
        sign: makes a checkpoint that names the manifest, durably.
    """
    assert len(columns) > 0
    secret = os.urandom(SECRET_SIZE) if secret is None else secret
    first = tree.end
    # 1. Hash the entries, and compare with what was hashed when they were appended.
    hashes = leaves(columns, commitments(columns, Salter(secret).many(first, len(columns))))
    if expected is not None and hashes != expected:
        raise IntegrityError("the entries in the log are not those that were appended")
    # 2. Write the leaf hashes and the entries; without a manifest nobody sees them.
    target = layout.parquet(number, 0)
    disk.write_whole(layout.leaves(number), hashes)
    disk.write_whole(target, write_table(table_of(columns, first), secret=secret))
    part = CompactRange.over(hashes, first)
    tree.join(part)
    at = columns.frame["at"].to_numpy()
    manifest = Manifest(
        number=number,
        file=target.name,
        first=first,
        count=len(columns),
        min_at=int(np.min(at)),
        max_at=int(np.max(at)),
        parquet=file_digest(target),
        subtrees=tuple(node.hex() for node in part.nodes),
        root=tree.root().hex(),
    )
    disk.write_whole(layout.pending(number), manifest.write())
    # 3. Sign the manifest's digest and the root: from here on the segment is there.
    sign(manifest)
    # 4. Give the manifest its name; after a crash the next opening does it.
    disk.rename(layout.pending(number), layout.manifest(number))
    disk.sync_folder(layout.segments)
    return manifest
