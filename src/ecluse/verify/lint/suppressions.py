"""Which findings does a file let pass, and why? Comments such as `# lint: ignore budget-in-shadow: until the tests of March`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ecluse.loaders.comments import comments
from ecluse.verify.lint.part import Part

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

    part: Part
    file: str
    line: int
    column: int
    codes: tuple[str, ...]
    reason: str
    first: int
    last: int

    def covers(self, code: str, file: str, line: int) -> bool:
        """Whether it lets a finding of that code at that place pass."""
        return self.spans(file, line) and bool(self.reason) and code in self.codes

    def spans(self, file: str, line: int) -> bool:
        """Whether it speaks of that line."""
        return file == self.file and self.first <= line <= self.last


def suppressions(files: Iterable[tuple[Part, tuple[str, bytes]]]) -> tuple[Suppression, ...]:
    """The suppressions of files that a loader has read, given as their part, name and content."""
    found = []
    for part, (file, content) in files:
        for comment in comments(content.decode("utf-8-sig")):
            match = _COMMENT.fullmatch(comment.text)
            if match is None:
                continue
            named, _, reason = match["rest"].partition(":")
            codes = tuple(dict.fromkeys(re.findall(r"[^\s,]+", named)))
            found.append(
                Suppression(
                    part=part,
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
