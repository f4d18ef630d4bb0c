import numpy as np

from ecluse.simulator.catalogue import card_of
from ecluse.simulator.frames import Namer, person_codes
from ecluse.simulator.plan import Asked
from ecluse.simulator.population import ADDRESSES
from ecluse.simulator.requests import make, operation_code
from ecluse.simulator.world import World


def test_person_codes_have_at_least_eight_digits() -> None:
    codes = person_codes(np.array([7, 12_345_678, 600_000_001]))
    assert codes.to_list() == ["00000007", "12345678", "600000001"]


def namer() -> Namer:
    scenario = card_of("ouiform").build(Asked(scale=0.01, accounts=30))
    people = World(scenario.world, seed=1, before=10**15).population
    return Namer(scenario, people, ADDRESSES)


def test_a_row_has_the_names_of_its_numbers() -> None:
    frame = namer().frame(
        make(np.array([5]), persons=np.array([1, 2]), counts=np.array([2]), source=3)
    )
    row = frame.row(0, named=True)
    assert row["account"] == "partenaire-0001"
    assert row["persons"] == ["00000001", "00000002"]
    assert row["source"] == ADDRESSES[3]
    assert row["application"] == "ouiform"
    assert row["factor"] == "totp"
    assert row["categories"] == "contact,identity,registration"


def test_lists_show_less_of_a_person_and_thieves_have_their_own_factor() -> None:
    frame = namer().frame(
        make(np.array([5]), persons=np.array([1]), operation=operation_code("list"), mark=-1)
    )
    assert frame["categories"][0] == "identity"
    assert frame["factor"][0] == "mail"


def test_a_style_sheet_has_no_account_and_nobody() -> None:
    asset = make(
        np.array([5]), persons=np.zeros(0), counts=np.array([0]), operation=operation_code("asset")
    )
    row = namer().frame(asset).row(0, named=True)
    assert (row["account"], row["persons"], row["categories"]) == (None, [], None)


def test_no_rows_give_the_same_columns() -> None:
    empty = make(np.zeros(0), persons=np.zeros(0))
    one = make(np.array([5]), persons=np.array([1]))
    assert namer().frame(empty).schema == namer().frame(one).schema
