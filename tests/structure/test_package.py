"""What the package reads at run time is in its wheel: pyproject.toml lists every file that is no module."""

import tomllib

from structure.source import ROOT, SRC, files, name_of

PATTERNS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"][
    "package-data"
]["ecluse"]


def _packed():
    return {path for pattern in PATTERNS for path in SRC.glob(pattern)}


def test_every_file_that_is_no_module_is_packed():
    other = {p for p in files() if p.is_relative_to(SRC) and p.suffix != ".py"}
    assert SRC / "py.typed" in other
    lost = sorted(name_of(p) for p in other - _packed())
    assert not lost, f"these are missing once installed; add them to package-data: {lost}"


def test_no_pattern_is_idle():
    idle = [pattern for pattern in PATTERNS if not any(SRC.glob(pattern))]
    assert not idle, f"nothing is like these in the package any more: {idle}"
