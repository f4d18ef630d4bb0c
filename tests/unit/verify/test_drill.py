"""When a drill has passed, when it has failed, and when it waits."""

import pytest

from ecluse.model.drill import Agreement, Check, Drill, DrillDetail, Place, Said, Walk
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND
from ecluse.verify.drill import (
    ALARM,
    accesses_left,
    judge_agreement,
    judge_alarm,
    judge_logging,
    judge_refusals,
    judge_stop,
    over,
    shared,
    verdict,
)

START = 1_774_951_200_000_000
END = DrillDetail(
    phase="end", drill="d", account="drill-01", run=10, stopped_at=START, alarm=60, acknowledge=1800
)  # fmt: skip


def budget(policy="p", **more):
    return {
        "policy": policy, "mode": "enforce", "counts": "persons", "per": ["account"], "effect": "deny", "window": "10m",
        "limit": 60, "used": 0, "left": 60, "with_request": 61, "over": True,
    } | more  # fmt: skip


def walk(**more):
    return Walk(**({"application": "files", "printed": 60, "read": 60, "stopped": True, "knocks": 3} | more))  # fmt: skip


def said(kind, at, seq=11, **detail):
    base = {"code": ALARM, "about": "drill-01"}
    return Said(seq, at, kind, "", base | detail)


def test_the_smallest_limit_that_refuses_is_named():
    assert over([budget("a", limit=60), budget("b", limit=40), budget("c", limit=10, over=False)])["policy"] == "b"  # fmt: skip
    assert over([budget(mode="shadow"), budget(effect="warn"), budget(effect="slow")]) is None
    assert over([budget(effect="justify")]) is not None


def test_budgets_that_count_accesses_stop_too():
    assert accesses_left([budget(counts="accesses", left=7), budget(counts="accesses", left=5, policy="q")])["policy"] == "q"  # fmt: skip
    assert accesses_left([budget()]) is None


def test_room_is_left_to_others_in_what_is_shared():
    tight = budget(per=["organization"], left=100)
    assert shared([tight], persons=60, room=40) == []
    assert shared([tight], persons=60, room=41) == ["`p` has room for 100 persons in 10m"]
    assert shared([budget(per=["account", "application"], left=0)], persons=60, room=41) == []
    assert shared([budget(per=["system"], left=0, mode="shadow")], persons=60, room=41) == []


@pytest.mark.parametrize(
    ("walks", "at_most", "passed", "what"),
    [
        ([walk()], None, True, "as printed: files after 60"),
        ([walk()], 60, True, "as printed"),
        ([walk(read=61)], None, False, "stopped after 61 persons by somebody; 60 was printed"),
        ([walk(read=59, by="`x`")], None, False, "stopped after 59 persons by `x`; 60 was printed"),
        ([walk(stopped=False, read=80)], None, False, "not stopped after 80 persons; 60 was printed"),
        ([walk(printed=None, stopped=False, read=80)], None, False, "no limit that refuses is within reach of 80"),
        ([walk(printed=None, stopped=False, read=80)], 60, False, "without end; 60 at most"),
        ([walk()], 59, False, "lets the account read 60; 59 at most were expected"),
        ([walk(), walk(application="old", printed=0, read=1)], None, False, "old: stopped after 1"),
        ([walk(enforced=False, stopped=False)], None, False, "no application that must refuse"),
        ([walk(), walk(enforced=False, stopped=False)], None, True, "as printed: files after 60"),
    ],
)  # fmt: skip
def test_it_is_stopped_at_the_printed_number_exactly(walks, at_most, passed, what):
    check = judge_stop(walks, at_most)
    assert check.passed is passed
    assert what in check.what


def test_nobody_is_shown_after_the_refusal():
    assert judge_refusals([walk()]).what == "4 refusals show nobody"
    assert judge_refusals([walk(leaks=2)]).what == "files showed 2 after the first refusal"
    assert judge_refusals([walk(stopped=False)]).passed is False
    assert judge_refusals([walk(enforced=False, leaks=3)]).passed is False


