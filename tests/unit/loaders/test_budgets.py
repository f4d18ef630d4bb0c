"""Budgets are read as the issue writes them; whatever could never fire is refused with its reason."""

import pytest

from ecluse.loaders.budgets import STANDARD_REASONS
from ecluse.loaders.policy import load_policy
from ecluse.model.errors import ConfigError
from ecluse.model.policy import Budget, Count, Effect, Hours, Key, Mode, Target, Window
from ecluse.model.time import DAY, HOUR, MINUTE


def load(budget, *, top="version: 1\n"):
    (read,) = load_policy(f"{top}budgets:\n  - {budget}\n", file="p.yaml").budgets
    return read


def faults(budget, *, top="version: 1\n"):
    with pytest.raises(ConfigError) as caught:
        load(budget, top=top)
    return caught.value.issues


def one(target):
    return load(f"{{id: a, per: account, limits: {{1h: 5}}, target: {target}}}").target


def test_everything_a_budget_can_say():
    text = """\
id: night
    description: At night.
    per: [application, account]
    counts: persons
    target:
      kind: [adviser, partner]
      organization: north
      application: [files]
      operation: [export, list]
      category: income
      factor: [none, mail]
      hours: {zone: Indian/Reunion, from: "20:00", to: "07:30", weekdays: [sat, sun]}
      account_age: {under: 90d, over: 14d}
      caseload: outside
      justified: true
      stepped_up: false
    limits: {24h: 500, 10m: 60, 1h: 150}
    warn_at: 0.7
    effect: step_up
    mode: shadow
    reason: {en: Stop., fr: Arrêtez.}
    why: {10m: Because., 24h: Because too.}"""
    assert load(text) == Budget(
        id="night",
        per=(Key.ACCOUNT, Key.APPLICATION),
        windows=(Window(10 * MINUTE, 60), Window(HOUR, 150), Window(DAY, 500)),
        counts=Count.PERSONS,
        target=Target(
            kinds=frozenset({"adviser", "partner"}),
            organizations=frozenset({"north"}),
            applications=frozenset({"files"}),
            operations=frozenset({"export", "list"}),
            categories=frozenset({"income"}),
            factors=frozenset({"none", "mail"}),
            hours=Hours("Indian/Reunion", ((0, 450), (1200, 1440)), frozenset({5, 6})),
            younger_than=90 * DAY,
            older_than=14 * DAY,
            own=False,
            justified=True,
            stepped_up=False,
        ),
        warn_share=0.7,
        effect=Effect.STEP_UP,
        mode=Mode.SHADOW,
        reason=(("en", "Stop."), ("fr", "Arrêtez.")),
    )


def test_the_least_a_budget_can_say():
    read = load("{id: a, per: account, limits: {1h: 5}}")
    assert read == Budget(
        "a", (Key.ACCOUNT,), (Window(HOUR, 5),), reason=STANDARD_REASONS[Effect.DENY]
    )
    assert set(STANDARD_REASONS) == set(Effect) - {Effect.PERMIT}
    assert all([lang for lang, _ in texts] == ["en", "fr"] for texts in STANDARD_REASONS.values())


@pytest.mark.parametrize(
    ("hours", "spans"),
    [
        ('from: "09:00", to: "18:00"', ((540, 1080),)),
        ('from: "18:00", to: "24:00"', ((1080, 1440),)),
        ('from: "18:00", to: "00:00"', ((1080, 1440),)),
        ('from: "00:00", to: "24:00", weekdays: sat', ((0, 1440),)),
        ("weekdays: [sat]", ((0, 1440),)),
    ],
)
def test_hours(hours, spans):
    read = one(f"{{hours: {{{hours}}}}}").hours
    assert read is not None
    assert read.spans == spans
    assert read.zone == "UTC"


def test_hours_take_the_zone_of_the_file():
    budget = "{id: a, per: account, limits: {1h: 5}, target: {hours: {weekdays: sun}}}"
    read = load(budget, top="version: 1\nzone: Europe/Paris\n").target.hours
    assert read == Hours("Europe/Paris", ((0, 1440),), frozenset({6}))


