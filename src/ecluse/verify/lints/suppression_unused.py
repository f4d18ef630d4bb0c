"""A comment lets a finding pass that is not there."""

from collections.abc import Iterator
from difflib import get_close_matches

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Remark, Sample, Where
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import POLICY
from ecluse.verify.lint.suppressions import Suppression

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for each in inspected.suppressions:
        where = Where(each.part, line=each.line, column=each.column, file=each.file)
        for code in each.codes:
            if code not in inspected.known:
                near = get_close_matches(code, inspected.known, n=1)
                advice = f"did you mean `{near[0]}`?" if near else "`ecluse lint --list` shows all"
                yield Remark(where, f"no lint is called `{code}`", advice, code)
            elif code in inspected.ran and not _fires(each, code, inspected):
                what = f"`{code}` reports nothing here that could be let pass"
                yield Remark(where, what, "remove the comment, or move it to its place", code)


def _fires(each: Suppression, code: str, inspected: Inspected) -> bool:
    return any(raised == code and each.spans(file, line) for raised, file, line in inspected.raised)


_BAD = POLICY.replace(
    "  - id: account\n",
    "  # lint: ignore budget-in-shadow: until the tests of March are over\n  - id: account\n",
)

LINT = Lint(
    title="A suppression of nothing",
    severity=Severity.LOW,
    what="A comment `# lint: ignore CODE: reason` stands where that lint reports nothing, or names a lint that there is not.",
    why="It would let the next mistake of that kind pass, with a reason that was written for another.",
    source="ordinary practice of linters",
    needs=frozenset(),
    check=_check,
    bad=Sample(policy=_BAD),
    good=Sample(policy=f"{_BAD}    mode: shadow\n"),
    last=True,
)
