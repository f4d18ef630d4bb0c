"""The documented figures of the incidents, asserted on the plans at full size (reference, section 3)."""

from datetime import date
from itertools import pairwise

import pytest

from ecluse.model.estate import LifeCycle
from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.simulator.catalogue import all_cards, card_of
from ecluse.simulator.plan import Asked, Pace, Scenario, Walk
from ecluse.simulator.population import Population
from ecluse.simulator.workdays import day_of, is_working_day, moment
from ecluse.simulator.world import World


def full(name: str) -> Scenario:
    card = card_of(name)
    return card.build(Asked(scale=1.0, accounts=card.accounts))


def per_hour(plan: Scenario) -> float:
    return sum(raid.persons / (raid.seconds / 3600) for raid in plan.raids)


SIZES = {
    "S1": 340_000, "S2": 36_820_828, "S3": 1_600_000, "S4": 605_000, "S5": 165_000, "S6": 1_200_000, "S7": 434_564,
    "S8": 24_633_469, "S9": 12_000_000, "S10": 31_000, "S11": 15_000_000, "S12": 524_867 + 202_246, "S14": 58_124,
}  # fmt: skip
RATES = {  # persons an hour while reading, from the table of section 3
    "S1": (170_000, 170_000), "S2": (75_000, 76_000), "S3": (5_000, 170_000), "S4": (27_300, 30_700),
    "S6": (7_500, 7_500), "S7": (3_500, 3_700), "S8": (93_000, 93_500), "S9": (50_000, 500_000), "S10": (500, 3_000),
    "S12": (5_000, 20_000),
}  # fmt: skip


@pytest.mark.parametrize(("number", "persons"), SIZES.items())
def test_full_size(number: str, persons: int) -> None:
    assert full(number).persons == persons


@pytest.mark.parametrize(("number", "bounds"), RATES.items())
def test_rate(number: str, bounds: tuple[int, int]) -> None:
    assert bounds[0] <= per_hour(full(number)) <= bounds[1]


def test_kairos_is_one_account_on_a_saturday_for_two_hours_in_a_dying_application() -> None:
    plan = full("kairos")
    (raid,) = plan.raids
    assert day_of(raid.spans[0][0]) == date(2025, 7, 12)
    assert (raid.seconds, raid.page) == (7_200, 1)
    kairos = next(a for a in plan.world.applications if a.id == raid.application)
    assert kairos.state is LifeCycle.DECOMMISSIONING
    late = next(h for h in plan.story if h.what == "alert").at - raid.spans[0][1]
    assert day_of(raid.spans[0][1] + late) == date(2025, 7, 15)


def test_capemploi_reads_28_days_outside_office_hours_with_resets_before() -> None:
    plan = full("capemploi")
    begin, end = plan.raids[0].spans[0][0], plan.raids[0].spans[-1][1]
    assert 27 * DAY < end - begin <= 28 * DAY
    assert next(h for h in plan.story if h.what == "cut_off").at - begin == 28 * DAY
    assert plan.persons / (plan.raids[0].seconds / 3600) == pytest.approx(76_000, rel=0.01)
    assert {raid.size for raid in plan.raids} == {679}
    assert sum(raid.persons * raid.size for raid in plan.raids) == pytest.approx(25e9, rel=0.001)
    assert all(h.at < begin for h in plan.story if h.what == "password_reset")
    anomaly = next(h for h in plan.story if h.what == "anomaly_noticed")
    assert (anomaly.at - begin) // DAY == 22
    members = {member.account: member.works for member in plan.world.cast}
    assert all(members[raid.account] for raid in plan.raids)


def test_ouiform_reads_with_two_accounts_less_than_a_day_old_that_one_manager_created() -> None:
    plan = full("ouiform")
    cast = {member.account: member for member in plan.world.cast}
    assert len(plan.raids) == 2
    for raid in plan.raids:
        member = cast[raid.account]
        assert member.created_at is not None
        assert cast[member.created_by].kind == "manager"
        assert cast[member.created_by].organization == member.organization
        assert 0 < raid.spans[0][0] - member.created_at <= 11 * MINUTE
        assert raid.spans[-1][1] - member.created_at < DAY


def test_econtact_goes_on_after_the_reset() -> None:
    plan = full("econtact")
    (raid,) = plan.raids
    assert raid.spans == ((moment("2026-06-24 04:26"), moment("2026-06-25 02:31")),)
    assert raid.page == 1
    reset = next(h for h in plan.story if h.what == "password_reset")
    assert reset.at - raid.spans[0][0] == 6 * HOUR + 14 * MINUTE
    assert raid.spans[0][1] - reset.at == 15 * HOUR + 51 * MINUTE
    alert = next(h for h in plan.story if h.what == "alert")
    assert raid.spans[0][0] - alert.at == 7 * HOUR + 36 * MINUTE
    assert raid.persons * raid.size == pytest.approx(11e9, rel=0.001)