@pytest.mark.parametrize(
    ("budget", "message", "advice"),
    [
        # keys and words
        ("{per: account, limits: {1h: 5}}", "`id` is missing from a budget", "add `id:`"),
        ("{id: a, limits: {1h: 5}}", "`per` is missing from a budget", "add `per:`"),
        ("{id: a, per: account}", "`limits` is missing from a budget", "add `limits:`"),
        ("{id: a, per: account, limits: {1h: 5}, limit: 3}", "`limit` is not a key of a budget", "did you mean `limits`?"),
        ("{id: A b, per: account, limits: {1h: 5}}", "`A b` is not a name of small letters", ""),
        ("{id: a, per: acount, limits: {1h: 5}}", "`acount` is not one of account, session", "did you mean `account`?"),
        ("{id: a, per: person, limits: {1h: 5}}", "persons are what is counted, not what it is counted by", "counts: persons"),
        ("{id: a, per: [], limits: {1h: 5}}", "the list is empty", "remove the key"),
        ("{id: a, per: [account, account], limits: {1h: 5}}", "`account` is listed twice", ""),
        ("{id: a, per: account, limits: {1h: 5}, effect: block}", "`block` is not one of warn", ""),
        ("{id: a, per: account, limits: {1h: 5}, mode: on}", "`on` is not one of shadow, enforce", ""),
        ("{id: a, per: account, limits: {1h: 5}, reason: {en: x}}", "`fr` is missing from a reason", "add `fr:`"),
        ("{id: a, per: account, limits: {1h: 5}, reason: Stop}", "this is a single value, and a reason is wanted", "en, fr"),
        ("{id: a, per: account, limits: {1h: 5}, why: {2h: x}}", "`2h` is not a window of this budget", "its windows are 1h"),
        # numbers
        ("{id: a, per: account, limits: {}}", "the mapping is empty", ""),
        ("{id: a, per: account, limits: {1h: -1}}", "`-1` is out of range: at least 0", ""),
        ("{id: a, per: account, limits: {0m: 5}}", "`0m` is not a duration above zero", ""),
        ("{id: a, per: account, limits: {1101d: 5}}", "`1101d` is out of range: at most 1100d", ""),
        ("{id: a, per: account, limits: {60: 5}}", "`60` is not a duration above zero", "add the unit: 60s, 60m, 60h or 60d"),
        ("{id: a, per: account, limits: {1h: 5_000}}", "`5_000` is not a whole number", "write 5000"),
        ("{id: a, per: account, limits: {1h: 5, 60m: 6}}", "`60m` and `1h` are the same window", "keep one of them"),
        ("{id: a, per: account, limits: {1h: 5}, warn_at: 0}", "`0` is out of range: at least 0.001", ""),
        ("{id: a, per: account, limits: {1h: 5}, warn_at: 1.1}", "`1.1` is out of range: at most 1", ""),
        ("{id: a, per: account, limits: {1h: 5}, warn_at: 0.7777}", "has more than three decimals", "write 0.778"),
        # what could never fire
        ("{id: a, per: account, counts: accounts, limits: {1h: 5}}", "per account there is never more than one account", "count persons"),
        ("{id: a, per: [account, application], counts: accounts, limits: {1h: 5}}", "per account there is never more", ""),
        ("{id: a, per: session, counts: accounts, limits: {1h: 5}}", "per session there is never more than one account", ""),
        ("{id: a, per: [system, account], limits: {1h: 5}}", "`system` counts everything together, and stands alone", ""),
        ("{id: a, per: account, limits: {1h: 5}, effect: permit}", "a budget whose effect is `permit` does nothing", "effect: warn"),
        ("{id: a, per: account, limits: {1h: 5}, mode: shadow, effect: permit}", "does nothing", "mode: shadow"),
        ("{id: a, per: organization, limits: {1h: 5}, effect: hold}", "a hold closes the account or the session that asked", "effect: deny"),
        ("{id: a, per: account, limits: {10m: 60, 1h: 50}}", "50 in 1h is less than 60 in 10m: the window 10m could never bind", "larger limit"),
        ("{id: a, per: account, limits: {10m: 60, 1h: 360}}", "360 in 1h could never bind: the shorter windows let at most 360", "write less than 360"),
        ("{id: a, per: account, limits: {10m: 60, 1h: 90, 24h: 2160}}", "2160 in 24h could never bind: the shorter windows let at most 2160", ""),
        ("{id: a, per: account, limits: {10m: 0, 1h: 5}}", "5 in 1h could never bind: the shorter windows let at most 0", ""),
        # targets
        ("{id: a, per: account, limits: {1h: 5}, target: {}}", "the target is empty", "remove `target`"),
        ("{id: a, per: account, limits: {1h: 5}, target: {kind: []}}", "the list is empty", ""),
        ("{id: a, per: account, limits: {1h: 5}, target: {kind: no}}", "`no` is false to YAML", 'put it in quotes: "no"'),
        ("{id: a, per: account, limits: {1h: 5}, target: {account_age: {}}}", "the account age is empty", "under: 14d"),
        ("{id: a, per: account, limits: {1h: 5}, target: {account_age: {under: 14d, over: 14d}}}", "no account is at once under 14d and over 14d", ""),
        ("{id: a, per: account, counts: bytes, limits: {1h: 5}, target: {caseload: inside}}", "`caseload` tells persons apart, and this budget counts bytes", ""),
        ('{id: a, per: account, limits: {1h: 5}, target: {hours: {from: "20:00", to: "20:00"}}}', "the span has no length", "00:00"),
        ('{id: a, per: account, limits: {1h: 5}, target: {hours: {from: 20:00, to: "07:00"}}}', "`20:00` is a number in base 60", '"20:00"'),
        ('{id: a, per: account, limits: {1h: 5}, target: {hours: {from: "20:00"}}}', "`to` is missing from hours", "add `to:"),
        ('{id: a, per: account, limits: {1h: 5}, target: {hours: {from: "24:00", to: "07:00"}}}', "a span cannot begin at 24:00", ""),
        ('{id: a, per: account, limits: {1h: 5}, target: {hours: {from: "25:00", to: "07:00"}}}', "`25:00` is not a time from 00:00 to 24:00", ""),
        ('{id: a, per: account, limits: {1h: 5}, target: {hours: {from: "00:00", to: "24:00"}}}', "these hours are always", "remove `hours`"),
        ("{id: a, per: account, limits: {1h: 5}, target: {hours: {weekdays: [samedi]}}}", "`samedi` is not one of mon, tue", ""),
        ("{id: a, per: account, limits: {1h: 5}, target: {hours: {zone: Europe/Pariss, weekdays: sun}}}", "`Europe/Pariss` is not a time zone", "did you mean `Europe/Paris`?"),
        ("{id: a, per: account, limits: {1h: 5}, target: {hours: {zone: right/UTC, weekdays: sun}}}", "`right/UTC` is not a time zone", ""),
        ("{id: a, per: account, limits: {1h: 5}, target: {hours: {zone: ../../etc/passwd, weekdays: sun}}}", "is not a time zone", ""),
        ("{id: a, per: account, limits: {1h: 5}, target: {hours: {zone: Europe/, weekdays: sun}}}", "is not a time zone", ""),
    ],
)  # fmt: skip
def test_refusals_give_the_reason_and_a_way_out(budget, message, advice):
    issues = faults(budget)
    found = [i for i in issues if message in i.message]
    assert found, issues
    assert advice in found[0].help
    assert found[0].line >= 3
    assert len(issues) == 1, issues


