"""S16 Evasive: twelve accounts of one body, each below any plausible budget, in office hours."""

from datetime import date

from ecluse.simulator.plan import Asked, Card, Cast, Pace, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import advisers, application, machines, partners, sized
from ecluse.simulator.workdays import daily

__all__ = ["CARD"]

_ACCOUNTS, _A_DAY = 12, 280


def _build(asked: Asked) -> Scenario:
    first, last = date(2026, 3, 2), date(2026, 3, 27)
    spans = daily(first, last, hours=(9, 17), worked_only=True)
    each = asked.share(_A_DAY * len(spans))
    names = [f"partenaire-{n:04d}" for n in range(31, 31 + _ACCOUNTS)]
    staff = (advisers(60, ("suivi",), bodies=8), partners(87, ("suivi",)), machines(3, ("suivi",)))
    return Scenario(
        world=WorldPlan(
            applications=(application("suivi", 6_500_000),),
            staff=sized(staff, asked.accounts),
            population=6_500_000,
            cast=tuple(Cast(account=name, kind="partner", organization="ml-009", works=False) for name in names),
        ),
        first_day=first,
        last_day=last,
        raids=tuple(
            Raid(
                account=name, application="suivi", spans=spans, persons=each, first=n * each, walk=Walk.SCATTERED,
                pace=Pace.HUMAN, size=9_000, sources=(f"203.0.113.{150 + n}",),
            )
            for n, name in enumerate(names)
        ),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="evasive", number="S16", title="twelve accounts of one body, each below its budget, for four weeks",
    scale=1.0, accounts=150, build=_build,
    assumptions=(
        "invented: 12 accounts x 280 persons a day x 20 working days; random identifiers, human gaps, office hours",
        "every account from a residential address of its own",
    ),
)  # fmt: skip
