"""`afterwards` makes a second budget of one that asks for something, and is refused where nothing could open."""

import pytest

from ecluse.loaders.budgets import STANDARD_REASONS
from ecluse.loaders.estate import load_estate
from ecluse.loaders.policy import load_policy, read_policy
from ecluse.model.errors import ConfigError
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, Target, Window
from ecluse.model.time import DAY

ASKS = "id: a, per: account, limits: {24h: 40}"


def load(*budgets, **arguments):
    lines = "".join(f"- {b}\n" for b in budgets)
    return load_policy(f"version: 1\nbudgets:\n{lines}", file="p.yaml", **arguments).budgets


def faults(*budgets, **arguments):
    with pytest.raises(ConfigError) as caught:
        load(*budgets, **arguments)
    return caught.value.issues


def test_a_budget_with_afterwards_is_two():
    before, after, other = load(
        "{id: strangers, per: [account, application], counts: accesses, target: {kind: adviser, stepped_up: false}, "
        "limits: {24h: 40, 30d: 300}, warn_at: 0.7, effect: justify, mode: shadow, reason: {en: Why?, fr: Pourquoi ?}, "
        "afterwards: {30d: 60, 1h: 5}}",
        "{id: z, per: system, limits: {24h: 9}}",
    )
    kinds = frozenset({"adviser"})
    reason = (("en", "Why?"), ("fr", "Pourquoi ?"))
    shared = {
        "per": (Key.ACCOUNT, Key.APPLICATION),
        "counts": Count.ACCESSES,
        "warn_share": 0.7,
        "mode": Mode.SHADOW,
        "reason": reason,
    }
    assert before == Budget(
        id="strangers",
        windows=(Window(DAY, 40), Window(30 * DAY, 300)),
        target=Target(kinds=kinds, stepped_up=False, justified=False),
        effect=Effect.JUSTIFY,
        **shared,
    )
    assert after == Budget(
        id="strangers-afterwards",
        windows=(Window(DAY // 24, 5), Window(30 * DAY, 60)),
        target=Target(kinds=kinds, stepped_up=False, justified=True),
        effect=Effect.DENY,
        **shared,
    )
    assert other.id == "z"


@pytest.mark.parametrize(
    ("effect", "before", "after"),
    [
        ("justify", Target(justified=False), Target(justified=True)),
        ("step_up", Target(stepped_up=False), Target(stepped_up=True)),
    ],
)
def test_each_effect_has_its_own_fact(effect, before, after):
    found = load(f"{{{ASKS}, effect: {effect}, afterwards: {{24h: 20}}}}")
    assert [b.target for b in found] == [before, after]
    assert [b.reason for b in found] == [
        STANDARD_REASONS[before_or_after]
        for before_or_after in (Effect[effect.upper()], Effect.DENY)
    ]


@pytest.mark.parametrize("effect", ["justify", "step_up"])
def test_without_afterwards_nothing_opens(effect):
    (only,) = load(f"{{{ASKS}, effect: {effect}}}")
    assert only.target == Target()


def test_afterwards_nobody_at_all():
    before, after = load(f"{{{ASKS}, effect: justify, afterwards: {{24h: 0}}}}")
    assert (before.windows[0].limit, after.windows[0].limit) == (40, 0)


def test_the_file_is_read_with_words_for_both():
    text = (
        "version: 1\nbudgets:\n- {id: a, per: account, description: Mine., limits: {24h: 40}, why: {24h: So.}, "
        "effect: step_up, afterwards: {1h: 3}}\n"
    )
    read = read_policy(text, file="p")
    assert read.descriptions == {
        "a": "Mine.",
        "a-afterwards": "What a second factor opens beyond `a`.",
    }
    assert read.why == {"a": {DAY: "So."}, "a-afterwards": {}}


ASKED = f"{ASKS}, effect: justify"


@pytest.mark.parametrize(
    ("budget", "at", "message", "advice"),
    [
        (f"{ASKS}, afterwards: {{24h: 20}}", "{24h: 20", "after `deny` nothing opens", "`effect: justify` or `effect: step_up`"),
        (f"{ASKS}, effect: hold, afterwards: {{24h: 20}}", "{24h: 20", "after `hold` nothing opens", "or remove `afterwards`"),
        (f"{ASKS}, effect: warn, afterwards: {{24h: 20}}", "{24h: 20", "after `warn` nothing opens", ""),
        (f"{ASKS}, effect: block, afterwards: {{24h: 20}}", "block", "`block` is not one of", ""),
        (f"{ASKS}, effect: [deny], afterwards: {{24h: 20}}", "[deny", "this is a list", ""),
        (f"{ASKS}, effect: permit, afterwards: {{24h: 20}}", "permit", "a budget whose effect is `permit` does nothing", ""),
        (f"{ASKED}, afterwards: {{}}", "{}", "the mapping is empty", ""),
        (f"{ASKED}, afterwards: 20", "20", "this is a single value, and a mapping is wanted", ""),
        (f"{ASKED}, afterwards: ~", "~", "nothing is written here", ""),
        (f"{ASKED}, afterwards: {{24h: -1}}", "-1", "`-1` is out of range", ""),
        (f"{ASKED}, afterwards: {{24: 1}}", "24: 1", "`24` is not a duration above zero", "24h"),
        (f"{ASKED}, afterwards: {{60m: 5, 1h: 6}}", "1h: 6", "`1h` and `60m` are the same window", ""),
        (f"{ASKED}, afterwards: {{1h: 5, 24h: 3}}", "3}", "3 in 24h is less than 5 in 1h", ""),
        (f"{ASKED}, afterwards: {{1h: 5, 2h: 10}}", "2h: 10", "10 in 2h could never bind", "write less than 10"),
        (f"{ASKED}, target: {{justified: true}}", "true", "a justification is asked for where one was given", "effect: deny"),
        (f"{ASKED}, target: {{justified: yes}}", "yes", "`yes` is neither `true` nor `false`", "write true"),
        (f"{ASKS}, effect: step_up, target: {{stepped_up: true}}", "true", "a second factor is asked for where one was given", "stepped_up: false"),
        (f"{ASKS}, effect: step_up, target: {{stepped_up: true}}, afterwards: {{24h: 3}}", "true", "a second factor is asked for", ""),
    ],
)  # fmt: skip
def test_refusals_give_the_reason_and_a_way_out(budget, at, message, advice):
    (issue,) = faults(f"{{{budget}}}")
    assert issue.line == 3
    assert f"- {{{budget}}}"[issue.column - 1 :].startswith(at)
    assert message in issue.message
    assert advice in issue.help


def test_faults_of_both_parts_are_told_once():
    issues = faults(
        "{id: a, per: acount, limits: {24h: x}, effect: justify, target: {kind: no}, afterwards: {24h: y}}"
    )
    assert [i.message.split("`")[1] for i in issues] == ["acount", "x", "no", "y"]


def test_the_id_must_leave_room():
    assert (
        len(load(f"{{id: {'a' * 53}, {ASKS[7:]}, effect: justify, afterwards: {{24h: 1}}}}")) == 2
    )
    (issue,) = faults(f"{{id: {'a' * 54}, {ASKS[7:]}, effect: justify, afterwards: {{24h: 1}}}}")
    assert "has too long a name" in issue.message
    assert (issue.line, issue.column) == (3, 8)
    assert load(f"{{id: {'a' * 64}, {ASKS[7:]}, effect: justify}}")


OPENS = f"{{{ASKS}, effect: justify, afterwards: {{24h: 20}}}}"
TAKEN = "{id: a-afterwards, per: system, limits: {24h: 9}}"


@pytest.mark.parametrize(
    ("budgets", "places"),
    [
        ((OPENS, TAKEN), [(4, 8, "it is already on line 3; `afterwards` of `a` makes a budget of that name")]),
        ((TAKEN, OPENS), [(4, 73, "it is already on line 3; `afterwards` of `a` makes a budget of that name")]),
        ((OPENS, OPENS), [(4, 8, "it is already on line 3")]),
    ],
)  # fmt: skip
def test_its_name_must_be_free(budgets, places):
    assert [(i.line, i.column, i.help) for i in faults(*budgets)] == places


def test_without_an_id_only_that_is_told():
    (issue,) = faults("{per: account, limits: {24h: 40}, effect: justify, afterwards: {24h: 20}}")
    assert issue.message == "`id` is missing from a budget"


def test_with_an_estate_its_limits_too_must_be_below_the_population():
    estate = load_estate(
        "version: 1\napplications: [{id: f, owner: o, population: 50}]\nkinds: [{id: k}]\n"
        "organizations: [{id: o, accounts: {k: 1}}]\n",
        file="e",
    )
    asks = f"{{{ASKS}, effect: justify, target: {{kind: k}}, afterwards: {{24h: 49}}}}"
    assert len(load(asks, estate=estate)) == 2
    (issue,) = faults(asks.replace("49", "50"), estate=estate)
    assert "could never be passed" in issue.message
    (issue,) = faults(asks.replace("k}", "m}"), estate=estate)
    assert issue.message == "`m` is not an account kind of the estate"
