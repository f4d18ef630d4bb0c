"""Personal values are found as people write them, and dates, hours and numbers of persons are not taken for them."""

import pytest

from ecluse.model.time import parse_instant
from ecluse.notices.personal import Permitted, find, iban_holds, luhn_holds, nir_holds

MADE_AT = parse_instant("2026-11-30T10:00:00Z")


def nir(body):
    number = body.upper()
    if number[5:7] in {"2A", "2B"}:
        number = number[:5] + {"2A": "19", "2B": "18"}[number[5:7]] + number[7:]
    return f"{body}{97 - int(number) % 97:02d}"


def iban(country, account):
    digits = "".join(str(int(sign, 36)) for sign in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{account}"


def card(body):
    return next(f"{body}{n}" for n in range(10) if luhn_holds(f"{body}{n}"))


NIR = nir("1850599990123")  # commune 99 990: none
CORSICA = (nir("285052A990123"), nir("185052B990123"))
IBAN = iban("FR", "30006000011234567890189"[:23])
SPACED = " ".join(IBAN[i : i + 4] for i in range(0, len(IBAN), 4))
CARD = card("497010000000000")


def kinds(text, *words):
    return [found.what for found in find(text, Permitted(words, MADE_AT))]


@pytest.mark.parametrize("number", [NIR, *CORSICA])
def test_a_number_holds_with_its_key_alone(number):
    assert nir_holds(number)
    assert not nir_holds(f"{number[:13]}{(int(number[13:]) % 97) + 1:02d}")


@pytest.mark.parametrize(
    "write",
    [
        lambda n: n,
        lambda n: f"{n[0]} {n[1:3]} {n[3:5]} {n[5:7]} {n[7:10]} {n[10:13]} {n[13:]}",
        lambda n: f"{n[0]}.{n[1:3]}.{n[3:5]}.{n[5:7]}.{n[7:10]}.{n[10:13]}.{n[13:]}",
        lambda n: f"{n[0]}\u202f{n[1:3]}\u00a0{n[3:5]}-{n[5:7]}-{n[7:10]}-{n[10:13]} / {n[13:]}",
        lambda n: f"NIR{n},",
        lambda n: f"é{n}é",
        lambda n: n.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        "\u200b".join,
    ],
)
@pytest.mark.parametrize("number", [NIR, *CORSICA])
def test_a_number_is_found_however_it_is_written(write, number):
    assert "a social security number (NIR)" in kinds(f"Le dossier de {write(number)} a été lu.")


def test_a_number_without_its_key_is_found():
    assert kinds(f"dossier {NIR[:13]}") == ["what looks like a social security number (NIR) without its key"]  # fmt: skip


def test_a_wrong_key_is_no_number():
    wrong = f"{NIR[:13]}{(int(NIR[13:]) % 97) + 1:02d}"
    assert kinds(f"dossier {wrong}") == []


@pytest.mark.parametrize("text", [IBAN, SPACED, IBAN.lower(), f"IBAN:{IBAN}.", SPACED.replace(" ", "\u00a0")])  # fmt: skip
def test_an_account_number_is_found(text):
    assert kinds(f"Prélèvements sur {text} à surveiller") == ["a bank account number (IBAN)"]


def test_an_account_number_with_another_key_is_none():
    assert not iban_holds(f"{IBAN[:-1]}{(int(IBAN[-1]) + 1) % 10}")
    assert not iban_holds(IBAN + "0")


def test_a_card_number_is_found():
    assert kinds(f"carte {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}") == ["a card number"]
    assert kinds(f"carte {CARD[:-1]}{(int(CARD[-1]) + 1) % 10}") == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("écrivez à jeanne.exemple@example.org", "a mail address"),
        ("appelez le 06 39 98 12 34", "a telephone number"),
        ("appelez le 0639981234.", "a telephone number"),
        ("appelez le 06.39.98.12.34", "a telephone number"),
        ("call +33 6 39 98 12 34", "a telephone number"),
        ("call +44 20 7946 0958 now", "a telephone number"),
        ("Exemple, né le 12 mars 1985", "a date of birth"),
        ("née le 12/03/85", "a date of birth"),
        ("born on 12 March 2009", "a date of birth"),
        ("date of birth: March 12, 1985", "a date of birth"),
        ("date de naissance : 2011-03-12", "a date of birth"),
        ("Exemple (12/03/1985)", "a date of birth"),
        ("Exemple 1985-03-12", "a date of birth"),
    ],
)
def test_other_values_are_found(text, what):
    assert kinds(text) == [what]


@pytest.mark.parametrize(
    "text",
    [
        "36 820 828 personnes, 36\u202f820\u202f828 dossiers, 36,820,828 records, 1 234 567 890 123 456",
        "du 06-02-2024 10:15:00 au 05/03/2024 08:00:00, 2024-02-06 2024-03-05",
        "2024-02-06T08:00:00+01:00, puis 10:00:00 2024-02-06",
        "Loi n° 78-17 du 06/01/1978 relative à l’informatique",
        "Regulation (EU) 2016/679 of 27 April 2016",
        "a" * 32 + " " + "185059999012345678901234567890ab" + " " + "0639981234" * 6 + "abcd",
        "SIREN 130005481, SIRET 13000548100010",
        "date de naissance, lieu de naissance, adresse de messagerie",
        "version 10.11.12, 192.0.2.7, 2001:db8::1",
        "partner-0311 a lu 340 000 personnes entre 10:00 et 12:03",
    ],
)
def test_ordinary_texts_raise_no_false_alarm(text):
    assert kinds(text) == []


def test_contacts_of_the_organization_may_stand_and_others_not():
    words = ("dpo@example.org", "01 99 00 12 34")
    text = "dpo@example.org, 01\u00a099\u00a000\u00a012\u00a034"
    assert kinds(text, *words) == []
    assert kinds(f"{text}, xdpo@example.org", *words) == ["a mail address"]
    assert kinds("dpo@example.org.test", *words) == ["a mail address"]
