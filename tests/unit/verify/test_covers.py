"""The coverage map asks of each pair alone, and of no pair that is not there."""

from dataclasses import replace

from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.policy import Budget, Key, PolicySet, Target, Window
from ecluse.model.time import DAY
from ecluse.verify.bound import bound
from ecluse.verify.covers import covers

ESTATE = Estate(
    (Application("files", "o", 10_000), Application("mail", "o", 300)),
    (AccountKind("adviser"), AccountKind("partner", applications=("mail",)), AccountKind("nobody")),
    (
        Organization("a", (Headcount("adviser", 7), Headcount("partner", 0))),
        Organization("b", (Headcount("partner", 2), Headcount("adviser", 1))),
    ),
)
POLICIES = PolicySet((Budget("partner", (Key.ACCOUNT,), (Window(DAY, 5), Window(360 * DAY, 70)), target=Target(kinds=frozenset({"partner"}))),))  # fmt: skip


def _covers(estate, policies):
    return {(c.application, c.kind): (c.accounts, c.short, c.long) for c in covers(estate, lambda part, thief, horizons: bound(policies, part, thief, horizons))}  # fmt: skip


def test_each_pair_with_its_own_bound():
    assert _covers(ESTATE, POLICIES) == {
        ("files", "adviser"): (8, None, None),
        ("mail", "adviser"): (8, None, None),
        ("mail", "partner"): (2, 5, 70),
    }


def test_the_population_of_the_application_is_a_cap():
    small = replace(ESTATE, applications=(Application("mail", "o", 30),))
    assert _covers(small, POLICIES)["mail", "partner"] == (2, 5, 30)


def test_it_is_told_after_each_pair():
    calls = []
    covers(ESTATE, lambda part, thief, horizons: bound(POLICIES, part, thief, horizons), done=lambda: calls.append(1))  # fmt: skip
    assert len(calls) == 3
