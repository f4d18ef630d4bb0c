"""The past is told from the ledger's own acts, and nobody hides a change by claiming a report."""

import json

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.model.assurance import LimitChange
from ecluse.model.time import MINUTE, SECOND
from ecluse.service.past import COLUMNS, read_past

NOW = 1_000 * MINUTE


def _frames(*entries):
    rows = [
        (seq, entry.get("at", seq * MINUTE), entry["kind"], entry.get("account", ""),
         entry["detail"] if isinstance(entry["detail"], str) else json.dumps(entry["detail"]))
        for seq, entry in enumerate(entries)
    ]  # fmt: skip
    schema = {"seq": pl.Int64, "at": pl.Int64, "kind": pl.String, "account": pl.String, "detail": pl.String}  # fmt: skip
    assert tuple(schema) == COLUMNS
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return [frame[: len(rows) // 2], frame[len(rows) // 2 :]]


def _past(*entries, since=None, now=NOW):
    return read_past(_frames(*entries), since=since, now=now)


def _policy(digest, by, *, limit=None):
    terms = None if limit is None else {"b": {"limits": {"24h": limit}, "effect": "hold", "mode": "enforce", "rest": ""}}  # fmt: skip
    return {"kind": "policy", "detail": {"digest": digest, "by": by, "file": "p.yaml", "terms": terms}}  # fmt: skip


def _report(size, account="auditor"):
    return {"kind": "report", "account": account, "detail": {"size": size, "files": {"pdf": "bb", "html": "aa"}}}  # fmt: skip


ACCESS = {"kind": "access", "detail": ""}


def test_an_empty_ledger():
    past = _past()
    assert (past.since, past.after, past.drills, past.changes, past.reports) == (None, "start", (), (), ())  # fmt: skip


def test_restarts_are_no_changes():
    past = _past(_policy("a", "start", limit=5), ACCESS, _policy("a", "start", limit=5), _policy("b", "Camille", limit=7))  # fmt: skip
    first, second = past.changes
    assert (first.before, first.after, first.signed, first.budgets) == ("", "a", "", None)
    assert (second.before, second.after, second.signed, second.by) == ("a", "b", "Camille", "Camille")  # fmt: skip
    assert second.budgets[0].limits == (LimitChange("24h", 5, 7),)
    assert second.budgets[0].turn == "looser"
    assert past.in_force == "b"


def test_a_change_at_a_start_is_unsigned_until_a_person_reloads():
    entries = [_policy("a", "start"), _policy("b", "SIGHUP"), ACCESS]
    assert [c.signed for c in _past(*entries).changes] == ["", ""]
    later = _past(*entries, _policy("b", "Camille"), _policy("b", "Dominique"))
    assert [c.signed for c in later.changes] == ["", "Camille"]
    assert later.changes[1].by == "SIGHUP"


def test_an_approval_names_a_person_before_or_after():
    approval = {"kind": "policy-approved", "account": "root", "detail": {"digest": "b", "person": "Ada", "reason": "tuned"}}  # fmt: skip
    for entries in ([approval, _policy("a", "start"), _policy("b", "start")], [_policy("a", "start"), _policy("b", "start"), approval]):  # fmt: skip
        first, second = _past(*entries).changes
        assert first.unsigned
        assert (second.signed, second.approved, second.approved_by, second.reason, second.unsigned) == ("", "Ada", "root", "tuned", False)  # fmt: skip
    blank = {**approval, "detail": {"digest": "a", "person": " "}}
    assert _past(_policy("a", "start"), blank).changes[0].unsigned


def test_limits_that_fall_with_the_days_are_no_change():
    days = [
        {"kind": "policy", "detail": {"digest": f"day {n}", "written": "a", "by": "schedule", "terms": {}}}
        for n in range(3)
    ]  # fmt: skip
    assert [c.after for c in _past(_policy("a", "Camille"), *days).changes] == ["a"]
    older = {"kind": "policy", "detail": {"digest": "day 9", "by": "schedule"}}
    assert [c.after for c in _past(_policy("a", "Camille"), older).changes] == ["a"]


def test_entries_of_before_the_terms_were_kept_tell_no_difference():
    assert _past(_policy("a", "start"), _policy("b", "start", limit=5)).changes[1].budgets is None


def test_the_time_begins_after_the_entries_that_the_last_report_was_made_from():
    entries = [_policy("a", "start"), _report(1), _policy("b", "Camille"), _report(2), _policy("c", "Camille")]  # fmt: skip
    past = _past(*entries)
    assert [c.after for c in past.changes] == ["b", "c"], "b came after that report was made, and before its entry"  # fmt: skip
    assert (past.after, past.since) == ("report", 3 * MINUTE)
    assert [(r.by, r.size, r.files) for r in past.reports] == [
        ("auditor", 1, (("html", "aa"), ("pdf", "bb"))),
        ("auditor", 2, (("html", "aa"), ("pdf", "bb"))),
    ]


def test_nobody_hides_a_change_behind_a_report_that_claims_the_future():
    entries = [_policy("a", "start"), _report(10**9), _policy("b", "Mallory")]
    assert [c.after for c in _past(*entries).changes] == ["b"]
    assert [c.after for c in _past(*entries[:1], _report(-5), entries[2]).changes] == ["a", "b"]


def test_a_date_that_a_person_gives_goes_before():
    entries = [_policy("a", "start"), _policy("b", "x"), _report(2), _policy("c", "x")]
    past = _past(*entries, since=1 * MINUTE)
    assert [c.after for c in past.changes] == ["b", "c"]
    assert (past.after, past.since) == ("asked", MINUTE)
    assert _past(*entries, since=NOW).changes == ()


def test_decisions_of_persons():
    past = _past(
        {"kind": "application", "detail": {"id": "archive", "state": "closed", "by": "Camille", "reason": "theft"}},
        {"kind": "hold", "detail": {"key": "account", "name": "p-1", "by": "Camille", "reason": "stolen"}},
        {"kind": "retention", "account": "root", "detail": {"months": 12}},
    )  # fmt: skip
    assert [(d.kind, d.about, d.what, d.by, d.reason) for d in past.decided] == [
        ("application", "archive", "closed", "Camille", "theft"),
        ("hold", "", "account", "Camille", "stolen"),
        ("retention", "", "12", "root", ""),
    ]


def _begin(**more):
    return {"kind": "drill", "detail": {"phase": "begin", "drill": "weekly", "account": "d", "within": 600, **more}}  # fmt: skip


def _end(run, **more):
    detail = {"phase": "end", "drill": "weekly", "account": "d", "run": run, "by": "ci", "owner": "soc", "acknowledge": 600, **more}  # fmt: skip
    return {"kind": "drill", "detail": detail}


def _walk(application, printed, read, **more):
    return {"application": application, "printed": printed, "read": read, "stopped": True, **more}


def _check(code, *, passed, after=None):
    return {"code": code, "passed": passed, "what": "", "after": after}


WALKS = [_walk("files", 60, 60), _walk("mail", 20, 19), _walk("old", None, 500, enforced=False)]
ALARM = {"code": "account-over-budget", "about": "d"}


def test_a_drill_that_passed():
    checks = [_check("told", passed=True, after=12), _check("acknowledged", passed=True, after=240)]
    (run,) = _past(_begin(owner="soc"), _end(0, walks=WALKS, checks=checks, passed=True)).drills
    assert (run.drill, run.at, run.state, run.by, run.owner) == ("weekly", 0, "passed", "ci", "soc")
    assert (run.read, run.printed, run.told_after, run.acknowledged_after) == (79, 80, 12, 240)
    assert run.applications == ("files", "mail", "old")


def test_a_drill_that_failed_says_by_what():
    checks = [_check("stopped", passed=False), _check("told", passed=True)]
    (run,) = _past(_begin(), _end(0, walks=[_walk("f", None, 900)], checks=checks, passed=False)).drills  # fmt: skip
    assert (run.state, run.failed, run.read, run.printed) == ("failed", ("stopped",), 900, None)


def test_an_alarm_is_judged_by_what_persons_did_since():
    end = _end(0, stopped_at=60 * SECOND, alarm=600, channels=["mail"])
    finding, told, seen = ({"kind": kind, "detail": {**ALARM, **more}} for kind, more in (("finding", {}), ("told", {"channel": "mail", "taken": True}), ("acknowledgement", {"by": "Camille"})))  # fmt: skip
    (run,) = _past(_begin(), end, now=70 * SECOND).drills
    assert run.state == "waiting"
    (run,) = _past(_begin(), end, finding, told, now=2000 * SECOND).drills
    assert (run.state, run.failed) == ("failed", ("acknowledged",)), (
        "nobody acknowledged it in time"
    )
    (run,) = _past(_begin(), end, finding, told, seen, now=2000 * SECOND).drills
    assert (run.state, run.failed) == ("passed", ())
    assert run.acknowledged_after == 120


def test_a_drill_that_never_ended():
    assert [r.state for r in _past(_begin(), now=599 * SECOND).drills] == ["waiting"]
    assert [r.state for r in _past(_begin(), now=601 * SECOND).drills] == ["broken"]


def test_the_last_drill_of_before_is_told_when_there_was_none_since():
    good, bad = ([_check("stopped", passed=p)] for p in (True, False))
    old = [_begin(), _end(0, checks=good), _begin(), _end(2, checks=bad)]
    past = _past(*old, _report(4))
    assert [(r.at, r.state) for r in past.drills] == [(2 * MINUTE, "failed")]
    past = _past(*old, _report(4), _begin(), _end(5, checks=good))
    assert [(r.at, r.state) for r in past.drills] == [(5 * MINUTE, "passed")]


def test_what_does_not_say_what_it_must_is_counted():
    broken = ["", "[]", "{", '{"digest": 3}', "null"]
    past = _past(*({"kind": "policy", "detail": d} for d in broken), {"kind": "drill", "detail": "{}"}, {"kind": "report", "detail": {"size": "9"}}, _policy("a", "x"))  # fmt: skip
    assert past.unreadable == 7
    assert [c.after for c in past.changes] == ["a"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["policy", "drill", "report", "hold", "told", "finding"]), st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda c: st.lists(c, max_size=3) | st.dictionaries(st.sampled_from(["digest", "by", "size", "phase", "run", "terms", "checks", "walks", "files", "key", "drill", "account", "code", "about"]), c, max_size=4))), max_size=6))  # fmt: skip
def test_whatever_stands_in_the_ledger_it_is_read(entries):
    past = _past(*({"kind": kind, "detail": json.dumps(detail)} for kind, detail in entries))
    told = len(past.reports) + len(past.decided) + past.unreadable
    assert told <= len(entries)
