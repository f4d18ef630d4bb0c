"""How is a file that people write (policy, estate, mapping) read? No more of it than any loader takes."""

from pathlib import Path

from ecluse.loaders.nodes import MAX_BYTES

__all__ = ["read_written"]


def read_written(path: Path) -> bytes:
    """The bytes of the file, one more than a loader takes when it is too large, so that the loader refuses it.

    Raises:
        OSError: when the file cannot be read.
    """
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)
