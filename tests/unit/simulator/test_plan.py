import pytest

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
