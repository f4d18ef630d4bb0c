"""How do accesses of the ledger become columns, so that millions are counted at once?

Only what the policies ask about is kept. Entries without a fact have an empty string there; the
account and the application are always said, even when they say nothing; who has no lineage is its own.
Cost: about 0.3 µs an entry. Memory: 24 bytes an entry, and 4 for each text column in use.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ecluse.detectors.targets import WORDS as CONDITIONS
from ecluse.engine.columns import Flags
from ecluse.engine.history import UNKNOWN_INSTANT, Column, History
from ecluse.model.policy import Count, Key, PolicySet
from ecluse.service.rebuild_acts import NotShown, identities
from ecluse.service.rebuild_past import WORDS, Past

__all__ = ["Gatherer"]

_AT_ONCE: Final = 500_000
"""Entries whose words are coded together: many repeat, and each distinct one costs a step in Python."""

_UNKNOWN_OWN: Final = 2
_ALWAYS_SAID: Final = ("account", "application", "lineage")
_BY_ROW: Final = frozenset({"person", "own"})
_FIELDS: Final = {name: name for name in WORDS} | {"kind": "account_kind"}
"""Text columns of a history, and the fields of an entry that hold them."""


class _Facts(msgspec.Struct):
    justified: Any = None
    stepped_up: Any = None


class Gatherer:
    """Takes frames of accesses in the order of the ledger; `finish` gives them in order of time.

    Args:
        policies: the set that will count them.
        also: text columns that are wanted besides (`service.rebuild_past.WORDS`).
    """

    def __init__(self, policies: PolicySet, also: Collection[str] = ()) -> None:
        used = _used(policies) | set(also)
        self._words = [name for name in WORDS if name in used]
        self._facts = [name for name in ("justified", "stepped_up") if name in used]
        self._created, self._bytes = "created_at" in used, "bytes" in used
        self._own = "own" in used
        self._vocabulary: dict[str, dict[str, int]] = {name: {} for name in self._words}
        self._parts: dict[str, list[npt.NDArray[Any]]] = {}
        self._waiting: list[pl.DataFrame] = []
        self.columns = _scanned(used)
        """Fields of an entry that the frames must have."""

    def add(self, frame: pl.DataFrame) -> None:
        """Takes accesses."""
        if frame.height:
            self._waiting.append(frame.select(self.columns))
        if sum(f.height for f in self._waiting) >= _AT_ONCE:
            self._take()

    def finish(self, not_shown: NotShown) -> Past:
        """Gives everything that was shown.

        Args:
            not_shown: persons to leave out; an access of which nobody is left is left out as well.
        """
        self._take()
        columns = {name: _joined(parts) for name, parts in self._parts.items()}
        self._parts.clear()
        if not columns:
            return _nothing(self._words)
        if len(not_shown):
            _leave_out(columns, self._found(columns, not_shown))
        at = columns["at"] = np.maximum(columns["at"], 0)  # the engine's clock starts at 0
        if (at[1:] < at[:-1]).any():  # a ledger of several replays goes back in time
            _put_in_order(columns, np.argsort(at, kind="stable"))
        return self._past(columns)

    def _take(self) -> None:
        """Turns what waits into columns of numbers."""
        if not self._waiting:
            return
        frame, self._waiting = pl.concat(self._waiting), []
        put = self._put
        put("seq", frame["seq"].to_numpy())
        put("at", frame["at"].to_numpy())
        for name in self._words:
            put(name, self._coded(name, _texts(frame, name)))
        if self._created:
            put("created_at", frame["created_at"].fill_null(int(UNKNOWN_INSTANT)).to_numpy())
        if self._bytes:
            put("bytes", frame["bytes"].to_numpy())
        for name, flags in _given(frame["detail"], self._facts).items():
            put(name, flags)
        self._put_persons(frame)

    def _put(self, name: str, part: npt.NDArray[Any]) -> None:
        self._parts.setdefault(name, []).append(part)

    def _coded(self, name: str, texts: pl.Series) -> npt.NDArray[np.int32]:
        coded = pc.dictionary_encode(texts.to_arrow(compat_level=pl.CompatLevel.oldest()))
        known = self._vocabulary[name]
        table = [
            -1 if not word and name not in _ALWAYS_SAID else known.setdefault(word, len(known))
            for word in coded.dictionary.to_pylist()
        ]
        index = coded.indices
        if index.null_count:
            index = pc.fill_null(index.cast(pa.int64()), len(table))
        return np.asarray(np.array([*table, -1], np.int32)[index.to_numpy(zero_copy_only=False)])

    def _put_persons(self, frame: pl.DataFrame) -> None:
        persons = frame.select(pl.col("persons").fill_null([]))
        sizes = persons["persons"].list.len().to_numpy().astype(np.int64)
        rows = persons.explode("persons", empty_as_null=False).select(identities("persons"))
        person = rows["persons"].to_numpy()
        own = _own(frame["own"], sizes) if self._own else None
        if sizes.max(initial=0) > 1:  # a person named twice in one access counts once
            event = np.repeat(np.arange(sizes.size), sizes)
            named = pl.DataFrame({"event": event, "person": person})
            first = named.select(pl.struct("event", "person").is_first_distinct())
            keep = first.to_series().to_numpy()
            person, own = person[keep], None if own is None else own[keep]
            sizes = np.bincount(event[keep], minlength=sizes.size).astype(np.int64)
        self._put("sizes", sizes)
        self._put("person", person)
        if own is not None:
            self._put("own", own)

    def _found(
        self, columns: dict[str, npt.NDArray[Any]], not_shown: NotShown
    ) -> npt.NDArray[np.int64]:
        """The rows of persons that were not shown."""
        seq, sizes = columns["seq"], columns["sizes"]
        event = np.searchsorted(seq, not_shown.of)
        known = self._vocabulary["account"]
        account = np.array([known.get(name, -2) for name in not_shown.account.to_list()], np.int32)
        inside = np.minimum(event, seq.size - 1)
        sound = (seq[inside] == not_shown.of) & (columns["account"][inside] == account)
        named = pl.DataFrame({"event": event[sound], "person": not_shown.person[sound]})
        touched = np.unique(event[sound])
        starts = (np.cumsum(sizes) - sizes)[touched]
        each = sizes[touched]
        row = np.arange(each.sum()) + np.repeat(starts - (np.cumsum(each) - each), each)
        rows = pl.DataFrame(
            {"event": np.repeat(touched, each), "person": columns["person"][row], "row": row}
        )
        return rows.join(named, on=["event", "person"], how="semi")["row"].to_numpy()

    def _past(self, columns: dict[str, npt.NDArray[Any]]) -> Past:
        sizes = columns["sizes"]
        several = bool((sizes != 1).any())
        words = {name: Column(columns[name], tuple(self._vocabulary[name])) for name in self._words}
        history = History(
            at=columns["at"],
            person=columns["person"],
            first_row=np.concatenate(([0], np.cumsum(sizes))) if several else None,
            created_at=columns.get("created_at"),
            bytes=columns.get("bytes"),
            own=columns.get("own"),
            **words,
        )
        given = columns.get("justified"), columns.get("stepped_up")
        return Past(history, columns["seq"], *given)


def _used(policies: PolicySet) -> set[str]:
    """Facts that some budget's key or target reads, and what is always read."""
    used = {"account", "application", "persons"}
    for budget in policies.budgets:
        target = budget.target
        used |= {key.value for key in budget.per if key is not Key.SYSTEM}
        used |= {name for name, field in CONDITIONS.items() if getattr(target, field) is not None}
        if target.younger_than is not None or target.older_than is not None:
            used.add("created_at")
        if budget.counts is Count.BYTES:
            used.add("bytes")
        if target.own is not None:
            used.add("own")
    return used


