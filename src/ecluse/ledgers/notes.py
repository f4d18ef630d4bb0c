"""Which checkpoints has the ledger signed, and does each follow the one before?"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ecluse.ledgers.keys import check_signature
from ecluse.merkle.note import Checkpoint, VerifierKey, open_note, parse_checkpoint, split_notes
from ecluse.model.errors import IntegrityError

__all__ = ["Signed", "note_digest", "read_note", "read_notes", "signed_manifests"]


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint whose signature holds.

    Attributes:
        note: the whole note.
        end: where it ends in the file, in bytes.
    """

    checkpoint: Checkpoint
    note: str
    end: int

    @property
    def digest(self) -> str:
        """SHA-256 of the whole note, by which the next one names it."""
        return note_digest(self.note)


def note_digest(note: str) -> str:
    """SHA-256 of a note, in hexadecimal."""
    return sha256(note.encode()).hexdigest()


def read_notes(path: Path, key: VerifierKey, origin: str) -> tuple[list[Signed], str]:
    """Reads the sound checkpoints from the start of the file, and says what is wrong with the next one.

    Returns:
        The sound ones, and an empty string or what is wrong after them.
    """
    content = path.read_bytes() if path.exists() else b""
    try:
        notes = split_notes(content.decode())
    except UnicodeDecodeError:
        notes = split_notes(content.decode(errors="replace"))
    signed: list[Signed] = []
    end = 0
    for number, note in enumerate(notes, start=1):
        try:
            checkpoint = parse_checkpoint(
                open_note(note, key, lambda s, text: check_signature(key, s, text))
            )
            _follows(checkpoint, signed[-1] if signed else None, origin)
        except ValueError as error:
            return signed, f"checkpoint {number}: {error}"
        end += len(note.encode())
        signed.append(Signed(checkpoint, note, end))
    return signed, ""


def read_note(note: str, key: VerifierKey) -> Checkpoint:
    """Reads one checkpoint that was kept outside the ledger.

    Raises:
        IntegrityError: when it is malformed or another key signed it.
    """
    try:
        return parse_checkpoint(open_note(note, key, lambda s, text: check_signature(key, s, text)))
    except ValueError as error:
        raise IntegrityError(f"the checkpoint is not one of this ledger: {error}") from None


def _follows(checkpoint: Checkpoint, before: Signed | None, origin: str) -> None:
    if checkpoint.origin != origin:
        raise ValueError("it belongs to another ledger")
    if checkpoint.previous != (before.digest if before else ""):
        raise ValueError(
            "it does not follow the one before it: one is missing, swapped or was altered"
        )
    if before is not None and checkpoint.size < before.checkpoint.size:
        raise ValueError("it covers fewer entries than the one before it")


def signed_manifests(notes: list[Signed]) -> dict[int, set[str]]:
    """The digests under which each segment's manifest was signed, first writing and rewritings."""
    digests: dict[int, set[str]] = {}
    for signed in notes:
        for number, digest in signed.checkpoint.manifests:
            digests.setdefault(number, set()).add(digest)
    return digests