def test_econtact2_lies_in_office_hours_and_weighs_3_gb() -> None:
    (raid,) = full("econtact2").raids
    lengths = [last - first for first, last in raid.spans]
    assert lengths == [4 * HOUR + 5 * MINUTE, 56 * MINUTE]
    assert raid.persons * raid.size == pytest.approx(3e9, rel=0.001)
    assert is_working_day(day_of(raid.spans[0][0]))


def test_ficoba_is_steady_for_sixteen_days() -> None:
    (raid,) = full("ficoba").raids
    assert len(raid.spans) == 16
    assert raid.persons / len(raid.spans) == 75_000


def test_cadastre_comes_from_the_own_computer_for_twelve_days() -> None:
    (raid,) = full("cadastre").raids
    assert len(raid.spans) == 12
    assert raid.sources == ()


def test_mobo_is_a_search_form_for_eleven_days() -> None:
    (raid,) = full("mobo").raids
    assert raid.operation == "search"
    assert raid.seconds == 11 * 86_400


def test_dpae_is_a_machine_and_viamedis_misses_most() -> None:
    dpae, viamedis = full("dpae"), full("viamedis")
    assert dpae.world.cast[0].kind == "machine"
    assert dpae.raids[0].misses > 0.2
    assert viamedis.raids[0].misses >= 0.5
    assert 10_000_000 <= viamedis.persons <= 20_000_000
    assert 1 <= viamedis.raids[0].seconds / 86_400 <= 3


def test_stormous_is_one_person_an_account() -> None:
    (raid,) = full("stormous").raids
    assert raid.walk is Walk.OWN
    assert raid.accounts == raid.persons == 31_000
    assert raid.size == 967_742
    assert 10 <= len(raid.sources) <= 500


def test_hospital_keeps_linked_persons_apart() -> None:
    (raid,) = full("hospital").raids
    assert (raid.persons, raid.linked) == (524_867, 202_246)


def test_export_takes_few_large_exports_from_february_to_may_in_office_hours() -> None:
    plan = full("export2021")
    (raid,) = plan.raids
    assert (plan.first_day, plan.last_day) == (date(2021, 2, 1), date(2021, 5, 31))
    assert raid.operation == "export"
    assert 1_000 <= raid.page <= 10_000
    assert all(is_working_day(day_of(first)) for first, _ in raid.spans)
    assert plan.world.cast[0].works


def test_evasive_stays_below_every_account_budget() -> None:
    plan = full("evasive")
    assert len({member.organization for member in plan.world.cast}) == 1
    for raid in plan.raids:
        assert raid.pace is Pace.HUMAN
        assert raid.persons / len(raid.spans) <= 300
        assert all(a[1] <= b[0] for a, b in pairwise(raid.spans))
    assert plan.persons == 12 * 280 * 20


def test_newborn_accounts_come_over_days_from_one_manager() -> None:
    plan = full("newborn")
    born = sorted(m.created_at for m in plan.world.cast if m.created_at is not None)
    assert len(born) == len(plan.raids) == 20
    assert born[-1] - born[0] > 9 * DAY
    assert len({m.created_by for m in plan.world.cast if m.created_by}) == 1
    assert plan.persons == 52_500


def test_no_theft_in_the_controls() -> None:
    assert full("ordinary").raids == full("peaks").raids == ()
    assert full("peaks").world.peaks > 10 * full("ordinary").world.peaks


@pytest.mark.parametrize("card", all_cards(), ids=lambda card: card.name)
def test_every_scenario_fits_its_own_world(card) -> None:
    for scale in (card.scale, 1.0):
        plan = card.build(Asked(scale=scale, accounts=card.accounts))
        applications = {application.id for application in plan.world.applications}
        kinds = {staff.kind for staff in plan.world.staff}
        assert {name for staff in plan.world.staff for name in staff.applications} <= applications
        assert {member.kind for member in plan.world.cast} <= kinds
        assert {kind for staff in plan.world.staff for kind in staff.creates} <= kinds
        for raid in plan.raids:
            assert raid.application in applications
            assert all(source.startswith("203.0.113.") for source in raid.sources)
            assert plan.first_day <= day_of(raid.spans[0][0])
            assert day_of(raid.spans[-1][1] - 1) <= plan.last_day
    assert card.facts or card.assumptions


@pytest.mark.parametrize("card", all_cards(), ids=lambda card: card.name)
@pytest.mark.parametrize("accounts", [1, 30])
def test_every_scenario_can_be_small(card, accounts: int) -> None:
    plan = card.build(Asked(scale=0.0001, accounts=accounts))
    people: Population = World(plan.world, seed=1, before=0).population
    assert all(raid.account in people.rows for raid in plan.raids)
