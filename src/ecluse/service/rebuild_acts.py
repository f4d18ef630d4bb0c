"""Which entries change what earlier entries say: what is closed, and who was reserved and not shown after all?"""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from ecluse.model.decision import Hold
from ecluse.model.entry import ACCESS
from ecluse.model.errors import IntegrityError
from ecluse.model.policy import Effect, Key, PolicySet

__all__ = [
    "HOLD",
    "OBSERVED",
    "RELEASE",
    "REOPEN",
    "Acts",
    "Holds",
    "NotShown",
    "identities",
    "is_released",
]

OBSERVED: Final = "observed"
"""Kind of an entry about an access that an application reports afterwards: released, whatever its effect."""

REOPEN: Final = "reopen"
"""Kind of the act that lifts a hold; its detail is `{"key": "account" or "session", "name": …}`."""

HOLD: Final = "hold"
"""Kind of the act by which a person closes an account or a session; its detail is that of a reopening."""

RELEASE: Final = "release"
"""Kind of the act that takes persons of an earlier access back; its detail is `{"of": its number}`."""

Holds = dict[tuple[Key, str], Hold]

_ACCESSES: Final = (ACCESS, OBSERVED)
_REFUSING: Final = [effect.word for effect in Effect if not effect.releases]


class _Subject(msgspec.Struct):
    key: Literal["account", "session"]
    name: str


class _Also(msgspec.Struct):
    also: list[str] = []


def is_released() -> pl.Expr:
    """Whether an entry is an access whose data left."""
    left = (pl.col("kind") == OBSERVED) | ~pl.col("effect").is_in(_REFUSING)
    return pl.col("kind").is_in(_ACCESSES) & left


@dataclass(frozen=True, slots=True)
class NotShown:
    """Persons that entries of kind `release` took back, a row each.

    Attributes:
        of: number of the access's entry.
        account: whose access it was.
        person: identity by which the engine counts.
    """

    of: npt.NDArray[np.int64]
    account: pl.Series
    person: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return int(self.of.size)


@dataclass(slots=True)
class Acts:
    """What acts and closing decisions leave, entry by entry in the order of the ledger.

    Args:
        policies: the set in force, which says whether a budget closes accounts or sessions.
        holds: what is closed before the first entry; changed in place.
    """

    policies: PolicySet
    holds: Holds = field(default_factory=dict)
    _releases: list[pl.DataFrame] = field(default_factory=list)

    COLUMNS = (
        "seq", "at", "kind", "account", "session", "persons", "effect", "policy", "window", "detail",
    )  # fmt: skip

    def close(self, frame: pl.DataFrame) -> None:
        """Takes in what entries close and open again; a hold has no end but a person's word.

        Raises:
            IntegrityError: when an act does not say what it closes.
        """
        closes = (pl.col("effect") == Effect.HOLD.word) & pl.col("kind").is_in(_ACCESSES)
        for row in frame.filter(closes | pl.col("kind").is_in((REOPEN, HOLD))).iter_rows(
            named=True
        ):
            if row["kind"] in _ACCESSES:
                self._hold(row)
                continue
            subject = _subject(row)
            if row["kind"] == HOLD:
                self.holds.setdefault(subject, Hold(HOLD, row["at"]))
            else:
                self.holds.pop(subject, None)

    def take_back(self, frame: pl.DataFrame) -> None:
        """Takes in which persons were reserved and not shown."""
        found = frame.filter(pl.col("kind") == RELEASE)
        if found.height:
            self._releases.append(found.select("seq", "account", "persons", "detail"))

    def not_shown(self) -> NotShown:
        """All persons taken back so far."""
        parts = [_persons(frame) for frame in self._releases]
        if not parts:
            nothing = pl.Series("account", [], pl.String)
            return NotShown(np.zeros(0, np.int64), nothing, np.zeros(0, np.uint64))
        rows = pl.concat(parts)
        return NotShown(rows["of"].to_numpy(), rows["account"], rows["person"].to_numpy())

    def reaches_before(self, first: int, *, since: int) -> bool:
        """Whether an entry from `since` on takes back persons of an entry before `first`."""
        named = [_named(frame).filter(pl.col("seq") >= since)["of"] for frame in self._releases]
        return any(bool((of < first).any()) for of in named)

    def _hold(self, row: dict[str, Any]) -> None:
        """Closes what a decision closed; refusals because of an earlier hold have no window."""
        also = msgspec.json.decode(row["detail"], type=_Also).also if row["detail"] else []
        for policy in (*([row["policy"]] if row["window"] else []), *also):
            budget = next((b for b in self.policies.budgets if b.id == policy), None)
            by_session = budget is not None and Key.ACCOUNT not in budget.per
            key = (Key.SESSION, row["session"]) if by_session else (Key.ACCOUNT, row["account"])
            self.holds.setdefault(key, Hold(policy, row["at"]))


def _subject(row: dict[str, Any]) -> tuple[Key, str]:
    try:
        subject = msgspec.json.decode(row["detail"], type=_Subject)
    except msgspec.MsgspecError:
        raise IntegrityError(
            f"entry {row['seq']} of kind `{row['kind']}` does not say what it is about",
            help="an application wrote it that is not Ecluse: `ecluse ledger query` shows it",
        ) from None
    return Key(subject.key), subject.name


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    of = pl.col("detail").str.json_path_match("$.of").cast(pl.Int64, strict=False)
    return frame.with_columns(of=of).drop_nulls("of")


def _persons(frame: pl.DataFrame) -> pl.DataFrame:
    rows = _named(frame).select("of", "account", "persons").explode("persons").drop_nulls("persons")
    return rows.select("of", "account", person=identities("persons"))


def identities(column: str) -> pl.Expr:
    """The identities by which the engine counts, of a column of pseudonyms."""
    return pl.col(column).bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64, endianness="little")
