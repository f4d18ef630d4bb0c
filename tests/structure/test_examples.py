"""What the documents show on a console runs as shown.

A fenced block whose info string is `console` is run, in order, in a temporary folder per document: lines that begin
with `$ ` are commands (`console exit=3` when the last one fails on purpose), the others are output that must appear
in that order; a line `…` or `...` stands for anything. A block that is only to be read is `sh` or `text`.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest

from structure.source import ROOT, files, name_of, text

RUNNABLE: dict[str, tuple[str, ...]] = {
    "CONTRIBUTING.md": (),
    "docs/bound.md": (),
    "docs/claim.md": (),
    "docs/backtest.md": (),
    "docs/diff.md": (),
    "docs/estate.md": (),
    "docs/evidence.md": (),
    "docs/exports.md": (),
    "docs/incidents.md": (),
    "docs/exposure.md": (),
    "docs/letters.md": (),
    "docs/lint.md": ("examples",),
    "docs/notices.md": (),
    "docs/policy.md": (),
    "docs/routes.md": (),
    "docs/tune.md": (),
}
"""Documents whose console blocks are run, with the folders of the project that they read."""

BLOCK = re.compile(r"^```console(?P<info>[^\n]*)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    commands: tuple[str, ...]
    output: tuple[str, ...]
    exit_code: int


def _examples(markdown):
    for match in BLOCK.finditer(markdown):
        lines = match["body"].splitlines()
        wanted = re.search(r"exit=(\d+)", match["info"])
        yield Example(
            commands=tuple(line[2:] for line in lines if line.startswith("$ ")),
            output=tuple(
                line
                for line in lines
                if not line.startswith("$ ") and line.strip() not in {"", "…", "..."}
            ),
            exit_code=int(wanted[1]) if wanted else 0,
        )


def _run(example, folder):
    """What the example printed; fails when it ends otherwise than it says."""
    tools = folder / ".bin"
    tools.mkdir(exist_ok=True)
    shim = tools / "ecluse"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ecluse "$@"\n', "utf-8")
    shim.chmod(0o755)
    paths = os.pathsep.join([str(tools), os.environ.get("PATH", "")])
    environment = {
        **os.environ,
        "PATH": paths,
        "PYTHONPATH": str(ROOT / "src"),
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }
    script = "set -e\n" + "\n".join(example.commands)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    printed = done.stdout + done.stderr
    assert done.returncode == example.exit_code, (
        f"{example.commands} ended with {done.returncode}:\n{printed}"
    )
    return printed


def _missing(example, printed):
    """The first line of output that the example shows and the command did not print, in order."""
    rest = iter(line.strip() for line in printed.splitlines())
    return next((line for line in example.output if line.strip() not in rest), None)


@pytest.mark.parametrize("name", RUNNABLE)
def test_the_examples_run(name, tmp_path):
    for folder in RUNNABLE[name]:
        (tmp_path / folder).symlink_to(ROOT / folder)
    examples = list(_examples(text(ROOT / name)))
    assert examples, f"{name} is listed as runnable and shows nothing to run"
    for example in examples:
        missing = _missing(example, _run(example, tmp_path))
        assert missing is None, f"{name}: {example.commands} no longer prints `{missing}`"


def test_every_console_block_is_run():
    shown = {name_of(p) for p in files(".md") if BLOCK.search(text(p))}
    assert shown <= RUNNABLE.keys(), (
        f"list in RUNNABLE, or write `sh` for blocks only to be read: {shown - RUNNABLE.keys()}"
    )


def test_an_example_that_does_not_hold_is_noticed(tmp_path):
    (good, bad, failing) = _examples(
        "```console\n$ echo one; echo two\none\n…\ntwo\n```\n```console\n$ echo one\ntwo\n```\n```console exit=3\n$ exit 3\n```\n"
    )
    assert _missing(good, _run(good, tmp_path)) is None
    assert _missing(bad, _run(bad, tmp_path)) == "two"
    assert _run(failing, tmp_path) == ""
    with pytest.raises(AssertionError, match="ended with 3"):
        _run(Example(("exit 3",), (), 0), tmp_path)
