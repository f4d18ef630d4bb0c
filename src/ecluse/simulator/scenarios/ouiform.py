"""S3 Ouiform, 2025: a manager's stolen account creates two accounts, which read 1.6 million persons."""

from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import application, machines, managers, partners, sized
from ecluse.simulator.workdays import day_of, moment

__all__ = ["CARD"]

MANAGER = "rgc-0012"
CREATED = ("partenaire-1871", "partenaire-1872")


def _build(asked: Asked) -> Scenario:
    created = (moment("2025-11-27 20:04"), moment("2025-11-27 20:11"))
    begin, end = moment("2025-11-27 20:15"), moment("2025-11-28 16:15")
    total = asked.share(1_600_000)
    halves = ((CREATED[0], total // 2, 0), (CREATED[1], total - total // 2, total // 2))
    staff = (
        partners(360, ("ouiform", "suivi")),
        managers(36, ("ouiform",)),
        machines(4, ("suivi",)),
    )
    return Scenario(
        world=WorldPlan(
            applications=(
                application("ouiform", 2_400_000, owner="service-partenaires", portal="portail-partenaires"),
                application("suivi", 2_400_000),
            ),
            staff=sized(staff, asked.accounts),
            population=2_400_000,
            cast=(
                Cast(account=MANAGER, kind="manager", organization="ml-038"),
                *(
                    Cast(account=name, kind="partner", organization="ml-038", works=False, created_at=at, created_by=MANAGER)
                    for name, at in zip(CREATED, created, strict=True)
                ),
            ),
            newcomers=8,
        ),
        first_day=day_of(begin),
        last_day=day_of(end),
        raids=tuple(
            Raid(
                account=account, application="ouiform", spans=((begin, end),), persons=persons, first=first, page=50,
                operation="list", walk=Walk.BLOCKS, block=4_000, size=700, factor="mail",
                sources=("203.0.113.91",),
            )
            for account, persons, first in halves
        ),
        story=(
            *(
                Happening(at, "account_created", name, f"by {MANAGER}")
                for name, at in zip(CREATED, created, strict=True)
            ),
            Happening(end, "cut_off", "", "the three accounts are suspended"),
        ),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="ouiform", number="S3", title="a manager's account creates two accounts, which read 1.6 million persons",
    scale=0.1, accounts=400, build=_build,
    facts=(
        "one account manager (RGC) of a mission locale, two accounts created through the identity provider",
        "1.6 million persons; all reads by accounts less than a day old",
    ),
    assumptions=(
        "27 November 2025 from 20:15, for 20 hours; first reads within 11 minutes of the creation",
        "list pages of 50 persons, by mission locale (blocks of 4,000)",
    ),
)  # fmt: skip
