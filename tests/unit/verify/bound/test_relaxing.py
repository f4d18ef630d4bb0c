"""What relaxed settings of a gate add is said and counted."""

from dataclasses import replace

from ecluse.loaders.defaults import shipped
from ecluse.loaders.estate import load_estate
from ecluse.loaders.policy import default_policy
from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.policy import Window
from ecluse.model.settings import Failure, Settings, SharedCounter
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND
from ecluse.verify.bound import bound
from ecluse.verify.bound.relaxing import relaxed

ESTATE = load_estate(shipped("estate-example.yaml"), file="estate.yaml")
POLICIES = default_policy()
TWO = Adversary("two", (Stolen(kind="partner", accounts=2),))
PLAIN = bound(POLICIES, ESTATE, TWO, (HOUR, DAY))


def told(settings, plain=PLAIN):
    return [
        (r.persons, r.exact, r.adds) for r in relaxed(plain, POLICIES, ESTATE, settings).horizons
    ]


def test_the_settings_that_hold_add_nothing():
    assert relaxed(PLAIN, POLICIES, ESTATE, Settings()) == PLAIN


def test_a_loss_of_power_forgets_what_was_read_in_that_time():
    found = told(Settings(durable=False, loss=SECOND))
    assert [(n, exact) for n, exact, _ in found] == [(300 + 120, False), (1000 + 120, False)]
    assert "120 persons" in found[0][2][0]
    assert "`durable: false`" in found[0][2][0]


def test_an_allowance_is_for_each_account_at_every_gate():
    counter = SharedCounter(
        "redis://h",
        gates=("north", "south"),
        when_unreachable=Failure.PERMIT,
        allowance=(Window(10 * MINUTE, 5), Window(DAY, 20)),
    )
    found = told(Settings(counter=counter))
    assert [n for n, _, _ in found] == [300 + 2 * 2 * 20, 1000 + 2 * 2 * 20]
    denying = replace(counter, when_unreachable=Failure.DENY)
    assert relaxed(PLAIN, POLICIES, ESTATE, Settings(counter=denying)) == PLAIN


def test_accounts_without_end_have_an_allowance_without_end():
    from ecluse.model.policy import Budget, Key, PolicySet

    thief = Adversary("c", (Stolen(application="partners"),))
    policies = PolicySet((Budget("b", (Key.APPLICATION,), (Window(DAY, 50),)),))
    plain = bound(policies, ESTATE, thief, (DAY,))
    assert plain.horizons[0].persons == 50
    counter = SharedCounter(
        "redis://h", when_unreachable=Failure.PERMIT, allowance=(Window(DAY, 2),)
    )
    (found,) = relaxed(plain, policies, ESTATE, Settings(counter=counter)).horizons
    assert found.persons is None
    assert found.unbounded[0].startswith("without limit: 2 for each account")
