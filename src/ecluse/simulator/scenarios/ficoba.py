"""S6 FICOBA, 2026: 1.2 million bank accounts in sixteen days, steadily, in office hours."""

from datetime import date

from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import application, machines, professionals, sized
from ecluse.simulator.workdays import daily, moment

__all__ = ["CARD"]

THIEF = "agent-0052"


def _build(asked: Asked) -> Scenario:
    first, last = date(2026, 1, 28), date(2026, 2, 12)
    staff = (
        professionals(
            98,
            ("ficoba",),
            kind="agent",
            prefix="agent",
            bodies=("ministere", 12),
            factor="none",
            visits=12,
            outside=0.5,
        ),
        machines(2, ("ficoba",)),
    )
    return Scenario(
        world=WorldPlan(
            applications=(application("ficoba", 300_000_000, owner="dgfip", categories=("identity", "contact", "bank")),),
            staff=sized(staff, asked.accounts),
            population=300_000_000,
            cast=(Cast(account=THIEF, kind="agent", organization="ministere-003", works=False),),
        ),
        first_day=first,
        last_day=last,
        raids=(
            Raid(
                account=THIEF, application="ficoba", spans=daily(first, last, hours=(8, 18), worked_only=False),
                persons=asked.share(1_200_000), operation="search", walk=Walk.SCATTERED, size=900,
                sources=("203.0.113.14",),
            ),
        ),
        story=(Happening(moment("2026-02-13 09:00"), "cut_off", THIEF, "access restricted on detection, after 16 days without alert"),),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="ficoba", number="S6", title="1.2 million bank accounts in sixteen steady days",
    scale=0.1, accounts=100, build=_build,
    facts=("28 January to 13 February 2026, one agent of another ministry, 1.2 million accounts, 75,000 a day",),
    assumptions=(
        "every day from 8:00 to 18:00 (7,500 an hour); one bank account a search; each counted as one person",
        "the true user does not work meanwhile",
    ),
)  # fmt: skip
