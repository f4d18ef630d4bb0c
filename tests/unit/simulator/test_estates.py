import yaml

from ecluse.loaders.estate import load_estate
from ecluse.model.time import parse_instant
from ecluse.simulator.catalogue import all_cards
from ecluse.simulator.estates import accounts_table, caseload_table, estate_document, estate_of
from ecluse.simulator.plan import Asked
from ecluse.simulator.world import World


def test_every_estate_loads_as_what_it_was_written_from() -> None:
    for card in all_cards():
        plan = card.build(Asked(scale=0.001, accounts=50)).world
        estate = estate_of(plan, World(plan, seed=1, before=10**15).population)
        text = yaml.safe_dump(estate_document(estate, description=card.title), sort_keys=False)
        assert load_estate(text, file="estate.yaml") == estate, card.name


def test_headcounts_are_those_of_the_accounts(world: World) -> None:
    estate = estate_of(world.plan, world.population)
    counted = sum(head.count for body in estate.organizations for head in body.accounts)
    assert counted == len(world.population.rosters)


def test_accounts_are_told_with_rfc_3339_times(world: World) -> None:
    table = accounts_table(world.population)
    assert table.columns == ["account", "kind", "organization", "created_at", "created_by"]
    assert table["account"].is_unique().all()
    assert parse_instant(table["created_at"][0]) == world.population.rosters[0].created_at


def test_caseloads_have_each_pair_once(world: World) -> None:
    table = caseload_table(world.population)
    assert table.columns == ["account", "person"]
    assert table.is_unique().all()
    assert set(table["account"]) <= set(world.population.names)
    assert table["person"].str.contains("^[0-9]{8}$").all()
