"""How are calls handed to the script, and its answers read?

A batch goes as one string of calls (MessagePack: numbers only), one string of all items, and the names
of accounts and sessions; `scripts/draws.lua` says how they hang together. Which budgets a call draws on
is found here, by the engine's own detectors.
"""

import struct
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec

from ecluse.counters.keys import Keys, encoded, hold_name, value_text
from ecluse.counters.opening import Opening
from ecluse.counters.tallies import WEIGHT_MAX, Plan, Rule
from ecluse.detectors.targets import WORDS, words_match
from ecluse.model.access import AccessRequest
from ecluse.model.call import Call, Verdict
from ecluse.model.decision import PERMIT, Decision, Reason
from ecluse.model.policy import Count, Effect, Key

__all__ = ["Batch", "Layout", "person_bytes", "verdicts"]

_MATCHES_KEPT_MAX: Final = 16_384
_OPERATIONS: Final = {"check": 1, "reserve": 2, "observe": 3}
_NAMES_FROM: Final = 6  # place of the first name among the script's values
_FIXED_KEYS: Final = 5
_words_of: Final = attrgetter(*WORDS)


def person_bytes(persons: Sequence[int]) -> bytes:
    """Identities as the sorted sets hold them: 8 bytes each, little end first."""
    if len(persons) == 1:
        return persons[0].to_bytes(8, "little")
    return struct.pack(f"<{len(persons)}Q", *persons)


class Layout:
    """A plan, laid out for making batches."""

    __slots__ = ("_all", "_matches", "_openings", "keys", "plan", "told")

    def __init__(self, plan: Plan, keys: Keys, told: bytes) -> None:
        """Takes the plan with what the script is told of it."""
        self.plan, self.keys, self.told = plan, keys, told
        self._all = [
            (place, rule, keys.prefix(rule.tally)) for place, rule in enumerate(plan.rules, start=1)
        ]
        self._matches: dict[Any, list[tuple[int, Rule, str]]] = {}
        self._openings: dict[bool, Opening] = {}

    def matching(self, request: AccessRequest) -> list[tuple[int, Rule, str]]:
        """The rules whose targets the request's words satisfy: place, rule and beginning of its keys."""
        words = _words_of(request)
        found = self._matches.get(words)
        if found is None:
            if len(self._matches) >= _MATCHES_KEPT_MAX:
                self._matches.clear()
            found = [r for r in self._all if words_match(r[1].budget.target, request)]
            self._matches[words] = found
        return found

    def opening(self, *, is_changed: bool) -> Opening:
        """Tells when what this layout refuses would pass, before or after a change of policies."""
        found = self._openings.get(is_changed)
        if found is None:
            found = self._openings[is_changed] = Opening(self.plan, is_changed=is_changed)
        return found


