"""What does `afterwards` open? The second budget that it makes of one that asks for something.

A budget whose effect is `justify` or `step_up` is two with `afterwards`. The first counts what is read
without a justification (a second factor), the second what is read with one. Each has its own limits, and a
request draws on one of them, so the most that may be read is the sum of both.
"""

from dataclasses import replace
from typing import Final

from ecluse.detectors.targets import GIVEN, when_given
from ecluse.loaders.budgets import ID, STANDARD_REASONS, ReadBudget, check_windows, read_limits
from ecluse.loaders.located import quote
from ecluse.model.policy import Budget, Effect

__all__ = ["SUFFIX", "with_afterwards"]

SUFFIX: Final = "-afterwards"
"""Added to the id of a budget for the one that its `afterwards` makes."""

_ASKED: Final = {Effect.JUSTIFY: "a justification", Effect.STEP_UP: "a second factor"}


def with_afterwards(read: ReadBudget) -> tuple[ReadBudget, ...]:
    """The budget as it is in force: itself, or the two that it is with `afterwards`."""
    budget, fields = read.budget, read.fields
    _check_asked(read)
    if "afterwards" not in fields:
        return (read,)
    windows, places = read_limits(fields, "afterwards")
    if budget.effect not in GIVEN:
        _refuse_effect(read)
        return (read,)
    opened = Budget(
        id=_name(read),
        per=budget.per,
        windows=windows,
        counts=budget.counts,
        target=when_given(budget.target, budget.effect, given=True),
        warn_share=budget.warn_share,
        effect=Effect.DENY,
        mode=budget.mode,
        reason=budget.reason if "reason" in fields else STANDARD_REASONS[Effect.DENY],
    )
    description = f"What {_ASKED[budget.effect]} opens beyond `{budget.id}`."
    after = ReadBudget(opened, fields, None, places, description, {}, of=budget.id)
    check_windows(after)
    before = replace(budget, target=when_given(budget.target, budget.effect, given=False))
    return replace(read, budget=before), after


def _name(read: ReadBudget) -> str:
    """The id of the second budget; empty when the first has none."""
    budget = read.budget
    if not budget.id:
        return ""
    name = f"{budget.id}{SUFFIX}"
    if ID.fullmatch(name) is None:
        message = f"{quote(name)}, the budget of its `afterwards`, has too long a name"
        read.fields.reader.note(read.fields.place("id"), message, "shorten the id")
    return name


def _check_asked(read: ReadBudget) -> None:
    """Notes a budget that asks for what its target says was given."""
    effect = read.budget.effect
    if effect not in GIVEN or read.target is None:
        return
    fact = GIVEN[effect]
    if getattr(read.budget.target, fact):
        message = f"{_ASKED[effect]} is asked for where one was given"
        advice = f"write `effect: deny`, or `{fact}: false`"
        read.fields.reader.note(read.target.place(fact), message, advice)


def _refuse_effect(read: ReadBudget) -> None:
    """Notes `afterwards` beside an effect that asks for nothing; a faulty effect is noted already."""
    fields, effect = read.fields, read.budget.effect.word
    if "effect" in fields and fields.place("effect").text != effect:
        return
    message = f"after {quote(effect)} nothing opens: `afterwards` is what a justification or a second factor opens"
    advice = "write `effect: justify` or `effect: step_up`, or remove `afterwards`"
    fields.reader.note(fields.place("afterwards"), message, advice)
