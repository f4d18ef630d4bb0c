"""Which reasons refuse any document, whatever it is? Personal values, empty words, and numbers that are not the exposure's.

Five questions, in the order of a reader's trust: does it print somebody's data; does it say something; does it sell
something; is it in its language; does it say of persons, records and instants what the exposure in force says.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final

from ecluse.model.exposure import ExposureVersion
from ecluse.model.incident import InstantKind
from ecluse.model.notice import Affair, Contact, Refusal
from ecluse.notices.emptiness import blank, marketing, placeholder, vague
from ecluse.notices.facts import numbers
from ecluse.notices.personal import Permitted, find
from ecluse.reports.document.blocks import Document

__all__ = ["common", "permitted", "strings", "texts"]

_UNSPOKEN: Final = frozenset({"tone", "language", "direction", "anchor", "part"})
"""Fields of blocks that are no text."""

_STATED: Final = ("persons", "records", "linked", "at_most", "first_at", "last_at", "digest", "number")  # fmt: skip
_NUMBER: Final = re.compile(
    r"(?<![\w.,/-])([0-9]{1,3}(?:[ \u00a0\u202f\u2009.,'’][0-9]{3})+|[0-9]+)(?:([.,])([0-9]{1,2}))?"
    r"(?:[ \u00a0\u202f](millions?|milliards?|billions?|thousand|mille|k|M)\b)?"
    r"[ \u00a0\u202f](?:d['’]|de |of )?(?:\w+[ \u00a0\u202f-]){0,2}?"
    r"(personnes?|persons?|people|individuals?|demandeurs? d['’]emploi|job ?seekers?|usagers|bénéficiaires|allocataires|"
    r"clients|victimes|victims|enregistrements?|records?|dossiers)\b"
    r"(?![ \u00a0\u202f](?:par|per|an?|each|every|chaque)\b)",
    re.IGNORECASE,
)
_LIMIT: Final = re.compile(r"\b(?:limit\w*|plafon\w*|budget|seuil|threshold|ceiling)\b[^.;!?\n]{0,16}$", re.IGNORECASE)  # fmt: skip
"""What comes before the number of a limit, which counts nobody."""
_SCALES: Final = {"million": 10**6, "milliard": 10**9, "billion": 10**9, "thousand": 1000, "mille": 1000, "k": 1000, "m": 10**6}  # fmt: skip


def common(
    affair: Affair,
    document: Document,
    data: dict[str, Any],
    *,
    language: str,
    own_numbers: Iterable[int] = (),
    permit: Iterable[str] = (),
) -> tuple[Refusal, ...]:
    """What is asked of every document.

    Options:
        own_numbers: numbers of persons or records that the document states of something else than the exposure.
        permit: further words that may stand in it although they look like a person's, such as a postal reference.
    """
    printed = list(texts(document))
    seen = {text for _, text in printed}
    said = printed + [(where, text) for where, text in strings(data) if text not in seen]
    allowed = Permitted((*permitted(affair), *permit), affair.made_at)
    return (
        *_personal(said, allowed),
        *_empty(affair, said, language),
        *_selling(said),
        *_language(document, data, language),
        *_consistent(affair, data, said, frozenset(own_numbers)),
    )


def texts(part: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document with its place (`blocks[3].text`), those of tables, figures and the foot of the page included."""
    if isinstance(part, str):
        yield where, part
    elif isinstance(part, tuple | list):
        for number, item in enumerate(part):
            yield from texts(item, f"{where}[{number}]")
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            if field.name not in _UNSPOKEN:
                yield from texts(getattr(part, field.name), f"{where}.{field.name}".lstrip("."))


def strings(data: Any, where: str = "data") -> Iterator[tuple[str, str]]:
    """Every text of a document's data with its place, keys included."""
    if isinstance(data, str):
        yield where, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield f"{where} (a key)", str(key)
            yield from strings(value, f"{where}.{key}")
    elif isinstance(data, tuple | list):
        for number, item in enumerate(data):
            yield from strings(item, f"{where}[{number}]")


def permitted(affair: Affair) -> tuple[str, ...]:
    """The words that look like a person's and are the organization's: its contacts, and numbers of references."""
    controller, statement = affair.controller, affair.statement
    contacts = (controller.representative, controller.dpo, controller.helpdesk)
    return (
        *(word for contact in contacts for word in _reached(contact)),
        controller.siren,
        statement.authority_number,
        statement.complaint_number,
        affair.incident.id,
        affair.incident.head,
    )


def _reached(contact: Contact) -> tuple[str, str]:
    return contact.mail, contact.phone


def _personal(said: list[tuple[str, str]], allowed: Permitted) -> Iterator[Refusal]:
    for where, text in said:
        for found in find(text, allowed):
            yield Refusal(
                "personal",
                where,
                f"{found.what} stands in the text",
                "take it out of the statement or the incident; a document names categories of data, never the data",
            )


def _empty(affair: Affair, said: list[tuple[str, str]], language: str) -> Iterator[Refusal]:
    concrete = _concrete(affair, said, language)
    for where, text in said:
        if text and where.startswith("data") and blank(text):
            yield Refusal("empty", where, f"`{text.strip()[:40]}` says nothing", "write what is known, or leave it out: the document then says that it is not known")  # fmt: skip
        elif place := placeholder(text):
            yield Refusal("empty", where, f"`{place}` is a place that nobody has filled in", "write what belongs there")  # fmt: skip
        elif (phrase := vague(text)) and not concrete:
            yield Refusal(
                "vague",
                where,
                f"`{phrase}` says nothing as long as no measure is named (GDPR art. 33(3)(d), 34(2))",
                "list the measures one by one under `measures` in the statement: what was done, and when",
            )
    for number, measure in enumerate(affair.statement.measures):
        text = measure.text.in_(language)
        if phrase := vague(text):
            yield Refusal("vague", f"measures[{number}]", f"the measure `{phrase}` names nothing that was done", "write what was done, to what, by when")  # fmt: skip


