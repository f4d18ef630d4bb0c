"""A drill against a gate, applications and a ledger that the test plays: the number is told before, and everything is judged."""

import json

import msgspec
import pytest

from ecluse.model.drill import Drill, DrillDetail, Place, Said, Visit
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.model.time import MINUTE, SECOND
from ecluse.service.drill import run_drill
from ecluse.service.drill_check import Kit, look_again, tell_check
from ecluse.verify.drill import ALARM

START = 1_774_951_200_000_000
PERSONS = tuple(f"H{n}" for n in range(20))


class World:
    """The gate with one budget, the applications behind it, the ledger and the clock, as the test sets them.

    Attributes:
        limit: of the budget. real: what is really enforced. shown: persons that the gate counted before the drill.
    """

    def __init__(self, *, limit=8, real=None, per="account", left=None, kind="persons"):
        self.limit, self.real = limit, limit if real is None else real
        self.per, self.left, self.kind = per, left, kind
        self.at = START
        self.counted: set[str] = set()
        self.ledger: dict[str, set[bytes]] = {}
        self.entries: list[Said] = []
        self.held = None
        self.asked: list[str] = []
        self.alarm_after: float | None = 2.0
        self.taken = True
        self.acknowledged_after: float | None = None
        self.last = {"files": START}
        self.lost: set[str] = set()
        self.broken_at: int | None = None
        self.gone = False
        self.stop = 0

    # the clock
    def now(self):
        return self.at

    def sleep(self, seconds):
        self.at += int(seconds * SECOND)

    # the gate
    def status(self, account, *, application=""):
        return {"hold": self.held, "closed": None}

    def explain(self, question):
        used = len(self.counted)
        with_request = len(self.counted | set(question.persons))
        if self.kind == "accesses":
            used, with_request = len(self.asked), len(self.asked) + 1
        left = self.limit - used if self.left is None else self.left
        return {"budgets": [{
            "policy": "b", "mode": "enforce", "counts": self.kind, "per": [self.per], "effect": "deny", "window": "10m",
            "limit": self.limit, "used": used, "left": left, "with_request": with_request, "over": with_request > self.limit,
        }]}  # fmt: skip

    def drill(self, detail):
        if self.gone and detail["phase"] != "begin":
            raise UnavailableError("the gate is gone")
        self._append("drill", detail)
        return {"run": len(self.entries), "at": "x"}

    # an application
    def visit(self, person):
        if self.broken_at == len(self.asked):
            raise UnavailableError("application `files` answered 500")
        self.asked.append(person)
        self.stop = self.at
        spent = len(self.asked) > self.real if self.kind == "accesses" else len(self.counted | {person}) > self.real  # fmt: skip
        if spent:
            return Visit(refused=True, by="`b`")
        self.counted.add(person)
        if person not in self.lost:
            self.ledger.setdefault("files", set()).add(person.encode())
        return Visit(refused=False, persons=frozenset({person}))

    # the ledger
    def shown(self, account, *, after, since):
        return {name: frozenset(persons) for name, persons in self.ledger.items()}

    def said(self, *, since):
        begun = next((e for e in self.entries if e.kind == "drill"), None)
        found = list(self.entries)
        stopped = next((e.detail["stopped_at"] for e in reversed(found) if e.kind == "drill" and e.detail.get("stopped_at")), self.stop)  # fmt: skip
        if begun is not None and stopped and self.alarm_after is not None:
            at = stopped + int(self.alarm_after * SECOND)
            about = {"code": ALARM, "about": "drill-01"}
            late = [
                Said(100, at, "finding", "", about | {"over": False}),
                Said(
                    101,
                    at,
                    "told",
                    "",
                    about | {"channel": "mail", "taken": self.taken, "confirmed": self.taken},
                ),
            ]
            if self.acknowledged_after is not None:
                seen = at + int(self.acknowledged_after * SECOND)
                late.append(Said(102, seen, "acknowledgement", "", about | {"by": "Camille"}))
            found += [e for e in late if e.at <= self.at]
        return found

    def last_accesses(self, *, since, but):
        assert but == {"drill-01"}
        return self.last

    def pseudonyms(self, persons):
        return [person.encode() for person in persons]

    def _append(self, kind, detail):
        self.entries.append(Said(len(self.entries) + 1, self.at, kind, "drill-01", dict(detail)))

    def run(self, drill=None, **more):
        self.told = []
        places = (Place("files", url="http://x", silence=60 * MINUTE),)
        self.file = drill or Drill(
            "weekly", "soc", "drill-01", "g", "l", "p", places, knocks=5, room=0, alarm=MINUTE, acknowledge=10 * MINUTE,
        )  # fmt: skip
        return run_drill(self.file, self.kit(), PERSONS, say=self.told.append, **more)

    def kit(self):
        return Kit(self, {"files": lambda _: self}, self, self)


