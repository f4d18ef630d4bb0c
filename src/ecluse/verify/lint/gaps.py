"""What do the lints about flows say? The findings of `verify.coverage` of one code, at their places."""

from collections.abc import Callable, Iterator

from ecluse.verify.lint.contract import Part, Remark, Where, on_application
from ecluse.verify.lint.inspected import Inspected

__all__ = ["gaps_of"]


def gaps_of(code: str) -> Callable[[Inspected], Iterator[Remark]]:
    """The check of the lint that tells the gaps of this code."""

    def check(inspected: Inspected) -> Iterator[Remark]:
        for gap in inspected.gaps:
            if gap.code == code:
                place = Where(Part.ESTATE, ("applications",))
                if gap.about:
                    place = on_application(gap.about)
                yield Remark(place, gap.what, gap.help, gap.about, gap.severity)

    return check
