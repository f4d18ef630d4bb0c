"""What is counted where, and which of two counts decides while policies change?

A tally is one count of the shared counter: what a budget counts, for whom, by which keys. Its tag is
part of every key. How far back it reaches and how many items it keeps is the most that the policies of
any gate have asked for; so gates with different limits share one tally, a budget that becomes stricter
needs nothing, and one that becomes wider is given by `load` what was dropped before.

A budget that counts something new under its old name has a new tally, which knows nothing at first.
When that happens under a running gate, the former budget therefore goes on deciding until every gate
has brought its ledger to the new one; that is charged from the beginning. The script sees the change
in the counter's state, so all gates change over at the same decision.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum
from hashlib import blake2b
from typing import Any, Final

import msgspec

from ecluse.counting.spans import Spans
from ecluse.detectors.budget import BudgetDetector
from ecluse.model.errors import ConfigError
from ecluse.model.policy import Budget, Count, Effect, Hours, Key, Mode, PolicySet

__all__ = [
    "KINDS",
    "WEIGHT_MAX",
    "Phase",
    "Plan",
    "Rule",
    "Tally",
    "changed",
    "keeps",
    "mark",
    "plan",
]

KINDS: Final = {Count.PERSONS: 1, Count.ACCOUNTS: 2, Count.ACCESSES: 3, Count.BYTES: 4}
"""As the scripts number them."""

WEIGHT_MAX: Final = 1 << 44
"""Bytes of one access, at most: more than any limit that can be set here. Sums of many stay exact in a double."""

_TAG: Final = 5  # bytes: two of a thousand tallies share a tag with a probability of 5e-7


class Phase(IntEnum):
    """Which part a tally has in a change of policies."""

    STEADY = 0
    FORMER = 1
    NEW = 2


@dataclass(frozen=True, slots=True)
class Tally:
    """One count.

    Attributes:
        tag: a hash of the budget's id, keys, kind of count and target; short, since every key begins with it.
        longest: microseconds after which an item is forgotten.
        cap: the most items a key must keep.
    """

    tag: str
    longest: int
    cap: int

    @classmethod
    def of(cls, budget: Budget) -> "Tally":
        """The tally of a budget, as small as it may be.

        Raises:
            ConfigError: when a limit of bytes is too large to be counted exactly.
        """
        spans = Spans.of(budget)
        if budget.counts is Count.BYTES and spans.cap > WEIGHT_MAX:
            raise ConfigError(
                f"the budget `{budget.id}` allows more bytes than the shared counter adds up exactly",
                help="lower its limits below 2^44",
            )
        meaning = msgspec.json.encode(_meaning(budget))
        return cls(blake2b(meaning, digest_size=_TAG).hexdigest(), spans.lengths[-1], spans.cap)

    @property
    def size(self) -> str:
        """How far back and how many, as the counter's state keeps it."""
        return f"{self.longest}:{self.cap}"

    def fits(self, size: str | None) -> bool:
        """Whether a count of that size holds all of this one."""
        if size is None:
            return False
        longest, cap = map(int, size.split(":"))
        return longest >= self.longest and cap >= self.cap

    def widened(self, size: str | None) -> "Tally":
        """The tally with what others have asked for as well."""
        if size is None:
            return self
        longest, cap = map(int, size.split(":"))
        return Tally(self.tag, max(self.longest, longest), max(self.cap, cap))


