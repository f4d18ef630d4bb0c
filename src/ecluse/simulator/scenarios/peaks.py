"""S18 Peaks: nothing but honest work, with every legitimate peak; nobody here must be stopped."""

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
            peaks=6.0,
            newcomers=6,
        ),
        first_day=date(2026, 6, 1),
        last_day=date(2026, 6, 5),
        working_day=asked.working_day,
    )


CARD = Card(
    name="peaks", number="S18", title="no theft: a week of honest work with many legitimate peaks",
    scale=1.0, accounts=300, build=_build,
    facts=("job fair, taking over 600 files, batch job, audit, catching up after an outage: 10 to 50 times the norm, at most 5,000 persons",),
    assumptions=("six peaks a working day among 300 accounts",),
)  # fmt: skip
