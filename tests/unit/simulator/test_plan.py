import pytest

from ecluse.simulator.catalogue import card_of
from ecluse.simulator.plan import Asked, Raid

RAID = Raid(
    account="a", application="b", spans=((0, 3_000_000), (5_000_000, 6_000_000)), persons=11, page=5
)


def test_a_raid_knows_its_requests_and_its_time() -> None:
    assert RAID.requests == 3
    assert RAID.seconds == 4.0


@pytest.mark.parametrize(("scale", "share"), [(1.0, 340_000), (0.1, 34_000), (1e-9, 1)])
def test_a_share_is_never_nobody(scale: float, share: int) -> None:
    assert Asked(scale=scale, accounts=1).share(340_000) == share


def test_a_thief_may_read_lists_instead_of_files() -> None:
    plan = card_of("kairos").build(Asked(scale=1.0, accounts=10))
    (raid,) = plan.with_page(100).raids
    assert (raid.operation, raid.requests, raid.persons) == ("list", 3_400, 340_000)
    (raid,) = card_of("mobo").build(Asked(scale=0.01, accounts=10)).with_page(1).raids
    assert (raid.operation, raid.page) == ("view", 1)


@pytest.mark.parametrize("name", ["hospital", "stormous"])
def test_files_that_have_no_lists_stay_files(name: str) -> None:
    plan = card_of(name).build(Asked(scale=0.01, accounts=10))
    assert plan.with_page(100).raids == plan.raids
