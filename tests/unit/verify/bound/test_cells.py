"""The smallest sets of budgets are found, by every choice that the thief has."""

from itertools import product

import pytest

from ecluse.model.estate import AccountKind, Application, Estate
from ecluse.model.policy import Budget, Hours, Key, Target, Window
from ecluse.model.time import DAY
from ecluse.verify.bound.cells import Doors, Phase, phases, smallest
from ecluse.verify.bound.thief import Group

X = Application("x", "t@example.org", 100, operations=("view", "export"), categories=("a", "b"))
KIND = AccountKind("k", factors=("mail", "key"))
ESTATE = Estate((X,), (KIND,), ())
ALWAYS = (Phase(0, None),)


def budgets(*targets):
    return [
        Budget(f"b{i}", (Key.ACCOUNT,), (Window(DAY, 5),), target=t) for i, t in enumerate(targets)
    ]


def masks(*targets, estate=ESTATE, ages=ALWAYS, second_factor=True, group=None):
    doors = Doors(budgets(*targets), estate, second_factor=second_factor)
    group = group or Group("g", KIND, "o", 1)
    return [cell.budgets for cell in doors.cells(group, X, ages)]


def test_smallest_keeps_what_contains_no_other():
    assert smallest([0b111, 0b011, 0b110, 0b011]) == [0b011, 0b110]
    assert smallest([0b1, 0b0]) == [0b0]


def test_a_budget_without_conditions_holds_everywhere():
    assert masks(Target(), Target(operations=frozenset({"view"}))) == [0b1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"operations": frozenset({"view"})}, {"operations": frozenset({"export"})}),
        ({"categories": frozenset({"a"})}, {"categories": frozenset({"b"})}),
        ({"factors": frozenset({"mail"})}, {"factors": frozenset({"key"})}),
        ({"justified": True}, {"justified": False}),
        ({"stepped_up": True}, {"stepped_up": False}),
        ({"hours": Hours("UTC", ((0, 600),))}, {"hours": Hours("UTC", ((600, 1440),))}),
    ],
)
def test_budgets_that_complete_each_other_leave_no_empty_set(one, other):
    assert sorted(masks(Target(**one), Target(**other))) == [0b01, 0b10]
    assert masks(Target(**one)) == [0]


def test_what_the_thief_has_he_cannot_choose():
    theirs = Target(kinds=frozenset({"k"}), organizations=frozenset({"o"}), applications=frozenset({"x"}))  # fmt: skip
    assert masks(theirs) == [1]
    assert masks(Target(kinds=frozenset({"other"}))) == [0]
    assert masks(Target(organizations=frozenset({"other"}))) == [0]
    unknown = Group("g", None, None, None)
    assert masks(theirs, group=unknown) == [1], "an unknown fact satisfies any condition"


def test_a_caseload_is_known_by_its_table_alone():
    known = Estate((X,), (KIND,), (), caseload_table="c.csv")
    assert masks(Target(own=False)) == [1]
    assert masks(Target(own=False), estate=known) == [0]


def test_without_the_factor_nothing_is_stepped_up():
    assert masks(Target(stepped_up=False)) == [0]
    assert masks(Target(stepped_up=False), second_factor=False) == [1]


def test_ages_are_spans_between_all_bars():
    found = budgets(Target(younger_than=14 * DAY), Target(older_than=90 * DAY))
    spans = (Phase(0, 14 * DAY), Phase(14 * DAY, 90 * DAY), Phase(90 * DAY, None))
    anyone = Group("g", KIND, "o", 1, any_age=True)
    assert phases(anyone, found, DAY) == spans
    assert phases(Group("g", KIND, "o", 1), found, DAY) == spans[2:]
    newborn = Group("g", KIND, "o", None, newborn=True)
    assert phases(newborn, found, 14 * DAY) == spans[:1]
    assert phases(newborn, found, 15 * DAY) == spans[:2]


def test_the_cells_are_those_of_trying_everything():
    targets = [
        Target(operations=frozenset({"view"}), categories=frozenset({"a"})),
        Target(categories=frozenset({"b"})),
        Target(factors=frozenset({"key"}), justified=False),
        Target(operations=frozenset({"export"}), justified=True),
    ]
    every = set()
    for operation, category, factor, justified in product(
        ("view", "export"), ("a", "b"), ("mail", "key"), (False, True)
    ):
        holds = [
            (t.operations is None or operation in t.operations)
            and (t.categories is None or category in t.categories)
            and (t.factors is None or factor in t.factors)
            and t.justified in {None, justified}
            for t in targets
        ]
        every.add(sum(1 << i for i, yes in enumerate(holds) if yes))
    assert set(masks(*targets)) == set(smallest(sorted(every)))
