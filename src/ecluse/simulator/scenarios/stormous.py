"""S10 Stormous, 2025: 31,000 people's own accounts, each reading its own file, from a few addresses."""

from ecluse.simulator.plan import Asked, Card, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import application, holders, sized
from ecluse.simulator.workdays import day_of, moment

__all__ = ["CARD"]


def _build(asked: Asked) -> Scenario:
    begin, end = moment("2025-10-25 08:00"), moment("2025-10-26 07:00")
    victims = asked.share(31_000)
    staff = sized((holders(100, ("espace",)),), max(asked.accounts, victims + 100))
    return Scenario(
        world=WorldPlan(
            applications=(application("espace", 6_500_000, categories=("identity", "contact", "documents"), operations=("view",)),),
            staff=staff,
            population=6_500_000,
        ),
        first_day=day_of(begin),
        last_day=day_of(end),
        raids=(
            Raid(
                account=f"candidat-{50:0{5 if staff[0].count > 9_999 else 4}d}", application="espace",
                spans=((begin, end),), persons=victims, walk=Walk.OWN, size=967_742, accounts=victims,
                sources=tuple(f"203.0.113.{host}" for host in range(100, 150)),
            ),
        ),
        story=(Happening(moment("2025-10-27 12:00"), "claim", "", "31,000 accounts, 30 GB; number and nature not confirmed at first"),),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="stormous", number="S10", title="31,000 people's own accounts, each reading its own file",
    scale=0.1, accounts=8_000, build=_build,
    facts=("claim of 27 October 2025: 31,000 accounts, 30 GB (967,742 bytes an account), log-ins from a stealer's list",),
    assumptions=("24 hours of the clock (1,300 log-ins an hour); 50 proxies; three requests an account, in one order",),
)  # fmt: skip
