"""The promise, at a small size: limits tuned on simulated days keep their price on days that they have not seen."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from ecluse.engine.history import Column, History
from ecluse.loaders.defaults import shipped
from ecluse.loaders.policy import read_policy
from ecluse.loaders.policy_text import render
from ecluse.model.backtest import Label
from ecluse.model.errors import CallerError, SourceError
from ecluse.model.policy import Key
from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.service.backtest import Trial
from ecluse.service.tune import STANDARD, Asked, tune, tuned_policy
from ecluse.simulator.catalogue import card_of
from ecluse.simulator.plan import Asked as Wanted
from ecluse.simulator.workdays import instant
from ecluse.simulator.world import World
from ecluse.verify.backtest.days import start_of

ZONE = "Europe/Paris"
DAYS, AFTER = 60, 14
SIGNED = read_policy(
    shipped("policy.yaml").replace(b"    mode: shadow\n", b"", 1),
    file="shipped, and the budget per application enforced",
)


def simulated(days, *, accounts=200, seed=5, peaks=0.2):
    """Honest days of the simulator, as the history that a replay of its log would give."""
    plan = card_of("ordinary").build(Wanted(scale=1.0, accounts=accounts)).with_peaks(peaks)
    world = World(plan.world, seed=seed, before=instant(plan.first_day))
    people = world.population
    parts = [world.day(plan.first_day + timedelta(days=n)).requests for n in range(days)]
    some = [r.take(np.flatnonzero(r.counts > 0)) for r in parts]
    kinds = tuple(dict.fromkeys(s.kind for s in plan.world.staff))
    kind = np.array(
        [kinds.index(plan.world.staff[n].kind) for n in people.staff.tolist()], np.int32
    )
    actor = np.concatenate([r.actor for r in some]).astype(np.int32)
    sizes = np.concatenate([r.counts for r in some]).astype(np.int64)
    event = np.repeat(np.arange(sizes.size), sizes)
    rows = pl.DataFrame(
        {"event": event, "person": np.concatenate([r.persons for r in some])}
    ).unique(maintain_order=True)
    sizes = np.bincount(rows["event"].to_numpy(), minlength=sizes.size)
    return History(
        at=np.concatenate([r.at for r in some]),
        account=Column(actor, tuple(r.account for r in people.rosters)),
        application=Column(np.concatenate([r.application for r in some]).astype(np.int32), tuple(a.id for a in plan.world.applications)),
        person=rows["person"].to_numpy().astype(np.uint64),
        first_row=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        kind=Column(kind[actor], kinds),
        created_at=np.zeros(actor.size, np.int64),
    )  # fmt: skip


@pytest.fixture(scope="module")
def past():
    history = simulated(DAYS + AFTER)
    trial = Trial(history, ZONE)
    first = int(trial.days.day.min()) + DAYS
    return history, int(np.searchsorted(history.at, start_of(first, zone=ZONE)))


def tuned(history, asked=None, labels=()):
    return tune(
        history, SIGNED, asked or Asked(price=2.0, days=DAYS, may_raise=True, zone=ZONE), estate=None, labels=labels,
        policy_file="shipped", clock=lambda: 0.0, step=lambda _what: None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(past):
    history, cut = past
    return tuned(history.take(np.arange(cut)))


def late(history, cut, policies):
    """Honest account-days disturbed in a thousand, on the days after the cut alone, with the whole past counted."""
    trial = Trial(history, ZONE, weeks=2)
    assert trial.since >= int(history.at[cut]) - 7 * DAY
    return trial.run(policies, (), policy_file="x", clock=lambda: 0.0).total


def test_the_price_is_kept_on_days_that_were_not_seen(past, made):
    history, cut = past
    policies = tuned_policy(SIGNED, made, []).policies
    after = late(history, cut, policies)
    assert after.days > 1_000
    assert after.price <= 2.0
    assert made.disturbed <= made.days * 2.0 / 1000


def test_the_proposal_is_a_policy_file_that_a_person_can_read(made):
    wanted = tuned_policy(SIGNED, made, ["adviser", "partner", "never-seen"])
    read = read_policy(render(wanted), file="tuned")
    assert read.policies.budgets == wanted.policies.budgets
    ids = [b.id for b in read.policies.budgets]
    assert len(set(ids)) == len(ids)
    assert {"account-adviser", "account-application-adviser", "account-never-seen"} <= set(ids)
    for budget in read.policies.budgets:
        if budget.id.startswith("account-") and budget.target.kinds:
            assert set(read.why[budget.id]) == {w.length for w in budget.windows}
            own = budget.per == (Key.ACCOUNT,)
            assert not own or {w.length for w in budget.windows} == set(STANDARD)
    others = [b for b in SIGNED.policies.budgets if not b.id.startswith("account")]
    assert [b for b in read.policies.budgets if not b.id.startswith("account")] == others


def test_the_net_holds_whoever_no_other_budget_names(made):
    budgets = {b.id: b for b in tuned_policy(SIGNED, made, []).policies.budgets}
    net = {w.length: w.limit for w in budgets["account"].windows}
    assert budgets["account"].target.kinds is None
    for kind in made.kinds:
        if kind.budget == "account":
            assert all(net[p.window] >= p.limit for p in kind.limits)


def test_nothing_is_raised_unless_asked(past):
    history, cut = past
    made = tuned(history.take(np.arange(cut)), Asked(price=2.0, days=DAYS, zone=ZONE))
    assert all(p.limit <= p.signed for k in made.kinds for p in k.limits if p.signed is not None)
    assert any(p.limit < p.signed for k in made.kinds for p in k.limits)
    before = {w.length: w.limit for w in SIGNED.policies.budgets[0].windows}
    after = tuned_policy(SIGNED, made, []).policies.budgets[0]
    assert {w.length: w.limit for w in after.windows} == before


def test_a_theft_that_a_label_names_raises_nothing(past):
    history, cut = past
    part = history.take(np.arange(cut))
    thief = "partenaire-0001"
    code = part.account.words.index(thief)
    kind = part.kind.words.index("partner")
    start = int(part.at[-1]) - 20 * DAY
    at = start + np.arange(1, 9_001) * (HOUR // 1_500)
    both = _with_theft(part, at, code=code, kind=kind)
    trusting = {(k.id, p.window): p.limit for k in tuned(both).kinds for p in k.limits}
    label = Label(thief, "", start, start + DAY, "the theft", honest=False)
    warned = {
        (k.id, p.window): p.limit for k in tuned(both, labels=[label]).kinds for p in k.limits
    }
    assert trusting["account-partner", 10 * MINUTE] > warned["account-partner", 10 * MINUTE]
    assert trusting["account-partner", DAY] > warned["account-partner", DAY]


def _with_theft(part, at, *, code, kind):
    sizes = np.concatenate((np.diff(part.rows()), np.ones(at.size, np.int64)))
    whole = History(
        at=np.concatenate((part.at, at)),
        account=Column(
            np.append(part.account.codes, np.full(at.size, code, np.int32)), part.account.words
        ),
        application=Column(
            np.append(part.application.codes, np.zeros(at.size, np.int32)), part.application.words
        ),
        person=np.append(part.person, (10**9 + np.arange(at.size)).astype(np.uint64)),
        first_row=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        kind=Column(np.append(part.kind.codes, np.full(at.size, kind, np.int32)), part.kind.words),
        created_at=np.zeros(sizes.size, np.int64),
    )
    return whole.take(np.argsort(whole.at, kind="stable"))


def test_a_short_past_keeps_what_is_signed(past):
    history, cut = past
    few = history.take(np.flatnonzero(history.at[:cut] < history.at[0] + 20 * DAY))
    made = tuned(few)
    assert all(k.kept and p.limit == p.signed for k in made.kinds for p in k.limits)
    assert made.curve[0].persons == ()
    assert made.held_out is None
    assert tuned_policy(SIGNED, made, []).policies.budgets == SIGNED.policies.budgets


def test_a_set_without_a_budget_to_fit_is_refused(past):
    history, _ = past
    none = read_policy(
        "version: 1\nbudgets:\n  - {id: a, per: system, counts: persons, limits: {1h: 5}}\n",
        file="x",
    )
    with pytest.raises(CallerError, match="no enforcing budget"):
        tune(
            history,
            none,
            Asked(),
            estate=None,
            labels=(),
            policy_file="x",
            clock=lambda: 0.0,
            step=lambda _: None,
        )


def test_an_empty_past_is_refused(past):
    history, _ = past
    with pytest.raises(SourceError, match="nothing was asked"):
        tuned(history.take(np.zeros(0, np.int64)))


def test_the_curve_falls_as_the_price_rises(made):
    points = [dict(dict(p.persons)["adviser"])[DAY] for p in made.curve]
    assert points[0] >= points[-1]
    assert points[0] > points[-1]
    assert 2.0 in [p.price for p in made.curve]
