"""A phrase that says nothing is told from one that names a measure, in both languages."""

import pytest

from ecluse.notices.emptiness import blank, marketing, placeholder, vague


@pytest.mark.parametrize(
    "text",
    [
        "Toutes les mesures nécessaires ont été prises.",
        "Nous avons pris toutes les mesures qui s’imposent.",
        "L’ensemble des mesures correctives a été mis en place.",
        "Les mesures appropriées ont été prises sans délai.",
        "Nous prenons très au sérieux la protection de vos données.",
        "La sécurité de vos données est notre priorité absolue.",
        "Tout est mis en œuvre pour éviter que cela se reproduise.",
        "Certaines de vos données pourraient avoir été consultées.",
        "All necessary measures were taken.",
        "All\u00a0the appropriate security measures have been put in place.",
        "Appropriate steps have been taken.",
        "We take the security of your data very seriously.",
        "Your security is our top priority.",
        "Some of your data may have been accessed.",
    ],
)
def test_vague_phrases(text):
    assert vague(text)


@pytest.mark.parametrize(
    "text",
    [
        "Le compte usurpé a été fermé le 12 juillet 2025 à 12 h 10.",
        "Un second facteur est exigé de tous les comptes partenaires depuis le 1er septembre.",
        "Trois mesures ont été prises : fermeture du compte, coupure des sessions, limite par heure.",
        "The account was closed and its sessions were ended.",
        "Passwords of all partners were reset on 14 July.",
    ],
)
def test_measures_that_are_named(text):
    assert not vague(text)


@pytest.mark.parametrize("text", ["", " ", ".", "n/a", "N.A.", "TBD", "à compléter", "(à définir)", "xxx", "…", "?", "lorem ipsum dolor sit amet", "to be determined"])  # fmt: skip
def test_texts_that_are_none(text):
    assert blank(text)


@pytest.mark.parametrize("text", ["Aucune.", "None was shown", "Le 12 juillet", "5", "Nadia"])
def test_short_texts_that_say_something(text):
    assert not blank(text)


@pytest.mark.parametrize("text", ["Madame [nom],", "Le [à compléter], …", "TBD: facts", "Bonjour {{ name }}", "Lorem ipsum dolor"])  # fmt: skip
def test_places_left_open(text):
    assert placeholder(text)
    assert not placeholder("Madame Exemple, le compte [partner-0311] a été fermé.")


@pytest.mark.parametrize("text", ["Profitez de notre offre spéciale !", "Suivez-nous sur les réseaux", "Subscribe to our newsletter", "Enjoy a 20 % off voucher"])  # fmt: skip
def test_advertising(text):
    assert marketing(text)
    assert not marketing(
        "Les offres d’emploi consultées et les offres auxquelles vous avez répondu"
    )
