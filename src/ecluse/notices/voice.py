"""How does a document speak? The words of its language, with what every document says of an affair in the same way."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from ecluse.model.exposure import ExposureGap
from ecluse.model.gravity import Gravity
from ecluse.model.incident import Instant, InstantKind, Signed
from ecluse.model.notice import Affair, Both, Contact, Measure
from ecluse.model.time import EPOCH
from ecluse.reports.language import LANGUAGES, Language, Words, words
from ecluse.reports.text import plain

__all__ = ["Voice", "tidy", "voice"]

_ROOM: Final = "ecluse.notices"


@dataclass(frozen=True, slots=True)
class Voice:
    """The words of a document about an affair, in one language; an empty text stands for what nobody has stated."""

    affair: Affair
    language: str
    words: Words

    def say(self, key: str, /, **values: object) -> str:
        """A sentence of the document, or of all documents."""
        return self.words.say(key, **values)

    def both(self, text: Both) -> str:
        """What a person wrote, in this language."""
        return text.in_(self.language).strip()

    def yes(self, answer: bool | None) -> str:  # noqa: FBT001 - the answer is what is said
        """Yes, no, or nothing."""
        return "" if answer is None else self.say("said.yes" if answer else "said.no")

    def chosen(self, group: str, keys: tuple[str, ...]) -> str:
        """Words of a list of the form, one a line, in the form's order."""
        known = [key for key in self.words.sentences if key.startswith(f"{group}.")]
        order = {key.removeprefix(f"{group}."): place for place, key in enumerate(known)}
        return "\n".join(self.say(f"{group}.{key}") for key in sorted(keys, key=order.__getitem__))

    def instant(self, micros: int | None) -> str:
        """Day, time and zone."""
        if micros is None:
            return ""
        zone = self.say("zone", zone=self.affair.controller.zone)
        return self.say("at_zone", instant=self.words.instant(micros), zone=zone)

    def date(self, micros: int | None) -> str:
        """The day, with the time when it is not midnight in the zone of the documents or in UTC."""
        if micros is None:
            return ""
        local = (EPOCH + timedelta(microseconds=micros)).astimezone(self.words.zone)
        midnight = micros % (86_400 * 10**6) == 0 or (local.hour, local.minute, local.second) == (0, 0, 0)  # fmt: skip
        return self.words.date(micros) if midnight else self.instant(micros)

    def known(self, kind: InstantKind, *, source: bool = True) -> str:
        """One of the incident's instants with its source; empty when it is not known."""
        found = self.affair.incident.instant(kind)
        return "" if found is None else self.instant_line(found, source=source)

    def instant_line(self, found: Instant, *, source: bool = True) -> str:
        """An instant with where it is known from, why, and who signed besides."""
        parts = [self.instant(found.at)]
        if source and found.source:
            parts.append(self.say("source", source=tidy(found.source)))
        if source and found.reasons:
            parts.append(self.say("reasons", reasons=tidy(found.reasons)))
        if source and found.second is not None:
            parts.append(self.say("second", by=tidy(found.second.by)))
        return "\n".join(parts)

    def signed(self, by: Signed) -> str:
        """Who, and when."""
        return self.say("by_at", by=tidy(by.by), instant=self.instant(by.at))

    def contact(self, one: Contact) -> str:
        """A name with its function and how to reach it, one a line."""
        if not one.name:
            return ""
        name = self.say("contact", name=one.name, role=one.role) if one.role else one.name
        return "\n".join(filter(None, (name, one.mail, one.phone, self.both(one.hours))))

    def named(self, group: str, key: str) -> str:
        """The word for a key; the key itself, plainly, when the documents do not know it."""
        name = f"{group}.{key}"
        return self.say(name) if name in self.words.sentences else tidy(key)

    def category(self, name: str) -> str:
        """A category of data as the statement calls it, or the documents, or else as it is written in the estate."""
        stated = dict(self.affair.statement.categories).get(name)
        return (self.both(stated) if stated is not None else "") or self.named("category", name)

    def measures(self, phase: str) -> tuple[str, ...]:
        """The measures of a phase with their dates."""
        return tuple(
            self._measure(one)
            for one in self.affair.statement.measures
            if one.phase == phase and self.both(one.text)
        )

    def _measure(self, one: Measure) -> str:
        text = self.both(one.text)
        return text if one.at is None else self.say("measure.dated", text=text, date=self.date(one.at))  # fmt: skip

    def persons_line(self) -> str:
        """The number of persons, exact or with its bounds."""
        version = self.affair.exposure
        if version is None:
            return self.say("no_exposure")
        if not version.gaps:
            return self.say("exact", n=version.persons)
        if version.at_most is None:
            return self.say("unbounded", n=version.persons)
        return self.say("at_most", n=version.persons, most=version.at_most)

    def gaps(self) -> tuple[str, ...]:
        """Each gap of the ledger, and what it can hide."""
        version = self.affair.exposure
        return () if version is None else tuple(self._gap(gap) for gap in version.gaps)

    def gaps_text(self) -> str:
        """Each gap on a line; that there is none, when an exposure says so; nothing without an exposure."""
        if self.affair.exposure is None:
            return ""
        return "\n".join(self.gaps()) or self.say("gap.none")

    def _gap(self, gap: ExposureGap) -> str:
        first = self.say("gap.start") if gap.first_at is None else self.words.instant(gap.first_at)
        last = self.say("gap.end") if gap.last_at is None else self.words.instant(gap.last_at)
        line = self.say("gap", first=first, last=last, what=tidy(gap.what))
        if gap.at_most is None:
            return self.say("gap.open", gap=line)
        return self.say("gap.bound", gap=line, n=gap.at_most)

    def manners(self) -> str:
        """How many persons were shown, exported, listed; one a line."""
        version = self.affair.exposure
        if version is None:
            return ""
        counts = (("shown", version.shown), ("exported", version.exported), ("listed", version.listed))  # fmt: skip
        return "\n".join(self.say(f"manner.{name}", n=count) for name, count in counts if count)

    def version_line(self) -> str:
        """Which version of the exposure the numbers come from."""
        version = self.affair.exposure
        if version is None:
            return ""
        return self.say("version", number=version.number, instant=self.instant(version.made_at), by=tidy(version.made_by))  # fmt: skip

    def working(self, gravity: Gravity) -> tuple[str, ...]:
        """The score with each choice and its reason, who decided, and what is outside the score."""
        score = self.say("enisa.score", **{n: self.decimal(getattr(gravity, n)) for n in ("dpc", "ei", "cb", "score")})  # fmt: skip
        lines = [score]
        for one in gravity.choices:
            name = self.named("enisa", one.name)
            line = self.say("enisa.choice", name=name, value=self.decimal(one.value), reason=tidy(one.in_(self.language)))  # fmt: skip
            lines.append(self.say("enisa.by_person", choice=line) if one.by_person else line)
        lines += [self.named("enisa.flag", flag) for flag in gravity.flags]
        if gravity.override is not None:
            level = self.say(f"gravity.{int(gravity.override)}")
            lines.append(self.say("enisa.override", level=level, reasons=tidy(gravity.reasons)))
        lines.append(self.say("enisa.unsigned") if gravity.signed is None else self.say("enisa.signed", by=tidy(gravity.signed.by), instant=self.instant(gravity.signed.at)))  # fmt: skip
        return (*lines, self.say("enisa.mapping"))

    def decimal(self, value: float) -> str:
        """A score, with the sign of the language between units and fractions."""
        return f"{value:g}".replace(".", self.say("number.decimal"))

    def footer(self, title: str) -> str:
        """The foot of each page."""
        return self.say("footer", title=title, id=self.affair.incident.id, date=self.words.date(self.affair.made_at))  # fmt: skip

    def subtitle(self) -> str:
        """Under the title: of whom, which incident, when."""
        return self.say(
            "made",
            name=self.affair.controller.name,
            id=self.affair.incident.id,
            instant=self.words.instant(self.affair.made_at),
            zone=self.say("zone", zone=self.affair.controller.zone),
        )


def voice(document: str, affair: Affair, language: str, *, more: tuple[str, ...] = ()) -> Voice:
    """Opens the words of a document (`languages/DOCUMENT.LANGUAGE.yaml`) with those that all documents share.

    Options:
        more: other documents whose words it uses too, such as `cnil` for those of the form.
    """
    assert language in LANGUAGES, language
    code: Language = "fr" if language == "fr" else "en"
    zone = affair.controller.zone
    read = [words(code, zone=zone, document=name, room=_ROOM) for name in ("common", *more, document)]  # fmt: skip
    together = {key: text for one in read for key, text in one.sentences.items()}
    return Voice(affair, language, replace(read[-1], sentences=together))


def tidy(text: str) -> str:
    """What stands in a log or a ledger, on one line: every space a space, every other unseen sign spelled out."""
    spaced = "".join(" " if unicodedata.category(c) == "Zs" or c in "\n\t" else c for c in text)
    return plain(spaced).strip()
