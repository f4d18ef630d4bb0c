"""An application on its way out gives no window more than its share of the limit, held against brute force."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.engine.evaluate import Engine
from ecluse.engine.scaling import scaled
from ecluse.engine.standing import Standing
from ecluse.model.access import AccessRequest
from ecluse.model.estate import Application, Estate, LifeCycle
from ecluse.model.policy import Budget, Count, Effect, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR
from reference.meaning import items, key, matches
from strategies.histories import pers

START = 20_000 * DAY
RETIRE = 30 * DAY
END = START + 9 * DAY + 5 * HOUR


@st.composite
def sets(draw):
    budgets = []
    for number in range(draw(st.integers(1, 3))):
        low, high = sorted((draw(st.integers(0, 8)), draw(st.integers(0, 14))))
        only = draw(st.none() | st.frozensets(st.sampled_from(["x", "y"]), min_size=1))
        budgets.append(
            Budget(
                f"b{number}",
                draw(pers),
                (Window(6 * HOUR, low), Window(2 * DAY, high)),
                counts=draw(st.sampled_from([Count.PERSONS, Count.PERSONS, Count.ACCESSES])),
                target=Target(applications=only),
                effect=draw(st.sampled_from([Effect.DENY, Effect.JUSTIFY])),
            )
        )
    return PolicySet(tuple(budgets))


reads = st.lists(
    st.tuples(
        st.sampled_from([0, 1, HOUR, 2 * HOUR, 5 * HOUR, 30 * HOUR]),
        st.sampled_from(["a1", "a2"]),
        st.sampled_from(["x", "x", "y"]),
        st.sets(st.integers(0, 15), min_size=1, max_size=3),
    ),
    min_size=5,
    max_size=60,
)


def _standing(state):
    closes = END if state is LifeCycle.CLOSING else None
    going = Application("x", "team@example.org", 9, None, state, START, closes)
    return Standing(Estate((going, Application("y", "team@example.org", 9)), (), ()))


def _request(account, application, persons):
    return AccessRequest(
        account=account,
        application=application,
        persons=tuple(sorted(persons)),
        session=f"s-{account}",
        organization="o",
        source="192.0.2.1",
    )


def _share(state, at):
    """Half, and from there a step down at every whole day."""
    if state is LifeCycle.DECOMMISSIONING:
        return 0.5
    return 0.5 * (1 - (at - START) // DAY * DAY / (END - START))


class TestScaling:
    @given(sets(), st.sampled_from([LifeCycle.DECOMMISSIONING, LifeCycle.CLOSING]), reads)
    @settings(deadline=None)
    def test_no_window_holds_more_of_the_application_than_its_share(self, policies, state, history):
        standing, released = _standing(state), defaultdict(list)
        now, at = scaled(policies, standing, START, retire=RETIRE), START
        engine = Engine(now)
        for number, (step, *asked) in enumerate(history):
            at += step
            request = _request(*asked)
            if standing.refusal(request, (), at) is not None:
                assert at >= END
                continue
            if (new := scaled(policies, standing, at, retire=RETIRE)) != now:
                now = new
                assert engine.adopt(new, self._nothing_is_read()) == ()
            if not engine.check(request, at).permitted or request.application != "x":
                continue
            for budget in policies.budgets:
                if not matches(budget, request, at):
                    continue
                past = released[budget.id, key(budget, request)]
                past.append((at, items(budget, request, number)))
                for window in budget.windows:
                    inside = {i for then, drawn in past if at - window.length < then for i in drawn}
                    assert len(inside) <= window.limit * _share(state, at) + 1e-9

    def _nothing_is_read(self):
        raise AssertionError("a day less of an application reads nothing from the ledger")
        yield

    @given(sets(), st.sampled_from(LifeCycle), reads)
    @settings(deadline=None)
    def test_the_other_applications_are_as_before(self, policies, state, history):
        standing, at = _standing(state), START
        plain, less = Engine(policies), Engine(scaled(policies, standing, START, retire=RETIRE))
        for step, account, _, persons in history:
            at += step
            request = _request(account, "y", persons)
            assert less.check(request, at) == plain.check(request, at)

    @given(sets(), st.sampled_from(LifeCycle), reads)
    @settings(deadline=None)
    def test_what_passes_with_them_passes_without_them(self, policies, state, history):
        """Further budgets tighten only: what they let pass passes without them, up to the first difference."""
        standing, at = _standing(state), START
        plain, less = Engine(policies), Engine(scaled(policies, standing, START, retire=RETIRE))
        for step, *asked in history:
            at += step
            request = _request(*asked)
            with_them, without = less.check(request, at), plain.check(request, at)
            assert with_them.effect >= without.effect
            if with_them.effect != without.effect:
                break
