"""The pure rooms are handed time, randomness and bytes; they fetch none of them themselves."""

import ast
import re

import pytest

from structure.source import name_of, pure, tree

BANNED = {
    r"(?:datetime\.)?(?:datetime|date)\.(?:now|utcnow|today)": "the time is an argument",
    r"time\.\w+": "the time is an argument",
    r"random\.(?!Random$)\w+": "randomness is a seeded random.Random handed in",
    r"(?:np|numpy)\.random\.(?!Generator$|PCG64$|default_rng$|SeedSequence$)\w+": "randomness is a seeded generator handed in",
    r"uuid\.uuid[14]": "an identifier is an argument",
    r"os\.\w+(?:\.\w+)*": "the environment belongs to the adapters",
    r"(?:io\.)?open": "bytes are an argument",
    r"(?:print|input)": "values are returned, the command line prints",
    r"sys\.(?:stdin|stdout|stderr)\..+": "values are returned, the command line prints",
}
FILE_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes"}
"""Package data may be read, through `importlib.resources.files(…)`."""


def _called(module):
    """Calls of what the module imports or has from Python itself; a variable may be named `time`."""
    known = _imported(module)
    return [
        c
        for c in _calls(module)
        if "." not in c[1] or c[1].split(".")[0] in known or c[1].rsplit(".", 1)[-1] in FILE_METHODS
    ]


def _imported(module):
    nodes = [n for n in ast.walk(module) if isinstance(n, ast.Import | ast.ImportFrom)]
    return {(a.asname or a.name).split(".")[0] for n in nodes for a in n.names} | {"os"}


def _calls(module):
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func), node
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "sys.argv"}:
            yield node.lineno, "os.environ", None


def _reason(called, node):
    for pattern, reason in BANNED.items():
        if re.fullmatch(pattern, called):
            return reason
    if called.endswith(".default_rng") and node is not None and not node.args:
        return "without a seed this is random"
    last = called.rsplit(".", 1)[-1]
    if last in FILE_METHODS and "files(" not in called:
        return (
            "files are read and written by adapters; package data through importlib.resources.files"
        )
    return None


def test_the_pure_rooms_are_found():
    rooms = {p.relative_to(p.parents[1]).parts[0] for p in pure()}
    assert {"model", "engine", "formats", "reports"} <= rooms


def test_pure_rooms_fetch_nothing():
    found = [
        f"{name_of(p)}:{line} {called}: {reason}"
        for p in pure()
        for line, called, node in _called(tree(p))
        if (reason := _reason(called, node))
    ]
    assert not found, "a pure room is handed what it needs:\n" + "\n".join(found)


IMPORTS = "import os, random, time, datetime\nimport numpy as np\nfrom datetime import datetime\n"


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("datetime.now(UTC)", True),
        ("datetime.datetime.utcnow()", True),
        ("datetime.fromisoformat(text)", False),
        ("time.monotonic()", True),
        ("random.choice(x)", True),
        ("random.Random(7)", False),
        ("np.random.default_rng()", True),
        ("np.random.default_rng(7)", False),
        ("open('x')", True),
        ("path.read_text()", True),
        ("files('ecluse').joinpath('x').read_text('utf-8')", False),
        ("os.environ['X']", True),
        ("self.opened(x)", False),
    ],
)
def test_the_scan_sees_what_it_should(code, caught):
    assert (
        any(_reason(called, node) for _, called, node in _called(ast.parse(IMPORTS + code)))
        is caught
    )
