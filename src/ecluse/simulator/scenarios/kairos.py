"""S1 Kairos, July 2025: one trainer's stolen account reads 340,000 persons in two hours of a Saturday."""

from dataclasses import replace

from ecluse.model.estate import LifeCycle
from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import advisers, application, machines, partners, sized, trainers
from ecluse.simulator.workdays import day_of, moment

__all__ = ["CARD"]

THIEF = "formateur-0038"


def _build(asked: Asked) -> Scenario:
    begin = moment("2025-07-12 10:00")
    kairos = replace(
        application("kairos", 6_500_000, owner="service-partenaires", portal="portail-partenaires"),
        state=LifeCycle.DECOMMISSIONING, state_since=moment("2025-01-01"),
    )  # fmt: skip
    staff = (
        advisers(900, ("suivi",)), partners(400, ("suivi", "kairos")), trainers(690, ("kairos",)),
        machines(10, ("suivi",)),
    )  # fmt: skip
    return Scenario(
        world=WorldPlan(
            applications=(kairos, application("suivi", 6_500_000)),
            staff=sized(staff, asked.accounts),
            population=6_500_000,
            peaks=0.0,
            cast=(Cast(account=THIEF, kind="trainer", organization="of-038", works=False),),
        ),
        first_day=day_of(begin),
        last_day=day_of(begin),
        raids=(
            Raid(
                account=THIEF, application="kairos", spans=((begin, moment("2025-07-12 12:00")),),
                persons=asked.share(340_000), walk=Walk.SEQUENTIAL, size=2_100,
            ),
        ),
        story=(
            Happening(moment("2025-07-12 14:00"), "warning", THIEF, "CERT-FR names the account; nobody deals with it"),
            Happening(moment("2025-07-15 09:00"), "alert", THIEF, "the mis-set detector of mass extraction fires, 3 days late"),
        ),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="kairos", number="S1", title="one trainer's stolen account, 340,000 persons in two hours of a Saturday",
    scale=0.1, accounts=2_000, build=_build,
    facts=(
        "Saturday 12 July 2025, one partner account, 340,000 persons in about 2 hours (47/s)",
        "the application was being decommissioned and had no mandatory second factor",
        "CERT-FR warned on the same day; the in-house detector was mis-set and fired 3 days later",
    ),
    assumptions=(
        "from 10:00 to 12:00; one person a request by a range of identifiers; one new address",
        "the true user does not work on that day; no legitimate peak, so that the theft stands alone",
    ),
)  # fmt: skip