@pytest.mark.parametrize(
    "budget",
    [
        "{id: a, per: account, limits: {10m: 200, 1h: 200}}",  # allowed: 1h alone decides (see verify/advice.py)
        "{id: a, per: account, limits: {10m: 60, 1h: 359}}",
        "{id: a, per: account, limits: {10m: 60, 1h: 99999}, effect: warn}",  # a warning keeps nothing down
        "{id: a, per: account, limits: {10m: 60, 1h: 99999}, mode: shadow}",
        "{id: a, per: account, limits: {1h: 0}}",
        "{id: a, per: lineage, counts: accounts, limits: {24h: 3}}",
        "{id: a, per: source, counts: accounts, limits: {24h: 3}}",
        "{id: a, per: system, counts: bytes, limits: {24h: 3}}",
        "{id: a, per: [session, application], limits: {24h: 3}, effect: hold}",
        "{id: a, per: account, limits: {24h: 3}, warn_at: 1}",
        "{id: a, per: account, limits: {1100d: 3}}",
    ],
)
def test_unusual_budgets_that_mean_something(budget):
    assert load(budget).id == "a"


def test_too_many_windows():
    limits = ", ".join(f"{i}s: {i}" for i in range(1, 18))
    messages = [
        i.message for i in faults(f"{{id: a, per: account, mode: shadow, limits: {{{limits}}}}}")
    ]
    assert messages == ["more than 16 windows in one budget"]
