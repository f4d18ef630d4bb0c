"""The page about lints is written from the lints, and what it shows by hand holds."""

import re
import runpy

import pytest
import yaml

from ecluse.verify import lints
from structure.source import ROOT, text

PAGE = text(ROOT / "docs" / "lint.md")
MAKE = runpy.run_path(str(ROOT / "docs" / "make_lint.py"))


def test_the_page_is_up_to_date():
    assert MAKE["page"](PAGE) == PAGE, (
        "a lint changed: run `python docs/make_lint.py` and review the page"
    )


def test_every_lint_has_its_section():
    sections = re.findall(r"^## (.+)$", PAGE.partition(MAKE["MARK"])[2], re.MULTILINE)
    assert set(lints.codes()) <= set(sections)
    assert len(sections) == len(set(sections))


def test_a_page_without_its_mark_is_noticed():
    with pytest.raises(AssertionError, match="the page has lost the mark"):
        MAKE["page"]("# Lint\n")


def test_the_recipes_are_yaml():
    written = PAGE.partition(MAKE["MARK"])[0]
    blocks = re.findall(r"```yaml\n(.*?)```", written, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        assert isinstance(yaml.safe_load(block), dict)


def test_recipes_call_the_command_with_its_options():
    from ecluse.cli.lint import command

    known = {o for p in command.params for o in p.opts}
    calls = re.findall(r"ecluse lint ([^\n`]*)", PAGE.partition(MAKE["MARK"])[0])
    assert len(calls) >= 6
    used = {word for call in calls for word in call.split() if word.startswith("--")}
    assert used <= known
