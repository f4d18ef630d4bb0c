"""S17 Newborn: a manager creates twenty accounts over ten days, each of which reads a little."""

from datetime import date

from ecluse.simulator.plan import (
    Asked,
    Card,
    Cast,
    Happening,
    Pace,
    Raid,
    Scenario,
    Walk,
    WorldPlan,
)
from ecluse.simulator.staffing import application, machines, managers, partners, sized
from ecluse.simulator.workdays import daily, days_between, instant, is_working_day

__all__ = ["CARD"]

MANAGER = "rgc-0005"
_ACCOUNTS, _A_DAY = 20, 150


def _build(asked: Asked) -> Scenario:
    first, last = date(2026, 4, 7), date(2026, 5, 7)
    births = [day for day in days_between(first, last) if is_working_day(day)][:10]
    names = [f"partenaire-{n:04d}" for n in range(2101, 2101 + _ACCOUNTS)]
    born = [instant(births[n // 2], 9, 10 + 20 * (n % 2)) for n in range(_ACCOUNTS)]
    raids: list[Raid] = []
    taken = 0
    for n, name in enumerate(names):
        spans = daily(births[n // 2], last, hours=(10, 17), worked_only=True)
        persons = asked.share(_A_DAY * len(spans))
        raids.append(
            Raid(
                account=name, application="suivi", spans=spans, persons=persons, first=taken, walk=Walk.SCATTERED,
                pace=Pace.HUMAN, size=9_000, sources=(f"203.0.113.{180 + n}",),
            )
        )  # fmt: skip
        taken += persons
    staff = (partners(110, ("suivi",)), managers(37, ("suivi",)), machines(3, ("suivi",)))
    return Scenario(
        world=WorldPlan(
            applications=(application("suivi", 6_500_000),),
            staff=sized(staff, asked.accounts),
            population=6_500_000,
            cast=(
                Cast(account=MANAGER, kind="manager", organization="ml-002"),
                *(
                    Cast(account=name, kind="partner", organization="ml-002", works=False, created_at=at, created_by=MANAGER)
                    for name, at in zip(names, born, strict=True)
                ),
            ),
            newcomers=6,
        ),
        first_day=first,
        last_day=last,
        raids=tuple(raids),
        story=tuple(Happening(at, "account_created", name, f"by {MANAGER}") for name, at in zip(names, born, strict=True)),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="newborn", number="S17", title="a manager creates twenty accounts over ten days, each reading a little",
    scale=1.0, accounts=150, build=_build,
    assumptions=(
        "invented: 20 accounts created over 10 working days, 150 persons a working day each, for a month",
        "random identifiers, human gaps, office hours, an address of its own each",
    ),
)  # fmt: skip
