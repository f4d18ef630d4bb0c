"""How does a question become an entry while a gate writes the ledger? It is left beside it, and the gate takes it in.

Whoever reads the ledger leaves a trace (CNIL, délibération 2021-122). The ledger has one writer; so a
question asked meanwhile lies in `questions/` until that writer, or the next one, appends it.
"""

import os
import secrets
from pathlib import Path
from stat import S_ISREG
from typing import Any, Final

import msgspec

from ecluse.ledgers.disk import Disk
from ecluse.model.entry import Entry
from ecluse.ports import Ledger

__all__ = ["KINDS", "leave", "take_in"]

KINDS: Final = frozenset(
    {"bound", "claim", "export", "exposure", "incident", "policy-approved", "query", "report"}
)
"""Kinds of entries that may be left; nothing that changes what may be read."""

_SIZE_MAX: Final = 64 * 1024
_AT_ONCE: Final = 1000


class _Question(msgspec.Struct, forbid_unknown_fields=True):
    at: int
    kind: str
    account: str
    detail: dict[str, Any]


def leave(root: Path, kind: str, detail: dict[str, Any], *, account: str, at: int) -> None:
    """Leaves a question beside the ledger.

    Raises:
        OSError: when the folder cannot be written.
    """
    assert kind in KINDS, kind
    folder = root / "questions"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{at:020}-{secrets.token_hex(4)}.json"
    Disk().write_whole(path, msgspec.json.encode(_Question(at, kind, account, detail)))
    owner = root.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:  # asked by root, to be read by the gate's own user
        for place in (folder, path):
            os.chown(place, owner.st_uid, owner.st_gid)


def take_in(root: Path, ledger: Ledger, *, now: int) -> int:
    """Appends what was left, oldest first, and removes it once it is durable; says how many there were.

    A file that is no question becomes an entry that says so: it was not this software that wrote it.
    """
    folder = root / "questions"
    if not folder.is_dir():
        return 0
    taken = sorted(path for path in folder.iterdir() if path.suffix == ".json")[:_AT_ONCE]
    tickets = [ledger.append(_entry(path, now)) for path in taken]
    if tickets:
        ledger.commit(
            tickets[-1]
        )  # with a ticket: the group that commits beside it is told of a failure
    for path in taken:
        path.unlink(missing_ok=True)
    return len(taken)


def _entry(path: Path, now: int) -> Entry:
    asked = _read(path)
    if asked is None:
        detail = msgspec.json.encode({"unreadable": os.fsencode(path.name).hex()}).decode()
        return Entry(at=now, kind="query", account="", detail=detail)
    detail = msgspec.json.encode({**asked.detail, "left_at": asked.at}).decode()
    return Entry(at=now, kind=asked.kind, account=asked.account, detail=detail)


def _read(path: Path) -> _Question | None:
    try:
        found = path.lstat()
        if not S_ISREG(found.st_mode) or found.st_size > _SIZE_MAX:
            return None  # a pipe would keep its reader waiting for ever
        asked = msgspec.json.decode(path.read_bytes(), type=_Question)
    except (ValueError, OSError, msgspec.MsgspecError):
        return None
    return asked if asked.kind in KINDS else None