@dataclass(frozen=True, slots=True)
class Rule:
    """A budget as it is judged on one tally."""

    budget: Budget
    tally: Tally
    phase: Phase = Phase.STEADY
    detector: BudgetDetector = field(init=False, repr=False, compare=False)
    """Finds key and items; its own counts stay empty."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "detector", BudgetDetector(self.budget))

    def told(self) -> dict[str, Any]:
        """As the script takes it."""
        spans = Spans.of(self.budget)
        closes = 0
        if self.budget.effect is Effect.HOLD:
            closes = 2 if Key.ACCOUNT in self.budget.per else 3
        return {
            "id": self.budget.id,
            "kind": KINDS[self.budget.counts],
            "effect": int(self.budget.effect),
            "shadow": self.budget.mode is Mode.SHADOW,
            "closes": closes,
            "phase": int(self.phase),
            "keeps": keeps(self.tally),
            "longest": self.tally.longest,
            "cap": self.tally.cap,
            "lengths": spans.lengths,
            "limits": spans.limits,
            "bars": spans.bars,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What a gate judges and charges.

    Attributes:
        rules: in the order of the policy set; a budget that changes has two, the former one first.
        complete: False when this gate must bring its ledger before it may decide.
    """

    rules: tuple[Rule, ...]
    complete: bool

    @property
    def changing(self) -> bool:
        """Whether a former tally still decides."""
        return any(rule.phase is Phase.FORMER for rule in self.rules)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """All tallies that are charged."""
        return tuple(rule.tally for rule in self.rules)

    def told(self, gate: str, gates: tuple[str, ...], tag: str, lifetime: int) -> bytes:
        """What is the same for all batches, as the script takes it.

        Args:
            gate: this gate's name.
            gates: the names of all.
            tag: of this gate, in the names of accesses.
            lifetime: of a reservation, microseconds.
        """
        awaited = [
            mark(rule.tally, name)
            for rule in self.rules
            if rule.phase is Phase.NEW
            for name in gates
        ]
        leaving = [mark(rule.tally, gate) for rule in self.rules if rule.phase is Phase.FORMER]
        return msgspec.msgpack.encode(
            {
                "gate": tag,
                "gates": gates,
                "awaited": awaited,
                "leaving": leaving,
                "lifetime": lifetime,
                "budgets": [rule.told() for rule in self.rules],
            }
        )


def plan(
    policies: PolicySet, tallies: Sequence[Tally], former: Plan | None, known: Container[str]
) -> Plan:
    """Lays out a policy set.

    Args:
        policies: the set to be in force.
        tallies: of its budgets, in their order.
        former: what was in force in this process; None at its start.
        known: tags of tallies that hold all that this gate released.
    """
    running = former is not None and former.complete
    deciding = {}
    if former is not None and running:
        deciding = {r.budget.id: r for r in former.rules if r.phase is not Phase.NEW}
    rules: list[Rule] = []
    for budget, tally in zip(policies.budgets, tallies, strict=True):
        before = deciding.get(budget.id)
        if before is None or before.tally.tag == tally.tag:
            rules.append(Rule(budget, tally))
            continue
        rules += [Rule(before.budget, before.tally, Phase.FORMER), Rule(budget, tally, Phase.NEW)]
    return Plan(tuple(rules), running or all(tally.tag in known for tally in tallies))


def changed(former: Plan) -> Plan:
    """The plan after every gate has brought its ledger: only what the policies say is left."""
    return Plan(
        tuple(Rule(r.budget, r.tally) for r in former.rules if r.phase is not Phase.FORMER),
        former.complete,
    )


def mark(tally: Tally, gate: str) -> str:
    """The field of the state that says: this tally holds all that the gate released, so far back and so many."""
    return f"of:{tally.tag}:{gate}"


def keeps(tally: Tally) -> str:
    """The field of the state that says how far back and how many the gates have asked for."""
    return f"keeps:{tally.tag}"


def _meaning(budget: Budget) -> list[Any]:
    """What a budget counts, in an order of its own; conditions that are not set leave no trace."""
    target = [
        [f.name, _plain(value)]
        for f in fields(budget.target)
        if (value := getattr(budget.target, f.name)) is not None
    ]
    return [budget.id, [k.value for k in budget.per], budget.counts.value, sorted(target)]


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Hours):
        return [value.zone, value.spans, sorted(value.weekdays)]
    return value
