"""What of the register goes into a pack as it lies there? Each file that somebody froze, released, claimed or attached."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from ecluse.model.errors import CallerError
from ecluse.model.evidence import Left, PackProfile
from ecluse.model.exposure import ExposureVersion
from ecluse.model.incident import Incident
from ecluse.model.time import format_instant
from ecluse.registers.bag import Bag, safe_name
from ecluse.registers.exposures import check_list, list_batches
from ecluse.reports.cells import line
from ecluse.reports.evidence.entries import PERSON_COLUMNS, heading, person_lines

__all__ = ["Sources", "pack_files"]

RELEASED: Final = "document_released"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where it lies, and for whom it is packed; `log` is the incident's log as it was read."""

    folder: Path
    profile: PackProfile
    log: bytes
    incident: Incident
    versions: tuple[ExposureVersion, ...]


def pack_files(
    bag: Bag, sources: Sources, *, attached: Sequence[Path], policies: Sequence[Path]
) -> list[Left]:
    """Writes them into the bag; says what there was none of, or what was left out for this reader.

    Raises:
        CallerError: when a file that was named is not there.
        IntegrityError: when a frozen list is not what it was.
    """
    bag.add("data/incident/log.jsonl", sources.log)
    _exposures(bag, sources)
    left = [Left("documents")] if not _documents(bag, sources) else []
    left += _claims(bag, sources)
    _warnings(bag, sources, attached)
    for number, path in enumerate(policies, start=1):
        _named(bag, f"data/policies/{number}-{safe_name(path.name)}", path)
    if not policies:
        left.append(Left("policies"))
    return left


def _exposures(bag: Bag, sources: Sources) -> None:
    for version in sources.versions:
        number = version.number
        bag.copy(f"data/exposures/v{number}.json", sources.folder / "exposures" / f"v{number}.json")
        if sources.profile is not PackProfile.POLICE:
            continue
        check_list(sources.folder, version)
        with bag.file(f"data/exposures/v{number}.persons.csv") as file:
            file.write(heading(PERSON_COLUMNS))
            for batch in list_batches(sources.folder, number):
                file.write(person_lines(batch))


def _documents(bag: Bag, sources: Sources) -> int:
    """The files that were released, recognized by their hash in the act that released them."""
    released: set[str] = set()
    for text in sources.log.splitlines():
        act = msgspec.json.decode(text, type=dict[str, Any])
        if act["act"] == RELEASED:
            released |= set(_DIGEST.findall(text.decode()))
    found = 0
    for path in _ordinary(sources.folder / "documents"):
        if sha256(path.read_bytes()).hexdigest() in released:
            bag.copy(f"data/documents/{safe_name(path.name)}", path)
            found += 1
    return found


def _claims(bag: Bag, sources: Sources) -> list[Left]:
    paths = list(_ordinary(sources.folder / "claims"))
    if not paths:
        return [Left("claims")]
    if sources.profile is not PackProfile.POLICE:
        return [Left("claims_hidden")]
    for path in paths:
        inner = path.relative_to(sources.folder / "claims").parts
        bag.copy("data/claims/" + "/".join(map(safe_name, inner)), path)
    return []


def _warnings(bag: Bag, sources: Sources, attached: Sequence[Path]) -> None:
    """The warnings as a table; what was attached, and of which warning it is the raw item."""
    known = {w.digest: w.id for w in sources.incident.warnings if w.digest}
    kept: dict[str, str] = {}
    for number, path in enumerate(attached, start=1):
        name = f"data/attachments/{number}-{safe_name(path.name)}"
        digest = _named(bag, name, path)
        kept.setdefault(known.get(digest, ""), name)
    columns = ("warning", "source", "written_by", "written_at", "summary", "raw_sha256", "raw_file")
    lines = [line(columns)]
    lines.extend(
        line(
            (
                w.id,
                w.source,
                w.signed.by,
                format_instant(w.signed.at),
                w.summary,
                w.digest,
                kept.get(w.id, ""),
            )
        )
        for w in sources.incident.warnings
    )
    bag.add("data/tables/warnings.csv", "".join(lines).encode())


def _named(bag: Bag, name: str, path: Path) -> str:
    if not path.is_file():
        raise CallerError(f"`{path}`: there is no such file", help="check the path")
    return bag.copy(name, path).digest


def _ordinary(folder: Path) -> Iterator[Path]:
    """The ordinary files of a folder, in the order of their names; what begins with a point is unfinished."""
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if path.is_file() and not path.is_symlink() and not hidden:
                yield path
