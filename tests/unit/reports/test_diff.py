"""How a difference is told: the verdict first, alike lines in one row, as one JSON document."""

import json

from ecluse.model.access import AccessRequest
from ecluse.model.difference import Change, Difference, Gap, Line, Step, Verdict, Witness
from ecluse.model.time import DAY, MINUTE
from ecluse.reports.diff import before_table, change_sentences, document, rows

REQUEST = AccessRequest(
    account="account-1",
    application="x",
    persons=(1, 2),
    session="session-1",
    organization="o",
    source="192.0.2.1",
    kind="a",
    created_at=0,
)
WITNESS = Witness(MINUTE, tuple(Step(n * MINUTE, REQUEST) for n in range(7)), "b", DAY, 12)
GAP = Gap("b", DAY, 12, None, witness=WITNESS)


def test_the_verdict_comes_first_and_its_history_after():
    found = Difference("", "", Verdict.LOOSER, shown=True, looser=(GAP, Gap("b@x", DAY, 6, None)))
    lines = list(before_table(found))
    assert lines[0].startswith("looser: ")
    assert "`b` allows 12 in 24h; the new set has no limit" in lines[1]
    assert "account-1 opened 1m before of kind a in o, through x" in lines[2]
    assert "… 2 more such steps" in lines[-3]
    assert "6m later" in lines[-2]
    assert "the old one refuses the last (`b`: 12 in 24h)" in lines[-1]
    assert not any("b@x" in line for line in lines)


def test_what_is_not_proved_says_so():
    unsure = Difference("", "", Verdict.INCOMPARABLE, shown=False, assumes=("it rains",))
    lines = list(before_table(unsure))
    assert lines == [lines[0], "  as long as  it rains"]
    assert "as far as can be proved" in lines[0]


def test_a_closing():
    gap = Gap(
        "b", DAY, 12, None, closes=True, witness=Witness(0, (Step(0, REQUEST),), "b", DAY, 12)
    )
    lines = list(before_table(Difference("", "", Verdict.LOOSER, shown=True, looser=(gap,))))
    assert "closes nothing" in lines[1]
    assert "only the old set closes" in lines[-1]


def test_alike_lines_are_one_row_and_looser_ones_come_first():
    lines = [
        Line(DAY, 20, 10, kind="a", application="x"),
        Line(DAY, 20, None, kind="b", organizations=("o",), application="x"),
        *(Line(DAY, 20, 30, kind="c", application=name) for name in "wxyz"),
        Line(DAY, None, 5, thief="three"),
    ]
    found = [(r.who, r.through, r.before, r.after, r.difference) for r in rows(lines, 4)]
    assert found == [
        ("one b in o", "x", "20", "unbounded", "no limit any more"),
        ("one c", "each application", "20", "30", "+10"),
        ("one a", "x", "20", "10", "-10"),
        ("three", "all", "unbounded", "5", "a limit now"),
    ]


def test_changes_stand_under_their_budget():
    told = change_sentences([Change("a", "one"), Change("a", "two"), Change("b", "three")])
    assert list(told) == ["a:", "  one", "  two", "b:", "  three"]


def test_the_document():
    line = Line(DAY, 20, None, kind="a")
    found = document(Difference("1", "2", Verdict.LOOSER, shown=True, looser=(GAP,), lines=(line,)))
    assert json.loads(json.dumps(found)) == found
    assert found["accounts"] == [
        {
            "kind": "a",
            "organizations": None,
            "application": None,
            "horizon": "24h",
            "seconds": 86400,
            "before": 20,
            "after": None,
            "difference": None,
            "looser": True,
        }
    ]
    assert found["looser"][0]["witness"]["steps"][6]["after_seconds"] == 360
