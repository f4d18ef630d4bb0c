"""The number that a drill prints before anybody is read is the number at which a real engine stops it.

Over random budgets, drills that went before, and what others read meanwhile: the drill asks the gate as it asks a real
one, by halving, and then reads one honey person after the other.
"""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.engine.explain import usage
from ecluse.model.asked import Asked
from ecluse.model.drill import Drill, Place
from ecluse.model.errors import CallerError
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, PolicySet, Window
from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.runners.explaining import usage_in_words
from ecluse.service.drill import _foretell, _walk
from ecluse.visitors.at_gate import GateVisitor
from gate_kit import ME, GateKit

PERSONS = tuple(f"H{n}" for n in range(24))
PLACE = Place("files")
DRILL = Drill("d", "o", "drill-01", "g", "l", "p", (PLACE,), room=0)
KEYS = st.sampled_from(
    [(Key.ACCOUNT,), (Key.ACCOUNT, Key.APPLICATION), (Key.APPLICATION,), (Key.SYSTEM,)]
)


@st.composite
def policies(draw):
    budgets = []
    for number in range(draw(st.integers(1, 4))):
        limits = sorted(draw(st.lists(st.integers(1, 30), min_size=2, max_size=2)))
        counts = draw(
            st.sampled_from([Count.PERSONS, Count.PERSONS, Count.PERSONS, Count.ACCESSES])
        )
        budgets.append(
            Budget(
                f"b{number}",
                draw(KEYS),
                (Window(10 * MINUTE, limits[0]), Window(DAY, limits[1])),
                counts=counts,
                effect=draw(st.sampled_from([Effect.DENY, Effect.DENY, Effect.WARN, Effect.SLOW, Effect.JUSTIFY])),
                mode=draw(st.sampled_from([Mode.ENFORCE, Mode.ENFORCE, Mode.SHADOW])),
                warn_share=draw(st.sampled_from([None, 0.8])),
            )
        )  # fmt: skip
    return PolicySet(tuple(budgets), "digest")


class Explaining:
    """The part of a gate that a drill asks beforehand."""

    def __init__(self, kit):
        self.kit = kit

    def explain(self, question):
        prepared = self.kit.keeper.prepare("check", question, ME)
        self.kit.decider.engine.expire(
            self.kit.keeper.now()
        )  # as a gate does that is asked after a pause
        found = usage(self.kit.decider.engine, prepared.request)
        return {"budgets": usage_in_words(found, self.kit.keeper.policies)}


@given(
    policies(),
    st.lists(st.tuples(st.integers(0, 24), st.sampled_from([0, 9 * MINUTE, 10 * MINUTE, HOUR, DAY])), max_size=3),
    st.integers(0, 12),
)  # fmt: skip
@settings(max_examples=120, deadline=None)
def test_the_printed_number_is_the_one_at_which_it_is_stopped(policy, earlier, others):
    with (
        tempfile.TemporaryDirectory() as folder,
        GateKit(Path(folder) / "l", policies=policy) as kit,
    ):

        def check(question):
            return kit.decider.decide("check", question, ME)[0]

        for persons, pause in earlier:  # drills that went before, each read from the beginning
            for person in PERSONS[:persons]:
                check(Asked(account="drill-01", application="files", persons=(person,)))
            kit.clock.at += pause
        for number in range(others):
            check(Asked(account="agent", application="files", persons=(f"P{number}",)))
        try:
            stop = _foretell(DRILL, PLACE, Explaining(kit), PERSONS)
        except CallerError:
            return  # what it would take from others is refused; that is another law
        visitor = GateVisitor(check, Asked(account="drill-01", application="files"))
        walk, seen = _walk(PLACE, visitor, PERSONS, stop, knocks=5)
        if stop.persons is None:
            assert not walk.stopped
            assert walk.read == len(PERSONS)
        else:
            assert walk.read == min(stop.persons, len(PERSONS))
            assert walk.stopped == (stop.persons < len(PERSONS))
        assert walk.leaks == 0
        assert len(seen) == walk.read
