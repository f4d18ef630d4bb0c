"""Where do mails come from that were kept on disk? An mbox file, a Maildir, or a folder of `.eml` files; they are read, never changed."""

import mailbox
from collections.abc import Iterator
from pathlib import Path

from ecluse.model.errors import CallerError, SourceError

__all__ = ["read_mails"]


def read_mails(path: Path) -> Iterator[bytes]:
    """Every mail as it lies there.

    Raises:
        CallerError: when there is nothing of that name.
        SourceError: when it cannot be read.
    """
    if not path.exists():
        raise CallerError(f"`{path}`: there is no such file or folder", help="name an mbox file, a Maildir, or a folder of .eml files")  # fmt: skip
    try:
        if path.is_file():
            if path.suffix == ".eml":
                yield path.read_bytes()
            else:
                yield from _mbox(path)
        elif (path / "new").is_dir() and (path / "cur").is_dir():
            for part in ("new", "cur"):
                yield from (p.read_bytes() for p in sorted((path / part).iterdir()) if p.is_file())
        else:
            yield from (p.read_bytes() for p in sorted(path.glob("*.eml")))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SourceError(f"`{path}` cannot be read: {reason}") from None


def _mbox(path: Path) -> Iterator[bytes]:
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)
    finally:
        box.close()
