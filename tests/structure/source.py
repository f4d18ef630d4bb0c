"""What do the structure tests look at? The files of the project, the syntax trees of its modules, its pure rooms."""

import ast
import os
import subprocess
import tomllib
from functools import cache
from pathlib import Path

__all__ = ["ROOT", "SRC", "files", "modules", "name_of", "pure", "text", "tree"]

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "ecluse"

_LEFT_OUT = {"__pycache__", "build", "dist", "demo", "node_modules"}


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Every file that is or is about to be committed, of the suffixes given, or all."""
    found = [ROOT / name for name in _names()]
    return tuple(sorted(p for p in found if p.is_file() and (not suffixes or p.suffix in suffixes)))


@cache
def _names() -> tuple[str, ...]:
    if (ROOT / ".git").exists():
        git = [
            "git",
            "-C",
            str(ROOT),
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]
        listed = subprocess.run(git, capture_output=True, check=False)
        if listed.returncode == 0:
            return tuple(name for name in listed.stdout.decode().split("\0") if name)
    return tuple(_walk())


def _walk() -> list[str]:
    """The same for a copy without its history."""
    names = []
    for folder, folders, here in os.walk(ROOT):
        folders[:] = [
            f
            for f in folders
            if f not in _LEFT_OUT and not f.startswith(".") and not f.endswith(".egg-info")
        ]
        names += [str((Path(folder) / name).relative_to(ROOT)) for name in here]
    return names


@cache
def modules() -> tuple[Path, ...]:
    """The modules of the package."""
    return tuple(p for p in files(".py") if p.is_relative_to(SRC))


@cache
def text(path: Path) -> str | None:
    """The text of a file, or nothing when it is no text."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def pure() -> tuple[Path, ...]:
    """The modules of the rooms that import-linter keeps free of input and output; pyproject.toml lists them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    rooms = next(c["source_modules"] for c in contracts if c["type"] == "forbidden")
    folders = [SRC.parent / room.replace(".", "/") for room in rooms]
    return tuple(
        p
        for p in modules()
        if any(p.is_relative_to(f) or p == f.with_suffix(".py") for f in folders)
    )