def test_ledger_and_applications_agree_or_the_difference_is_stated():
    assert judge_agreement([Agreement(application="a", both=3)]).passed is True
    check = judge_agreement([Agreement(application="a", both=3, shown_only=2, ledger_only=1)])
    assert check.passed is False
    assert "3 in both, 2 shown that the ledger does not have, 1 in the ledger" in check.what


FOUND = said("finding", START + 2 * SECOND, over=False)
TOLD = said("told", START + 3 * SECOND, channel="mail", taken=True, confirmed=True)
SEEN = said("acknowledgement", START + 9 * MINUTE, by="Camille")


def outcome(*entries, after=0, **more):
    import msgspec

    end = msgspec.structs.replace(END, **more)
    return tuple(c.passed for c in judge_alarm(end, entries, now=START + after))


@pytest.mark.parametrize(
    ("entries", "after", "expected"),
    [
        ((FOUND, TOLD, SEEN), HOUR, (True, True, True)),
        ((), 60 * SECOND, (None, None, None)),
        ((), 61 * SECOND, (False, False, None)),
        ((FOUND,), 61 * SECOND, (True, False, None)),
        ((FOUND, TOLD), HOUR, (True, True, False)),
        ((said("finding", START + 61 * SECOND),), HOUR, (False, False, False)),
        ((FOUND, TOLD, said("acknowledgement", START + 31 * MINUTE)), HOUR, (True, True, False)),
        ((FOUND, said("told", START + 62 * SECOND, channel="m", taken=True, confirmed=True)), HOUR, (True, False, False)),
        ((FOUND, said("told", START, channel="m", taken=False)), HOUR, (True, False, False)),
        ((FOUND, said("told", START, channel="m", taken=True, confirmed=True, over=True)), HOUR, (True, False, False)),
        ((said("finding", START, over=True),), HOUR, (False, False, False)),
        ((said("finding", START, about="another"),), HOUR, (False, False, False)),
        ((said("finding", START, seq=9), said("acknowledgement", START, seq=9)), HOUR, (False, False, False)),
    ],
)  # fmt: skip
def test_the_alarm_comes_in_time_reaches_somebody_and_is_seen(entries, after, expected):
    assert outcome(*entries, after=after) == expected


def test_named_channels_must_all_have_taken_it():
    other = said("told", START + SECOND, channel="chat", taken=True, confirmed=True)
    assert outcome(FOUND, TOLD, SEEN, after=HOUR, channels=("mail", "chat")) == (True, False, True)
    assert outcome(FOUND, TOLD, other, SEEN, after=HOUR, channels=("mail", "chat")) == (True, True, True)  # fmt: skip
    late = said("told", START + 2 * MINUTE, channel="chat", taken=True, confirmed=True)
    assert outcome(FOUND, TOLD, late, SEEN, after=HOUR, channels=("mail", "chat"))[1] is False
    assert outcome(FOUND, TOLD, late, SEEN, after=HOUR)[1] is True, "any one will do"


def test_a_channel_that_cannot_confirm_counts_where_it_is_named_alone():
    silent = said("told", START + SECOND, channel="siem", taken=True, confirmed=False)
    assert outcome(FOUND, silent, after=HOUR)[1] is False
    assert outcome(FOUND, silent, after=HOUR, channels=("siem",))[1] is True


def test_a_finding_during_the_knocks_is_no_second_late():
    raised, _, _ = judge_alarm(END, [said("finding", START - 5 * SECOND)], now=START)
    assert (raised.passed, raised.after) == (True, 0)


def test_an_application_that_has_gone_quiet():
    places = (Place("a", silence=HOUR), Place("b", silence=DAY), Place("c"))
    drill = Drill("d", "o", "x", "g", "l", "p", places)
    assert judge_logging(drill, {"a": START - HOUR, "b": START}, now=START).passed is True
    check = judge_logging(drill, {"a": START - 3 * HOUR}, now=START)
    assert check.what == "a has logged nothing in 1h, the last 3 h ago; b has logged nothing in 24h"


def test_a_verdict():
    def checks(*outcomes):
        return [Check(code="x", passed=p, what="") for p in outcomes]

    assert verdict(checks(True, True)) is True
    assert verdict(checks(True, None)) is None
    assert verdict(checks(None, False)) is False
