"""Files answer one question, functions fit on a screen, public names are listed and described."""

import ast
import re

import pytest

from structure.source import SRC, files, modules, name_of, text, tree

LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def _functions(path):
    return [
        n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _public(path):
    """Functions and classes that the module offers."""
    found = [
        n
        for n in tree(path).body
        if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    return [n for n in found if not n.name.startswith("_") and not _is_subcommand(n)]


def _is_subcommand(node):
    """`@command.command()` gives click a function whose name is the word on the command line."""
    return any(re.search(r"\.(?:command|group)\b", ast.unparse(d)) for d in node.decorator_list)


def _all_of(path):
    """The names in `__all__`, or nothing when there is none."""
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
        ):
            return ast.literal_eval(node.value)
    return None


def _defined(path):
    names = set()
    for node in ast.walk(tree(path)):
        match node:
            case ast.FunctionDef(name=n) | ast.AsyncFunctionDef(name=n) | ast.ClassDef(name=n):
                names.add(n)
            case ast.Name(id=n, ctx=ast.Store()):
                names.add(n)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {(a.asname or a.name).split(".")[0] for a in aliases}
    return names


def test_there_is_something_to_look_at():
    assert len(modules()) > 20
    assert SRC / "model" / "time.py" in modules()


def test_every_module_says_which_question_it_answers():
    silent = [name_of(p) for p in modules() if p.stat().st_size and not ast.get_docstring(tree(p))]
    assert not silent, (
        f"the first line of a file says which question it answers; these say nothing: {silent}"
    )


def test_files_are_short():
    long = {name_of(p): n for p in modules() if (n := len(text(p).splitlines())) > LONGEST_FILE}
    assert not long, (
        f"a file of more than {LONGEST_FILE} lines answers more than one question; split {long}"
    )


def test_functions_fit_on_a_screen():
    long = {
        f"{name_of(p)}:{f.lineno} {f.name}": f.end_lineno - f.lineno + 1
        for p in modules()
        for f in _functions(p)
        if f.end_lineno - f.lineno + 1 > LONGEST_FUNCTION
    }
    assert not long, (
        f"a function of more than {LONGEST_FUNCTION} lines does not fit on a screen; take leaves out of {long}"
    )


def test_modules_with_public_names_list_them():
    unlisted = [
        name_of(p)
        for p in modules()
        if p.name != "__main__.py" and _public(p) and _all_of(p) is None
    ]
    assert not unlisted, f"`__all__` says what a module offers; add it to {unlisted}"


def test_public_names_are_listed_or_begin_with_an_underscore():
    missing = {
        name_of(p): names
        for p in modules()
        if (listed := _all_of(p)) is not None
        and (names := [n.name for n in _public(p) if n.name not in listed])
    }
    assert not missing, f"list these in `__all__`, or let them begin with an underscore: {missing}"


def test_listed_names_exist():
    ghosts = {
        name_of(p): names
        for p in modules()
        if (listed := _all_of(p)) is not None and (names := sorted(set(listed) - _defined(p)))
    }
    assert not ghosts, f"`__all__` lists names that the module does not define: {ghosts}"


def _undescribed(path):
    for node in _public(path):
        if node.name not in (_all_of(path) or ()):
            continue
        if not ast.get_docstring(node):
            yield f"{name_of(path)}:{node.lineno} {node.name}"


def test_public_names_are_described():
    silent = [place for p in modules() for place in _undescribed(p)]
    assert not silent, "one sentence in the indicative says what each of these does:\n" + "\n".join(
        silent
    )


LATER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b")


@pytest.mark.parametrize("suffix", [".py", ".md", ".yaml", ".toml", ".j2", ".css", ".json"])
def test_nothing_is_left_for_later(suffix):
    left = [
        f"{name_of(p)}:{number}"
        for p in files(suffix)
        for number, line in enumerate((text(p) or "").splitlines(), 1)
        if LATER.search(line)
    ]
    assert not left, f"do it now, or open an issue: {left}"
