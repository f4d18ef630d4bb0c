"""A reading score is what its formula says, and tells plain texts from heavy ones."""

import pytest

from ecluse.notices.readability import score, syllables


def test_lix_by_hand():
    found = score(("Le chat mange la souris grise. Il dort.",), "fr")
    assert (found.words, found.sentences) == (8, 2)
    assert found.lix == 4.0  # no word has more than six letters


def test_ease_by_hand():
    assert score(("The cat sat.",), "en").ease == pytest.approx(206.835 - 1.015 * 3 - 84.6)
    assert score(("Le chat dort.",), "fr").ease == pytest.approx(207 - 1.015 * 3 - 73.6)


@pytest.mark.parametrize(
    ("word", "language", "number"),
    [("maison", "fr", 2), ("lettre", "fr", 1), ("données", "fr", 2), ("eau", "fr", 1), ("table", "en", 2), ("make", "en", 1), ("walked", "en", 1), ("the", "en", 1)],
)  # fmt: skip
def test_syllables(word, language, number):
    assert syllables(word, language) == number


def test_plain_and_heavy():
    heavy = "L’établissement gestionnaire, conformément aux dispositions réglementaires applicables, procède actuellement aux investigations complémentaires nécessaires"  # fmt: skip
    assert not score((heavy,), "fr").plain
    assert score(("Quelqu’un a lu vos données. Il n’en avait pas le droit.",), "fr").plain


def test_texts_without_words_are_no_obstacle():
    assert score(("… !",), "fr").plain
    assert score((), "en").words == 0
