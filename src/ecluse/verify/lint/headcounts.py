"""What do the lints about the accounts table say? The findings of `verify.headcount` of one code, at their places."""

from collections.abc import Callable, Iterator

from ecluse.verify.headcount import compare_headcounts
from ecluse.verify.lint.contract import Part, Remark, Where
from ecluse.verify.lint.inspected import Inspected

__all__ = ["headcounts_of"]


def headcounts_of(code: str) -> Callable[[Inspected], Iterator[Remark]]:
    """The check of the lint that tells the differences of this code."""

    def check(inspected: Inspected) -> Iterator[Remark]:
        for found in compare_headcounts(inspected.estate, inspected.headcounts or {}):
            if found.code == code:
                place = Where(Part.ESTATE, ("organizations", found.about))
                yield Remark(place, found.what, found.help, found.about, found.severity)

    return check