def _scanned(used: set[str]) -> tuple[str, ...]:
    """The fields of an entry that hold these facts."""
    fields = {_FIELDS.get(name, name) for name in used - {"justified", "stepped_up"}}
    return tuple(sorted(fields | {"seq", "at", "detail"}))


def _texts(frame: pl.DataFrame, name: str) -> pl.Series:
    if name != "lineage":
        return frame[_FIELDS[name]]
    said = pl.col("lineage").fill_null("")
    alone = pl.when(said == "").then(pl.col("account")).otherwise(said)
    return frame.select(alone).to_series()


def _given(details: pl.Series, names: Sequence[str]) -> dict[str, Flags]:
    """Which entries say that a justification or a second factor was given."""
    if not names:
        return {}
    coded = pc.dictionary_encode(details.to_arrow(compat_level=pl.CompatLevel.oldest()))
    index = coded.indices.to_numpy(zero_copy_only=False)
    said = [_facts(text) for text in coded.dictionary.to_pylist()]
    return {
        name: np.array([bool(getattr(facts, name)) for facts in said], np.bool_)[index]
        for name in names
    }


def _facts(detail: str) -> _Facts:
    try:
        return msgspec.json.decode(detail, type=_Facts)
    except msgspec.MsgspecError:
        return _Facts()


def _own(written: pl.Series, sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """A flag a row; unknown for all persons of an entry that does not tell it of each."""
    texts = written.fill_null("")
    told = texts.str.len_bytes().to_numpy() == sizes
    flags = np.full(int(sizes.sum()), _UNKNOWN_OWN, np.uint8)
    digits = "".join(texts.filter(pl.Series(told)).to_list())
    flags[np.repeat(told, sizes)] = np.frombuffer(digits.encode(), np.uint8) == ord("1")
    return flags


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """One array of many; they are let go of, so that no column is there twice for long."""
    whole = parts[0].copy() if len(parts) == 1 else np.concatenate(parts)
    parts.clear()
    return whole


def _leave_out(columns: dict[str, npt.NDArray[Any]], rows: npt.NDArray[np.int64]) -> None:
    sizes = columns["sizes"]
    event = np.searchsorted(np.cumsum(sizes), rows, side="right")
    left = sizes - np.bincount(event, minlength=sizes.size)
    shown = (left > 0) | (sizes == 0)
    columns["sizes"] = left
    kept = np.ones(columns["person"].size, np.bool_)
    kept[rows] = False
    for name in columns:
        columns[name] = columns[name][kept if name in _BY_ROW else shown]


def _put_in_order(columns: dict[str, npt.NDArray[Any]], order: npt.NDArray[np.int64]) -> None:
    sizes = columns["sizes"]
    begins = (np.cumsum(sizes) - sizes)[order]
    each = sizes[order]
    rows = np.arange(each.sum()) + np.repeat(begins - (np.cumsum(each) - each), each)
    for name in columns:
        columns[name] = columns[name][rows if name in _BY_ROW else order]


def _nothing(names: Sequence[str]) -> Past:
    words: dict[str, Any] = {name: Column(np.zeros(0, np.int32), ()) for name in names}
    nothing = np.zeros(0, np.int64)
    return Past(History(at=nothing, person=np.zeros(0, np.uint64), **words), nothing)
