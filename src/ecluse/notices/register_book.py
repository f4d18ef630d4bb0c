"""What is the register of breaches of an organization? Every entry of every incident, notified or not (GDPR art. 33(5))."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ecluse.model.finding import Severity
from ecluse.model.incident import Confidence, Incident, InstantKind, Signed, State
from ecluse.model.notice import Affair, Controller, Statement
from ecluse.notices.sheet import label
from ecluse.notices.voice import Voice, tidy, voice
from ecluse.reports.document.blocks import (
    Block,
    Cell,
    Column,
    Document,
    Fact,
    Facts,
    Heading,
    Note,
    PageBreak,
    Paragraph,
    Table,
)

__all__ = ["COLUMNS", "Row", "book", "rows"]

COLUMNS: Final = (
    "incident", "version", "title", "state", "began", "aware", "persons", "at_most", "records", "gravity",
    "authority", "persons_told", "entry_hash", "entry_before", "released_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One incident of the register.

    Attributes:
        entries: data of the entries that were released, the first one first, each with who released it.
    """

    incident: Incident
    entries: tuple[tuple[Mapping[str, Any], str], ...] = ()


def rows(register: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """A line for each entry; an incident without one has a line that says so by what it lacks."""
    for row in register:
        for data, by in row.entries or (({}, ""),):
            yield _line(row.incident, data, by)


def _line(incident: Incident, data: Mapping[str, Any], by: str) -> dict[str, Any]:
    exposure = data.get("exposure") or {}
    decisions = {d.what: d.answer for d in incident.decisions}
    began, aware = (incident.instant(kind) for kind in (InstantKind.BEGAN, InstantKind.AWARE))
    return {
        "incident": incident.id,
        "version": data.get("entry"),
        "title": incident.title,
        "state": incident.state.value,
        "began": None if began is None else began.at,
        "aware": None if aware is None else aware.at,
        "persons": exposure.get("persons"),
        "at_most": exposure.get("at_most"),
        "records": exposure.get("records"),
        "gravity": data.get("gravity"),
        "authority": decisions.get("notify_authority"),
        "persons_told": decisions.get("tell_persons"),
        "entry_hash": data.get("hash"),
        "entry_before": data.get("before"),
        "released_by": by or None,
    }


def book(
    controller: Controller, register: Sequence[Row], language: str, *, made_at: int
) -> Document:
    """The whole register as a document: a table of all incidents, then the last entry of each."""
    shell = Affair(controller, _nobody(register), Statement(), made_at)
    say = voice("register_entry", shell, language, more=("cnil",))
    title = say.say("book.title")
    return Document(
        title=title,
        subtitle=say.say("book.subtitle", name=controller.name, date=say.words.date(made_at)),
        language=language,
        made_at=made_at,
        blocks=tuple(_blocks(say, register)),
        footer=say.say("book.footer", title=title, date=say.words.date(made_at)),
    )


def _nobody(register: Sequence[Row]) -> Incident:
    if register:
        return register[0].incident
    return Incident("", "", State.NEW, Severity.LOW, Confidence.UNKNOWN, "", Signed("", 0))


def _blocks(say: Voice, register: Sequence[Row]) -> Iterator[Block]:
    yield Paragraph(say.say("book.law"))
    if not register:
        yield Note(say.say("book.empty"))
        return
    missing = [row.incident.id for row in register if not row.entries]
    if missing:
        yield Note(say.say("book.missing", names=", ".join(missing)), warns=True)
    yield Table(
        caption=say.say("book.caption"),
        columns=tuple(Column(say.say(f"book.{n}"), number=n in {"persons", "records"}, width=w) for n, w in _SHOWN),
        rows=tuple(_cells(say, line) for line in rows(register)),
    )  # fmt: skip
    for row in register:
        if row.entries:
            yield PageBreak()
            yield from _entry(say, row)


_SHOWN: Final = (("incident", 6), ("version", 2), ("aware", 4), ("persons", 2), ("records", 2), ("gravity", 3), ("authority", 3), ("persons_told", 3))  # fmt: skip


def _cells(say: Voice, line: Mapping[str, Any]) -> tuple[Cell, ...]:
    def cell(name: str) -> Cell:
        value = line[name]
        if value is None:
            return Cell("–")
        if name == "aware":
            return Cell(say.words.date(value))
        if name == "gravity":
            return Cell(say.say(f"gravity.{value}"))
        if name in {"authority", "persons_told"}:
            return Cell(say.named("answer", str(value)))
        if name == "incident":
            return Cell(str(value), small=tidy(line["title"]))
        return Cell(say.words.number(value) if isinstance(value, int) else str(value))

    return tuple(cell(name) for name, _ in _SHOWN)


def _entry(say: Voice, row: Row) -> Iterator[Block]:
    data, by = row.entries[-1]
    title = say.say("book.entry", id=row.incident.id, title=tidy(row.incident.title))
    yield Heading(title)
    yield Facts(
        (
            Fact(say.say("book.version"), say.words.number(int(data.get("entry", 1)))),
            Fact(say.say("book.released_by"), tidy(by)),
            Fact(say.say("book.entry_hash"), str(data.get("hash", "")), code=True),
            Fact(say.say("book.entry_before"), str(data.get("before") or say.say("book.first")), code=bool(data.get("before"))),
        )
    )  # fmt: skip
    for section, fields in data.get("sections", {}).items():
        yield Heading(say.named("part", section), level=2)
        named = ((key, texts.get(say.language, "")) for key, texts in fields.items())
        yield Facts(tuple(Fact(label(say, key), text or say.say("not_stated"), code=key.endswith("digest")) for key, text in named))  # fmt: skip
