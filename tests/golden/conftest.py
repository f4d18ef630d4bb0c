"""How is a golden file compared, and how is it renewed? `UPDATE_GOLDEN=1 python -m pytest tests/golden` writes them.

A golden file is the output as a person reviewed it. Renew it only to review the difference in the commit.
"""

import difflib
import os
from pathlib import Path

import pytest

FILES = Path(__file__).parent / "files"
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


@pytest.fixture
def golden():
    """Compares a text with the file of that name, or writes the file when asked to."""

    def check(name: str, text: str) -> None:
        path = FILES / name
        if UPDATE:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            return
        assert path.exists(), f"{name} has no golden file: run with UPDATE_GOLDEN=1, then review it"
        reviewed = path.read_bytes().decode()
        if text != reviewed:
            lines = difflib.unified_diff(
                reviewed.splitlines(), text.splitlines(), f"reviewed {name}", "now", lineterm=""
            )
            pytest.fail(
                "\n".join(
                    [
                        *list(lines)[:80],
                        "if this is meant: UPDATE_GOLDEN=1, then review the difference",
                    ]
                )
            )

    return check
