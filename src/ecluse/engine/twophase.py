"""Replay of a long history: exact, compiled, and mostly without looking at order.

Theory of operation. A count can only rise by released accesses, and a refusal only takes some away.
So (1) a pass that ignores refusals gives, for every key of every budget, a count that is never too
low. A key that stays below every bar in that pass stays below it in truth: nothing more to do.
(2) The others are suspects. Events that touch a suspect are settled in order, refusals included.

Keys that many accounts share (organization, application, system) are checked against what the first
settling released rather than against everything asked: a theft that its own account's budget stops
should not make a suspect of the whole system. That is sound because the loop ends only when no key
outside the suspects reaches a bar on the very outcome that is returned: by induction over events,
the engine would then have said nothing about these keys either, and all the rest is settled.

It holds for rules that are monotone in the events, as all budgets are.

Cost: the first pass 60 to 150 ns a row and key type, whatever the policy (`Links` keeps what can be
reused); then 2 to 5 ns a row and window, and about 0.3 µs for each event that touches a suspect.
Memory: 24 bytes a row for each key type in use, 20 more while it is being built.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ecluse.counting.spans import Spans
from ecluse.engine import kernels
from ecluse.engine.columns import Codes, Flags, event_keys, event_mask, in_a_log
from ecluse.engine.history import Column, History
from ecluse.engine.inorder import COUNT_END, Drawn, Together, bounded, decide_in_order
from ecluse.engine.outcome import REFUSING, Outcome, by_event
from ecluse.model.errors import SourceError
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, PolicySet, Target, Window

__all__ = ["BUDGETS_MAX", "TwoPhase", "warm"]

BUDGETS_MAX: Final = 64
"""A bit each in the masks of an outcome."""

_PRIVATE: Final = frozenset({Key.ACCOUNT, Key.SESSION, Key.LINEAGE})
_ROUNDS_MAX: Final = 4
_ROWS_MAX: Final = (1 << 31) - 1  # rows and events are numbered in int32
_NO_FLAGS: Final = np.zeros(0, np.bool_)


@dataclass(slots=True)
class _Links:
    """Rows grouped by key and linked to their predecessors: what every policy of that shape can reuse."""

    starts: npt.NDArray[np.int64]
    at: npt.NDArray[np.int64]
    event: npt.NDArray[np.int32]
    former: npt.NDArray[np.int32]
    distinct: npt.NDArray[np.int32]
    peaks: dict[int, npt.NDArray[np.int32]] = field(default_factory=dict)
    """By window length: each key's highest count when nothing is refused."""


