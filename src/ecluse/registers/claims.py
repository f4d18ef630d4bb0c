"""Which claims were held against the ledger in an incident? Each is a file `claims/N.json` that does not change any more."""

import os
from pathlib import Path
from typing import Final

import msgspec

from ecluse.model.claim import Claim
from ecluse.model.errors import CallerError, IntegrityError
from ecluse.registers.files import locked, unavailable, write_whole
from ecluse.registers.folder import IncidentFolder

__all__ = ["claims", "load_claim", "save_claim"]

_SUFFIX: Final = ".json"


def claims(folder: IncidentFolder) -> tuple[int, ...]:
    """Numbers of the claims that are kept, oldest first."""
    place = folder.part("claims")
    numbers = [int(p.stem) for p in place.glob(f"*{_SUFFIX}") if p.stem.isdecimal()]
    return tuple(sorted(numbers))


def load_claim(folder: IncidentFolder, number: int | None = None) -> Claim:
    """A claim by its number; the last one when none is given.

    Raises:
        CallerError: when there is none.
        IntegrityError: when the file does not say what it must.
    """
    known = claims(folder)
    if not known or (number is not None and number not in known):
        said = ", ".join(map(str, known)) or "none"
        raise CallerError(
            f"incident `{folder.id}` has no such claim", help=f"it has: {said}; `ecluse claim SAMPLE` makes one"
        )  # fmt: skip
    path = _path(folder, known[-1] if number is None else number)
    with unavailable(f"`{path}` cannot be read"):
        content = path.read_bytes()
    try:
        return msgspec.json.decode(content, type=Claim)
    except msgspec.MsgspecError:
        raise IntegrityError(f"`{path}` is not what was written", help="restore it from a copy") from None  # fmt: skip


def save_claim(folder: IncidentFolder, claim: Claim) -> Claim:
    """Keeps a claim under the next number.

    Raises:
        UnavailableError: when the disk refuses; nothing is kept then.
    """
    place = folder.part("claims")
    with (
        unavailable(f"the claim cannot be kept in `{place}`"),
        locked(place / ".lock", flags=os.O_RDWR | os.O_CREAT),
    ):
        number = max(claims(folder), default=0) + 1
        numbered = msgspec.structs.replace(claim, number=number)
        write_whole(_path(folder, number), msgspec.json.format(msgspec.json.encode(numbered)))
    return numbered


def _path(folder: IncidentFolder, number: int) -> Path:
    return folder.part("claims") / f"{number}{_SUFFIX}"
