"""S2 Cap emploi, 2024: advisers' accounts read 36.8 million persons in 28 days of evenings and week-ends."""

from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import advisers, application, machines, partners, sized
from ecluse.simulator.workdays import day_of, evenings_and_weekends, moment

__all__ = ["CARD"]

THIEVES = ("partenaire-0007", "partenaire-0019")


def _build(asked: Asked) -> Scenario:
    begin, end = moment("2024-02-06 17:45"), moment("2024-03-05 17:45")
    spans = evenings_and_weekends(begin, end, closed=(17, 45), opened=(8, 30))
    total = asked.share(36_820_828)
    first = total // 2
    staff = (
        advisers(60, ("suivi",), bodies=8),
        partners(56, ("suivi",), body="capemploi", bodies=9),
        machines(4, ("suivi",)),
    )
    raids = tuple(
        Raid(
            account=account, application="suivi", spans=spans, persons=persons, first=start, page=100,
            operation="list", walk=Walk.BLOCKS, block=20_000, size=679,
            sources=(f"203.0.113.{20 + n}", f"203.0.113.{30 + n}", f"203.0.113.{40 + n}"),
        )
        for n, (account, persons, start) in enumerate(((THIEVES[0], first, 0), (THIEVES[1], total - first, first)))
    )  # fmt: skip
    return Scenario(
        world=WorldPlan(
            applications=(application("suivi", 43_000_000),),
            staff=sized(staff, asked.accounts),
            population=43_000_000,
            cast=(
                Cast(account=THIEVES[0], kind="partner", organization="capemploi-002"),
                Cast(account=THIEVES[1], kind="partner", organization="capemploi-005"),
            ),
        ),
        first_day=day_of(begin),
        last_day=day_of(end),
        raids=raids,
        story=(
            Happening(moment("2024-02-06 14:20"), "password_reset", THIEVES[0], "asked for at the help desk by the thief"),
            Happening(moment("2024-02-06 15:05"), "password_reset", THIEVES[1], "asked for at the help desk by the thief"),
            Happening(moment("2024-02-29 09:00"), "anomaly_noticed", "", "day 23; reading goes on for 5 more days"),
            Happening(end, "cut_off", "", "the accounts are closed"),
        ),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="capemploi", number="S2", title="advisers' accounts, 36.8 million persons in 28 days of evenings and week-ends",
    scale=0.01, accounts=120, build=_build,
    facts=(
        "6 February to 5 March 2024, 36,820,828 persons, 25 GB (679 bytes a person)",
        "2 accounts confirmed; evenings and week-ends; help-desk resets before; first anomaly on day 23",
    ),
    assumptions=(
        "2 accounts; list pages of 100 persons; sweep by blocks of 20,000; closed from 17:45 to 8:30",
        "the true users work on the same accounts in office hours, from their own addresses",
    ),
)  # fmt: skip
