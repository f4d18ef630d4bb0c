"""Python blocks of the documents run as they stand."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = sorted(
    p
    for p in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    if BLOCK.search(p.read_text("utf-8"))
)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_the_page_s_python_runs(page):
    names = {}
    for block in BLOCK.findall(page.read_text("utf-8")):
        exec(compile(block, str(page), "exec"), names)


def test_there_are_such_pages():
    assert PAGES
