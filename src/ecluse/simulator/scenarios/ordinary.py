"""Ordinary: two weeks of honest work of a whole estate, with a legitimate peak now and then."""

from datetime import date

from ecluse.simulator.plan import Asked, Card, Scenario, WorldPlan
from ecluse.simulator.staffing import (
    advisers,
    application,
    machines,
    managers,
    partners,
    sized,
    trainers,
)

__all__ = ["CARD"]


def _build(asked: Asked) -> Scenario:
    staff = (
        advisers(150, ("suivi",), bodies=15), partners(80, ("suivi", "kairos")), trainers(50, ("kairos",)),
        managers(16, ("suivi",)), machines(4, ("suivi",)),
    )  # fmt: skip
    return Scenario(
        world=WorldPlan(
            applications=(application("suivi", 6_500_000), application("kairos", 6_500_000)),
            staff=sized(staff, asked.accounts),
            population=6_500_000,
            newcomers=4,
        ),
        first_day=date(2026, 5, 4),
        last_day=date(2026, 5, 17),
        working_day=asked.working_day,
    )


CARD = Card(
    name="ordinary", number="S0", title="no theft: two weeks of honest work with week-ends and public holidays",
    scale=1.0, accounts=300, build=_build,
    assumptions=("two weeks with 8 May and Ascension Day; three peaks in ten working days",),
)  # fmt: skip
