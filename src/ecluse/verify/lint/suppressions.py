"""Which findings does a file let pass, and why? Comments such as `# lint: ignore budget-in-shadow: until the tests of March`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ecluse.loaders.comments import comments

__all__ = ["Suppression", "suppressions"]

_COMMENT: Final = re.compile(r"lint:\s*ignore\b(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment that lets findings pass.

    Attributes:
        codes: of the lints; empty when the comment names none.
        reason: empty when it gives none; then it lets nothing pass.
        first, last: the lines about which it speaks, 0 when there are none.
    """

    file: str
    line: int
    column: int
    codes: tuple[str, ...]
    reason: str
    first: int
    last: int

    def covers(self, code: str, file: str, line: int) -> bool:
        """Whether it lets a finding of that code at that place pass."""
        here = file == self.file and self.first <= line <= self.last
        return here and bool(self.reason) and code in self.codes


def suppressions(files: Iterable[tuple[str, str]]) -> tuple[Suppression, ...]:
    """The suppressions of files, given as name and text."""
    found = []
    for file, text in files:
        for comment in comments(text):
            match = _COMMENT.fullmatch(comment.text)
            if match is None:
                continue
            named, _, reason = match["rest"].partition(":")
            codes = tuple(dict.fromkeys(re.findall(r"[^\s,]+", named)))
            found.append(
                Suppression(
                    file=file,
                    line=comment.line,
                    column=comment.column,
                    codes=codes,
                    reason=reason.strip(),
                    first=comment.first,
                    last=comment.last,
                )
            )
    return tuple(found)
