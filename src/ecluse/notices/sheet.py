"""How is a document made that is a sheet of named facts? Sections of fields, in both languages, with a hash over all of them."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeAlias

from ecluse.model.notice import Affair
from ecluse.notices.facts import exposure_data
from ecluse.notices.notice import LANGUAGES
from ecluse.notices.voice import Voice, voice
from ecluse.reports.document.blocks import Block, Document, Fact, Facts, Heading, Note, Paragraph

__all__ = ["Sections", "Sheet", "hashed", "label"]

Sections: TypeAlias = dict[str, dict[str, str]]
"""Section, then field, then what it says; lines apart, empty when nobody has stated it."""

_GROUPS: Final = ("instant", "decision", "deadline")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document that is a sheet.

    Attributes:
        name: of the document; its title is the sentence `title.NAME`, its law `law.NAME`.
        words: name of the file of its sentences.
        fill: the sections with what is known.
        wanted: fields that must be stated, with the source that asks for them.
        more: what its data hold besides.
    """

    name: str
    words: str
    fill: Callable[[Voice], Sections]
    wanted: Mapping[str, str]
    more: Callable[[Affair], dict[str, Any]] = lambda _: {}

    def voice(self, affair: Affair, language: str) -> Voice:
        """Its words, with those of the authority's form."""
        return voice(self.words, affair, language, more=("cnil",))

    def data(self, affair: Affair) -> dict[str, Any]:
        """Every field in both languages, the exposure, and a hash over all that."""
        filled = {code: self.fill(self.voice(affair, code)) for code in LANGUAGES}
        sections = {
            section: {key: {code: filled[code][section][key] for code in LANGUAGES} for key in fields}
            for section, fields in filled["fr"].items()
        }  # fmt: skip
        return hashed(
            {
                "document": self.name,
                "incident": affair.incident.id,
                "head": affair.incident.head,
                "made_at": affair.made_at,
                "signer": affair.signer,
                "exposure": exposure_data(affair),
                "sections": sections,
                "fields": {k: v for fields in sections.values() for k, v in fields.items()},
                **self.more(affair),
            }
        )

    def build(self, affair: Affair, language: str) -> Document:
        """The sheet, with what is missing at its head and in its place."""
        say = self.voice(affair, language)
        title = say.say(f"title.{self.name}")
        return Document(
            title=title,
            subtitle=say.subtitle(),
            language=language,
            made_at=affair.made_at,
            blocks=tuple(self._blocks(say)),
            footer=say.footer(title),
        )

    def _blocks(self, say: Voice) -> Iterator[Block]:
        filled = self.fill(say)
        fields = {key: text for section in filled.values() for key, text in section.items()}
        missing = [key for key in self.wanted if not fields.get(key)]
        yield Note(say.say("draft"))
        yield Paragraph(say.say(f"law.{self.name}"))
        if missing:
            names = ", ".join(label(say, key) for key in missing)
            yield Note(say.say("missing", names=names), warns=True)
        for section, texts in filled.items():
            yield Heading(say.say(f"part.{section}"))
            yield Facts(tuple(_fact(say, key, text, key in missing) for key, text in texts.items()))
        yield Heading(say.say("part.origin"))
        yield Facts(tuple(_origin(say, self.data(say.affair)["hash"])))


def hashed(data: dict[str, Any]) -> dict[str, Any]:
    """The data with the SHA-256 of their canonical JSON under `hash`."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return {**data, "hash": sha256(text.encode()).hexdigest()}


def label(say: Voice, key: str) -> str:
    """The name of a field: `field.facts`, or that of an instant, a decision, a deadline."""
    group, _, name = key.partition("_")
    return say.named(group, name) if group in _GROUPS else say.named("field", key)


def _fact(say: Voice, key: str, text: str, missing: bool) -> Fact:  # noqa: FBT001 - private
    return Fact(
        label(say, key),
        text or say.say("not_stated"),
        code=key.endswith("digest") and bool(text),
        mark="missing" if missing else ("" if text else "unstated"),
    )


def _origin(say: Voice, digest: str) -> Iterator[Fact]:
    version, affair = say.affair.exposure, say.affair
    yield Fact(say.say("field.signer"), affair.signer or say.say("not_stated"))
    yield Fact(say.say("field.made_at"), say.instant(affair.made_at))
    if version is not None:
        yield Fact(say.say("field.exposure"), say.version_line())
        yield Fact(say.say("field.exposure_digest"), version.digest, code=True)
    yield Fact(say.say("field.head"), affair.incident.head, code=True)
    yield Fact(say.say("field.hash"), digest, code=True)
