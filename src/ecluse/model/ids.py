"""What stands for a person, in the ledger and in the engine? Plain bytes and integers at run time."""

from typing import NewType

__all__ = ["PersonId", "Pseudonym"]

Pseudonym = NewType("Pseudonym", bytes)
"""16 bytes: keyed BLAKE2b-128 of the person's identifier; what the ledger stores."""

PersonId = NewType("PersonId", int)
"""Unsigned 64-bit identity by which the engine counts: the first 8 bytes of the pseudonym, little end first.

Two of n persons share one with probability n**2 / 2**65: 1e-12 for the 6,000 persons that one
account may read in a year. The key is secret, so nobody can look for a pair.
"""
