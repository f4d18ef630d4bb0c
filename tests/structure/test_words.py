"""One concept has one word: GLOSSARY.md says which, and public names keep to it."""

import ast
import json
import re

from structure.source import ROOT, SRC, files, modules, name_of, tree

EXCEPTIONS: dict[tuple[str, str], str] = {}
"""(part of a path, word): the reason why that word stands there, for instance in a foreign format's own field name."""


def _rows():
    for line in (ROOT / "GLOSSARY.md").read_text("utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("| Word"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def _avoided():
    """Each avoided word, and the word of the project for it."""
    return {word: row[0] for row in _rows() for word in re.findall(r"`([a-z]+)`(?! of)", row[3])}


def _parts(name):
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower())


def _public_names(path):
    """Names that others see: of the module, its functions, their parameters, its classes and their attributes."""
    yield 1, path.stem
    for node in tree(path).body:
        yield from _of(node)


def _of(node):
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if not name.startswith(
            "_"
        ):
            yield node.lineno, name
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                yield argument.lineno, argument.arg
        case ast.ClassDef(name=name) if not name.startswith("_"):
            yield node.lineno, name
            for inner in node.body:
                yield from _of(inner)
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            if not name.startswith("_"):
                yield node.lineno, name


def _excused(place, word):
    return any(part in place and word == w for part, w in EXCEPTIONS)


def test_the_glossary_has_every_word_of_the_model():
    defined = {w for row in _rows() for w in _parts(row[0])}
    must = {
        "person",
        "account",
        "ledger",
        "budget",
        "window",
        "decision",
        "effect",
        "finding",
        "policy",
        "entry",
        "target",
    }
    assert must <= defined
    assert all(len(row) == 4 and all(row) for row in _rows()), (
        "every word has a meaning, a standard or –, and what it replaces"
    )


def test_no_word_is_both_used_and_avoided():
    words = {row[0] for row in _rows()}
    assert not words & _avoided().keys()


def test_public_names_use_the_words_of_the_glossary():
    avoided = _avoided()
    assert len(avoided) >= 10
    found = [
        f"{name_of(p)}:{line} {name}: say {avoided[part]} instead of {part}"
        for p in modules()
        for line, name in _public_names(p)
        for part in _parts(name)
        if part in avoided and not _excused(name_of(p), part)
    ]
    assert not found, "GLOSSARY.md has another word:\n" + "\n".join(found)


def _keys(schema):
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from _keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _keys(value)


def test_published_schemas_use_the_words_of_the_glossary():
    avoided = _avoided()
    schemas = [p for p in files(".json") if p.is_relative_to(SRC)]
    assert schemas
    found = [
        f"{name_of(p)} {key}: say {avoided[part]}"
        for p in schemas
        for key in _keys(json.loads(p.read_text("utf-8")))
        for part in _parts(key)
        if part in avoided and not _excused(name_of(p), part)
    ]
    assert not found, "GLOSSARY.md has another word:\n" + "\n".join(found)
