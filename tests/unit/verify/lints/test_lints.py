"""Each lint reports its bad example, alone, and leaves its good one; both are what the documentation shows."""

import pytest

from ecluse.model.finding import Severity
from ecluse.verify import lints
from ecluse.verify.lint.reading import inspect_sample
from ecluse.verify.lint.run import lint

EVERY = lints.every()
NOTE = Severity.INFORMATIONAL


def found(sample):
    return lint(inspect_sample(sample), EVERY).found


def test_there_are_lints():
    assert len(EVERY) >= 18
    assert {"flow-unbounded", "budget-in-shadow", "window-idle"} <= EVERY.keys()


@pytest.mark.parametrize("code", EVERY)
def test_the_bad_example_is_reported_by_this_lint_alone(code):
    marks = found(EVERY[code].bad)
    mine = [m for m in marks if m.finding.code == code]
    assert mine
    others = {m.finding.code for m in marks if m.finding.severity > NOTE} - {code}
    assert others == set(EVERY[code].beside)
    for mark in mine:
        assert mark.file, "a finding points into a file"
        assert mark.line >= 1
        assert mark.column >= 1
        assert mark.finding.what
        assert mark.finding.help
        assert not mark.finding.what.endswith(".")
        assert not mark.finding.help.endswith(".")
    assert max(m.finding.severity for m in mine) == EVERY[code].severity


@pytest.mark.parametrize("code", EVERY)
def test_the_good_example_is_left_alone(code):
    marks = found(EVERY[code].good)
    assert code not in {m.finding.code for m in marks}
    assert [m.finding.code for m in marks if m.finding.severity > NOTE] == []


@pytest.mark.parametrize("code", EVERY)
def test_a_lint_says_what_it_is(code):
    each = EVERY[code]
    assert each.bad != each.good
    assert each.needs or each.last
    assert each.what.endswith(".")
    assert each.why.endswith(".")
    assert each.source
    assert not each.title.endswith(".")
    assert len(each.title) <= 60


@pytest.mark.parametrize("code", EVERY)
def test_a_lint_says_what_it_needs(code):
    """What is needed is in the bad example, and nothing else; what comes last needs some file."""
    assert EVERY[code].last or inspect_sample(EVERY[code].bad).parts == EVERY[code].needs


def test_codes_are_names_of_files():
    assert lints.find("window-idle") is EVERY["window-idle"]
    with pytest.raises(lints.CallerError, match="no lint is called `window-idel`") as caught:
        lints.find("window-idel")
    assert caught.value.help == "did you mean `window-idle`?"
    with pytest.raises(lints.CallerError) as caught:
        lints.find("zzz")
    assert caught.value.help == "`ecluse lint --list` shows them all"
