import pytest

from ecluse.model.errors import CallerError
from ecluse.simulator.catalogue import all_cards, card_of

NUMBERS = {
    "ordinary": "S0", "kairos": "S1", "capemploi": "S2", "ouiform": "S3", "econtact": "S4", "econtact2": "S5",
    "ficoba": "S6", "cadastre": "S7", "mobo": "S8", "dpae": "S9", "stormous": "S10", "viamedis": "S11",
    "hospital": "S12", "export2021": "S14", "evasive": "S16", "newborn": "S17", "peaks": "S18",
}  # fmt: skip


def test_every_scenario_is_there_under_name_and_number() -> None:
    assert {card.name: card.number for card in all_cards()} == NUMBERS
    for name, number in NUMBERS.items():
        assert card_of(name) is card_of(number) is card_of(number.lower()) is card_of(name.upper())


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(CallerError, match="`S13`") as refused:
        card_of("S13")
    assert "kairos (S1)" in refused.value.help
