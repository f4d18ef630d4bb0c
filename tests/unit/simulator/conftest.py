"""A small world that several tests share."""

from datetime import date

import pytest

from ecluse.simulator.plan import Cast, WorldPlan
from ecluse.simulator.staffing import (
    advisers,
    application,
    holders,
    machines,
    managers,
    partners,
    sized,
    trainers,
)  # fmt: skip
from ecluse.simulator.workdays import instant
from ecluse.simulator.world import World

TUESDAY = date(2026, 6, 2)
SUNDAY = date(2026, 6, 7)


def small_plan(accounts: int = 200, *, peaks: float = 0.0, newcomers: int = 0) -> WorldPlan:
    staff = (
        advisers(100, ("suivi",)), partners(50, ("suivi", "kairos")), trainers(30, ("kairos",)),
        managers(10, ("suivi",)), machines(5, ("suivi",)), holders(5, ("suivi",)),
    )  # fmt: skip
    return WorldPlan(
        applications=(application("suivi", 500_000), application("kairos", 500_000)),
        staff=sized(staff, accounts),
        population=500_000,
        peaks=peaks,
        newcomers=newcomers,
        cast=(
            Cast(account="conseiller-0003", kind="adviser", organization="agence-777", works=False),
        ),
    )


@pytest.fixture(scope="module")
def world() -> World:
    return World(small_plan(), seed=11, before=instant(TUESDAY))
