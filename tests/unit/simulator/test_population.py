import ipaddress
from dataclasses import replace
from datetime import date

import numpy as np

from ecluse.model.time import DAY
from ecluse.simulator.plan import Cast
from ecluse.simulator.population import ADDRESSES, populate
from ecluse.simulator.workdays import instant
from ecluse.simulator.world import World

BEFORE = instant(date(2026, 6, 2))
RESERVED = [
    ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32")
]


def draw(plan, seed=3):
    return populate(plan, before=BEFORE, rng=np.random.Generator(np.random.PCG64(seed)))


def test_names_are_unique_and_kinds_known(world: World) -> None:
    people = world.population
    assert len(set(people.names)) == len(people.rosters)
    assert {roster.kind for roster in people.rosters} == {staff.kind for staff in world.plan.staff}
    assert all(people.names[people.row(name)] == name for name in people.names)


def test_every_address_is_reserved_for_documentation() -> None:
    for text in ADDRESSES:
        address = ipaddress.ip_address(text)
        assert any(address in net for net in RESERVED if net.version == address.version)


def test_the_cast_takes_the_place_of_an_ordinary_account(world: World) -> None:
    people = world.population
    row = people.row("conseiller-0003")
    assert people.rosters[row].organization == "agence-777"
    assert people.mean[row] == 0
    assert sum(roster.account == "conseiller-0003" for roster in people.rosters) == 1


def test_a_cast_of_a_new_name_is_added_with_its_creation(world: World) -> None:
    created = Cast(
        account="partenaire-9999", kind="partner", organization="ml-001", created_at=BEFORE + 5, created_by="rgc-0001"
    )  # fmt: skip
    people = draw(replace(world.plan, cast=(created,)))
    roster = people.rosters[people.row("partenaire-9999")]
    assert (roster.created_at, roster.created_by) == (BEFORE + 5, "rgc-0001")


def test_ordinary_accounts_are_old_and_nobody_is_said_to_have_created_them(world: World) -> None:
    assert all(roster.created_at <= BEFORE - 119 * DAY for roster in world.population.rosters)
    assert all(not roster.created_by for roster in world.population.rosters)


def test_newcomers_are_created_by_the_manager_of_their_body(world: World) -> None:
    people = draw(replace(world.plan, newcomers=5))
    young = [r for r in people.rosters if r.created_by]
    assert 1 <= len(young) <= 5
    by_name = {r.account: r for r in people.rosters}
    for roster in young:
        assert by_name[roster.created_by].kind == "manager"
        assert by_name[roster.created_by].organization == roster.organization
        assert 19 * DAY < BEFORE - roster.created_at < 81 * DAY


def test_caseloads_are_distinct_persons_of_the_base(world: World) -> None:
    people = world.population
    for row in range(0, len(people.rosters), 7):
        own = people.own(row)
        assert len(np.unique(own)) == len(own)
        assert ((own >= 1) & (own <= world.plan.population)).all()


def test_holders_own_one_file_each_and_share_it_with_nobody(world: World) -> None:
    people = world.population
    rows = [row for row, roster in enumerate(people.rosters) if roster.kind == "holder"]
    files = [people.own(row).tolist() for row in rows]
    assert all(len(own) == 1 for own in files)
    assert len({own[0] for own in files}) == len(rows)


def test_the_same_seed_draws_the_same_people(world: World) -> None:
    assert draw(world.plan).rosters == draw(world.plan).rosters
    assert draw(world.plan, seed=4).rosters != draw(world.plan).rosters


def test_a_base_smaller_than_its_areas_still_works(world: World) -> None:
    people = draw(replace(world.plan, population=300))
    assert people.caseload.max() <= 300
    assert people.caseload.min() >= 1
