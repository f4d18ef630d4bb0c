"""A refused request passes at the instant that it was told, and not a microsecond before."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.engine.evaluate import Engine
from ecluse.engine.opening import opens_at
from ecluse.engine.snapshot import restore, snapshot
from ecluse.model.policy import Effect, Mode, PolicySet
from ecluse.model.time import DAY
from strategies.histories import START, policy_sets, requests, steps

quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
moves = st.lists(
    st.tuples(steps, st.integers(0, 4), st.sampled_from(["check", "check", "observe", "reserve"])),
    min_size=1,
    max_size=40,
)


def _copy(engine):
    return restore(engine.policies, snapshot(engine))


def _played(policies, asked, history):
    engine, at = Engine(policies), START
    for step, pick, way in history:
        at += step
        if way == "reserve":
            number = engine.reserve(asked[pick], at, 10 * DAY).reservation
            if number is not None and pick % 2:
                engine.release(number, at)
        else:
            getattr(engine, way)(asked[pick], at)
    return engine


def _strict(policies, **conditions):
    """The same budgets, all of them enforced: otherwise few requests would have to wait."""
    effects = (Effect.DENY, Effect.STEP_UP, Effect.JUSTIFY, Effect.DENY)
    return PolicySet(
        tuple(
            replace(
                budget,
                target=replace(budget.target, **conditions),
                mode=Mode.ENFORCE,
                effect=budget.effect if budget.effect is Effect.HOLD else effect,
            )
            for budget, effect in zip(policies.budgets, effects, strict=False)
        )
    )


class TestOpening:
    """`opens_at`: the earliest instant at which the request would be released if nothing else were read."""

    @given(policy_sets(), st.lists(requests(2), min_size=5, max_size=5), moves, requests(2))
    @quick
    def test_it_opens_then_and_not_before(self, policies, asked, history, request):
        engine = _played(_strict(policies, hours=None), asked, history)
        before = snapshot(engine)
        opens = opens_at(engine, request)
        assert snapshot(engine) == before
        now = engine.clock
        refused = not _copy(engine).check(request, now).permitted
        if opens is not None:
            assert refused
            assert opens > now
            for at in {now + 1, (now + opens) // 2, opens - 1} - {opens}:  # it may open at once
                assert not _copy(engine).check(request, at).permitted
            assert _copy(engine).check(request, opens).permitted
        elif refused:
            engine.check(request, now)
            assert not _copy(engine).check(request, now + 1).permitted
            assert not _copy(engine).check(request, now + 2000 * DAY).permitted

    @given(policy_sets(), st.lists(requests(2), min_size=5, max_size=5), moves, requests(2))
    @quick
    def test_with_hours_it_is_never_too_early(self, policies, asked, history, request):
        engine = _played(_strict(policies), asked, history)
        opens = opens_at(engine, request)
        if opens is not None:
            assert opens > engine.clock
            assert not _copy(engine).check(request, engine.clock).permitted
            assert _copy(engine).check(request, opens).permitted