@dataclass(slots=True)
class TwoPhase:
    """Replays one history under as many policy sets as wanted.

    Args:
        history: the accesses.
        keep: whether to keep the first pass for further policy sets (24 bytes a row and key type).
        together: as `map`, runs what does not depend on each other; the `map` of an executor of threads uses several
            cores, since the kernels let go of the interpreter's lock. The outcome is the same.
    """

    history: History
    keep: bool = False
    together: Together = map
    _links: dict[Any, _Links] = field(default_factory=dict)
    _keys: dict[Any, tuple[Codes, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if max(self.history.person.size, len(self.history)) > _ROWS_MAX:
            raise SourceError(
                f"a replay takes at most {_ROWS_MAX:,} events and persons shown",
                help="replay a shorter time, or fewer applications",
            )
        self.history = self.history.as_the_engine_takes_it()

    def decide(self, policies: PolicySet) -> Outcome:
        """Gives the outcome of the engine over the whole history.

        Sums of bytes too large for 64 bits are left to `by_event`.

        Args:
            policies: at most BUDGETS_MAX budgets.
        """
        assert len(policies.budgets) <= BUDGETS_MAX, "outcomes hold a bit a budget"
        if any(b.counts is Count.BYTES for b in policies.budgets) and not self._summable():
            return by_event(self.history, policies)
        drawn = [self._draw(b) for b in policies.budgets]
        private = [d for d in drawn if _PRIVATE & set(d.budget.per)]
        shared = [d for d in drawn if not _PRIVATE & set(d.budget.per)]
        shared.sort(key=lambda d: d.keys)  # the fewer, the longer each takes: these begin
        if self.keep:
            self._link_all(drawn)
        for d in private:
            self._suspect(d, _NO_FLAGS)
        outcome, refused = self._settle(drawn)
        for number in range(_ROUNDS_MAX):
            against = refused if number < _ROUNDS_MAX - 1 else _NO_FLAGS
            check = partial(self._suspect, refused=against)
            if not any(list(self.together(check, shared))):
                break
            outcome, refused = self._settle(drawn)
        if not self.keep:
            self._links.clear()
            self._keys.clear()
        return outcome

    def peaks(self, budget: Budget) -> tuple[tuple[int, ...], ...]:
        """How near the keys of a budget came to each window's limit when nothing was refused.

        Returns:
            For each window 11 numbers: keys whose peak lies in each tenth of the limit, then beyond it.
            Empty histograms for sums of bytes, whose peaks are not computed.
        """
        drawn = self._draw(budget)
        if budget.counts is Count.BYTES:
            return tuple((0,) * 11 for _ in budget.windows)
        links = self._linked(drawn)
        self._above(links, drawn.spans)
        found = []
        for window in budget.windows:
            peaks = links.peaks[window.length].astype(np.int64)
            peaks = peaks[peaks > 0]
            inside = (peaks * 10 - 1) // max(1, window.limit)
            tenths = np.where(peaks > window.limit, 10, inside)
            found.append(tuple(int(n) for n in np.bincount(tenths, minlength=11)))
        return tuple(found)

    def _draw(self, budget: Budget) -> Drawn:
        name = _key_name(self.history, budget.per), budget.target
        if name not in self._keys:
            key, keys = event_keys(self.history, budget.per)
            mask = event_mask(self.history, budget.target)
            self._keys[name] = (key if mask is None else np.where(mask, key, np.int32(-1)), keys)
        key, keys = self._keys[name]
        return Drawn(budget, Spans.of(budget), key, keys, np.zeros(keys, np.bool_))

    def _suspect(self, drawn: Drawn, refused: Flags) -> bool:
        """Adds the keys that reach a bar among events not refused; says whether there are new ones."""
        lowest = min(drawn.spans.bars)
        if drawn.budget.counts is Count.BYTES:
            reached = self._heavy(drawn, lowest)
        elif not self.keep and self._busiest(drawn) < lowest:
            return False
        else:
            reached = self._reached(drawn, refused)
        new = bool((reached & ~drawn.suspects).any())
        drawn.suspects |= reached
        return new

    def _reached(self, drawn: Drawn, refused: Flags) -> Flags:
        links = self._linked(drawn)
        candidates = np.repeat(~drawn.suspects[:, None], len(drawn.spans.lengths), axis=1)
        if self.keep:
            candidates &= self._above(links, drawn.spans)
            if not refused.size or not candidates.any():
                return np.asarray(candidates.any(axis=1))
        return np.asarray(
            kernels.reach(
                links.starts,
                links.at,
                links.former.copy() if refused.size else links.former,
                links.distinct,
                candidates,
                refused[links.event] if refused.size else _NO_FLAGS,
                self._size(),
                np.array(drawn.spans.lengths, np.int64),
                bounded(drawn.spans.bars),
            )
        )

    def _above(self, links: _Links, spans: Spans) -> Flags:
        """bool[keys, windows]: whose peak reaches the bar; peaks are computed once for all policy sets."""
        missing = [length for length in spans.lengths if length not in links.peaks]
        if missing:
            found = kernels.peak(
                links.starts, links.at, links.former, links.distinct, np.array(missing, np.int64)
            )
            links.peaks.update(zip(missing, found.T, strict=True))
        above = [
            links.peaks[length] >= bar
            for length, bar in zip(spans.lengths, spans.bars, strict=True)
        ]
        return np.stack(above, axis=1)

    def _busiest(self, drawn: Drawn) -> int:
        """No key has more rows than this."""
        events = np.bincount(drawn.key[drawn.key >= 0], minlength=1).max()
        return int(events) * self._size()

    def _heavy(self, drawn: Drawn, lowest: int) -> Flags:
        """Keys whose bytes, all together, could fill the smallest window."""
        weight = self._weights()
        draws = drawn.key >= 0
        total = np.bincount(drawn.key[draws], weight[draws], drawn.keys)
        return np.asarray(total * (1 + 1e-9) >= lowest)

    def _summable(self) -> bool:
        return float(self._weights().sum(dtype=np.float64)) < COUNT_END

    def _weights(self) -> npt.NDArray[np.int64]:
        size = self.history.bytes
        return np.zeros(len(self.history), np.int64) if size is None else size

    def _size(self) -> int:
        """The most rows that one event has."""
        return (
            1
            if self.history.first_row is None
            else int(np.diff(self.history.first_row).max(initial=1))
        )

    def _link_all(self, drawn: list[Drawn]) -> None:
        """Builds what the budgets need, each once, before several of them are looked at together."""
        needed = {self._link_name(d): d for d in drawn if d.budget.counts is not Count.BYTES}
        list(self.together(self._linked, needed.values()))

    def _link_name(self, drawn: Drawn) -> tuple[Any, ...]:
        target = in_a_log(drawn.budget.target)
        return (
            _key_name(self.history, drawn.budget.per),
            drawn.budget.counts,
            None if target == Target() else target,
            0 if self.keep else min(drawn.spans.bars),  # shorter keys have no links
        )

    def _linked(self, drawn: Drawn) -> _Links:
        name = self._link_name(drawn)
        found = self._links.get(name)
        if found is None:
            found = self._link(drawn, drawn.budget.counts)
            if self.keep or name[2] is None:
                self._links[name] = found
        return found

    def _link(self, drawn: Drawn, counts: Count) -> _Links:
        history, key, at = self.history, drawn.key, self.history.at
        event = None
        if counts is Count.PERSONS:
            item = history.person
            if history.first_row is not None:
                event = np.repeat(
                    np.arange(len(history), dtype=np.int32), np.diff(history.first_row)
                )
                key, at = key[event], at[event]
            key = _own_only(key, history, drawn.budget.target.own)
        elif counts is Count.ACCOUNTS:
            item = history.account.codes.astype(np.uint64)
        else:
            item = np.arange(len(history), dtype=np.uint64)
        starts, at, item, row = kernels.group(key, drawn.keys, at, item)
        lowest = 0 if self.keep else min(drawn.spans.bars)
        former, distinct = kernels.link(starts, item, lowest)
        return _Links(starts, at, row if event is None else event[row], former, distinct)

    def _settle(self, drawn: list[Drawn]) -> tuple[Outcome, Flags]:
        """Decides the events that touch a suspect, in order; all others are permits."""
        acting = [d for d in drawn if d.suspects.any()]
        refused = np.zeros(len(self.history), np.bool_)
        if not acting:
            return Outcome.of_rows([]), refused
        events = np.flatnonzero(self._touched(acting))
        outcome = decide_in_order(self.history, events, drawn, self.together)
        refused[outcome.event[REFUSING[outcome.effect]]] = True
        return outcome, refused

    def _touched(self, acting: list[Drawn]) -> Flags:
        touched = np.zeros(len(self.history), np.bool_)
        for d in acting:
            mine = np.append(d.suspects, False)[d.key]
            touched |= mine
            if d.budget.effect is Effect.HOLD and d.budget.mode is Mode.ENFORCE:
                column = (
                    self.history.account if Key.ACCOUNT in d.budget.per else self.history.session
                )
                if column is not None:  # a hold refuses whatever its subject asks, drawn or not
                    table = np.zeros(len(column.words) + 1, np.bool_)
                    table[column.codes[mine]] = True
                    table[-1] = False
                    touched |= table[column.codes]
        return touched


def _key_name(history: History, per: tuple[Key, ...]) -> tuple[Key, ...]:
    """Budgets per lineage count as those per account where no lineage is known."""
    if history.lineage is None:
        return tuple(dict.fromkeys(Key.ACCOUNT if k is Key.LINEAGE else k for k in per))
    return per


def _own_only(key: Codes, history: History, wanted: bool | None) -> Codes:  # noqa: FBT001 - three values
    if wanted is None or history.own is None:
        return key
    return np.where((history.own == 2) | (history.own == int(wanted)), key, np.int32(-1))


def warm() -> None:
    """Compiles the kernels, or loads them from the cache beside the package, on a history of nothing much."""
    words = Column(np.zeros(4, np.int32), ("a",))
    window = (Window(1_000_000, 1),)
    history = History(np.arange(4), words, words, np.arange(4).astype(np.uint64))
    policies = PolicySet((Budget("a", (Key.ACCOUNT,), window), Budget("s", (Key.SYSTEM,), window)))
    for keep in (False, True):
        TwoPhase(history, keep=keep).decide(policies)
