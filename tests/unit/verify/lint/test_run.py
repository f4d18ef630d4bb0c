"""A run tells what was found and where, what was let pass, and what was not looked at."""

import pytest

from ecluse.model.errors import ConfigError
from ecluse.model.finding import Severity
from ecluse.verify import lints
from ecluse.verify.lint.contract import Sample
from ecluse.verify.lint.part import Part
from ecluse.verify.lint.reading import inspect_sample
from ecluse.verify.lint.run import lint

EVERY = lints.every()
POLICY = """\
version: 1
budgets:
  - id: account
    per: account
    limits: {10m: 60, 1h: 150, 24h: 500}
    mode: shadow
  - id: strangers
    per: account
    limits: {1h: 20}
    effect: justify
    afterwards: {10m: 7, 1h: 7}
"""


def run(policy, *, without=(), **parts):
    return lint(inspect_sample(Sample(policy=policy, **parts)), EVERY, without=without)


def places(marks):
    return [(m.finding.code, m.line, m.column) for m in marks]


def test_places_are_those_of_the_file():
    assert places(run(POLICY).found) == [
        ("window-idle", 11, 18),  # of the budget that `afterwards` makes
        ("budget-in-shadow", 6, 5),
        ("opens-more", 11, 5),
    ]


def test_what_is_missing_is_said():
    outcome = run(POLICY)
    assert outcome.skipped["flow-unbounded"] == {Part.ESTATE}
    assert outcome.skipped["accounts-miscounted"] == {Part.ESTATE, Part.TABLES}
    assert outcome.skipped["application-past-closing"] == {Part.ESTATE, Part.TODAY}
    assert outcome.ran == EVERY.keys() - outcome.skipped.keys()


def test_severities_decide():
    outcome = run(POLICY)
    assert outcome.at_least(Severity.LOW)
    assert not outcome.at_least(Severity.MEDIUM)
    assert not run(POLICY, without={"window-idle"}).at_least(Severity.LOW)


@pytest.mark.parametrize(
    ("old", "new", "passed", "found"),
    [
        ("mode: shadow", "mode: shadow  # lint: ignore budget-in-shadow: for March", 1, []),
        ("  - id: account\n", "  # lint: ignore budget-in-shadow: for March\n  - id: account\n", 1, []),
        ("    mode", "    # lint: ignore budget-in-shadow, window-idle: for March\n    mode", 1, ["suppression-unused"]),
        ("  - id: str", "  # lint: ignore budget-in-shadow: for March\n  - id: str", 0, ["suppression-unused", "budget-in-shadow"]),
        ("mode: shadow", "mode: shadow  # lint: ignore budget-in-shadow", 0, ["suppression-without-reason", "budget-in-shadow"]),
        ("mode: shadow", "mode: shadow  # lint: ignore budget-in-shadow:   ", 0, ["suppression-without-reason", "budget-in-shadow"]),
        ("mode: shadow", "mode: shadow  # lint: ignore", 0, ["suppression-without-reason", "budget-in-shadow"]),
        ("mode: shadow", "mode: shadow  # lint: ignore budget-in-shado: for March", 0, ["suppression-unused", "budget-in-shadow"]),
        ("mode: shadow", "mode: shadow  # lint: ignored budget-in-shadow: no", 0, ["budget-in-shadow"]),
        ("id: account\n", "id: account\n    description: '# lint: ignore budget-in-shadow: no'\n", 0, ["budget-in-shadow"]),
    ],
)  # fmt: skip
def test_what_a_comment_lets_pass(old, new, passed, found):
    text = POLICY.replace("10m: 7", "10m: 5").replace(old, new, 1)
    outcome = run(text)
    assert [m.reason for m in outcome.passed] == ["for March"] * passed
    assert [m.finding.code for m in outcome.found] == [*found, "opens-more"]


def test_a_comment_about_a_lint_that_was_not_run_is_left_alone():
    text = POLICY.replace("shadow\n", "shadow  # lint: ignore budget-in-shadow: for March\n")
    outcome = run(text, without={"budget-in-shadow"})
    assert "suppression-unused" not in {m.finding.code for m in outcome.found}
    text = POLICY.replace("shadow\n", "shadow  # lint: ignore flow-only-watched: for March\n")
    assert "suppression-unused" not in {m.finding.code for m in run(text).found}


def test_nobody_lets_the_lints_about_comments_pass():
    text = POLICY.replace(
        "shadow\n", "shadow  # lint: ignore budget-in-shadow, suppression-without-reason\n"
    )
    found = {m.finding.code for m in run(text).found}
    assert "suppression-without-reason" in found


def test_a_fingerprint_stays_when_lines_move():
    def prints(text):
        return {(m.finding.code, m.fingerprint) for m in run(text).found}

    assert prints(POLICY) == prints("# a comment\n\n" + POLICY.replace("60, ", "61, "))
    assert len({p for _, p in prints(POLICY)}) == 3
    assert prints(POLICY) != prints(POLICY.replace("strangers", "others"))


def test_a_wrong_file_ends_it():
    with pytest.raises(ConfigError):
        run(POLICY.replace("per: account", "per: acount"))
    with pytest.raises(ConfigError):
        run(POLICY, routes="version: 1\nroutes: []\n")
