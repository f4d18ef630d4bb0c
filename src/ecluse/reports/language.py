"""How does a report speak French or English? Sentences are data files; numbers and dates follow the language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import yaml

from ecluse.model.time import DAY, EPOCH, HOUR, MINUTE, SECOND

__all__ = ["LANGUAGES", "Language", "Words", "words"]

Language = Literal["en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr")

_UNITS: Final = (("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", SECOND))


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language, with its way to write numbers, shares, instants and durations."""

    language: Language
    sentences: Mapping[str, Any]
    zone: tzinfo = UTC
    zone_name: str = "UTC"

    def say(self, key: str, /, **values: object) -> str:
        """Fills in the sentence `key`; whole numbers are written as the language does, `n` chooses the plural.

        Raises:
            KeyError: when the language lacks the sentence or a value that it names.
        """
        sentence = self.sentences[key]
        if isinstance(sentence, Mapping):
            number = values["n"]
            assert isinstance(number, int)
            sentence = sentence["one" if self._singular(number) else "other"]
        assert isinstance(sentence, str)
        return sentence.format_map({name: self._written(value) for name, value in values.items()})

    def _singular(self, number: int) -> bool:
        return (
            number in {0, 1} if self.language == "fr" else number == 1
        )  # the rules of Unicode CLDR

    def _written(self, value: object) -> object:
        return (
            self.number(value) if isinstance(value, int) and not isinstance(value, bool) else value
        )

    def number(self, value: int) -> str:
        """Writes a whole number, in French with narrow no-break spaces between the thousands."""
        return f"{value:,}".replace(",", self.say("number.thousands"))

    def short_number(self, value: int) -> str:
        """Writes a number for a narrow place: from 10,000 on in thousands or millions, when that is exact to a tenth."""
        for size, key in ((1_000_000, "number.million"), (1_000, "number.thousand")):
            if value >= 10_000 and value >= size:
                tenths = value * 10 // size
                figure = f"{tenths // 10}" + (
                    self.say("number.decimal") + str(tenths % 10) if tenths % 10 else ""
                )
                return self.say(key, figure=figure)
        return self.number(value)

    def share(self, part: int, whole: int) -> str:
        """Writes a share in per cent, with the digits that tell it from none and from all.

        >>> words("en").share(200, 340_000), words("en").share(1, 3), words("en").share(999_999, 1_000_000)
        ('0.06%', '33.3%', '99.9999%')
        """
        percent = 100 * part / whole if whole else 0.0
        rest = min(percent, 100 - percent)
        digits = (
            next((d for d in range(1, 9) if abs(round(percent, d) - percent) <= rest / 5), 9)
            if rest
            else 0
        )
        figure = f"{percent:.{digits}f}".replace(".", self.say("number.decimal"))
        return self.say("number.percent", figure=figure)

    def date(self, micros: int) -> str:
        """Writes the day of an instant in the report's zone."""
        day = self._local(micros)
        month = self.sentences["months"][day.month - 1]
        number = self.say("date.first") if day.day == 1 else str(day.day)
        return self.say("date.long", day=number, month=month, year=str(day.year))

    def instant(self, micros: int) -> str:
        """Writes day and time, to the second, in the report's zone."""
        return self.say(
            "date.instant", date=self.date(micros), time=f"{self._local(micros):%H:%M:%S}"
        )

    def stamp(self, micros: int) -> str:
        """Writes an instant as `2025-07-12 10:01:13`, alike in every language, in the report's zone."""
        return f"{self._local(micros):%Y-%m-%d %H:%M:%S}"

    def clock(self, micros: int, grain: str) -> str:
        """Writes an instant for the axis of a chart: `10:00`, `10:00:05`, `12 Jul` or `Jul 2025`."""
        local = self._local(micros)
        month = self.sentences["months_short"][local.month - 1]
        if grain == "month":
            return self.say("date.month", month=month, year=str(local.year))
        if grain == "day":
            return self.say("date.short", day=str(local.day), month=month)
        return f"{local:%H:%M}" if grain == "minute" else f"{local:%H:%M:%S}"

    def duration(self, micros: int) -> str:
        """Writes a duration in the largest unit that divides it, `24 hours` for a day, as policies do."""
        units = _UNITS[1:] if micros == DAY else _UNITS
        for name, size in units:
            if micros >= size and micros % size == 0:
                return self.say(f"unit.{name}", n=micros // size)
        return self.say("unit.microsecond", n=micros)

    def offset(self, micros: int) -> int:
        """Tells how far the zone's clocks are ahead of UTC at an instant, in microseconds."""
        ahead = self._local(micros).utcoffset() or timedelta()
        return ahead // timedelta(microseconds=1)

    def _local(self, micros: int) -> datetime:
        return (EPOCH + timedelta(microseconds=micros)).astimezone(self.zone)


def words(
    language: Language,
    *,
    zone: str | None = None,
    document: str = "",
    room: str = "ecluse.reports",
) -> Words:
    """Opens a language; times are written in the IANA zone given, else in UTC.

    Options:
        document: whose own sentences (`languages/DOCUMENT.LANGUAGE.yaml`) are wanted as well.
        room: the package in which those stand.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: when no zone has that name.
    """
    sentences = _sentences(language, document, room)
    return (
        Words(language, sentences)
        if zone is None
        else Words(language, sentences, ZoneInfo(zone), zone)
    )


@cache
def _sentences(language: Language, document: str, room: str) -> Mapping[str, Any]:
    name = f"{document}.{language}.yaml" if document else f"{language}.yaml"
    text = files(room).joinpath("languages", name).read_text("utf-8")
    own: Mapping[str, Any] = yaml.safe_load(_typeset(text) if language == "fr" else text)
    if not document:
        return own
    shared = _sentences(language, "", "ecluse.reports")
    assert not own.keys() & shared.keys(), "a sentence has one place"
    return {**shared, **own}


def _typeset(text: str) -> str:
    """Puts the no-break spaces of French print: U+00A0 with `:` and guillemets, U+202F before `;`, `!`, `?`, `%`."""
    for plain, printed in ((" :", "\u00a0:"), ("« ", "«\u00a0"), (" »", "\u00a0»")):
        text = text.replace(plain, printed)
    for sign in ";!?%":
        text = text.replace(f" {sign}", f"\u202f{sign}")
    return text
