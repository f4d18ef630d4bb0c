"""A mapping leaves out, or does not recognise, another spelling of a person's path."""

from collections.abc import Iterator

from ecluse.formats.common.mapping import Mapping
from ecluse.loaders.nodes import quote
from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, Where
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.spellings import Tried, person_paths, try_spellings

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for file, mapping in inspected.mappings.items():
        for field, path, pattern in person_paths(mapping):
            if path is None:
                yield Remark(
                    Where(Part.MAPPING, ("person",), file),
                    f"no path could be made up for {quote(pattern)}: its spellings were not tried",
                    "begin the expression with `^/`, or try spellings yourself with `ecluse convert`",
                    field,
                    Severity.INFORMATIONAL,
                )
            else:
                yield from _on_path(file, mapping, field, path)


def _on_path(file: str, mapping: Mapping, field: str, path: str) -> Iterator[Remark]:
    plain, others = try_spellings(mapping, field, path)
    if not plain.persons or plain.ignored:
        return  # the place is for something else, or the whole path is left out on purpose
    hidden = [t for t in others if t.ignored]
    if hidden:
        yield Remark(
            Where(Part.MAPPING, ("ignore",), file),
            f"`{path}` shows a person, and {_listed(hidden)} left out as `{hidden[0].ignored}`",
            "let a reason to ignore hold only where no person stands in the path: add a condition `not_matches` of the person's path",
            path,
            Severity.LOW if all(t.case for t in hidden) else Severity.MEDIUM,
        )
    lost = [t for t in others if not t.ignored and not set(plain.persons) <= set(t.persons)]
    if lost:
        yield Remark(
            Where(Part.MAPPING, ("person",), file),
            f"`{path}` shows `{plain.persons[0]}`, and {_listed(lost)} not counted as that person",
            "widen the expression, such as `(?i)` where the server ignores case and `(?:[/;.]|$)` behind the identifier; what stays is a reject, and is counted as one",
            path,
            Severity.LOW,
        )


def _listed(tried: list[Tried]) -> str:
    shown = " and ".join(f"`{t.target}` ({t.how})" for t in tried[:3])
    more = f" and {len(tried) - 3} more" if len(tried) > 3 else ""
    return f"{shown}{more} {'is' if len(tried) == 1 else 'are'}"


_BAD = r"""format: combined
account: remote_user
person: {field: path, matches: '^/people/(?P<person>[0-9]+)'}
ignore:
  - when: {field: path, matches: '\.(css|js|png)$'}
    reason: static file
"""
_GOOD = r"""format: combined
account: remote_user
person: {field: path, matches: '(?i)^/people/(?P<person>[0-9]+)'}
ignore:
  - when: [{field: path, matches: '\.(css|js|png)$'}, {field: path, not_matches: '(?i)^/people/[0-9]'}]
    reason: static file
"""

LINT = Lint(
    title="A spelling that slips past the mapping",
    severity=Severity.MEDIUM,
    what="A path that shows a person is replayed in other spellings: capital letters, dot segments, percent-encoding, `;` parameters, endings of static "
    "files, queries. Reported is what the mapping leaves out, and with low severity what it does not count as the same person, or "
    "only for capital letters. Many servers answer these spellings with the same page; yours may not.",
    why="What is left out as a static file is neither counted nor rejected: a theft that asks for `/people/1.css`, `/people/2.css` is not in any "
    "count.",
    source="issue of the first release: the mappings that shipped ignored static files even below a person's path",
    needs=frozenset({Part.MAPPING}),
    check=_check,
    bad=Sample(mapping=_BAD),
    good=Sample(mapping=_GOOD),
)
