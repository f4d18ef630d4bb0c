r"""Which bytes of an entry are hashed into its leaf? One encoding, whoever writes the entry.

    canonical  = "ecluse entry 1\n" || netstring of each public field || commitment
    commitment = SHA-256(0x02 || salt || netstring of each private field)
    leaf       = SHA-256(0x00 || canonical)                                   (RFC 9162 §2.1.1)

A netstring is `LENGTH:BYTES,` so no two entries have the same bytes. Numbers are decimal, an unknown
`created_at` is empty, categories are joined by commas, pseudonyms are hexadecimal, end to end.

The private fields (who was read, from where, in which session) enter through a salted commitment.
At the end of their retention they are destroyed with the salt, the commitment stays, and everything
else in the entry can still be checked; without the salt nobody, not even the holder of the
pseudonym key, can find the persons again by trying candidates.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Final

from ecluse.merkle.tree import HASH_SIZE
from ecluse.model.entry import Entry

__all__ = [
    "PRIVATE",
    "PUBLIC",
    "SALT_SIZE",
    "canonical",
    "commitment",
    "netstrings",
    "public_fields",
    "with_commitment",
]

SALT_SIZE: Final = 16
ENTRY_TAG: Final = b"ecluse entry 1\n"
PRIVATE_TAG: Final = b"\x02"

PUBLIC: Final = (
    "at",
    "kind",
    "account",
    "account_kind",
    "organization",
    "lineage",
    "application",
    "factor",
    "operation",
    "categories",
    "persons_count",
    "created_at",
    "bytes",
    "effect",
    "policy",
    "window",
    "used",
    "limit",
    "detail",
)
PRIVATE: Final = ("session", "source", "persons", "own")


def netstrings(values: Iterable[str]) -> bytes:
    r"""Writes each value as `LENGTH:BYTES,` (UTF-8).

    >>> netstrings(["é", ""])
    b'2:\xc3\xa9,0:,'
    """
    return b"".join(map(_netstring, values))


def _netstring(value: str) -> bytes:
    raw = value.encode()
    return b"%d:%b," % (len(raw), raw)


_word = lru_cache(maxsize=16_384)(_netstring)
"""For fields that say the same again and again: names of accounts and applications, effects, numbers of budgets."""


def canonical(entry: Entry, salt: bytes) -> bytes:
    """Writes the bytes whose hash is the entry's leaf."""
    at, *words = public_fields(entry)
    return b"".join((ENTRY_TAG, _netstring(at), *map(_word, words), commitment(entry, salt)))


def commitment(entry: Entry, salt: bytes) -> bytes:
    """Hashes the private fields with the entry's own salt (32 bytes)."""
    assert len(salt) == SALT_SIZE
    persons = b"".join(entry.persons).hex()
    return sha256(
        PRIVATE_TAG + salt + netstrings((entry.session, entry.source, persons, entry.own))
    ).digest()


def with_commitment(public: Iterable[str], committed: bytes) -> bytes:
    """Writes the canonical bytes from the public fields and a commitment that was kept."""
    assert len(committed) == HASH_SIZE
    return ENTRY_TAG + netstrings(public) + committed


def public_fields(entry: Entry) -> tuple[str, ...]:
    """The public fields as text, in the order of `PUBLIC`."""
    return (
        str(entry.at),
        entry.kind,
        entry.account,
        entry.account_kind,
        entry.organization,
        entry.lineage,
        entry.application,
        entry.factor,
        entry.operation,
        ",".join(entry.categories),
        str(len(entry.persons)),
        "" if entry.created_at is None else str(entry.created_at),
        str(entry.bytes),
        entry.effect,
        entry.policy,
        str(entry.window),
        str(entry.used),
        str(entry.limit),
        entry.detail,
    )
