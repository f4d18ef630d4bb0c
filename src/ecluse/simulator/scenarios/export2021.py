"""S14 Export, 2021: an adviser's own routine exports, 58,124 persons from February to May."""

from datetime import date

from ecluse.simulator.plan import Asked, Card, Cast, Happening, Raid, Scenario, Walk, WorldPlan
from ecluse.simulator.staffing import advisers, application, machines, sized
from ecluse.simulator.workdays import days_between, instant, is_working_day, moment

__all__ = ["CARD"]

ADVISER = "conseiller-0021"
_EXPORTS = 20


def _build(asked: Asked) -> Scenario:
    first, last = date(2021, 2, 1), date(2021, 5, 31)
    worked = [day for day in days_between(first, last) if is_working_day(day)]
    chosen = [worked[n * (len(worked) - 1) // (_EXPORTS - 1)] for n in range(_EXPORTS)]
    spans = tuple(
        (instant(day, 10 + n % 6, 12), instant(day, 10 + n % 6, 52)) for n, day in enumerate(chosen)
    )
    persons = asked.share(58_124)
    staff = (advisers(38, ("suivi",), bodies=5), machines(2, ("suivi",)))
    return Scenario(
        world=WorldPlan(
            applications=(application("suivi", 6_500_000),),
            staff=sized(staff, asked.accounts),
            population=6_500_000,
            cast=(Cast(account=ADVISER, kind="adviser", organization="agence-003"),),
        ),
        first_day=first,
        last_day=last,
        raids=(
            Raid(
                account=ADVISER, application="suivi", spans=spans, persons=persons, page=-(-persons // _EXPORTS),
                operation="export", walk=Walk.BLOCKS, block=3_000, size=250, sources=(),
            ),
        ),
        story=(Happening(moment("2021-06-15 12:00"), "on_sale", "", "a copy leaks from a third party's server"),),
        working_day=asked.working_day,
    )  # fmt: skip


CARD = Card(
    name="export2021", number="S14", title="an adviser's own exports, 58,124 persons from February to May",
    scale=1.0, accounts=40, build=_build,
    facts=("one adviser, own account, exports to a spreadsheet for job fairs, February to May 2021, 58,124 persons",),
    assumptions=("20 exports of about 2,900 persons, in office hours, from the own post",),
)  # fmt: skip
