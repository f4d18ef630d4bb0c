"""S12 Hospital, 2025: one doctor's account reads 524,867 patients, and 202,246 trusted persons beside them."""

from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import application, machines, professionals, sized
from ecluse.simulator.workdays import day_of, moment

__all__ = ["CARD"]

THIEF = "medecin-0017"


def _build(asked: Asked) -> Scenario:
    begin, end = moment("2025-07-21 20:00"), moment("2025-07-25 20:00")
    staff = (
        professionals(
            196,
            ("dpi",),
            kind="doctor",
            prefix="medecin",
            bodies=("service", 20),
            factor="none",
            visits=20,
            caseload=60,
            outside=0.15,
        ),
        machines(4, ("dpi",)),
    )
    return Scenario(
        world=WorldPlan(
            applications=(application("dpi", 600_000, owner="hopital", categories=("identity", "contact", "health"), operations=("view", "list", "search")),),
            staff=sized(staff, asked.accounts),
            population=600_000,
            cast=(Cast(account=THIEF, kind="doctor", organization="service-003"),),
        ),
        first_day=day_of(begin),
        last_day=day_of(end),
        raids=(
            Raid(
                account=THIEF, application="dpi", spans=((begin, end),), persons=asked.share(524_867),
                linked=asked.share(202_246), walk=Walk.SEQUENTIAL, size=14_000, sources=("203.0.113.33",),
            ),
        ),
        story=(Happening(moment("2025-07-28 09:00"), "discovered", THIEF, "after several days unseen"),),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="hospital", number="S12", title="one doctor's account, 524,867 patients and 202,246 persons linked to them",
    scale=0.1, accounts=200, build=_build,
    facts=("summer 2025, one self-employed doctor, no second factor, several days; 524,867 patients and 202,246 trusted persons",),
    assumptions=("4 days round the clock (5,467 patients an hour); identifiers in sequence; the true user works too",),
)  # fmt: skip
