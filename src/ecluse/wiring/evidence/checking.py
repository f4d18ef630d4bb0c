"""Does an evidence pack hold, and who was it given to? The stand-alone checks, run here, and the act that says that it was handed over."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from ecluse.ledgers.standalone.pack_files import NO_PACK, Pack
from ecluse.ledgers.standalone.verify_ecluse import Key, Wrong, parse_key
from ecluse.ledgers.standalone.verify_evidence import check_pack
from ecluse.model.errors import CallerError, IntegrityError
from ecluse.registers.files import unavailable
from ecluse.registers.folder import Register
from ecluse.wiring.evidence.pages import custody_rows

__all__ = ["Handed", "check", "custody", "hand_over", "read_key"]

HANDED: Final = "evidence_handed"


@dataclass(frozen=True, slots=True)
class Handed:
    """A pack that was handed over: SHA-256 of its tag manifest, and the head of the log with the act that says so."""

    digest: str
    head: str


def read_key(text: str) -> Key:
    """Reads a verifier key, or a file that holds one.

    Raises:
        CallerError: when it is neither.
    """
    try:
        if "+" not in text or Path(text).is_file():
            text = Path(text).read_text("utf-8")
        return parse_key(text)
    except (OSError, ValueError, Wrong) as error:
        raise CallerError(
            f"`{text[:80]}` is no verifier key, nor a file that holds one: {error}",
            help="the register's key lies in REGISTER/register.key",
        ) from None


def check(
    pack: Path,
    *,
    key: Key | None = None,
    authority: Path | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Checks a pack as the stand-alone verifier does; says what holds.

    Raises:
        CallerError: when there is no pack.
        IntegrityError: says what does not hold.
        UnavailableError: when it cannot be read.
    """
    if not pack.exists():
        raise CallerError(f"`{pack}`: there is no such pack", help="check the path")
    with unavailable(f"`{pack}` cannot be read"):
        try:
            return check_pack(pack, key, authority, step)
        except Wrong as error:
            raise IntegrityError(f"the pack does not hold: {error}", help=_KEEP) from None
        except NO_PACK as error:
            what = type(error).__name__
            raise IntegrityError(
                f"`{pack}` is no evidence pack as it was made ({what})", help=_KEEP
            ) from None


_KEEP: Final = "keep it as it is, and compare its hash with the one in the incident's log: `ecluse evidence custody`"


def custody(register: Path, incident: str) -> list[dict[str, str]]:
    """Who made or handed over which pack of an incident, in order.

    Raises:
        CallerError: when there is no such incident.
        IntegrityError: when its log is not what was written.
    """
    folder = Register(register).open(incident)
    folder.log()
    names = ("time", "act", "by", "pack", "sha256", "to", "why", "how")
    with unavailable(f"`{folder.log_path}` cannot be read"):
        rows = custody_rows(folder.log_path.read_bytes())
        return [dict(zip(names, row, strict=True)) for row in rows]


def hand_over(
    register: Path, incident: str, pack: Path, *, to: str, why: str, how: str, by: str, now: int
) -> Handed:
    """Writes into the incident's log that a pack was handed over, once it is the one that was made here.

    Raises:
        CallerError: when the pack is another incident's, or was not made from this register.
        IntegrityError: when it does not hold.
    """
    folder = Register(register).open(incident)
    check(pack)
    facts: dict[str, Any] = msgspec.json.decode(Pack(pack).read("data/evidence.json"))
    if facts["incident"] != incident:
        raise CallerError(
            f"`{pack}` is a pack of incident {facts['incident']}",
            help="name that one with --incident",
        )
    digest = sha256(Pack(pack).read("tagmanifest-sha256.txt")).hexdigest()
    if digest not in {row["sha256"] for row in custody(register, incident)}:
        raise CallerError(
            f"`{pack}` was not made from this register, or another one has its name",
            help="`ecluse evidence custody` lists those that were",
        )
    detail = {"pack": pack.name, "tagmanifest": digest, "to": to, "why": why, "how": how}
    return Handed(digest, folder.append(HANDED, detail, by=by, at=now))
