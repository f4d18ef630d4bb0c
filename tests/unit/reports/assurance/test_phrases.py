"""Adversaries and numbers in words."""

from fractions import Fraction

import pytest

from ecluse.model.adversary import ALL, Adversary, Stolen
from ecluse.model.time import HOUR
from ecluse.reports.assurance.phrases import listed, name, short_digest, thief, tone, worth
from ecluse.reports.language import words

EN, FR = words("en", document="assurance"), words("fr", document="assurance")


@pytest.mark.parametrize(
    ("adversary", "english", "french"),
    [
        (Adversary("a", (Stolen(),)), "one stolen account, of whichever kind reads most", "un compte volé, du type qui consulte le plus"),
        (Adversary("a", (Stolen("partner", "body", 3),)), "3 stolen accounts of kind partner of body", "3 comptes volés de type partner de l’organisme body"),
        (Adversary("a", (Stolen(organization="body", accounts=ALL),)), "all accounts of body", "tous les comptes de l’organisme body"),
        (Adversary("a", (Stolen(application="files"),)), "the credential of application files", "l’identifiant technique de l’application files"),
        (Adversary("a", (Stolen("a"), Stolen("b"))), "one stolen account of kind a and one stolen account of kind b", "un compte volé de type a et un compte volé de type b"),
        (
            Adversary("a", (Stolen("m"),), creates=2, second_factor=False, acts_within=4 * HOUR),
            "one stolen account of kind m, opening up to 2 accounts in 24 hours, without the second factor, until a person acts 4 hours after the first finding",
            "un compte volé de type m, avec ouverture de 2 comptes en 24 heures, sans le second facteur, jusqu’à ce qu’une personne agisse, 4 heures après le premier constat",
        ),
    ],
)  # fmt: skip
def test_thieves(adversary, english, french):
    assert thief(adversary, EN).replace("\u00a0", " ") == english
    assert thief(adversary, FR).replace("\u00a0", " ") == french


@pytest.mark.parametrize(
    ("value", "said"),
    [(Fraction(0), "0"), (Fraction(1), "1"), (Fraction(1, 3), "0.3"), (Fraction(1, 100), "less than 0.1"), (Fraction(12_345, 10), "1,234.5")],
)  # fmt: skip
def test_worth(value, said):
    assert worth(value, EN) == said


def test_tones_follow_the_number():
    assert [tone(n) for n in (0, 999, 1_000, 99_999, 100_000, None)] == ["low", "low", "middle", "middle", "high", "open"]  # fmt: skip


def test_names():
    assert name("a\u202eb") == "a\\u202eb"
    assert listed(tuple("abcdefgh"), EN) == "a, b, c, d, e, f and 2 more"
    assert (short_digest("ab" * 32), short_digest("")) == ("abababababab", "–")
