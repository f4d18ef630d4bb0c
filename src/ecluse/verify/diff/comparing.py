"""Two policy sets, compared: the verdict by proof, a witness for what is not proved, the numbers, the changes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ecluse.model.adversary import Adversary
from ecluse.model.difference import Difference, Gap, Verdict
from ecluse.model.estate import Estate
from ecluse.model.policy import Budget, PolicySet
from ecluse.verify.bound import STANDARD_HORIZONS
from ecluse.verify.diff.changes import changes
from ecluse.verify.diff.covering import gaps, refusing
from ecluse.verify.diff.numbers import lines, thieves
from ecluse.verify.diff.searching import witness

__all__ = ["compare", "judge"]

_WITNESSES_MAX: Final = 3  # of each direction; each may take some tenths of a second
_FACTS: Final = "each account has one kind and one lineage, and they do not change"


def compare(
    before: PolicySet,
    after: PolicySet,
    estate: Estate,
    adversaries: Sequence[Adversary] = (),
    horizons: Sequence[int] = STANDARD_HORIZONS,
    *,
    written: tuple[PolicySet, PolicySet] | None = None,
    now: int | None = None,
) -> Difference:
    """How the second policy set stands to the first.

    `same` and `stricter` hold for every request and every history that began under the second set: what it releases, the
    first would have released; what the first refuses, it refuses; what the first closes, it closes.

    Args:
        before: as enforced, with the further budgets of applications on their way out (`engine.scaling`).
        after: idem.
        estate: what can be read, by whom; the numbers and the words of witnesses are about it.
        adversaries: whose bounds are compared.
        horizons: microseconds each.
        written: the two sets as people wrote them, for the list of changes; `before` and `after` when None.
        now: microseconds; applications closed by then show nothing.
    """
    verdict, looser, stricter, assumes = judge(before.budgets, after.budgets)
    looser = _shown(looser, before.budgets, after.budgets, estate)
    stricter = _shown(stricter, after.budgets, before.budgets, estate)
    shown = {
        Verdict.LOOSER: _certain(looser),
        Verdict.INCOMPARABLE: _certain(looser) and _certain(stricter),
    }
    one, other = written or (before, after)
    first = _with_implied(before.budgets, after.budgets, stricter)
    second = _with_implied(after.budgets, before.budgets, looser)
    return Difference(
        before.digest,
        after.digest,
        verdict,
        shown.get(verdict, True),
        looser,
        stricter,
        assumes,
        tuple(lines(first, second, estate, horizons, now=now)),
        tuple(thieves(first, second, estate, adversaries, horizons, now=now)),
        changes(one.budgets, other.budgets),
    )


def judge(
    before: Sequence[Budget], after: Sequence[Budget]
) -> tuple[Verdict, tuple[Gap, ...], tuple[Gap, ...], tuple[str, ...]]:
    """The verdict by proof alone: with the gaps that make the second set looser, and stricter, and what is taken for granted."""
    looser, first = _gaps(before, after)
    stricter, second = _gaps(after, before)
    verdict = {
        (True, True): Verdict.SAME,
        (True, False): Verdict.STRICTER,
        (False, True): Verdict.LOOSER,
        (False, False): Verdict.INCOMPARABLE,
    }[not looser, not stricter]
    return verdict, looser, stricter, (_FACTS,) if first or second else ()


def _with_implied(
    budgets: Sequence[Budget], others: Sequence[Budget], left_open: Sequence[Gap]
) -> tuple[Budget, ...]:
    """The budgets with those of the other set that they imply: the same histories, and a bound that never contradicts the proof.

    A bound adds up budget by budget, and may be a little too high where several of them say together what one said.
    """
    open_ = {g.budget for g in left_open if not g.closes}
    return (*budgets, *(o for o in refusing(others) if o.id not in open_))


def _gaps(budgets: Sequence[Budget], by: Sequence[Budget]) -> tuple[tuple[Gap, ...], bool]:
    """The gaps, and whether fewer are left because something is taken for granted."""
    plain = gaps(budgets, by, facts=False)
    if not plain:
        return (), False
    granted = gaps(budgets, by, facts=True)
    return granted, granted != plain


def _shown(
    found: Sequence[Gap], strict: Sequence[Budget], lenient: Sequence[Budget], estate: Estate
) -> tuple[Gap, ...]:
    """The same gaps, the first of them with witnesses."""
    shown, left = [], _WITNESSES_MAX
    for gap in found:
        copied = gap.budget.partition("@")[
            0
        ]  # for an application on its way out: shown with its original
        if not left or (copied != gap.budget and any(g.budget == copied for g in found)):
            shown.append(gap)
            continue
        history = witness(gap, strict, lenient, estate)
        left -= history is not None
        shown.append(replace(gap, witness=history))
    return tuple(shown)


def _certain(found: Sequence[Gap]) -> bool:
    return any(g.witness is not None for g in found)
