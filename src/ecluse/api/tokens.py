"""How is a client's token made, and how is it known again? A JWT (RFC 7519) with one signature algorithm, Ed25519.

The private half of the key signs on the administrator's machine (`ecluse client add`); the gate has the public
half alone, from the clients file, and cannot make tokens. What a client may do is not in its token.
"""

import os
import re
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ecluse.ledgers.disk import Disk, unavailable
from ecluse.model.enrolment import Token
from ecluse.model.errors import IntegrityError, UnavailableError
from ecluse.model.time import DAY, SECOND

__all__ = ["ClientKey", "Verifier", "create_key", "read_key"]

_ALGORITHM: Final = "EdDSA"  # RFC 8037, 3.1
_SEED: Final = re.compile(r"[0-9a-f]{64}\n")
_CLAIMS: Final = ("iss", "sub", "jti", "iat", "exp")
_TIMES_APART: Final[Any] = {
    "require": list(_CLAIMS),
    "verify_exp": False,  # against the gate's clock, by whoever asks
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
}


class ClientKey:
    """The private key; only `ecluse client` reads it."""

    __slots__ = ("_private", "public")

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"ClientKey({_issuer(self.public)})"

    def issue(self, client: str, *, now: int, days: int) -> tuple[str, Token]:
        """Makes a token for a client; what it returns first is the secret, to be shown once.

        Args:
            client: id of the client.
            now: microseconds.
            days: after which it ends.
        """
        end = now // SECOND + days * (DAY // SECOND)
        jti = secrets.token_hex(16)
        claims = {
            "iss": _issuer(self.public), "sub": client, "jti": jti, "iat": now // SECOND, "exp": end,
        }  # fmt: skip
        return jwt.encode(claims, self._private, algorithm=_ALGORITHM), Token(jti, end * SECOND)


class Verifier:
    """Knows the tokens that one key signed."""

    __slots__ = ("_issuer", "_public")

    def __init__(self, public: bytes) -> None:
        self._public = Ed25519PublicKey.from_public_bytes(public)
        self._issuer = _issuer(public)

    def claims(self, token: bytes) -> dict[str, Any] | None:
        """The claims of a token with this key's signature, its times not yet looked at; None for any other."""
        try:
            found = jwt.decode(
                token,
                self._public,
                algorithms=[_ALGORITHM],
                issuer=self._issuer,
                options=_TIMES_APART,
            )
        except (jwt.PyJWTError, ValueError, RecursionError):
            return None
        whole = all(type(found[name]) is int for name in ("iat", "exp"))
        return found if whole and all(isinstance(found[n], str) for n in ("sub", "jti")) else None


def create_key(path: Path) -> ClientKey:
    """Makes the key file, readable by its owner alone.

    Raises:
        UnavailableError: when it is there already, or cannot be written.
    """
    if path.exists():
        raise UnavailableError(f"the key `{path}` is there already", help="keep it")
    with unavailable(f"the key `{path}` cannot be written"):
        Disk().write_whole(path, os.urandom(32).hex().encode() + b"\n", 0o600)
    return read_key(path)


def read_key(path: Path) -> ClientKey:
    """Reads the key file.

    Raises:
        UnavailableError: when it cannot be read, or others may read it too.
        IntegrityError: when it holds no key.
    """
    with unavailable(f"the key `{path}` cannot be read"):
        mode, content = path.stat().st_mode, path.read_bytes()
    if mode & 0o077:
        raise UnavailableError(
            f"the key `{path}` can be read by others than its owner",
            help=f"run `chmod 600 {path}`; if somebody may have read it, remove it and enrol all clients anew",
        )
    text = content.decode("ascii", errors="replace")
    if not _SEED.fullmatch(text):
        raise IntegrityError(f"`{path}` does not hold a key", help="restore it from its copy")
    return ClientKey(bytes.fromhex(text))


def _issuer(public: bytes) -> str:
    """Names the key, so that a token of another gate is told from a forged one by people who look at it."""
    return f"urn:ecluse:gate:{sha256(public).hexdigest()[:16]}"
