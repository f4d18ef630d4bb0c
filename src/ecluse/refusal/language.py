"""Which words does the person in front of the screen get? The sentences of one language, and durations in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

__all__ = ["LANGUAGES", "Language", "Sentences", "as_sentence", "sentences"]

Language = Literal["en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr")

_UNITS: Final = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one language."""

    language: Language
    table: Mapping[str, str | dict[str, str]]

    def say(self, key: str, /, **values: str) -> str:
        """Fills in the sentence `key`.

        Raises:
            KeyError: when the language lacks the sentence, or a value that it names.
        """
        sentence = self.table[key]
        assert isinstance(sentence, str)
        return sentence.format_map(values)

    def when(self, seconds: int) -> str:
        """Says in how long, never too early: rounded up to whole seconds, minutes, hours or days.

        >>> sentences("en").when(61), sentences("en").when(1)
        ('in 2 minutes', 'in 1 second')
        """
        seconds = max(1, seconds)
        unit, size = next((u, s) for u, s in _UNITS if seconds > s or s == 1)
        number = -(-seconds // size)
        if number == 60 and unit in {"minute", "second"}:  # sixty minutes are an hour
            unit, number = ("hour", 1) if unit == "minute" else ("minute", 1)
        forms = self.table[f"in.{unit}"]
        assert isinstance(forms, dict)
        return forms["one" if number == 1 else "other"].format(n=number)

    def pick(self, texts: Mapping[str, str]) -> str:
        """Takes the text in this language, else in another that is there, else nothing."""
        found = texts.get(self.language)
        return found if found is not None else next(iter(texts.values()), "")


def as_sentence(text: str) -> str:
    """A text with a capital letter and a full stop, as it stands among others.

    >>> as_sentence("closed by somebody in charge"), as_sentence("Say why!")
    ('Closed by somebody in charge.', 'Say why!')
    """
    return f"{text[:1].upper()}{text[1:]}{'' if text[-1:] in {'.', '!', '?', '…'} else '.'}"


@cache
def sentences(language: Language) -> Sentences:
    """Opens a language."""
    text = files("ecluse.refusal").joinpath("languages", f"{language}.json").read_text("utf-8")
    return Sentences(language, msgspec.json.decode(text, type=dict[str, str | dict[str, str]]))
