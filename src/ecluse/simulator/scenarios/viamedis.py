"""S11 Viamedis, 2024: one health professional's account sweeps a space of numbers, most of which find nobody."""

from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import application, machines, professionals, sized
from ecluse.simulator.workdays import day_of, moment

__all__ = ["CARD"]

THIEF = "praticien-0061"


def _build(asked: Asked) -> Scenario:
    begin, end = moment("2024-01-27 06:00"), moment("2024-01-29 06:00")
    staff = (
        professionals(
            395, ("tiers-payant",), kind="practitioner", prefix="praticien", bodies=("cabinet", 60), factor="none",
            visits=22, caseload=300, outside=0.25,
        ),
        machines(5, ("tiers-payant",)),
    )  # fmt: skip
    return Scenario(
        world=WorldPlan(
            applications=(application("tiers-payant", 33_000_000, owner="tiers-payant", categories=("identity", "insurance"), operations=("view", "search")),),
            staff=sized(staff, asked.accounts),
            population=33_000_000,
            cast=(Cast(account=THIEF, kind="practitioner", organization="cabinet-021", works=False),),
        ),
        first_day=day_of(begin),
        last_day=day_of(end),
        raids=(
            Raid(
                account=THIEF, application="tiers-payant", spans=((begin, end),), persons=asked.share(15_000_000),
                walk=Walk.BLOCKS, block=1_000, misses=0.6, size=780, sources=("203.0.113.9",),
            ),
        ),
        story=(Happening(moment("2024-01-29 06:00"), "cut_off", THIEF, "the portal is closed"),),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="viamedis", number="S11", title="one practitioner's account enumerates numbers, with many misses",
    scale=0.004, accounts=400, build=_build,
    facts=("about 29 January 2024, one phished health professional, base of 33 million persons",),
    assumptions=(
        "15 million of the 33 in 2 days; six requests in ten find nobody (numbers by month and department)",
        "person numbers stand for the registration numbers; none looks like a real one",
    ),
)  # fmt: skip
