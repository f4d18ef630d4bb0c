"""Promise 5 for persons' decisions: a restart, a snapshot and a second gate change nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.engine.standing import Standing
from ecluse.model.access import AccessRequest
from ecluse.model.errors import CallerError
from ecluse.model.estate import Application, Estate, LifeCycle

APPLICATIONS = ("x", "y", "z")
NAMES = ("a", "b", "c")
LAST = 10_000
BY = {"by": "C. Meyer", "reason": "asked for"}


@st.composite
def estates(draw):
    return Estate(
        tuple(
            Application(
                name,
                "team@example.org",
                10,
                portal=draw(st.sampled_from([None, "p", "p", "q"])),
                state=(state := draw(st.sampled_from(LifeCycle))),
                closes_at=None
                if state is LifeCycle.LIVE
                else draw(st.none() | st.integers(0, LAST)),
            )
            for name in APPLICATIONS
        ),
        (),
        (),
    )


applications = st.fixed_dictionaries(
    {
        "id": st.sampled_from(APPLICATIONS),
        "state": st.sampled_from([s.value for s in LifeCycle]),
        "closes_at": st.none() | st.integers(0, LAST),
        "isolate": st.booleans(),
    }
)
holds = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["account", "session"]),
        "name": st.sampled_from(NAMES),
        "tree": st.booleans(),
    }
)
accounts = st.fixed_dictionaries(
    {"account": st.sampled_from(NAMES), "created_by": st.none() | st.sampled_from(NAMES)}
)
acts = st.one_of(
    st.tuples(st.just("application"), applications),
    st.tuples(st.just("hold"), holds),
    st.tuples(st.just("reopen"), holds),
    st.tuples(st.just("account"), accounts),
)
histories = st.lists(st.tuples(acts, st.integers(0, 300)), max_size=30)


def _live(standing, history, start=0):
    """Applies what may be applied, and gives it as the ledger would hold it."""
    at, kept = start, []
    for (kind, said), step in history:
        at += step
        detail = said | BY
        if kind == "application":
            detail |= {"written": standing.written(said["id"])}
        when = standing.moment(kind, detail, at)
        try:
            standing.apply(kind, detail, when)
        except CallerError:
            continue
        kept.append((kind, detail, when))
    return kept


def _answers(standing, at):
    creators = ((), ("a",), ("b", "c"))
    return [
        standing.refusal(
            AccessRequest(account=account, application=name, persons=(1,), session="b"), above, at
        )
        for name in (*APPLICATIONS, "unknown")
        for account in NAMES
        for above in creators
    ]


class TestReplay:
    @given(estates(), histories, st.integers(0, LAST))
    @settings(deadline=None)
    def test_the_acts_of_the_ledger_give_the_same_state(self, estate, history, at):
        live, again = Standing(estate), Standing(estate)
        for kind, detail, when in _live(live, history):
            again.replay(kind, detail, when)
        assert again.snapshot() == live.snapshot()
        assert _answers(again, at) == _answers(live, at)
        assert _answers(Standing.restore(estate, live.snapshot()), at) == _answers(live, at)

    @given(estates(), estates(), histories, st.integers(0, LAST))
    @settings(deadline=None)
    def test_a_changed_file_opens_nothing_that_a_person_or_the_file_closes(
        self, estate, edited, history, at
    ):
        """Wherever the file differs from what it said, both the word and the new file must let go."""
        live = Standing(estate)
        kept = _live(live, history)
        again = Standing(edited)
        for kind, detail, when in kept:
            again.replay(kind, detail, when)
        for name in APPLICATIONS:
            if live.written(name) != again.written(name):
                open_now = again.applications[name].state_at(at) is not LifeCycle.CLOSED
                spoken = any(k == "application" and d["id"] == name for k, d, _ in kept)
                if open_now and spoken:
                    for alone in (live, Standing(edited)):
                        assert alone.applications[name].state_at(at) is not LifeCycle.CLOSED


class TestGates:
    """Gates that heard the same acts know the same, in whatever order they heard them."""

    @given(estates(), histories, histories, histories)
    @settings(deadline=None)
    def test_merging_is_in_any_order_and_any_number_of_times(self, estate, one, two, three):
        snapshots = []
        for history, start in ((one, 0), (two, 7), (three, 500)):
            gate = Standing(estate)
            _live(gate, history, start)
            snapshots.append(gate.snapshot())
        merged = []
        for order in ((0, 1, 2), (2, 1, 0), (1, 0, 0, 2, 1)):
            gate = Standing(estate)
            for index in order:
                gate.merge(snapshots[index])
            merged.append(gate.snapshot())
            assert not gate.merge(gate.snapshot())
        assert len(set(merged)) == 1

    @given(estates(), histories, histories, st.integers(0, LAST))
    @settings(deadline=None)
    def test_a_hold_that_one_gate_heard_of_is_never_lost(self, estate, one, two, at):
        """Unless the other gate reopened it later."""
        here, there = Standing(estate), Standing(estate)
        _live(here, one)
        reopened = {
            (detail["key"], detail["name"])
            for kind, detail, _ in _live(there, two)
            if kind == "reopen"
        }
        before = here.holds()
        here.merge(there.snapshot())
        lost = set(before) - set(here.holds())
        assert {(key.value, name) for key, name in lost} <= reopened
