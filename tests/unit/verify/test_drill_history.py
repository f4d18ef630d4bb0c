"""The history: each run with what people did since, and no run with another's alarm."""

import msgspec

from ecluse.model.drill import Check, DrillDetail, Said, Walk
from ecluse.model.time import HOUR, SECOND
from ecluse.verify.drill import ALARM
from ecluse.verify.drill_history import history

START = 1_774_951_200_000_000
WALK = Walk(application="files", printed=60, read=60, stopped=True)


def drill(seq, at, phase, run=0, **more):
    detail = DrillDetail(phase=phase, drill="d", account="x", owner="soc", run=run, within=60, alarm=60, acknowledge=60, **more)  # fmt: skip
    return Said(seq, at, "drill", "x", msgspec.to_builtins(detail))


def about(seq, at, kind, **detail):
    return Said(seq, at, kind, "", {"code": ALARM, "about": "x", "taken": True, "confirmed": True, "channel": "m"} | detail)  # fmt: skip


def whole(seq, at):
    return [
        drill(seq, at, "begin"),
        about(seq + 1, at + SECOND, "finding"),
        about(seq + 2, at + SECOND, "told"),
        drill(seq + 3, at + SECOND, "end", seq, stopped_at=at + SECOND, walks=(WALK,),
              checks=(Check(code="stopped", passed=True, what="x"), Check(code="acknowledged", passed=None, what="y"))),
    ]  # fmt: skip


def test_what_a_person_did_since_counts():
    seen = about(9, START + 20 * SECOND, "acknowledgement")
    (past,) = history([*whole(1, START), seen], now=START + HOUR)
    assert (past.run, past.passed, past.printed, past.read) == (1, True, 60, 60)
    assert past.after("acknowledged") == 19
    (past,) = history(whole(1, START), now=START + HOUR)
    assert (past.passed, past.failed) == (False, ("acknowledged",))
    (past,) = history(whole(1, START), now=START + 30 * SECOND)
    assert past.passed is None


def test_an_acknowledgement_of_the_next_run_is_not_one_of_this():
    entries = [*whole(1, START), *whole(11, START + 2 * HOUR)]
    seen = about(20, START + 2 * HOUR + 5 * SECOND, "acknowledgement")
    first, second = history([*entries, seen], now=START + 3 * HOUR)
    assert (first.passed, second.passed) == (False, True)


def test_a_run_that_never_ended():
    (runs,) = history([drill(1, START, "begin")], now=START + SECOND)
    assert runs.passed is None
    (broken,) = history([drill(1, START, "begin")], now=START + HOUR)
    assert (broken.passed, broken.failed, broken.read) == (False, ("ended",), None)


def test_what_is_not_understood_is_left_out():
    strange = Said(1, START, "drill", "x", {"phase": "later"})
    assert history([strange, about(2, START, "finding")], now=START) == ()
