"""What does every legal document have? A name, required elements, a way to be made, and reasons to be refused."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import ecluse.notices
from ecluse.model.errors import CallerError
from ecluse.model.notice import Affair, Refusal
from ecluse.notices.checks import common
from ecluse.reports.document.blocks import Document

__all__ = ["LANGUAGES", "Notice", "Required", "examine", "find", "names"]

LANGUAGES = ("fr", "en")

_AWARE = "a named person decides it: `ecluse incident aware`"
_HELP = {
    "fields.aware": _AWARE,
    "fields.instant_aware": _AWARE,
    "fields.name": "write it in controller.yaml",
    "fields.dpo": "write it in controller.yaml",
    "fields.insurer": "write it in controller.yaml",
    "fields.gravity": "propose and sign it: `ecluse incident gravity`",
    "fields.decision_notify_authority": "decide it: `ecluse incident decide notify_authority`",
    "fields.decision_tell_persons": "decide it: `ecluse incident decide tell_persons`",
    "signer": "name with --signer who answers for the document",
}


@dataclass(frozen=True, slots=True)
class Required:
    """An element without which a document is refused.

    Attributes:
        field: name in the document's data (`data`), with points for what lies within.
        source: the article or form that asks for it.
    """

    field: str
    source: str


def _none(_: Affair) -> tuple[()]:
    return ()


def _nothing_more(_: Affair, _document: Document) -> tuple[()]:
    """For a document of which no more is asked than of every one: `examine` asks that anyway."""
    return ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A legal document.

    Attributes:
        name: on the command line; also the name of the file in this folder.
        build: the document as blocks, in `fr` or `en`.
        data: the same facts as JSON values.
        check: reasons to refuse it that are its own, besides what is asked of every document.
        numbers: numbers of persons or records that it states of something else than the exposure, such as a sample.
        permit: words that look like a person's value and may stand in it, such as a reference of the post.
    """

    name: str
    title: dict[str, str]
    required: tuple[Required, ...]
    build: Callable[[Affair, str], Document]
    data: Callable[[Affair], dict[str, Any]]
    check: Callable[[Affair, Document], tuple[Refusal, ...]] = _nothing_more
    numbers: Callable[[Affair], Iterable[int]] = _none
    permit: Callable[[Affair], Iterable[str]] = _none


@cache
def names() -> tuple[str, ...]:
    """Every document, by the names of the files in this folder that define `NOTICE`."""
    modules = [module.name for module in pkgutil.iter_modules(ecluse.notices.__path__)]
    return tuple(
        sorted(
            m for m in modules if hasattr(importlib.import_module(f"ecluse.notices.{m}"), "NOTICE")
        )
    )


def find(name: str) -> Notice:
    """The document of a name.

    Raises:
        CallerError: when there is none.
    """
    if name not in names():
        raise CallerError(f"there is no document `{name}`", help=f"choose of {', '.join(names())}")
    notice: Notice = importlib.import_module(f"ecluse.notices.{name}").NOTICE
    return notice


def examine(notice: Notice, affair: Affair, language: str) -> tuple[Refusal, ...]:
    """Every reason to refuse a document: what is missing, what is asked of every document, what its own checker finds."""
    data, document = notice.data(affair), notice.build(affair, language)
    missing = [
        Refusal(
            "missing",
            required.field.removeprefix("fields."),
            f"`{required.field.removeprefix('fields.')}` is missing ({required.source})",
            _HELP.get(
                required.field, "state it in statement.yaml, or decide it with `ecluse incident`"
            ),
        )
        for required in notice.required
        if not _stated(data, required.field)
    ]
    shared = common(
        affair,
        document,
        data,
        language=language,
        own_numbers=notice.numbers(affair),
        permit=notice.permit(affair),
    )
    found = (*missing, *shared, *notice.check(affair, document))
    return tuple(dict.fromkeys(found))  # the same fault once, in the order in which it was found


def _stated(data: Any, field: str) -> bool:
    for name in field.split("."):
        if not isinstance(data, dict) or name not in data:
            return False
        data = data[name]
    if isinstance(data, dict) and set(data) == set(LANGUAGES):
        return any(str(text).strip() for text in data.values())
    if isinstance(data, str):
        return bool(data.strip())
    return data is not None and data not in ((), [], {})
