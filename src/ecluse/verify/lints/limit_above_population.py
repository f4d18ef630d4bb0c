"""A limit is at or above the persons that there are: it can never be reached."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.model.policy import Budget, Count, Key, Mode
from ecluse.model.time import format_duration
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE, POLICY
from ecluse.verify.lint.staff import reachable

__all__ = ["LINT"]

_OF_AN_ACCOUNT = frozenset({Key.ACCOUNT, Key.SESSION})


def _check(inspected: Inspected) -> Iterator[Remark]:
    for budget in inspected.policies.budgets:
        if budget.counts is Count.PERSONS:
            sizes = _sizes(budget, inspected)
            yield from _remarks(budget, sizes)


def _remarks(budget: Budget, sizes: dict[str, int]) -> Iterator[Remark]:
    for window in budget.windows:
        idle = [name for name, size in sizes.items() if window.limit >= size]
        if not idle:
            continue
        where = f"{len(idle)} of them, such as {idle[0]}" if len(idle) > 1 else idle[0]
        length = format_duration(window.length)
        everywhere = len(idle) == len(sizes) and budget.mode is Mode.ENFORCE
        yield Remark(
            on_budget(budget.id, "limits", length),
            f"`{budget.id}`: {window.limit:,} in {length} can never be passed in {where}, with {sizes[idle[0]]:,} persons",
            "write a limit that a theft would pass, or correct `population` in the estate",
            budget.id,
            Severity.MEDIUM if everywhere else Severity.LOW,
        )
        break  # the longer windows allow at least as much


def _sizes(budget: Budget, inspected: Inspected) -> dict[str, int]:
    """The most persons that a key of the budget can meet, by the key in words; people in two applications count twice."""
    reached = list(reachable(budget, inspected))
    if Key.APPLICATION in budget.per:
        return {f"`{a.id}`": a.population for _, found in reached for a in found}
    if _OF_AN_ACCOUNT & set(budget.per):
        sizes = [sum(a.population for a in found) for _, found in reached]
        return {"what one account can open": max(sizes)} if sizes else {}
    together = {a.id: a.population for _, found in reached for a in found}
    return {"all that it concerns": sum(together.values())} if together else {}


_ESTATE = (
    ESTATE.replace(
        "kinds:",
        "  - {id: archive, owner: team@example.org, population: 900000, categories: [identity], operations: [view]}\nkinds:",
    )
    .replace("[totp]}", "[totp], applications: [files]}")
    .replace("50000", "5000")
)

LINT = Lint(
    title="A limit that nobody can reach",
    severity=Severity.MEDIUM,
    what="A limit on persons is at or above the number of persons that an account, an application or everybody together can open. What is plain "
    "from the numbers of the target alone is refused when the policy is loaded; this lint also knows which kinds open what. A limit "
    "that is too high in some applications only, or in shadow, is told with low severity.",
    why="It reads like a limit, and lets the whole base go.",
    source="Kairos, July 2025: a detector that was present and mis-set",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=_check,
    bad=Sample(policy=POLICY, estate=_ESTATE),
    good=Sample(policy=POLICY.replace("360d: 6000", "360d: 4800"), estate=_ESTATE),
)
