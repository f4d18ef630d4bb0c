"""Errors are caught where someone handles them; a broad `except` swallows what nobody expected."""

import ast

from structure.source import modules, name_of, tree

ALLOWED: dict[str, str] = {}
"""Files with an outermost loop that must survive anything, each with its reason. Five at most, each counted by a metric."""

BROAD = {"Exception", "BaseException"}


def _names(node):
    if node is None:
        return {"everything"}
    nodes = node.elts if isinstance(node, ast.Tuple) else [node]
    return {ast.unparse(n) for n in nodes}


def _broad(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler) and _names(node.type) & (BROAD | {"everything"}):
            reraises = any(isinstance(n, ast.Raise) and n.exc is None for n in ast.walk(node))
            if not reraises:  # cleaning up and raising again hides nothing
                yield f"{name_of(path)}:{node.lineno}"


def test_no_broad_except():
    found = [place for p in modules() if name_of(p) not in ALLOWED for place in _broad(p)]
    assert not found, (
        f"name the exceptions that are handled here, or list the outermost loop in ALLOWED: {found}"
    )


def test_the_list_of_exceptions_is_short_and_true():
    assert len(ALLOWED) <= 5
    names = {name_of(p): p for p in modules()}
    stale = [name for name in ALLOWED if name not in names or not list(_broad(names[name]))]
    assert not stale, f"these need no exception any more: {stale}"


def _silent(path):
    calls = (n for n in ast.walk(tree(path)) if isinstance(n, ast.Call))
    for call in calls:
        if ast.unparse(call.func).endswith("suppress") and any(
            _names(a) & BROAD for a in call.args
        ):
            yield f"{name_of(path)}:{call.lineno}"


def test_no_broad_suppress():
    found = [place for p in modules() for place in _silent(p)]
    assert not found, f"name the exceptions to suppress: {found}"
