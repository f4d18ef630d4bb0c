"""What does a ledger say of drills, findings and applications, read while the gate writes it?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from ecluse.ledgers.keys import load_keys
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.reader import scan, take_snapshot
from ecluse.model.drill import Said
from ecluse.model.entry import ACCESS
from ecluse.model.ids import Pseudonym
from ecluse.service.rebuild_acts import OBSERVED, RELEASE, is_released

__all__ = ["SAYING", "LedgerWitness"]

SAYING: Final = ("finding", "told", "acknowledgement", "drill")
"""Kinds of entries that tell something rather than record an access."""


class LedgerWitness:
    """Reads a ledger in place; nothing is locked and nothing written."""

    def __init__(self, root: Path, keys: Path | None = None) -> None:
        """Takes the ledger's folder, and that of its keys where they are apart. The keys are read when first needed."""
        self._root, self._keys = root, keys

    def shown(self, account: str, *, after: int, since: int) -> dict[str, frozenset[bytes]]:
        """By application the pseudonyms shown to the account, without those that were taken back."""
        columns = ("seq", "kind", "account", "application", "effect", "persons", "detail")
        kept: dict[int, tuple[str, set[bytes]]] = {}
        for frame in scan(take_snapshot(self._root), since=since, columns=columns):
            mine = frame.filter((pl.col("account") == account) & (pl.col("seq") > after))
            for row in mine.filter(is_released() | (pl.col("kind") == RELEASE)).iter_rows(named=True):  # fmt: skip
                persons = {bytes(person) for person in row["persons"] or ()}
                if row["kind"] != RELEASE:
                    kept[row["seq"]] = row["application"], persons
                elif (of := _decoded(row["detail"]).get("of")) in kept:
                    kept[of][1].difference_update(persons)
        found: dict[str, set[bytes]] = {}
        for application, persons in kept.values():
            found.setdefault(application, set()).update(persons)
        return {application: frozenset(persons) for application, persons in found.items()}

    def said(self, *, since: int) -> list[Said]:
        """Findings, what was told and seen, and drills, in their order."""
        columns = ("seq", "at", "kind", "account", "detail")
        return [
            Said(seq, at, kind, account, _decoded(detail))
            for frame in scan(take_snapshot(self._root), since=since, columns=columns)
            for seq, at, kind, account, detail in frame.filter(
                pl.col("kind").is_in(SAYING)
            ).iter_rows()
        ]

    def last_accesses(self, *, since: int, but: frozenset[str]) -> dict[str, int]:
        """The instant of each application's last access."""
        last: dict[str, int] = {}
        columns = ("at", "kind", "account", "application")
        for frame in scan(take_snapshot(self._root), since=since, columns=columns):
            accesses = frame.filter(
                pl.col("kind").is_in((ACCESS, OBSERVED)) & ~pl.col("account").is_in(list(but))
            )
            for application, at in accesses.group_by("application").agg(pl.col("at").max()).iter_rows():  # fmt: skip
                last[application] = max(at, last.get(application, at))
        return last

    def pseudonyms(self, persons: Sequence[str]) -> list[Pseudonym]:
        """What this ledger calls these persons.

        Raises:
            CallerError, UnavailableError: when the keys cannot be read.
        """
        layout = Layout(self._root)
        page = layout.read_first_page(layout.read_public_key())
        keys = load_keys(self._keys or layout.keys, name=page.origin)
        return keys.pseudonymizer.pseudonyms(persons)


def _decoded(detail: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(detail, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
