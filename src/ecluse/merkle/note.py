"""What does a checkpoint look like on paper, and who signed it? (C2SP signed-note and tlog-checkpoint)

A note is a text, an empty line, and signature lines `— NAME BASE64(key id || signature)`. A checkpoint
is a note whose text is: origin, tree size, root hash in Base64, and extension lines. Ours are
`time`, `previous` (SHA-256 of the checkpoint before, whole) and `manifest NUMBER SHA-256`.
Keys and signatures come in as functions: this room holds no secret.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ecluse.merkle.tree import HASH_SIZE

__all__ = [
    "Checkpoint",
    "VerifierKey",
    "open_note",
    "parse_checkpoint",
    "parse_verifier_key",
    "seal_note",
    "split_notes",
]

_ED25519: Final = b"\x01"
_DASH: Final = "— "
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a signer: its name and its Ed25519 public key (32 bytes)."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The 4 bytes that mark this key's signatures (C2SP signed-note, "Signatures")."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the ledger signs: how many entries there were, and the root over all of them.

    Attributes:
        at: when it was signed, RFC 3339.
        previous: SHA-256 in hexadecimal of the whole checkpoint before, signatures included; empty for the first.
        manifests: segment number and SHA-256 in hexadecimal of its manifest, for segments written under it.
    """

    origin: str
    size: int
    root: bytes
    at: str = ""
    previous: str = ""
    manifests: tuple[tuple[int, str], ...] = ()

    def text(self) -> str:
        """The lines that are signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        lines += [f"time {self.at}"] if self.at else []
        lines += [f"previous {self.previous}"] if self.previous else []
        lines += [f"manifest {number} {digest}" for number, digest in self.manifests]
        return "".join(f"{line}\n" for line in lines)


def parse_verifier_key(text: str) -> VerifierKey:
    """Reads `NAME+ID+BASE64`.

    Raises:
        ValueError: when it is anything else, or its id does not fit.
    """
    parts = text.removesuffix("\n").split("+", 2)
    if len(parts) != 3:
        raise ValueError("a verifier key is written NAME+ID+BASE64")
    material = _unbase64(parts[2])
    if material[:1] != _ED25519 or len(material) != 1 + HASH_SIZE:
        raise ValueError("the verifier key is not an Ed25519 key")
    key = VerifierKey(parts[0], material[1:])
    if key.id.hex() != parts[1]:
        raise ValueError("the verifier key's id does not belong to it")
    return key


def seal_note(text: str, key: VerifierKey, sign: Callable[[bytes], bytes]) -> str:
    """Writes a text and its signature as one note."""
    assert text.endswith("\n")
    assert "\n\n" not in text
    signature = base64.b64encode(key.id + sign(text.encode())).decode()
    return f"{text}\n{_DASH}{key.name} {signature}\n"


def open_note(note: str, key: VerifierKey, verify: Callable[[bytes, bytes], bool]) -> str:
    """Returns the text of a note that carries this key's signature and no other line.

    Raises:
        ValueError: when the note is malformed or its signature does not hold.
    """
    text, blank, signed = note.partition("\n\n")
    text += "\n"
    prefix = f"{_DASH}{key.name} "
    if not blank or not signed.startswith(_DASH) or signed.count("\n") != 1 or signed[-1] != "\n":
        raise ValueError("the note is not a text, an empty line and one signature line")
    if not signed.startswith(prefix):
        raise ValueError(f"the note is not signed in the name of `{key.name}`")
    material = _unbase64(signed[len(prefix) : -1])
    if len(material) != 68 or material[:4] != key.id:
        raise ValueError("the signature is not by this ledger's key")
    if not verify(material[4:], text.encode()):
        raise ValueError("the signature does not belong to the text")
    return text


def split_notes(content: str) -> list[str]:
    """Cuts a file of notes, each of one text and one signature line, into its notes.

    The last piece is returned as it is, so that `open_note` can say what is wrong with it.
    """
    notes: list[str] = []
    while content:
        blank = content.find("\n\n")
        end = content.find("\n", blank + 2) if blank >= 0 else -1
        if end < 0:
            notes.append(content)
            break
        notes.append(content[: end + 1])
        content = content[end + 1 :]
    return notes


def parse_checkpoint(text: str) -> Checkpoint:
    """Reads the text of a checkpoint, exactly as `Checkpoint.text` writes it.

    Raises:
        ValueError: when it is anything else.
    """
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise ValueError("a checkpoint starts with its origin, its size and its root")
    found: dict[str, str] = {}
    manifests: list[tuple[int, str]] = []
    for line in lines[3:]:
        word, _, rest = line.partition(" ")
        if word == "manifest":
            number, _, digest = rest.partition(" ")
            manifests.append((int(number), digest))
        else:
            found[word] = rest
    root = _unbase64(lines[2])
    checkpoint = Checkpoint(
        lines[0],
        int(lines[1]),
        root,
        found.get("time", ""),
        found.get("previous", ""),
        tuple(manifests),
    )
    if len(root) != HASH_SIZE or checkpoint.text() != text:
        raise ValueError("the checkpoint has lines that Ecluse does not write")
    return checkpoint


def _unbase64(text: str) -> bytes:
    """Decodes Base64 in its one canonical form, so that no altered character goes unseen."""
    try:
        material = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("this is not Base64") from None
    if base64.b64encode(material).decode() != text:
        raise ValueError("this is not the canonical Base64 of its content")
    return material