class Batch:
    """Some calls, as the script takes them."""

    __slots__ = (
        "_calls",
        "_even_nothing",
        "_items",
        "_keys",
        "_layout",
        "_lists",
        "_names",
        "_now",
    )

    def __init__(self, layout: Layout, now: int, *, even_nothing: bool = False) -> None:
        """Starts an empty batch.

        Args:
            layout: of the plan in force.
            now: the server's clock as far as it is known here; hours and ages of accounts go by it.
            even_nothing: name also budgets to which a request brings nothing, to be told how they stand.
        """
        self._layout, self._now, self._even_nothing = layout, now, even_nothing
        self._keys: dict[str, int] = {}
        self._names: dict[bytes, int] = {}
        self._items = bytearray()
        self._lists: list[int] = []  # beginnings and ends of lists within the items
        self._calls: list[list[int]] = []

    def add(self, call: Call) -> None:
        """Finds what a call draws on, and appends it."""
        request = call.request
        session = 0 if request.session is None else self._name(Key.SESSION, request.session)
        row = [_OPERATIONS[call.operation], self._name(Key.ACCOUNT, request.account), session]
        plain = 0  # the list of all persons, once it is made
        for place, rule, prefix in self._layout.matching(request):
            detector = rule.detector
            holds_now = not detector.dynamic or detector.applies(request, self._now)
            if not holds_now and not self._may_hold_later(rule, request):
                continue
            value = detector.key(request)
            if value is None:
                continue
            what = plain if detector.plain and plain else self._what(rule, request)
            if what is None:
                continue
            if detector.plain:
                plain = what
            text = prefix + value_text(value)
            key = self._keys.setdefault(text, len(self._keys) + _FIXED_KEYS + 1)
            row += (place if holds_now else -place, key, what)
        self._calls.append(row)

    def _may_hold_later(self, rule: Rule, request: AccessRequest) -> bool:
        """An account only grows older; hours come back."""
        young, born = rule.budget.target.younger_than, request.created_at
        is_over = young is not None and born is not None and self._now - born >= young
        return not is_over and not self._even_nothing

    @property
    def keys(self) -> list[bytes]:
        """The keys of the script."""
        return [*self._layout.keys.fixed, *map(encoded, self._keys)]

    @property
    def values(self) -> list[bytes]:
        """Its values after the instant."""
        calls = msgspec.msgpack.encode({"lists": self._lists, "calls": self._calls})
        return [self._layout.told, calls, bytes(self._items), *self._names]

    def _name(self, key: Key, name: str) -> int:
        return self._names.setdefault(hold_name(key, name), len(self._names) + _NAMES_FROM)

    def _what(self, rule: Rule, request: AccessRequest) -> int | None:
        """What the request brings: a list's place, bytes, or 0 for an access; None when it brings nothing."""
        counts = rule.budget.counts
        if counts is Count.ACCESSES:
            return 0
        nothing = self._even_nothing
        if counts is Count.BYTES:
            return min(request.bytes, WEIGHT_MAX) if request.bytes > 0 or nothing else None
        items = rule.detector.items(request, 0)
        if not items and not nothing:
            return None
        first = len(self._items)
        self._items += person_bytes(items) if counts is Count.PERSONS else encoded(items[0])
        self._lists += (first, len(self._items))
        return len(self._lists) // 2


def verdicts(
    layout: Layout,
    calls: Sequence[Call],
    base: int,
    step: int,
    answers: list[Any],
    *,
    is_changed: bool,
) -> list[Verdict]:
    """Reads the script's answers.

    Args:
        layout: that the batch was made with.
        calls: of the batch.
        base: instant of the first decision.
        step: from one decision to the next.
        answers: as `scripts/decide.lua` gives them.
        is_changed: whether a change of policies was over.
    """
    opening = layout.opening(is_changed=is_changed)
    return [
        Verdict(PERMIT, base + step * place)
        if answer == 0
        else _verdict(layout.plan, opening, calls[place].request, base + step * place, answer)
        for place, answer in enumerate(answers)
    ]


def _verdict(
    plan: Plan, opening: Opening, request: AccessRequest, at: int, answer: list[Any]
) -> Verdict:
    reservation, closed, held = answer[:3]
    reasons = [Reason(held, 0, 0, 0, Effect.HOLD)] if held else []
    reasons += [
        _reason(plan.rules[answer[place]], answer[place + 1], answer[place + 2])
        for place in range(3, len(answer), 3)
    ]
    reasons.sort(key=_severity)
    effect = max((r.effect for r in reasons if not r.shadow), default=Effect.PERMIT)
    opens_at = opening.at(request, at, closed) if closed else None
    return Verdict(Decision(effect, tuple(reasons), reservation or None), at, opens_at)


def _reason(rule: Rule, window: int, used: int) -> Reason:
    budget = rule.budget
    length, limit = budget.windows[window].length, budget.windows[window].limit
    over = used > limit
    return Reason(
        budget.id,
        length,
        used,
        limit,
        budget.effect if over else Effect.WARN,
        rule.detector.shadow,
    )


def _severity(reason: Reason) -> tuple[bool, int]:
    return reason.shadow, -reason.effect
