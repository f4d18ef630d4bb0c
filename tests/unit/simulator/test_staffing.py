import pytest

from ecluse.simulator.staffing import advisers, holders, machines, sized, trainers

STAFF = (advisers(900, ("a",)), trainers(90, ("a",)), machines(10, ("a",)))


@pytest.mark.parametrize("accounts", [1, 3, 10, 100, 1_000, 20_000])
def test_proportions_are_kept_and_nobody_disappears(accounts: int) -> None:
    staff = sized(STAFF, accounts)
    assert all(part.count >= 1 for part in staff)
    assert sum(part.count for part in staff) <= accounts + len(staff)
    assert staff[0].count == max(1, round(0.9 * accounts))


def test_bodies_keep_their_size() -> None:
    assert sized(STAFF, 20)[0].bodies[1] == 1
    assert sized(STAFF, 1_000)[0].bodies[1] == STAFF[0].bodies[1] == 20
    assert sized(STAFF, 10_000)[0].bodies[1] == 200
    assert sized((holders(5, ("a",)),), 10_000)[0].bodies[1] == 1


def test_holders_see_nobody_else() -> None:
    part = holders(5, ("a",))
    assert (part.caseload, part.outside, part.lists) == (1, 0.0, 0.0)
