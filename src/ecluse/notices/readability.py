"""How hard is a text to read? Three formulas of the literature, each with the most (or least) that a letter to everybody may have.

LIX (Björnsson, *Läsbarhet*, 1968): words a sentence, plus the share of words with more than six letters in per cent. It needs no
syllables and is used for French as well as English; 45 is where ordinary newspapers end and official prose begins.
Reading ease, English (Flesch, 1948): 206.835 - 1.015 words a sentence - 84.6 syllables a word; 60 begins "plain English".
Reading ease, French (Kandel and Moles, 1958): 207 - 1.015 words a sentence - 73.6 syllables a word; the same scale.

Syllables are counted by groups of vowels, in French without a final mute e. A score is an aid, not a proof that a text is understood.
"""

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["LEAST_EASE", "MOST_LIX", "Score", "score", "syllables"]

MOST_LIX: Final = 45.0
LEAST_EASE: Final = 60.0

_WORD: Final = re.compile(r"[^\W\d_]+")
_SENTENCE: Final = re.compile(r"[.!?…:]+(?:\s|$)")
_VOWELS: Final = {
    "fr": re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]+", re.IGNORECASE),
    "en": re.compile(r"[aeiouy]+", re.IGNORECASE),
}
_MUTE: Final = {
    "fr": re.compile(r"(?<=[^aeiouyàâäéèêëîïôöùûüœæ])(?:e|es|ent)$", re.IGNORECASE),
    "en": re.compile(r"(?<=[^aeiouyl])e$|(?<=[^aeioutdy])e[ds]$", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Score:
    """How hard a text is.

    Attributes:
        lix: low is easy.
        ease: high is easy; Flesch in English, Kandel and Moles in French.
    """

    words: int
    sentences: int
    lix: float
    ease: float

    @property
    def plain(self) -> bool:
        """Whether everybody may be expected to read it."""
        return self.lix <= MOST_LIX and self.ease >= LEAST_EASE


def score(texts: tuple[str, ...], language: str) -> Score:
    """Scores texts that each end a sentence.

    >>> score(("The cat sat on the mat.",), "en").plain
    True
    """
    assert language in _VOWELS, language
    words = [word for text in texts for word in _WORD.findall(text)]
    sentences = sum(_sentences(text) for text in texts)
    if not words:
        return Score(0, 0, 0.0, 100.0)
    length = len(words) / sentences
    long = 100 * sum(len(word) > 6 for word in words) / len(words)
    spoken = sum(syllables(word, language) for word in words) / len(words)
    ease = 206.835 - 1.015 * length - 84.6 * spoken if language == "en" else 207 - 1.015 * length - 73.6 * spoken  # fmt: skip
    return Score(len(words), sentences, length + long, ease)


def syllables(word: str, language: str) -> int:
    """Syllables of a word, at least one.

    >>> syllables("données", "fr"), syllables("reference", "en"), syllables("ont", "fr")
    (2, 3, 1)
    """
    short = _MUTE[language].sub("", word)
    return max(1, len(_VOWELS[language].findall(short)))


def _sentences(text: str) -> int:
    """Ends of sentences with words before them; a text without one is one."""
    parts = [part for part in _SENTENCE.split(text) if _WORD.search(part)]
    return max(1, len(parts)) if _WORD.search(text) else 0
