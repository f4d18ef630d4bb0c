"""S8 MOBO, 2024: a subscriber tool's search form gives 24.6 million contracts in eleven days."""

from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import application, machines, professionals, sized
from ecluse.simulator.workdays import day_of, moment

__all__ = ["CARD"]

THIEF = "agent-0088"


def _build(asked: Asked) -> Scenario:
    begin, end = moment("2024-10-06 00:00"), moment("2024-10-17 00:00")
    staff = (
        professionals(
            245,
            ("mobo",),
            kind="agent",
            prefix="agent",
            bodies=("plateau", 12),
            factor="none",
            visits=26,
            caseload=0,
            outside=1.0,
        ),
        machines(5, ("mobo",)),
    )
    return Scenario(
        world=WorldPlan(
            applications=(application("mobo", 27_000_000, owner="telecom", portal="vpn", categories=("identity", "contact", "contract", "bank")),),
            staff=sized(staff, asked.accounts),
            population=27_000_000,
            cast=(Cast(account=THIEF, kind="agent", organization="plateau-004", works=False),),
        ),
        first_day=day_of(begin),
        last_day=day_of(end - 1),
        raids=(
            Raid(
                account=THIEF, application="mobo", spans=((begin, end),), persons=asked.share(24_633_469), page=50,
                operation="search", walk=Walk.SEQUENTIAL, size=820, sources=("203.0.113.201",),
            ),
        ),
        story=(
            Happening(moment("2024-09-28 22:00"), "intrusion", THIEF, "through the VPN, without second factor"),
            Happening(moment("2024-10-17 20:00"), "on_sale", "", ""),
            Happening(moment("2024-10-21 09:00"), "discovered", THIEF, "through the thief's message"),
            Happening(moment("2024-10-22 12:00"), "cut_off", THIEF, ""),
        ),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="mobo", number="S8", title="a search form gives 24.6 million contracts in eleven days",
    scale=0.01, accounts=150, build=_build,
    facts=("extraction from 6 October 2024, on sale 17 October; 24,633,469 contracts through a search form, from a VPN log-in",),
    assumptions=("11 days round the clock; 50 results a search; one account; a contract counts as one person",),
)  # fmt: skip
