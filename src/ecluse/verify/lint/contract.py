"""What is a lint? A check of the files that people write, with its reason and two examples that are tests and documentation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ecluse.model.finding import Severity
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.part import Part

__all__ = ["Lint", "Part", "Remark", "Sample", "Where", "on_application", "on_budget", "on_kind"]


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a remark: a file, and the keys and ids on the way (see `loaders.outline`).

    Attributes:
        part: of which file.
        path: keys and ids; empty for the file as a whole.
        file: its name, where there are several of that part.
        line, column: instead of a path, for what is no value.
    """

    part: Part
    path: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """What a lint has seen.

    Attributes:
        what, help: one sentence each: the facts, and what to do.
        about: identifier of what it is about.
        severity: when it is another than the lint's own.
    """

    where: Where
    what: str
    help: str
    about: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """The files of an example, as far as it needs them.

    Attributes:
        accounts: the accounts table, as CSV.
        today: the date on which it is looked at.
    """

    policy: str | None = None
    estate: str | None = None
    settings: str | None = None
    routes: str | None = None
    mapping: str | None = None
    accounts: str | None = None
    today: str | None = None


@dataclass(frozen=True, slots=True)
class Lint:
    """A lint. Its code is the name of its file, with `-` for `_`.

    Attributes:
        title: what is wrong, in a few words.
        severity: the usual one.
        what: what is reported, and what is not.
        why: what follows from it.
        source: the incident, decision or rule behind it.
        needs: without these it is not run.
        check: the remarks on what is looked at.
        bad: reported by this lint, and by no other but those `beside` (informational remarks apart).
        good: almost the same, and not reported.
        beside: codes of lints that report the bad example too, since one follows from the other.
        last: whether it is run after the others, and sees what they reported.
    """

    title: str
    severity: Severity
    what: str
    why: str
    source: str
    needs: frozenset[Part]
    check: Callable[[Inspected], Iterable[Remark]]
    bad: Sample
    good: Sample
    beside: tuple[str, ...] = ()
    last: bool = False


def on_budget(budget: str, *path: str) -> Where:
    """The place of a budget, or of a part of it."""
    return Where(Part.POLICY, ("budgets", budget, *path))


def on_application(application: str, *path: str) -> Where:
    """The place of an application in the estate."""
    return Where(Part.ESTATE, ("applications", application, *path))


def on_kind(kind: str, *path: str) -> Where:
    """The place of a kind of account in the estate."""
    return Where(Part.ESTATE, ("kinds", kind, *path))
