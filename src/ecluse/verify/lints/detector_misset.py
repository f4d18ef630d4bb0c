"""A detector of mass extraction is there, and set so that it cannot stop a theft."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.finding import Severity
from ecluse.model.policy import Budget, Mode, Window
from ecluse.model.time import DAY, HOUR, format_duration
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE
from ecluse.verify.lint.staff import is_shared, shared_keys
from ecluse.verify.lint.targets import concerns

__all__ = ["LINT"]

_A_DAY: Final = 50
_AN_HOUR: Final = 20
"""Persons that an account reads on a busy day, and in a busy hour, by the reasons of the shipped policy set."""


def _check(inspected: Inspected) -> Iterator[Remark]:
    for budget in inspected.policies.budgets:
        if not is_shared(budget):
            continue
        bare = [name for name in inspected.unbounded if concerns(budget, name)]
        if not bare:
            continue
        faults = [*_effect(budget), *_numbers(budget, bare, inspected)]
        if faults:
            first = budget.windows[0]
            where = (
                f"`{bare[0]}`" if len(bare) == 1 else f"{len(bare)} applications (`{bare[0]}`, …)"
            )
            alone = f"one stolen account alone may read {first.limit:,} persons in {format_duration(first.length)} before it says anything"
            yield Remark(
                on_budget(budget.id),
                f"`{budget.id}` is all that watches over {where}, and is mis-set: {'; '.join(faults)}; {alone}",
                "add a budget per account that refuses, and set this one to what all users read together on a busy day",
                budget.id,
            )


def _effect(budget: Budget) -> Iterator[str]:
    if budget.mode is Mode.SHADOW:
        yield "it only watches, beyond its limit the data leaves"
    elif budget.effect.releases:
        yield f"its effect is `{budget.effect.word}`, beyond its limit the data leaves"


def _numbers(budget: Budget, bare: list[str], inspected: Inspected) -> Iterator[str]:
    """What is to be said of its shortest window: how far it is above what its users read together when they are busy."""
    window = budget.windows[0]
    keys = shared_keys(budget, inspected)
    drawing = [
        sum(n for (_, name), n in held.items() if name in bare)
        for held in keys.values()
        if any(name in bare for _, name in held)
    ]
    accounts = max(drawing, default=0)
    busy = accounts * _busy(window)
    if accounts and window.limit > 2 * busy:
        length = format_duration(window.length)
        yield f"its {window.limit:,} in {length} are {window.limit // busy} times what its {accounts:,} accounts read together when they are busy"


def _busy(window: Window) -> int:
    hours = max(1, window.length // HOUR)
    return min(_AN_HOUR * hours, _A_DAY * max(1, window.length // DAY))


_BAD = """\
version: 1
budgets:
  - id: mass-extraction
    per: application
    limits: {24h: 40000}
    effect: warn
"""
_GOOD = """\
version: 1
budgets:
  - id: account
    per: account
    limits: {10m: 60, 1h: 150, 24h: 500, 30d: 4000, 360d: 6000}
  - id: mass-extraction
    per: application
    limits: {24h: 4000}
    effect: deny
"""

LINT = Lint(
    title="A detector that is there, and mis-set",
    severity=Severity.HIGH,
    what="In an application where no budget bounds an account, a budget that all accounts share is the only thing that watches; and it releases "
    "beyond its limit (`warn`, `slow`, shadow), or its limit is more than twice what all its accounts read together when they are busy (50 persons "
    "a day, 20 an hour for each).",
    why="This is how 340,000 people were lost while a detector of mass extraction was in place: its alert came three days later. A detector "
    "that counts everybody together and only warns says that a theft has happened.",
    source="Kairos, July 2025; the files are in examples/kairos",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=_check,
    bad=Sample(policy=_BAD, estate=ESTATE),
    good=Sample(policy=_GOOD, estate=ESTATE),
    beside=("flow-unbounded",),
)