def outcomes(end):
    return {c.code: c.passed for c in end.checks}


@pytest.fixture
def world():
    return World()


def test_the_number_is_told_before_anybody_is_read_and_holds(world):
    end = world.run()
    assert world.told[0] == "files: `drill-01` must be stopped after 8 persons, by `b` (8 in 10m)"
    (walk,) = end.walks
    assert (walk.printed, walk.read, walk.stopped, walk.knocks, walk.leaks) == (8, 8, True, 5, 0)
    assert outcomes(end) == {"stopped": True, "refused": True, "agreed": True, "raised": True, "told": True, "acknowledged": None, "logging": True}  # fmt: skip
    assert end.passed is None
    assert [e.detail["phase"] for e in world.entries] == ["begin", "end"]


def test_it_asks_for_nobody_before_it_was_announced(world):
    asked_when_announced = []
    former = world.drill

    def drill(detail):
        asked_when_announced.append(len(world.asked))
        return former(detail)

    world.drill = drill
    world.run()
    assert asked_when_announced[0] == 0


def test_who_sits_in_the_windows_already_counts_once(world):
    world.counted = set(PERSONS[:3])
    end = world.run()
    assert end.walks[0].printed == end.walks[0].read == 8


@pytest.mark.parametrize("limit", [1, 2, 7, 19])
def test_every_limit_within_reach_is_found_exactly(limit):
    end = World(limit=limit).run()
    assert end.walks[0].printed == end.walks[0].read == limit


def test_a_budget_of_accesses_is_foretold_too():
    end = World(limit=6, kind="accesses").run()
    assert end.walks[0].printed == end.walks[0].read == 6


@pytest.mark.parametrize(("real", "read"), [(9, 9), (7, 7), (100, 20)])
def test_a_gate_that_does_otherwise_than_it_says_fails(real, read):
    end = World(limit=8, real=real).run()
    assert outcomes(end)["stopped"] is False
    assert end.walks[0].read == read
    assert end.passed is False


def test_a_limit_out_of_reach_is_told_and_fails():
    world = World(limit=500)
    end = world.run()
    assert world.told[0].startswith(
        "files: no limit that refuses is within reach of 20 honey persons"
    )
    assert outcomes(end)["stopped"] is False


def test_a_release_that_the_ledger_does_not_have_is_noticed(world):
    world.lost = {"H3", "H4"}
    end = world.run()
    assert outcomes(end)["agreed"] is False
    (agreement,) = end.agreements
    assert (agreement.both, agreement.shown_only, agreement.ledger_only) == (6, 2, 0)


def test_no_alarm_and_an_alarm_that_nobody_takes(world):
    world.alarm_after = None
    end = world.run()
    assert (outcomes(end)["raised"], outcomes(end)["told"]) == (False, False)
    other = World()
    other.taken = False
    end = other.run()
    assert (outcomes(end)["raised"], outcomes(end)["told"]) == (True, False)


def test_it_waits_for_a_person_when_told_to(world):
    world.acknowledged_after = 120
    assert world.run(wait=5 * MINUTE).passed is True
    assert [(e.detail["phase"], e.detail.get("passed")) for e in world.entries] == [("begin", None), ("end", None), ("check", True)]  # fmt: skip


