"""S4 E-Contact, June 2026: 605,000 records in 22 hours, one a request; the password reset ends nothing."""

from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import application, machines, professionals, sized
from ecluse.simulator.workdays import day_of, moment

__all__ = ["CARD"]

THIEF = "agent-0113"


def _build(asked: Asked) -> Scenario:
    begin, end = moment("2026-06-24 04:26"), moment("2026-06-25 02:31")
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
            cast=(Cast(account=THIEF, kind="agent", organization="sip-004"),),
        ),
        first_day=day_of(begin),
        last_day=day_of(end),
        raids=(
            Raid(
                account=THIEF, application="econtact", spans=((begin, end),), persons=asked.share(605_000),
                walk=Walk.SEQUENTIAL, size=18_182,
            ),
        ),
        story=(
            Happening(moment("2026-06-23 20:50"), "alert", THIEF, "an alert becomes a ticket, 7 h 36 min before the first read"),
            Happening(moment("2026-06-24 10:40"), "password_reset", THIEF, "at +6 h 14 min; the session is not revoked"),
            Happening(moment("2026-08-12 09:00"), "discovered", THIEF, "through the thief's claim"),
        ),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="econtact", number="S4", title="605,000 records in 22 h 05, one a request; a password reset without effect",
    scale=0.1, accounts=600, build=_build,
    facts=(
        "24 June 2026 04:26 to 25 June 02:31, one record a request, 7.6 records/s, 11 GB",
        "353,000 individuals and 252,000 professionals",
        "alert 23 June 20:50; password reset 24 June 10:40 (+6 h 14 min), session not revoked",
    ),
    assumptions=("one account (1 to 5 were active); identifiers in sequence; the true user works too",),
)  # fmt: skip
