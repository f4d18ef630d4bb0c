"""Which budgets of one policy set does another imply? The proof, for every request and every history.

Theory of operation. Take a budget b of the first set and a history in which everything was released by the second.
The accesses that b counts under one of its keys are all counted, under one key each, by every budget of the second set
whose target contains b's and whose keys are among b's. Each of their windows (W_i, Q_i) therefore holds for what b
counts, and the most that b can count in its own window W is the closure of all of them together (`counting.closure`).
Where that is at most b's limit for each of b's windows, b refuses nothing that the second set releases: b is implied.
When every budget that refuses is implied, whatever is read under the second set could have been read under the first.

Where no budget contains b's target whole, the target may be split: what is read with a justification and without, in
the applications of one list and those of another. The parts add up, or only the greatest counts where the key of b
decides in which part all of its accesses are.

A budget that closes (`hold`) must be implied by budgets that close the same: then a request that makes the first set
close an account makes the second close it too.

Cost: O(budgets x budgets x windows) where targets are contained whole; splits are tried only where they are not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from ecluse.counting.closure import most_in
from ecluse.model.difference import Gap
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, Target, Window
from ecluse.verify.diff.containment import contains, holds_on

__all__ = ["gaps", "refusing"]

_LOOKS_MAX: Final = (
    2_000  # parts looked at for one window; further splits are left out, which proves less
)


def refusing(budgets: Sequence[Budget]) -> tuple[Budget, ...]:
    """The budgets that keep data in: those that enforce, and do not release beyond their limits."""
    return tuple(b for b in budgets if b.mode is Mode.ENFORCE and not b.effect.releases)


def gaps(budgets: Sequence[Budget], by: Sequence[Budget], *, facts: bool) -> tuple[Gap, ...]:
    """The budgets that another set does not imply, in their order.

    Args:
        budgets: those that are to be implied.
        by: the budgets of the other set.
        facts: whether each account is taken to have one kind and one lineage, for good.
    """
    others = refusing(by)
    found = (_gap(b, others, facts=facts) for b in refusing(budgets))
    return tuple(g for g in found if g is not None)


def _gap(budget: Budget, others: Sequence[Budget], *, facts: bool) -> Gap | None:
    alike = [o for o in others if _coarser(o, budget, facts=facts)]
    open_ = _open_window(budget, alike, facts=facts)
    if open_ is not None:
        return Gap(budget.id, open_[0].length, open_[0].limit, open_[1])
    if budget.effect is not Effect.HOLD:
        return None
    closing = [o for o in alike if o.effect is Effect.HOLD and _closes(o) is _closes(budget)]
    open_ = _open_window(budget, closing, facts=facts)
    if open_ is None:
        return None
    return Gap(budget.id, open_[0].length, open_[0].limit, open_[1], closes=True)


def _coarser(other: Budget, budget: Budget, *, facts: bool) -> bool:
    """Whether accesses with one key of the budget have one key of the other."""
    decided = {*budget.per, Key.SYSTEM}
    if facts and Key.ACCOUNT in decided:
        decided.add(Key.LINEAGE)
    return other.counts is budget.counts and decided.issuperset(other.per)


def _closes(budget: Budget) -> Key:
    """What a hold closes; as the engine chooses it (`BudgetDetector.hold_key`)."""
    return Key.ACCOUNT if Key.ACCOUNT in budget.per else Key.SESSION


def _open_window(
    budget: Budget, others: Sequence[Budget], *, facts: bool
) -> tuple[Window, int | None] | None:
    """The shortest window into which the others let more than its limit, with how much they let; None when implied."""
    for window in budget.windows:
        look = _Look(budget, others, window, facts=facts)
        most = look.most(budget.target)
        if most is None or most > window.limit:
            return window, most
    return None


@dataclass(slots=True)
class _Look:
    """How much others let into one window of a budget, through a part of its target."""

    budget: Budget
    others: Sequence[Budget]
    window: Window
    facts: bool = field(kw_only=True)
    known: dict[Target, int | None] = field(default_factory=dict)

    def most(self, part: Target) -> int | None:
        """The least upper bound found; None for no limit."""
        if part not in self.known:
            self.known[part] = whole = self._whole(part)
            if whole is None or whole > self.window.limit:
                self.known[part] = _least([whole, *self._by_splits(part)])
        return self.known[part]

    def _whole(self, part: Target) -> int | None:
        covering = [o.windows for o in self.others if contains(o.target, part)]
        if not covering:
            return None
        # the windows together are never looser than one budget's, but may be too many to be closed exactly
        ways = (_together(covering), *covering)
        return min(most_in(windows, self.window.length) for windows in ways)

    def _by_splits(self, part: Target) -> Iterator[int | None]:
        for parts, one_only in _splits(part, self.budget, self.others, facts=self.facts):
            if len(self.known) > _LOOKS_MAX:
                return
            amounts = [self.most(p) for p in parts]
            known = [a for a in amounts if a is not None]
            if len(known) == len(amounts):
                yield max(known) if one_only else sum(known)


def _least(amounts: Sequence[int | None]) -> int | None:
    return min((a for a in amounts if a is not None), default=None)


def _together(several: Sequence[Sequence[Window]]) -> tuple[Window, ...]:
    """Windows that hold at once as those of one budget: shortest first, limits non-decreasing."""
    limits: dict[int, int] = {}
    for windows in several:
        for w in windows:
            limits[w.length] = min(w.limit, limits.get(w.length, w.limit))
    found: list[Window] = []
    for length in sorted(limits, reverse=True):
        least = min(limits[length], found[-1].limit) if found else limits[length]
        found.append(Window(length, least))
    return tuple(reversed(found))


def _splits(
    part: Target, budget: Budget, others: Sequence[Budget], *, facts: bool
) -> Iterator[tuple[list[Target], bool]]:
    """The ways to cut a target in parts, each with whether all accesses of one key are in one of them."""
    for name in ("justified", "stepped_up", *(["own"] if budget.counts is Count.PERSONS else [])):
        if getattr(part, name) is None and _apart(name, part, others):
            yield [_with(part, name, given) for given in (False, True)], False
    decided = {
        "kinds": facts and Key.ACCOUNT in budget.per,
        "applications": Key.APPLICATION in budget.per,
        "organizations": Key.ORGANIZATION in budget.per,
        "operations": False,
        "categories": False,
        "factors": False,
    }
    for name, one_only in decided.items():
        words = getattr(part, name)
        if words and len(words) > 1 and _apart(name, part, others):
            parts = _atoms(words, [getattr(o.target, name) for o in others])
            if len(parts) > 1:
                yield [_with(part, name, p) for p in parts], one_only
    ages = _ages(part, others)
    if len(ages) > 1:
        yield ages, False


def _with(part: Target, name: str, value: bool | frozenset[str]) -> Target:  # noqa: FBT001 - a condition
    return replace(part, **{name: value})  # type: ignore[arg-type]


def _apart(side: str, part: Target, others: Sequence[Budget]) -> bool:
    return any(not holds_on(side, o.target, part) for o in others)


def _atoms(words: frozenset[str], lists: Sequence[frozenset[str] | None]) -> list[frozenset[str]]:
    """The words in groups that no list tells apart."""
    found: dict[tuple[bool, ...], set[str]] = {}
    names = [one for one in lists if one is not None]
    for word in sorted(words):
        found.setdefault(tuple(word in one for one in names), set()).add(word)
    return [frozenset(group) for group in found.values()]


def _ages(part: Target, others: Sequence[Budget]) -> list[Target]:
    low, high = part.older_than, part.younger_than
    inside: Callable[[int], bool] = lambda bar: (  # noqa: E731 - a condition with a name
        (low is None or bar > low) and (high is None or bar < high)
    )
    bars = {b for o in others for b in (o.target.younger_than, o.target.older_than) if b}
    edges = [low, *sorted(b for b in bars if inside(b)), high]
    return [replace(part, older_than=a, younger_than=b) for a, b in pairwise(edges)]
