"""How is a policy set written as a file that people read, sign and change?

What is written reads as the same set: `afterwards` becomes the two budgets that it is. Remarks of another file are not carried over.
"""

import json
from typing import Final

from ecluse.loaders.policy import PolicyFile
from ecluse.loaders.schema import WEEKDAYS
from ecluse.model.policy import Budget, Hours, Target
from ecluse.model.time import format_duration

__all__ = ["render"]

_LISTS: Final = (
    ("kind", "kinds"),
    ("organization", "organizations"),
    ("application", "applications"),
    ("operation", "operations"),
    ("category", "categories"),
    ("factor", "factors"),
)


def render(policy: PolicyFile, *, head: str = "") -> str:
    """Writes a policy file.

    Args:
        policy: what it says.
        head: lines of remarks to begin with, without `#`.
    """
    lines = ["# yaml-language-server: $schema=policy.schema.json"]
    lines += [f"# {line}".rstrip() for line in head.splitlines()]
    lines += ["version: 1"]
    if policy.description:
        lines.append(f"description: {_text(policy.description)}")
    if policy.zone != "UTC":
        lines.append(f"zone: {policy.zone}")
    lines.append("budgets:")
    for budget in policy.policies.budgets:
        lines += ["", *_budget(budget, policy)]
    return "\n".join(lines) + "\n"


def _budget(budget: Budget, policy: PolicyFile) -> list[str]:
    limits = ", ".join(f"{format_duration(w.length)}: {w.limit}" for w in budget.windows)
    keys = [key.value for key in budget.per]
    written = [f"id: {budget.id}"]
    if description := policy.descriptions.get(budget.id):
        written.append(f"description: {_text(description)}")
    written.append(f"per: {keys[0] if len(keys) == 1 else _list(keys)}")
    written.append(f"counts: {budget.counts.value}")
    if budget.target != Target():
        written += ["target:", *(f"  {line}" for line in _target(budget.target))]
    written.append(f"limits: {{{limits}}}")
    if budget.warn_share is not None:
        written.append(f"warn_at: {budget.warn_share:g}")
    written += [f"effect: {budget.effect.word}", f"mode: {budget.mode.value}"]
    if budget.reason:
        written += [
            "reason:",
            *(f"  {language}: {_text(text)}" for language, text in budget.reason),
        ]
    if why := policy.why.get(budget.id):
        written += [
            "why:",
            *(f"  {format_duration(w)}: {_text(text)}" for w, text in sorted(why.items())),
        ]
    return [f"  - {written[0]}", *(f"    {line}" for line in written[1:])]


def _target(target: Target) -> list[str]:
    lines = [
        f"{key}: {_list(sorted(names))}"
        for key, name in _LISTS
        if (names := getattr(target, name)) is not None
    ]
    if target.hours is not None:
        lines.append(f"hours: {_hours(target.hours)}")
    ages = {"under": target.younger_than, "over": target.older_than}
    if any(ages.values()):
        said = ", ".join(f"{key}: {format_duration(age)}" for key, age in ages.items() if age)
        lines.append(f"account_age: {{{said}}}")
    if target.own is not None:
        lines.append(f"caseload: {'inside' if target.own else 'outside'}")
    given = {"justified": target.justified, "stepped_up": target.stepped_up}
    lines += [f"{key}: {str(value).lower()}" for key, value in given.items() if value is not None]
    return lines


def _hours(hours: Hours) -> str:
    start, end = hours.spans[-1][0], hours.spans[0][1]
    said = [f"zone: {hours.zone}"]
    if (start, end) != (0, 1440):
        said.append(f'from: "{_clock(start)}", to: "{_clock(end)}"')
    if len(hours.weekdays) < 7:
        days = [day for day, number in WEEKDAYS.items() if number in hours.weekdays]
        said.append(f"weekdays: {_list(days)}")
    return f"{{{', '.join(said)}}}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _list(words: list[str]) -> str:
    return f"[{', '.join(_text(word) if _odd(word) else word for word in words)}]"


def _odd(word: str) -> bool:
    """Whether YAML could take a bare word for something else."""
    plain = word.replace("-", "").replace("_", "").replace(".", "")
    return (
        not (plain.isalnum() and plain.isascii() and word[:1].isalpha()) or word.lower() in _WORDS
    )


_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def _text(text: str) -> str:
    """A JSON string is one of YAML as well."""
    return json.dumps(text, ensure_ascii=any(not c.isprintable() for c in text))
