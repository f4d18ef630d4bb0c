"""What does `statement.yaml` say? What persons state of a breach, or every fault of the file with its place."""

import re
from collections.abc import Iterable
from dataclasses import fields as fields_of
from typing import Any, Final

from ecluse.loaders.controller import read_both
from ecluse.loaders.located import Fields, Kind, Node, Reader, quote, scalars
from ecluse.loaders.statement_schema import STATEMENT
from ecluse.model import form
from ecluse.model.notice import Attachment, Both, Measure, Statement

__all__ = ["load_statement"]

_DEFS: Final = STATEMENT["$defs"]
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_WORDS: Final = {
    "natures": form.NATURES,
    "origins": form.ORIGINS,
    "supports": form.SUPPORTS,
    "people": form.PEOPLE,
    "consequences": form.CONSEQUENCES,
    "harms": form.HARMS,
    "means": form.MEANS,
}
_WORD: Final = {"cause": form.CAUSES, "informing": form.INFORMING, "ground": form.GROUNDS}
_TEXTS: Final = tuple(f.name for f in fields_of(Statement) if f.type in {Both, "Both"})
_FLAGS: Final = ("identifiable", "ongoing", "cross_border", "malicious")
_NAMES: Final = (
    "lead_authority", "authority_number", "complaint_number", "complaint_page", "prosecutor",
)  # fmt: skip


def load_statement(text: bytes | str, *, file: str) -> Statement:
    """Reads the statement of an incident.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, STATEMENT["properties"], what="a statement")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    values: dict[str, Any] = {
        **{key: top.words(key, _same(words)) for key, words in _WORDS.items()},
        **{key: top.word(key, _same(words), "") for key, words in _WORD.items()},
        **{key: read_both(top, key) for key in _TEXTS},
        **{key: top.boolean(key, None) for key in _FLAGS},
        **{key: top.string(key, "") for key in _NAMES},
    }
    read = Statement(
        **values,
        established=top.boolean("established", default=False),
        data=_data(top),
        categories=tuple(
            (key.text, _text(top.reader, value)) for key, value in top.entries("categories")
        ),
        measures=_measures(top),
        informed_at=top.instant("informed_at", None),
        informed_number=top.integer("informed_number", None, least=0),
        other_authorities=top.strings("other_authorities"),
        other_bodies=_bodies(top),
        unknown=tuple(_text(top.reader, node) for node in top.items("unknown")),
        complement_at=top.instant("complement_at", None),
        attachments=_attachments(top),
        answers=_answers(top),
        indicators=top.strings("indicators"),
    )
    _check(top, read)
    reader.raise_if_issues()
    return read


def _same(words: Iterable[str]) -> dict[str, str]:
    return {word: word for word in words}


def _text(reader: Reader, node: Node) -> Both:
    inner = Fields(reader, node, ("fr", "en"), what="a text")
    if node.kind is Kind.MAPPING and not node.entries:
        reader.note(node, "the text is in no language", "write `fr:` and `en:`")
    return Both(inner.string("fr", "", lines=True), inner.string("en", "", lines=True))


def _parts(top: Fields, key: str, name: str, what: str) -> Iterable[Fields]:
    for node in top.items(key):
        yield Fields(top.reader, node, _DEFS[name]["properties"], what=what)


def _data(top: Fields) -> tuple[tuple[str, tuple[str, ...]], ...]:
    words = _same(form.DATA)
    return tuple(
        (key.text, top.reader.each(value, lambda n: scalars.word(n, words), single=True))
        for key, value in top.entries("data")
    )


def _measures(top: Fields) -> tuple[Measure, ...]:
    return tuple(
        Measure(
            one.word("phase", _same(form.PHASES), "done", required=True),
            read_both(one, "text", required=True),
            one.instant("at", None),
        )
        for one in _parts(top, "measures", "measure", "a measure")
    )


def _bodies(top: Fields) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one.string("name", "", required=True), one.string("text", ""))
        for one in _parts(top, "other_bodies", "body", "a body that was told")
    )


def _attachments(top: Fields) -> tuple[Attachment, ...]:
    shape = "a SHA-256: 64 small hexadecimal digits, as `sha256sum` prints them"
    return tuple(
        Attachment(
            one.string("name", "", required=True),
            one.string("sha256", "", required=True, pattern=_DIGEST, shape=shape),
        )
        for one in _parts(top, "attachments", "attachment", "an attachment")
    )


def _answers(top: Fields) -> tuple[tuple[int, str, Both], ...]:
    return tuple(
        (
            one.instant("at", 0, required=True),
            one.string("from", "", required=True),
            read_both(one, "text", required=True),
        )
        for one in _parts(top, "answers", "answer", "an answer of an authority")
    )


def _check(top: Fields, read: Statement) -> None:
    """What is only wrong beside something else."""
    note = top.reader.note
    if read.informing == "not" and not read.ground and "ground" not in top:
        note(top.place("informing"), "the persons are not told, and no ground is given", f"add `ground:` with one of {', '.join(form.GROUNDS)} (GDPR art. 34)")  # fmt: skip
    if read.ground and read.informing != "not":
        note(top.place("ground"), f"the ground {quote(read.ground)} is for persons who are not told", "write `informing: not`, or remove `ground`")  # fmt: skip
    if read.informing == "done" and read.informed_at is None and "informed_at" not in top:
        note(top.place("informing"), "the persons were told, and nobody says when", "add `informed_at:`")  # fmt: skip
    if read.unknown and read.complement_at is None and "complement_at" not in top:
        note(top.place("unknown"), "something is still unknown, and nobody says when the complement comes", "add `complement_at:` (GDPR art. 33(4))")  # fmt: skip
