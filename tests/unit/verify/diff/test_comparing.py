"""All together: the verdict, whether it is certain, what is taken for granted."""

from dataclasses import replace

from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.difference import Verdict
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.policy import Budget, Effect, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.verify.diff import compare
from ecluse.verify.diff.comparing import judge

ESTATE = Estate(
    (Application("x", "t@example.org", 1000),),
    (AccountKind("a"),),
    (Organization("o", (Headcount("a", 9),)),),
)
A = Budget("a", (Key.ACCOUNT,), (Window(HOUR, 10), Window(DAY, 20)))
THIEF = Adversary("one", (Stolen(),))


def told(before, after):
    return compare(PolicySet(tuple(before)), PolicySet(tuple(after)), ESTATE, (THIEF,), (HOUR, DAY))


def test_stricter_and_looser_are_each_others_reverse():
    less = replace(A, windows=(Window(HOUR, 10), Window(DAY, 15)))
    found = told([A], [less])
    assert (found.verdict, found.shown) == (Verdict.STRICTER, True)
    assert [(n.before, n.after) for n in (*found.lines, *found.thieves)] == [(20, 15), (20, 15)]
    back = told([less], [A])
    assert (back.verdict, back.shown) == (Verdict.LOOSER, True)
    assert back.looser[0].witness is not None


def test_one_budget_written_as_two_is_the_same_and_so_are_the_numbers():
    """Alone, the bound of two budgets would be 20 in an hour and a minute more: nobody can read that."""
    hour, day = (replace(A, id=n, windows=(w,)) for n, w in zip("hd", A.windows, strict=True))
    found = compare(
        PolicySet((A,)), PolicySet((hour, day)), ESTATE, (THIEF,), (25 * HOUR, DAY + MINUTE)
    )
    assert found.verdict is Verdict.SAME
    assert not (*found.lines, *found.thieves)
    assert {c.budget for c in found.changes} == {"a", "h", "d"}


def test_incomparable_is_shown_by_one_history_each_way():
    other = replace(A, windows=(Window(HOUR, 5), Window(DAY, 30)))
    found = told([A], [other])
    assert (found.verdict, found.shown) == (Verdict.INCOMPARABLE, True)
    assert found.looser[0].witness is not None
    assert found.stricter[0].witness is not None
    assert {(n.horizon, n.before, n.after) for n in found.lines} == {(HOUR, 10, 5), (DAY, 20, 30)}


def test_shadow_is_nothing_and_closing_is_more_than_denying():
    assert judge([A], [A, replace(A, id="s", mode=Mode.SHADOW)])[0] is Verdict.SAME
    assert judge([A], [replace(A, effect=Effect.HOLD)])[0] is Verdict.STRICTER
    assert judge([replace(A, effect=Effect.HOLD)], [A])[0] is Verdict.LOOSER


def test_what_is_taken_for_granted_is_told():
    family = replace(A, per=(Key.LINEAGE,))
    verdict, looser, _, assumes = judge([A], [family])
    assert (verdict, looser) == (Verdict.STRICTER, ())
    assert len(assumes) == 1
    assert judge([A], [A])[3] == ()


def test_without_a_witness_it_is_not_called_certain():
    """Targets for known and unknown hours of two zones: in truth alike in summer and winter, and nobody proves it."""
    from ecluse.model.policy import Hours

    one = replace(A, target=Target(hours=Hours("Europe/Paris", ((480, 1200),))))
    other = replace(A, target=Target(hours=Hours("Europe/Berlin", ((480, 1200),))))
    found = told([one], [other])
    assert found.verdict is Verdict.INCOMPARABLE
    assert not found.shown