def _concrete(affair: Affair, said: list[tuple[str, str]], language: str) -> bool:
    """Whether the document itself lists a measure that says something."""
    listed = [m.text.in_(language).strip() for m in affair.statement.measures]
    real = [text for text in listed if len(text) >= 15 and not vague(text) and not blank(text)]
    return any(measure in text for measure in real for where, text in said if where[:4] != "data")


def _selling(said: list[tuple[str, str]]) -> Iterator[Refusal]:
    for where, text in said:
        if words := marketing(text):
            yield Refusal(
                "marketing",
                where,
                f"`{words}` sells something",
                "take it out: a message about a breach holds nothing else (EDPB guidelines 9/2022)",
            )


def _language(document: Document, data: Any, language: str, where: str = "data") -> Iterator[Refusal]:  # fmt: skip
    if where == "data" and document.language != language:
        yield Refusal("language", "language", f"the document is in `{document.language}`, and `{language}` was asked for", "write its sentences in that language")  # fmt: skip
    if isinstance(data, dict):
        if set(data) == {"fr", "en"} and any(data.values()) and not str(data[language]).strip():
            yield Refusal("language", where, f"the text is missing in `{language}`", f"write `{language}:` beside the other language in the statement")  # fmt: skip
        for key, value in data.items():
            yield from _language(document, value, language, f"{where}.{key}")
    elif isinstance(data, tuple | list):
        for number, item in enumerate(data):
            yield from _language(document, item, language, f"{where}[{number}]")


def _consistent(
    affair: Affair, data: dict[str, Any], said: list[tuple[str, str]], own: frozenset[int]
) -> Iterator[Refusal]:
    version = affair.exposure
    if version is None:
        return
    yield from _block(data.get("exposure") or {}, version)
    yield from _told(version, said, own)
    yield from _interval(affair, version)
    counted = bool(data.get("exposure")) or any(
        _value(match) == version.persons for _, text in said for match in _NUMBER.finditer(text)
    )
    if counted and version.gaps and not _shows(said, version.at_most):
        yield Refusal(
            "inconsistent",
            "at_most",
            f"the ledger has {len(version.gaps)} gap(s), and the document does not state the most persons that "
            f"they leave possible: {version.at_most:,}",
            "state the number with what the gaps can hide (`at_most`) beside the number of persons",
        )


def _block(stated: dict[str, Any], version: ExposureVersion) -> Iterator[Refusal]:
    for name in _STATED:
        if name in stated and stated[name] != getattr(version, name):
            yield Refusal(
                "inconsistent",
                f"data.exposure.{name}",
                f"the document states {name} {stated[name]}, and version {version.number} of the exposure, which is in "
                f"force, says {getattr(version, name)}",
                "draft the document anew from the version in force",
            )
    if stated and version.gaps and ("at_most" not in stated or not stated.get("gaps")):
        yield Refusal("inconsistent", "data.exposure.at_most", "the gaps of the ledger are not stated", "state `at_most` and the gaps beside the number of persons")  # fmt: skip


def _told(
    version: ExposureVersion, said: list[tuple[str, str]], own: frozenset[int]
) -> Iterator[Refusal]:
    """Numbers of persons and records in running text."""
    known = frozenset(numbers(version)) | own
    for where, text in said:
        for match in _NUMBER.finditer(text):
            number = _value(match)
            if number not in known and not _LIMIT.search(text[: match.start()]):
                yield Refusal(
                    "inconsistent",
                    where,
                    f"the text says `{match[0]}`, and version {version.number} of the exposure counts "
                    f"{version.persons:,} persons and {version.records:,} records",
                    "write the number of the exposure to the last digit, or leave it out: the document states it by itself",
                )


def _value(match: re.Match[str]) -> int:
    whole, fraction = re.sub(r"[^0-9]", "", match[1]), match[3] or ""
    scale = _SCALES.get((match[4] or "").lower().removesuffix("s"), 1)
    shift: int = 10 ** len(fraction)
    return int(f"{whole}{fraction}") * scale // shift


def _interval(affair: Affair, version: ExposureVersion) -> Iterator[Refusal]:
    """What the incident says of beginning and end against the reads themselves."""
    began, ended = affair.incident.instant(InstantKind.BEGAN), affair.incident.instant(InstantKind.ENDED)  # fmt: skip
    if began is not None and version.first_at is not None and began.at > version.first_at:
        yield Refusal("inconsistent", "began", "the incident is said to have begun after the first access of the exposure", "correct the instant `began`, or narrow the selection of the exposure")  # fmt: skip
    if ended is not None and version.last_at is not None and ended.at < version.last_at:
        yield Refusal("inconsistent", "ended", "the incident is said to have ended before the last access of the exposure", "correct the instant `ended`, or narrow the selection of the exposure")  # fmt: skip


def _shows(said: list[tuple[str, str]], number: int | None) -> bool:
    """Whether a number stands in the document's own texts, however its thousands are set apart; nothing bounds None."""
    if number is None:
        return True
    wanted = str(number)
    for where, text in said:
        if where[:4] == "data":
            continue
        joined = re.sub(r"(?<=[0-9])[ \u00a0\u202f\u2009.,'’](?=[0-9]{3}(?![0-9]))", "", text)
        if re.search(rf"(?<![0-9]){wanted}(?![0-9])", joined):
            return True
    return False
