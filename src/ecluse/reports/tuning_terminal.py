"""What does a tuning look like in a terminal? The price and what it buys first, then the limits, then the curve."""

from collections.abc import Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from ecluse.model.finding import Severity
from ecluse.model.time import DAY, format_duration
from ecluse.model.tuning import CurvePoint, KindProposal, Tuning
from ecluse.reports.backtest_terminal import console_text
from ecluse.reports.page import indented, table, title
from ecluse.reports.text import visible

__all__ = ["render"]

_NARROWEST: Final = 40
_BAR: Final = 12
_WAYS: Final = {
    "quantile": "predictions",
    "ranks": "ranks of days",
    "largest": "largest seen",
    "extrapolated": "extrapolated",
    "signed": "signed",
}


def render(made: Tuning, *, width: int, color: bool, unicode: bool = True) -> str:
    """Writes the page as text of at most `width` columns, 40 at least."""
    blocks = [
        *_head(made),
        *_limits(made),
        *_curve(made, unicode=unicode),
        *_held(made),
        *_bounds(made),
        *_findings(made),
    ]
    return console_text(Group(*blocks), width=max(width, _NARROWEST), color=color)


def _head(made: Tuning) -> Iterator[RenderableType]:
    after = 1000 * made.disturbed / made.days if made.days else 0.0
    before = 1000 * made.before / made.days if made.days else 0.0
    fine = made.at_most <= made.price
    yield Text(
        f"{after:.2f} in 1,000 account-days would have been disturbed by these limits, at most {made.at_most:.2f} with nine chances in ten; "
        f"asked for at most {made.price:g}, the signed limits disturb {before:.2f}",
        style="bold green" if fine else "bold yellow",
    )
    yield Text(
        f"{made.accounts:,} accounts on {made.days:,} account-days, {made.first_day} to {made.last_day}; "
        f"the past spans {made.span // DAY} days; {made.seconds:.1f} s",
        style="dim",
    )


def _limits(made: Tuning) -> Iterator[RenderableType]:
    for budget in dict.fromkeys(k.budget for k in made.kinds):
        mine = [k for k in made.kinds if k.budget == budget]
        yield title(
            f"Budget {visible(budget)}, by kind of account (ordinary and largest: peaks that were seen)"
        )
        rows = table(
            "Kind",
            numbers=("Window", "Signed", "Proposed", "Ordinary", "Largest"),
            after=("Decided by",),
        )
        for kind in mine:
            for number, limit in enumerate(kind.limits):
                first = "" if number else f"{visible(kind.kind, longest=20)} ({kind.accounts:,})"
                signed = "-" if limit.signed is None else f"{limit.signed:,}"
                changed = Text(
                    f"{limit.limit:,}", style="" if limit.limit == limit.signed else "bold"
                )
                seen = ("-", "-") if kind.kept else (f"{limit.typical:,}", f"{limit.largest:,}")
                rows.add_row(
                    first, format_duration(limit.window), signed, changed, *seen, _WAYS[limit.way]
                )
        yield indented(rows)
        yield from (_kept(k) for k in mine if k.kept)


def _kept(kind: KindProposal) -> RenderableType:
    return indented(
        Text(
            f"{visible(kind.kind)} keeps its signed limits: {visible(kind.kept, longest=200)}",
            style="yellow",
        )
    )


def _curve(made: Tuning, *, unicode: bool) -> Iterator[RenderableType]:
    if not made.curve or not made.curve[0].persons:
        return
    yield title(
        "What each price buys: the most that one stolen account could take in 24 hours, by kind"
    )
    kinds = [kind for kind, _ in made.curve[0].persons]
    rows = table(
        "Price",
        "seen",
        numbers=tuple(visible(kind, longest=10) for kind in kinds),
        after=("highest",),
    )
    highest = max(_most(point) for point in made.curve) or 1
    sign = "█" if unicode else "#"
    for point in made.curve:
        mark = "* " if point.price == made.price else "  "
        numbers = [f"{_in_a_day(limits):,}" for _, limits in point.persons]
        bar = sign * max(1, round(_BAR * _most(point) / highest))
        rows.add_row(f"{mark}{point.price:g}", f"{point.disturbed:.2f}", *numbers, bar)
    yield indented(rows)
    yield indented(Text("in 1,000 honest account-days; * is the price asked for", style="dim"))


def _in_a_day(limits: tuple[tuple[int, int], ...]) -> int:
    return next((limit for window, limit in limits if window == DAY), limits[-1][1])


def _most(point: CurvePoint) -> int:
    return max(_in_a_day(limits) for _, limits in point.persons)


def _held(made: Tuning) -> Iterator[RenderableType]:
    held = made.held_out
    if held is None:
        return
    verdict = "which chance explains" if held.holds else "which chance does not explain"
    yield title("Checked on the days held out")
    yield indented(
        Text(
            f"limits made from the earlier days alone disturb {held.disturbed} of {held.days:,} later account-days, "
            f"where the price allows {held.expected:.1f}, {verdict}"
        )
    )
    yield indented(
        Text(
            f"by conformal rank {held.extreme} days are more extreme than 99 in 100 of the earlier ones, where {held.usual:.0f} are usual"
        )
    )


def _bounds(made: Tuning) -> Iterator[RenderableType]:
    if not made.bounds:
        return
    yield title(
        "What a thief could take with one stolen account under these limits (`ecluse bound` has the plan)"
    )
    rows = table("Kind", numbers=tuple(format_duration(h.horizon) for h in made.bounds[0].horizons))
    for bound in made.bounds:
        numbers = ["no end" if h.persons is None else f"{h.persons:,}" for h in bound.horizons]
        rows.add_row(visible(bound.adversary.stolen[0].kind or ""), *numbers)
    yield indented(rows)


def _findings(made: Tuning) -> Iterator[RenderableType]:
    if not made.findings:
        return
    yield title(f"Findings: {len(made.findings)}", style="bold yellow")
    for one in sorted(made.findings, key=lambda f: -f.severity):
        style = "bold red" if one.severity >= Severity.HIGH else "yellow"
        head = Text.assemble(
            (one.severity.name.lower(), style), "  ", visible(one.what, longest=400)
        )
        yield indented(Group(head, Text(f"  {visible(one.help, longest=400)}", style="dim")))
