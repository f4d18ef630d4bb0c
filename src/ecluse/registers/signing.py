"""Who signs evidence? The register, with an Ed25519 key of its own that is made once and never leaves it.

`REGISTER/keys/signing.key` holds the seed (mode 0600); `REGISTER/register.key` the verifier key, which is given to whoever may
receive a pack, by another way than the pack. The form of keys and signed notes is that of the ledger (`merkle.note`).
"""

import os
import re
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.merkle.note import VerifierKey, parse_verifier_key, seal_note
from ecluse.model.errors import IntegrityError
from ecluse.registers.files import make_folder, sync_folder, unavailable, write_whole

__all__ = ["RegisterKey", "register_key"]

_SEED: Final = re.compile(r"[0-9a-f]{64}\n")
_HELP: Final = "bring both files back from their copy; a new key would make earlier packs those of another register"


class RegisterKey:
    """Signs notes in the register's name."""

    __slots__ = ("_private", "public")

    def __init__(self, private: Ed25519PrivateKey, name: str) -> None:
        self._private = private
        self.public = VerifierKey(name, private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"RegisterKey({self.public})"

    def seal(self, text: str) -> str:
        """The text as a signed note."""
        return seal_note(text, self.public, self._private.sign)


def register_key(root: Path) -> RegisterKey:
    """The key of a register; made at the first call.

    Raises:
        IntegrityError: when one of the two files is missing or does not hold its key.
        UnavailableError: when the disk refuses.
    """
    secret, public = root / "keys" / "signing.key", root / "register.key"
    with unavailable(f"the key of the register `{root}` cannot be read or made"):
        if not secret.exists() and not public.exists():
            _make(secret, public)
        if not secret.is_file() or not public.is_file():
            missing = public if secret.is_file() else secret
            raise IntegrityError(f"`{missing}` is missing", help=_HELP)
        seed = secret.read_bytes().decode("ascii", errors="replace")
        written = public.read_bytes().decode(errors="replace")
    if not _SEED.fullmatch(seed):
        raise IntegrityError(f"`{secret}` does not hold a key", help=_HELP)
    try:
        name = parse_verifier_key(written).name
    except ValueError as error:
        raise IntegrityError(f"`{public}` was altered: {error}", help=_HELP) from None
    key = RegisterKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)), name)
    if written != f"{key.public}\n":
        raise IntegrityError(f"`{public}` is not the key that signs here", help=_HELP)
    return key


def _make(secret: Path, public: Path) -> None:
    """The public half first under an unfinished name: the secret one is what makes the key."""
    private = Ed25519PrivateKey.generate()
    digest = private.public_key().public_bytes_raw()[:4].hex()
    key = RegisterKey(private, f"ecluse-register-{digest}")
    make_folder(secret.parent).chmod(0o700)
    write_whole(secret.parent / ".gitignore", b"*\n")
    unfinished = secret.with_name("signing.key.part")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private.private_bytes_raw().hex().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    write_whole(public, f"{key.public}\n".encode())
    os.link(unfinished, secret)  # never in the place of another key
    unfinished.unlink()
    sync_folder(secret.parent)
