"""Changes: who brought them about, who signed them, which way they go."""

from dataclasses import replace

import pytest

from assurance_factory import CHANGES, bare, full, past
from ecluse.model.assurance import BudgetChange, LimitChange
from ecluse.reports.assurance.changes import chapter
from ecluse.reports.document.blocks import Bullets, Note, Paragraph, Table
from ecluse.reports.language import words

EN = words("en", document="assurance")


def _blocks(**changes):
    return list(chapter(replace(full(), past=past(**changes)), EN))


def _row(change):
    return next(b for b in _blocks(changes=(change,)) if isinstance(b, Table)).rows[0]


def test_what_nobody_signed_stands_out():
    table = next(b for b in _blocks() if isinstance(b, Table))
    unsigned, signed = (row[4] for row in table.rows)
    assert (unsigned.text, unsigned.strong, unsigned.tone) == ("nobody", True, "open")
    assert (signed.text, signed.strong) == ("Claude Martin", False)
    assert [row[3].text for row in table.rows] == ["start of the gate", "Claude Martin"]


@pytest.mark.parametrize(
    ("budgets", "said", "strong"),
    [
        (None, "not recorded", True),
        ((), "words only", False),
        ((BudgetChange("a", "changed", "stricter"),), "stricter", False),
        ((BudgetChange("a", "changed", "looser"),), "looser", True),
        ((BudgetChange("a", "changed", "looser"), BudgetChange("b", "changed", "stricter")), "looser in parts", True),
        ((BudgetChange("a", "changed", "other"),), "to be examined", False),
        ((BudgetChange("a", "changed", "other"), BudgetChange("b", "changed", "looser")), "looser in parts, to be examined", True),
    ],
)  # fmt: skip
def test_which_way_a_change_goes(budgets, said, strong):
    cell = _row(replace(CHANGES[0], budgets=budgets))[2]
    assert (cell.text, cell.strong) == (said, strong)


def test_an_approval_says_who_wrote_the_name():
    approved = replace(
        CHANGES[0], approved="Ada Example", approved_by="root", reason="tuned on May"
    )
    cell = _row(approved)[4]
    assert (cell.text, cell.small, cell.tone) == ("Ada Example", "approval written by user root: tuned on May", "")  # fmt: skip
    assert _row(replace(approved, signed="Claude Martin"))[4].text == "Claude Martin, Ada Example"


def test_the_first_policies_are_no_change_of_anything():
    row = _row(replace(CHANGES[0], before="", budgets=None))
    assert row[1].text == "(the first) → bbbbbbbbbbbb"
    assert row[2].text == "–"


def test_each_budget_is_told():
    change = BudgetChange("b", "changed", "looser", (LimitChange("24h", 500, 900), LimitChange("1h", None, 5)), ("mode", "rest"))  # fmt: skip
    bullets = next(b for b in _blocks(changes=(replace(CHANGES[0], budgets=(change,)),)) if isinstance(b, Bullets))  # fmt: skip
    assert bullets.items == ("b: limit in 24h: 500 → 900; limit in 1h: – → 5; other mode, other target, key or count (looser)",)  # fmt: skip


def test_decisions_and_reports():
    tables = [b for b in _blocks() if isinstance(b, Table)]
    assert [row[1].text for row in tables[1].rows] == ["application archive: closing", "closed: an account", "retention of the ledger: 12\u00a0months"]  # fmt: skip
    assert tables[2].rows[0][3].text == "html cdcdcdcdcdcd, pdf efefefefefef"


def test_nothing_is_said_to_be_nothing():
    texts = [
        b.text for b in _blocks(changes=(), decided=(), reports=()) if isinstance(b, Paragraph)
    ]
    assert texts[1:] == ["The settings were not changed.", "None has been recorded."]
    assert [b.warns for b in chapter(bare(), EN) if isinstance(b, Note)] == [True]


def test_entries_that_cannot_be_read_are_counted():
    assert [b.text[:9] for b in _blocks(unreadable=2) if isinstance(b, Note)] == ["2 entries"]
