from pathlib import Path

from ecluse.cli._demo_report import Told, write_report
from ecluse.cli._demo_watch import Visit, Watch

TEMPLATE = Path(__file__).parents[3] / "examples" / "portal" / "visitors" / "report.html.j2"


def told(named=("P1", "P2"), reached=("P1", "P2")):
    watch, again = Watch(), Watch()
    watch.feed(Visit(1.0, "thief", True, "file by file", "/x", 200, 1, 2))
    watch.feed(Visit(2.0, "thief", True, "file by file", "/x", 429, 0, 2, "<You> have", 9))
    watch.feed(Visit(2.0, "adviser-01", False, "view", "/x", 200, 1, 1))
    again.feed(Visit(1.0, "thief", True, "file by file", "/x", 403, 0, 0, "Closed", 10))
    return Told(Watch(stolen=5000, at=5.0), watch, again, 100_000).with_lists(
        set(named), set(reached)
    )


def test_the_page_and_how_to_look(tmp_path):
    write_report(tmp_path, told(), TEMPLATE, "a-password")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert '<b class="bad">5,000</b>' in page
    assert '<b class="good">2</b>' in page
    assert "&lt;You&gt; have" in page
    assert "“Closed”" in page
    assert "a-password" not in page
    look = (tmp_path / "LOOK.md").read_text("utf-8")
    assert "`a-password`" in look
    assert str(tmp_path) in look


def test_the_comparison():
    assert told().comparison() == "The ledger names 2 persons: exactly those who reached the thief."
    other = told(named=("P1", "P3", "P4"), reached=("P1", "P2"))
    assert "1 who reached the thief are not among them" in other.comparison()
    assert "2 of them were cut off on the way" in other.comparison()


def test_the_document(tmp_path):
    document = told().document(tmp_path)
    assert document["with_gate"]["first_refusal"] == 9
    assert document["ledger"] == {"persons": 2, "same": True}
    assert document["others"] == {"accounts": 1, "refused": 0}
