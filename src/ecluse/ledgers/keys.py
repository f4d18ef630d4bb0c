"""Where do the ledger's two secrets live, and how do persons become pseudonyms?

`pseudonym.key` turns identifiers into keyed BLAKE2b-128 pseudonyms (RFC 7693 §2.9); `signing.key` is an
Ed25519 seed (RFC 8032). Both are files of mode 0600 that only `Keys` reads, and neither shows in a repr.
"""

import os
import re
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final, cast

import numpy as np
import numpy.typing as npt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ecluse.ledgers.disk import Disk, unavailable
from ecluse.merkle.note import VerifierKey
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.ids import PersonId, Pseudonym

__all__ = [
    "GITIGNORE",
    "Keys",
    "Pseudonymizer",
    "Signer",
    "check_signature",
    "create_keys",
    "load_keys",
    "load_pseudonymizer",
]

GITIGNORE: Final = b"*\n"
_SEED: Final = re.compile(r"[0-9a-f]{64}\n")
_PSEUDONYM_FILE: Final = "pseudonym.key"
_SIGNING_FILE: Final = "signing.key"


class Pseudonymizer:
    """Turns identifiers of persons into pseudonyms that only the holder of the key can make.

    >>> Pseudonymizer(bytes(32)).pseudonym("42").hex()
    'a3a1a25b45c7d524e560bc5ccdd0f145'
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the pseudonym key is 32 bytes")
        self._key = key

    def __repr__(self) -> str:
        return f"Pseudonymizer({self.fingerprint})"

    @property
    def fingerprint(self) -> str:
        """Eight bytes in hexadecimal by which the ledger recognises its key."""
        return blake2b(b"", key=self._key, digest_size=8, person=b"ecluse-print").hexdigest()

    def pseudonym(self, person: str) -> Pseudonym:
        """Returns the pseudonym of one identifier (16 bytes)."""
        return Pseudonym(blake2b(person.encode(), key=self._key, digest_size=16).digest())

    def pseudonyms(self, persons: Sequence[str]) -> list[Pseudonym]:
        """Returns the pseudonyms of many identifiers, in their order."""
        key = self._key
        made = [blake2b(person.encode(), key=key, digest_size=16).digest() for person in persons]
        return cast("list[Pseudonym]", made)

    def handed_over(self) -> bytes:
        """Returns the key itself, for another process that makes pseudonyms on behalf of this one and keeps nothing."""
        return self._key

    def derive(self, purpose: bytes) -> bytes:
        """Returns 32 secret bytes for another purpose; gates that share the key share them."""
        return blake2b(purpose, key=self._key, digest_size=32, person=b"ecluse-derive").digest()

    @staticmethod
    def person_id(pseudonym: Pseudonym) -> PersonId:
        """Returns the identity by which the engine counts: the first 8 bytes, little end first."""
        return PersonId(int.from_bytes(pseudonym[:8], "little"))

    @staticmethod
    def person_ids(pseudonyms: Sequence[Pseudonym]) -> npt.NDArray[np.uint64]:
        """Returns the identities of many pseudonyms, in their order."""
        return np.frombuffer(b"".join(pseudonyms), dtype="<u8")[::2].copy()


class Signer:
    """Signs checkpoints in the ledger's name."""

    __slots__ = ("_seed", "_sign", "key")

    def __init__(self, name: str, seed: bytes) -> None:
        private = Ed25519PrivateKey.from_private_bytes(seed)
        self._sign = private.sign
        self._seed = seed
        self.key = VerifierKey(name, private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"Signer({self.key})"

    def sign(self, message: bytes) -> bytes:
        """Returns the signature (64 bytes, RFC 8032)."""
        return self._sign(message)

    def derive(self, purpose: bytes) -> bytes:
        """Returns a secret of 32 bytes for one other purpose."""
        return blake2b(b"", key=self._seed, digest_size=32, person=purpose).digest()


class Keys:
    """The ledger's secrets."""

    __slots__ = ("folder", "pseudonymizer", "signer")

    def __init__(self, folder: Path, pseudonymizer: Pseudonymizer, signer: Signer) -> None:
        self.folder = folder
        self.pseudonymizer = pseudonymizer
        self.signer = signer


def create_keys(folder: Path, *, name: str, disk: Disk, pseudonym_key: Path | None = None) -> Keys:
    """Makes both keys in a folder, once.

    Options:
        pseudonym_key: file of another ledger's pseudonym key, to be copied, so that the pseudonyms of both agree.

    Raises:
        CallerError: when the file does not hold a pseudonym key.
        UnavailableError: when the folder holds keys already, or cannot be written.
    """
    shared = os.urandom(32) if pseudonym_key is None else _foreign_key(pseudonym_key)
    seeds = {_PSEUDONYM_FILE: shared, _SIGNING_FILE: os.urandom(32)}
    with unavailable(f"the keys cannot be created in `{folder}`"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in seeds:
            if (folder / file).exists():
                raise UnavailableError(
                    f"the keys cannot be created in `{folder}`: there are keys already",
                    help="name another folder; one that an interrupted creation left can be removed",
                )
        disk.write_whole(folder / ".gitignore", GITIGNORE)
        for file, seed in seeds.items():
            disk.write_whole(folder / file, seed.hex().encode() + b"\n", 0o600)
    return load_keys(folder, name=name)


def _foreign_key(path: Path) -> bytes:
    """Reads the pseudonym key of another ledger; the signing key beside it looks the same, and must not be taken."""
    what = "give the file `pseudonym.key` of the other ledger's keys"
    if not path.is_file():
        raise CallerError(f"there is no pseudonym key `{path}`", help=what)
    try:
        seed = _read_seed(path)
    except IntegrityError:
        raise CallerError(f"`{path}` does not hold a pseudonym key", help=what) from None
    signing = path.parent / _SIGNING_FILE
    if path.name == _SIGNING_FILE or (signing.is_file() and signing.read_bytes() == path.read_bytes()):  # fmt: skip
        raise CallerError(f"`{path}` is a signing key, not a pseudonym key", help=what)
    return seed


def load_keys(folder: Path, *, name: str) -> Keys:
    """Reads both keys.

    Raises:
        UnavailableError: when a file is missing or cannot be read.
        IntegrityError: when a file does not hold a key.
    """
    pseudonymizer = Pseudonymizer(_read_seed(folder / _PSEUDONYM_FILE))
    return Keys(folder, pseudonymizer, Signer(name, _read_seed(folder / _SIGNING_FILE)))


def load_pseudonymizer(folder: Path) -> Pseudonymizer:
    """Reads the pseudonym key alone: who makes names of pseudonyms has no need to sign.

    Raises:
        UnavailableError: when the file is missing or cannot be read.
        IntegrityError: when it does not hold a key.
    """
    return Pseudonymizer(_read_seed(folder / _PSEUDONYM_FILE))


def check_signature(key: VerifierKey, signature: bytes, message: bytes) -> bool:
    """Says whether the signature is that key's over that message."""
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _read_seed(path: Path) -> bytes:
    if not path.exists():
        raise UnavailableError(
            f"the key `{path}` is missing",
            help="restore it from its copy, or name its folder with --keys",
        )
    with unavailable(f"the key `{path}` cannot be read"):
        content = path.read_bytes()
    text = content.decode("ascii", errors="replace")
    if not _SEED.fullmatch(text):
        raise IntegrityError(
            f"`{path}` does not hold a key", help="restore the key file from its copy"
        )
    return bytes.fromhex(text)
