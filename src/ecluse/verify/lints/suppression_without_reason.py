"""A comment lets a finding pass without saying why."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Remark, Sample, Where
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import POLICY

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for each in inspected.suppressions:
        if each.reason and each.codes:
            continue
        missing = "gives no reason, and lets nothing pass" if each.codes else "names no lint"
        yield Remark(
            Where(each.part, line=each.line, column=each.column, file=each.file),
            f"the comment {missing}",
            "write `# lint: ignore CODE: reason`",
            ", ".join(each.codes),
        )


_BAD = f"{POLICY}    mode: shadow  # lint: ignore budget-in-shadow\n"

LINT = Lint(
    title="A suppression without a reason",
    severity=Severity.MEDIUM,
    what="A comment `# lint: ignore` names no lint, or gives no reason behind a colon. It lets nothing pass.",
    why="Who reads the file in a year must know whether the reason still holds.",
    source="SAN-2026-003, January 2026: advice on authentication that was set aside for lack of time",
    needs=frozenset(),
    check=_check,
    bad=Sample(policy=_BAD),
    good=Sample(
        policy=_BAD.replace(
            "budget-in-shadow\n", "budget-in-shadow: until the tests of March are over\n"
        )
    ),
    last=True,
)
