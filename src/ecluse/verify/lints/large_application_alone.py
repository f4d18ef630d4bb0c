"""A large application has no limit on what all accounts read together."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.finding import Severity
from ecluse.model.policy import Key
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_application
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE, POLICY
from ecluse.verify.lint.targets import concerns

__all__ = ["LINT"]

_LARGE: Final = 2_000_000
_SHARED: Final = frozenset({Key.ORGANIZATION, Key.APPLICATION, Key.SYSTEM})


def _check(inspected: Inspected) -> Iterator[Remark]:
    shared = [b for b in inspected.refusing if set(b.per) <= _SHARED]
    for application in inspected.open_applications:
        if application.population < _LARGE or any(concerns(b, application.id) for b in shared):
            continue
        held = sum(inspected.accounts[k.id] for k in inspected.opening(application.id))
        yield Remark(
            on_application(application.id),
            f"`{application.id}` holds {application.population:,} persons, and nothing limits what its {held:,} accounts read together",
            "enforce a budget per application or organization, fitted to your busiest day",
            application.id,
        )


_ESTATE = ESTATE.replace("50000", "2100000")
_GOOD = f"{POLICY}  - id: everybody\n    per: application\n    limits: {{1h: 800, 24h: 4000}}\n"

LINT = Lint(
    title="A large application without a limit for all together",
    severity=Severity.LOW,
    what="An application with two million persons or more has no budget per application, organization or system that enforces and refuses.",
    why="A theft through many accounts stays below the limit of each. Only what they share sees it.",
    source="CNIL, large databases, April 2025: limit requests per user and globally per application",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=_check,
    bad=Sample(policy=POLICY, estate=_ESTATE),
    good=Sample(policy=_GOOD, estate=_ESTATE),
)
