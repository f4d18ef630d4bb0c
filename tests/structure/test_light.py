"""An application that embeds the client or an enforcement point does not pay for the engine's libraries."""

import subprocess
import sys

import pytest

from structure.source import ROOT, SRC, modules

HEAVY = (
    "polars",
    "numba",
    "duckdb",
    "pyarrow",
    "numpy",
    "yaml",
    "rich",
    "click",
    "uvicorn",
    "redis",
)
ROOMS = ("sdk", "enforcers", "refusal", "routes")

LIGHT = [
    ".".join(p.relative_to(SRC.parent).with_suffix("").parts)
    for p in modules()
    if p.relative_to(SRC).parts[0] in ROOMS and p.name != "__init__.py"
]

CODE = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
print(sorted(set(sys.argv[1].split(",")) & sys.modules.keys()))
"""


def imported(*names):
    done = subprocess.run(
        [sys.executable, "-c", CODE, ",".join(HEAVY), *names],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    return done.stdout.strip()


def test_there_is_something_to_import():
    assert {"ecluse.sdk.gate", "ecluse.enforcers.asgi", "ecluse.refusal.page"} <= set(LIGHT)


def test_all_together_import_nothing_heavy():
    assert imported(*LIGHT) == "[]"


@pytest.mark.parametrize(
    "name", ["ecluse.sdk.gate", "ecluse.enforcers.wsgi", "ecluse.enforcers.asgi"]
)
def test_no_framework_is_needed_for_another(name):
    code = f"import sys, {name}; print(sorted({{'django', 'starlette', 'flask'}} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    assert done.stdout.strip() == "[]"


def test_a_heavy_import_is_noticed():
    assert "numpy" in imported("ecluse.counting.packed", "ecluse.engine.history")