def test_the_run_has_ended_before_a_person_is_waited_for(world):
    world.acknowledged_after = 550
    end = world.run(wait=10 * MINUTE)
    assert end.passed is True
    began, ended = (e.at for e in world.entries[:2])
    assert ended - began < world.entries[0].detail["within"] * SECOND


def test_a_drill_that_has_failed_already_waits_for_nobody(world):
    world.last = {}
    end = world.run(wait=10 * MINUTE)
    assert end.passed is False
    assert world.at < START + MINUTE


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("x")])
def test_whatever_stops_it_what_was_announced_is_ended(world, error):
    def stop(**_):
        raise error

    world.shown = lambda *_, **__: stop()
    with pytest.raises(type(error)):
        world.run()
    assert [e.detail["phase"] for e in world.entries] == ["begin", "end"]
    assert "it was stopped" in json.dumps(world.entries[-1].detail["checks"])


def test_it_does_not_wait_longer_than_told(world):
    world.acknowledged_after = 300
    end = world.run(wait=MINUTE)
    assert outcomes(end)["acknowledged"] is None


def test_an_application_that_has_gone_quiet_fails(world):
    world.last = {"files": START - 61 * MINUTE}
    assert outcomes(world.run())["logging"] is False


def test_a_closed_account_is_no_drill(world):
    world.held = {"policy": "b", "at": "x"}
    with pytest.raises(CallerError, match="`drill-01` is closed in `files`"):
        world.run()
    assert world.asked == world.entries == []


def test_too_little_room_for_others_is_no_drill():
    world = World(per="organization")
    drill = Drill("d", "o", "drill-01", "g", "l", "p", (Place("files", url="x"),), room=1)
    with pytest.raises(CallerError, match="leave fewer than 1 to others: `b` has room for 8"):
        world.run(drill)
    assert world.asked == world.entries == []


def test_what_breaks_off_is_ended_in_the_ledger(world):
    world.broken_at = 4
    with pytest.raises(UnavailableError):
        world.run()
    begin, end = (e.detail for e in world.entries)
    assert (end["phase"], end["run"], end["passed"]) == ("end", 1, False)
    assert begin["phase"] == "begin"
    assert "broken off" in json.dumps(end["checks"])


def test_a_gate_that_is_gone_at_the_end_is_the_error_that_is_told(world):
    world.broken_at, world.gone = 4, True
    with pytest.raises(UnavailableError, match="answered 500"):
        world.run()


def test_a_later_look_judges_what_people_did_since_and_tells_it_once(world):
    world.acknowledged_after = 120
    world.run()
    world.at += 5 * MINUTE
    found = look_again(world.file, world.kit(), horizon=10**15)
    assert found is not None
    assert found.passed is True
    assert tell_check(world.kit(), found, since=0) is True
    assert world.entries[-1].detail["phase"] == "check"
    assert tell_check(world.kit(), found, since=0) is False


def test_a_later_look_finds_that_nobody_cared_and_that_it_is_long_ago(world):
    world.run()
    world.at += 20 * MINUTE
    found = look_again(world.file, world.kit(), horizon=10**15)
    assert outcomes(found)["acknowledged"] is False
    assert outcomes(found)["on-time"] is True
    drill = Drill(**{f: getattr(world.file, f) for f in world.file.__slots__} | {"every": 10 * MINUTE})  # fmt: skip
    assert outcomes(look_again(drill, world.kit(), horizon=10**15))["on-time"] is False


def test_a_run_without_an_end_and_no_run_at_all(world):
    world.run()
    world.entries = world.entries[:1]
    assert outcomes(look_again(world.file, world.kit(), horizon=10**15))["ended"] is None
    world.at += 60 * MINUTE
    assert outcomes(look_again(world.file, world.kit(), horizon=10**15))["ended"] is False
    world.entries = []
    assert look_again(world.file, world.kit(), horizon=10**15) is None


def test_what_is_written_can_be_read_again(world):
    end = world.run()
    assert msgspec.convert(world.entries[-1].detail, DrillDetail).walks == end.walks
