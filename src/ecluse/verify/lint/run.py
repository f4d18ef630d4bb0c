"""What do the lints say of these files? Findings at their places, those let pass apart, and what was not looked at."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from ecluse.model.finding import Finding, Severity
from ecluse.verify.lint.contract import Lint, Part, Remark
from ecluse.verify.lint.reading import Read

__all__ = ["Linted", "Outcome", "lint"]

_SHORT: Final = 32


@dataclass(frozen=True, slots=True)
class Linted:
    """A finding at its place.

    Attributes:
        file, line, column: empty and 0 when it points to no file.
        fingerprint: the same as long as it is about the same thing, wherever the lines move.
        reason: why it was let pass, in the words of the file; empty when it was not.
    """

    finding: Finding
    file: str
    line: int
    column: int
    fingerprint: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run found.

    Attributes:
        found: most severe first.
        passed: what the files let pass in writing.
        ran: codes of the lints that were run.
        skipped: codes of those that could not be, and the parts that they wanted.
    """

    found: tuple[Linted, ...]
    passed: tuple[Linted, ...]
    ran: frozenset[str]
    skipped: dict[str, frozenset[Part]]

    def at_least(self, severity: Severity) -> bool:
        """Whether something of that severity or worse was found."""
        return any(each.finding.severity >= severity for each in self.found)


def lint(read: Read, lints: Mapping[str, Lint], *, without: Collection[str] = ()) -> Outcome:
    """Runs the lints, given by their codes, except those `without`."""
    chosen = {code: each for code, each in lints.items() if code not in without}
    skipped = {
        code: each.needs - read.parts for code, each in chosen.items() if each.needs - read.parts
    }
    able = {code: each for code, each in chosen.items() if code not in skipped}
    first = {code: each for code, each in able.items() if not each.last}
    found = list(_marked(read, first))
    inspected = replace(
        read.inspected,
        ran=frozenset(first),
        raised=frozenset((m.finding.code, m.file, m.line) for m in found),
        known=tuple(sorted(lints)),
    )
    after = replace(read, inspected=inspected)
    open_: list[Linted] = []
    passed: list[Linted] = []
    for each in found:
        reason = _reason(each, read)
        (passed if reason else open_).append(replace(each, reason=reason))
    open_ += _marked(after, {code: each for code, each in able.items() if each.last})
    return Outcome(
        found=tuple(sorted(open_, key=_order)),
        passed=tuple(sorted(passed, key=_order)),
        ran=frozenset(able),
        skipped=skipped,
    )


def _marked(read: Read, lints: Mapping[str, Lint]) -> Iterable[Linted]:
    seen: Counter[str] = Counter()
    for code, each in lints.items():
        for remark in each.check(read.inspected):
            mark = _mark(read, code, each, remark)
            seen[mark.fingerprint] += 1
            again = seen[mark.fingerprint]
            yield replace(mark, fingerprint=f"{mark.fingerprint}:{again}")


def _mark(read: Read, code: str, each: Lint, remark: Remark) -> Linted:
    severity = remark.severity or each.severity
    finding = Finding(code, severity, remark.what, remark.help, remark.about)
    file, line, column = read.place(remark.where)
    where = remark.where
    named = "\n".join((code, where.part.value, remark.about, *where.path))
    return Linted(finding, file, line, column, sha256(named.encode()).hexdigest()[:_SHORT])


def _reason(mark: Linted, read: Read) -> str:
    for each in read.inspected.suppressions:
        if each.covers(mark.finding.code, mark.file, mark.line):
            return each.reason
    return ""


def _order(mark: Linted) -> tuple[int, str, int, int, str, str]:
    finding = mark.finding
    return (-finding.severity, mark.file, mark.line, mark.column, finding.code, finding.what)
