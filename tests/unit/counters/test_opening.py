"""When a refused request would pass is told by the engine's own rule."""

from dataclasses import replace

from ecluse.counters.opening import Opening
from ecluse.counters.tallies import Phase, Plan, Rule, Tally
from ecluse.model.policy import Budget, Effect, Key, Target, Window
from ecluse.model.time import DAY, HOUR

PLAIN = Budget("b", (Key.ACCOUNT,), (Window(DAY, 2),))
YOUNG = replace(PLAIN, id="young", target=Target(younger_than=30 * DAY))
NOW = 100 * DAY


def opening(*budgets, phases=(), is_changed=True):
    phases = phases or [Phase.STEADY] * len(budgets)
    rules = tuple(Rule(b, Tally.of(b), p) for b, p in zip(budgets, phases, strict=True))
    return Opening(Plan(rules, complete=True), is_changed=is_changed)


def test_the_latest_of_the_closed_budgets_counts(tools):
    found = opening(PLAIN, replace(PLAIN, id="c"))
    assert found.at(tools.request(1), NOW, [0, NOW + 5, 1, NOW + 9]) == NOW + 9
    assert (
        found.at(tools.request(1), NOW, [1, NOW + 7]) == NOW + 7
    )  # nothing is left of the call before


def test_never_is_never(tools):
    assert opening(PLAIN).at(tools.request(1), NOW, [0, -1]) is None
    closing = replace(PLAIN, effect=Effect.HOLD)
    assert opening(closing).at(tools.request(1), NOW, [0, NOW + 5]) is None


def test_an_account_grows_out_of_its_probation(tools):
    request = tools.request(1, created_at=NOW - 29 * DAY)
    assert opening(YOUNG).at(request, NOW, [0, NOW + 20 * DAY]) == NOW + DAY
    assert opening(YOUNG).at(request, NOW, [0, NOW + HOUR]) == NOW + HOUR


def test_the_rule_that_decides_is_asked(tools):
    both = (PLAIN, replace(PLAIN, target=Target(older_than=0)))
    phases = (Phase.FORMER, Phase.NEW)
    before = opening(*both, phases=phases, is_changed=False)
    after = opening(*both, phases=phases, is_changed=True)
    assert before.at(tools.request(1), NOW, [0, NOW + 3]) == NOW + 3
    assert after.at(tools.request(1), NOW, [1, NOW + 4]) == NOW + 4
