"""How is the pseudonym key given to one recipient and nobody else? Encrypted to their public key, in the age format.

A recipient makes a pair of keys with `age-keygen` and sends the public one (`age1…`). The format is that of age-encryption.org/v1
(X25519, HKDF, ChaCha20-Poly1305); the work is done by `pyrage`, the binding of the Rust implementation, an extra.
"""

from typing import Any

from ecluse.model.errors import CallerError

__all__ = ["recipient", "seal"]


def recipient(text: str) -> Any:
    """Reads a public key.

    Raises:
        CallerError: when it is none, or the extra is not installed.
    """
    try:
        from pyrage import RecipientError, x25519  # noqa: PLC0415 - an extra
    except ImportError:
        raise CallerError(
            "sealing a key needs pyrage, which is not installed",
            help='install it with `pip install "ecluse[evidence]"`, or make the pack without --seal-to',
        ) from None
    try:
        return x25519.Recipient.from_str(text.strip())
    except RecipientError:
        raise CallerError(
            f"`{text.strip()[:80]}` is no public key of age",
            help="the recipient makes one with `age-keygen` and sends the line that begins with age1",
        ) from None


def seal(content: bytes, to: Any) -> bytes:
    """The content, for the recipient alone."""
    from pyrage import encrypt  # noqa: PLC0415 - an extra

    sealed: bytes = encrypt(content, [to])
    return sealed
