"""S7 Cadastre, 2026: a surveyor's account reads 434,564 households in twelve days, from the surveyor's own computer."""

from datetime import date

from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import application, machines, professionals, sized
from ecluse.simulator.workdays import daily, moment

__all__ = ["CARD"]

THIEF = "geometre-0029"


def _build(asked: Asked) -> Scenario:
    first, last = date(2026, 7, 27), date(2026, 8, 7)
    staff = (
        professionals(
            148,
            ("cadastre",),
            kind="surveyor",
            prefix="geometre",
            bodies=("cabinet", 30),
            visits=10,
            caseload=60,
        ),
        machines(2, ("cadastre",)),
    )
    return Scenario(
        world=WorldPlan(
            applications=(application("cadastre", 32_000_000, owner="dgfip", portal="apex", categories=("identity", "address", "property")),),
            staff=sized(staff, asked.accounts),
            population=32_000_000,
            cast=(Cast(account=THIEF, kind="surveyor", organization="cabinet-007"),),
        ),
        first_day=first,
        last_day=last,
        raids=(
            Raid(
                account=THIEF, application="cadastre", spans=daily(first, last, hours=(8, 18), worked_only=False),
                persons=asked.share(434_564), walk=Walk.BLOCKS, block=1_200, size=3_100, sources=(),
            ),
        ),
        story=(
            Happening(moment("2026-08-13 18:44"), "discovered", THIEF, "through the thief's claim"),
            Happening(moment("2026-08-14 11:00"), "cut_off", THIEF, "account found, portal locked"),
        ),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="cadastre", number="S7", title="a surveyor's account, 434,564 households in twelve days from the usual computer",
    scale=0.2, accounts=150, build=_build,
    facts=(
        "27 July to 8 August 2026, one land surveyor, 434,564 households",
        "the mailed one-time code was by-passed; address and device look normal",
    ),
    assumptions=("10 hours a day (3,600 an hour); by commune (blocks of 1,200); a household counts as one person",),
)  # fmt: skip
