"""S5 E-Contact again, July 2026: two bursts in office hours, where a rule on hours is blind."""

from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import application, machines, professionals, sized
from ecluse.simulator.workdays import day_of, moment

__all__ = ["CARD"]

THIEF = "agent-0241"


def _build(asked: Asked) -> Scenario:
    spans = (
        (moment("2026-07-22 07:28"), moment("2026-07-22 11:33")),
        (moment("2026-07-22 16:20"), moment("2026-07-22 17:16")),
    )
    staff = (
        professionals(
            590,
            ("econtact",),
            kind="agent",
            prefix="agent",
            bodies=("sip", 30),
            factor="none",
            visits=16,
        ),
        machines(10, ("econtact",)),
    )
    return Scenario(
        world=WorldPlan(
            applications=(application("econtact", 2_000_000, owner="dgfip", portal="ader", categories=("identity", "contact", "tax")),),
            staff=sized(staff, asked.accounts),
            population=2_000_000,
            cast=(Cast(account=THIEF, kind="agent", organization="sip-011"),),
        ),
        first_day=day_of(spans[0][0]),
        last_day=day_of(spans[0][0]),
        raids=(
            Raid(
                account=THIEF, application="econtact", spans=spans, persons=asked.share(165_000),
                walk=Walk.SEQUENTIAL, size=18_182, sources=("203.0.113.77", "203.0.113.78"),
            ),
        ),
        story=(Happening(moment("2026-08-12 09:00"), "discovered", THIEF, "through the thief's claim"),),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="econtact2", number="S5", title="two bursts in office hours, 3 GB",
    scale=0.2, accounts=600, build=_build,
    facts=("22 July 2026, 07:28 to 11:33 and 16:20 to 17:16, one account, 3 GB",),
    assumptions=("165,000 records: 3 GB at the bytes a record of the June session; the true user works too",),
)  # fmt: skip
