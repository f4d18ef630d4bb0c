"""An application is on its way out, and nothing limits it: the half of nothing is nothing."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.estate import LifeCycle
from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_application
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE, POLICY
from ecluse.verify.lint.targets import concerns

__all__ = ["LINT"]

_ENDING: Final = {
    LifeCycle.DECOMMISSIONING: "is being decommissioned",
    LifeCycle.CLOSING: "is closing",
}


def _check(inspected: Inspected) -> Iterator[Remark]:
    for application in inspected.estate.applications:
        if application.state not in _ENDING:
            continue
        name = application.id
        if not any(concerns(b, name) for b in inspected.refusing):
            warns = [b.id for b in inspected.policies.budgets if concerns(b, name)]
            but = f" (`{warns[0]}` refuses nothing)" if warns else ""
            yield Remark(
                on_application(name, "state"),
                f"`{name}` {_ENDING[application.state]}, and no budget refuses anything in it{but}: there is nothing to scale down",
                f"add a budget of its own: `per: account`, `target: {{application: {name}}}`, with less than the others",
                name,
            )


_ESTATE = ESTATE.replace("kinds:", "  - {id: old-files, owner: team@example.org, state: decommissioning, closes: 2027-12-31, population: 50000, categories: [identity], operations: [view]}\nkinds:").replace("factors: [totp]", "factors: [totp], applications: [files]")  # fmt: skip

LINT = Lint(
    title="An application on its way out, without a budget",
    severity=Severity.HIGH,
    what="An application is `decommissioning` or `closing`, and no budget that enforces and refuses concerns it. The gate scales down what "
    "such an application may show; here there is nothing to scale.",
    why="An application at the end of its life still holds everybody, and gets none of the protection that is built for its successor.",
    source="Kairos, July 2025: being decommissioned, hence without the newest protections",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=_check,
    bad=Sample(
        policy=POLICY.replace("per: account", "per: account\n    target: {application: files}"),
        estate=_ESTATE,
    ),
    good=Sample(policy=POLICY, estate=_ESTATE),
)
