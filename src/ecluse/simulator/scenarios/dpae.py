"""S9 DPAE, 2026: a partner's machine account reads 12 million employees, and half as many keys that do not exist."""

from dataclasses import replace

from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import application, machines, partners, sized
from ecluse.simulator.workdays import day_of, moment

__all__ = ["CARD"]

THIEF = "machine-0003"


def _build(asked: Asked) -> Scenario:
    begin, end = moment("2026-01-12 21:00"), moment("2026-01-15 21:00")
    programs = replace(machines(10, ("dpae",), visits=1_500.0, most=6_000), bodies=("editeur", 4))
    staff = (partners(90, ("dpae",), body="urssaf", bodies=8), programs)
    return Scenario(
        world=WorldPlan(
            applications=(application("dpae", 30_000_000, owner="urssaf", portal="api-partenaires", operations=("view", "search")),),
            staff=sized(staff, asked.accounts),
            population=30_000_000,
            cast=(Cast(account=THIEF, kind="machine", organization="editeur-002"),),
        ),
        first_day=day_of(begin),
        last_day=day_of(end),
        raids=(
            Raid(
                account=THIEF, application="dpae", spans=((begin, end),), persons=asked.share(12_000_000),
                walk=Walk.SCATTERED, misses=1 / 3, size=640, sources=("203.0.113.120",), factor="key",
            ),
        ),
        story=(Happening(moment("2026-01-16 10:00"), "cut_off", THIEF, "account suspended, partners' rights reviewed"),),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="dpae", number="S9", title="a partner's machine account reads 12 million employees through an API",
    scale=0.01, accounts=100, build=_build,
    facts=("one institutional partner account on the API, 12 million employees, disclosed 19 January 2026",),
    assumptions=(
        "3 days round the clock (166,667 an hour); a sweep in which one key in three finds nobody",
        "ordinary programs of the partners ask about 1,500 times a day",
    ),
)  # fmt: skip
