"""Who touches honey records is noticed; a drill is the one exception, for its own account and honey persons alone."""

import json

import pytest

from ecluse.model.errors import CallerError
from ecluse.model.finding import Finding, Severity
from ecluse.model.time import DAY, SECOND
from ecluse.service.drill_runs import ALARM, DrillRuns
from ecluse.service.findings_book import FindingsBook
from ecluse.service.honey import Honey
from gate_kit import ME, GateKit, asked

BEGIN = {"phase": "begin", "drill": "weekly", "account": "drill-01", "owner": "soc", "within": 60}


class Stand:
    def __init__(self, tmp_path):
        self.kit = GateKit(tmp_path / "ledger")
        self.book = FindingsBook(self.kit.ledger, self.kit.clock)
        keeper = self.kit.keeper
        self.runs = DrillRuns(
            self.kit.ledger, self.book, keeper.refusals, accounts={"drill-01"}, now=self.kit.clock
        )
        names = self.kit.ledger.pseudonymizer.pseudonyms(["H1", "H2", "H3"])
        keeper.honey = Honey(names, {"drill-01"}, drilled=self.runs.drilled)

    def ask(self, *persons, account="agent"):
        return self.kit.decider.decide("check", asked(*persons, account=account), ME)

    def codes(self):
        return [(f.code, f.about) for f in self.kit.keeper.honey.findings(self.kit.clock.at)]

    def open(self):
        return [(f.code, f.about) for f in self.book.open()]


@pytest.fixture
def stand(tmp_path):
    made = Stand(tmp_path)
    with made.kit:
        yield made


def test_an_ordinary_account_that_meets_a_honey_person_is_noticed_for_a_day(stand):
    stand.ask("1", "2")
    assert stand.codes() == []
    stand.ask("1", "H2")
    assert stand.codes() == [("honey-read", "agent")]
    stand.kit.clock.at += DAY
    assert stand.codes() == []


def test_a_refused_attempt_counts_as_well(stand):
    stand.ask("1", "2", "3")
    answer, _ = stand.ask("H1")
    assert not answer.released
    assert stand.codes() == [("honey-read", "agent")]


def test_the_account_for_drills_is_noticed_outside_a_drill(stand):
    stand.ask("H1", account="drill-01")
    assert stand.codes() == [("drill-account-active", "drill-01")]


def test_during_a_drill_its_account_may_read_honey_persons_and_nobody_else(stand):
    run = stand.runs.act(BEGIN, "timer")[0]["run"]
    stand.ask("H1", "H2", account="drill-01")
    assert stand.codes() == []
    stand.ask("H1", account="agent")
    assert stand.codes() == [("honey-read", "agent")]
    stand.ask("4711", account="drill-01")
    assert ("drill-account-active", "drill-01") in stand.codes()
    stand.runs.act(BEGIN | {"phase": "end", "run": run, "passed": True}, "timer")
    assert not stand.runs.drilled("drill-01", stand.kit.clock.at)


def test_a_drill_exempts_from_no_budget(stand):
    stand.runs.act(BEGIN, "timer")
    released = [stand.ask(p, account="drill-01")[0].released for p in ("H1", "H2", "H3", "H4")]
    assert released == [True, True, True, False]


def test_a_run_that_never_ends_closes_by_itself_and_is_a_finding(stand):
    stand.runs.act(BEGIN, "timer")
    stand.runs.look()
    assert stand.open() == []
    stand.kit.clock.at += 60 * SECOND
    assert not stand.runs.drilled("drill-01", stand.kit.clock.at)
    stand.runs.look()
    assert stand.open() == [("drill-failed", "weekly")]
    assert "soc" in stand.book.open()[0].what


def test_two_runs_at_once_are_refused(stand):
    stand.runs.act(BEGIN, "timer")
    with pytest.raises(CallerError, match="is at work with `drill-01`"):
        stand.runs.act(BEGIN | {"drill": "other"}, "timer")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"account": "agent"}, "not an account for drills"),
        ({"within": 3601}, "3600 seconds"),
        ({"within": 0}, "3600 seconds"),
        ({"phase": "middle"}, "not as it should be"),
        ({"drill": ""}, "no name"),
        ({"owner": "x" * 129}, "too long"),
        ({"phase": "end", "run": 5}, "no run 5"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(stand, change, message):
    before = stand.kit.ledger.size
    with pytest.raises(CallerError, match=message):
        stand.runs.act(BEGIN | change, "timer")
    assert stand.kit.ledger.size == before


def test_who_speaks_is_not_taken_from_the_request(stand):
    stand.runs.act(BEGIN | {"by": "somebody"}, "timer")
    (row,) = [r for r in stand.kit.entries() if r["kind"] == "drill"]
    assert json.loads(row["detail"])["by"] == "timer"
    assert row["account"] == "drill-01"


def test_a_failure_is_a_finding_with_an_owner_until_a_drill_passes(stand):
    def end(**more):
        run = stand.runs.act(BEGIN, "timer")[0]["run"]
        stand.runs.act(BEGIN | {"phase": "end", "run": run} | more, "timer")

    end(passed=False, checks=[{"code": "told", "passed": False, "what": "x"}])
    assert stand.open() == [("drill-failed", "weekly")]
    assert "not as it should be: told; it is for soc" in stand.book.open()[0].what
    end(passed=True)
    assert stand.open() == []


@pytest.mark.parametrize("seen", [True, False])
def test_an_alarm_that_nobody_acknowledges_in_time_is_a_finding(stand, seen):
    run = stand.runs.act(BEGIN, "timer")[0]["run"]
    stand.runs.act(BEGIN | {"phase": "end", "run": run, "acknowledge": 30}, "timer")
    stand.book.raise_(Finding(ALARM, Severity.HIGH, "w", "h", "drill-01"))
    if seen:
        stand.book.acknowledge(ALARM, "drill-01", by="Camille")
    stand.kit.clock.at += 29 * SECOND
    stand.runs.look()
    assert ("drill-failed", "weekly") not in stand.open()
    stand.kit.clock.at += SECOND
    stand.runs.look()
    assert (("drill-failed", "weekly") in stand.open()) is not seen


def test_the_alarm_of_the_last_drill_does_not_stand_in_for_this_one(stand):
    stand.book.raise_(Finding(ALARM, Severity.HIGH, "w", "h", "drill-01"))
    stand.book.acknowledge(ALARM, "drill-01", by="Camille")
    stand.runs.act(BEGIN, "timer")
    assert stand.open() == []
