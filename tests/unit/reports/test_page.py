"""What the parts of the terminal page share."""

import io

from rich.console import Console

from ecluse.reports.language import words
from ecluse.reports.page import LONGEST, Page, by_count, indented, more, table, title
from report_factory import theft


def _printed(block, width=60):
    console = Console(file=io.StringIO(), width=width, _environ={})
    console.print(block)
    return console.file.getvalue()


def _page(**changes):
    return Page(
        **{"report": theft(), "width": 80, "unicode": True, "words": words("en"), **changes}
    )


def test_names_are_made_harmless_and_plain_where_the_terminal_is():
    assert _page().name("é\x1b") == "é\\x1b"
    assert _page(unicode=False).name("é\x1b") == "\\xe9\\x1b"
    assert _page().name("x" * 50, 10) == "x" * 9 + "…"


def test_a_number_has_its_noun():
    assert _page().many(1, "line", "lines") == "1 line"
    assert _page().many(2_000, "line", "lines") == "2,000 lines"


def test_instants_are_in_utc_whatever_the_zone():
    page = _page(words=words("en", zone="Europe/Paris"))
    assert page.local
    assert page.instant(0) == "1970-01-01 00:00:00"
    assert not _page().local


def test_the_largest_comes_first_and_names_break_ties():
    assert list(by_count({"b": 1, "c": 7, "a": 1})) == [("c", 7), ("a", 1), ("b", 1)]


def test_only_a_cut_list_says_that_it_was_cut():
    assert list(more(LONGEST)) == []
    (line,) = more(LONGEST + 1_234)
    assert _printed(line).strip() == "and 1,234 more (see --json)"


def test_numbers_of_a_narrow_table_are_never_broken():
    rows = table("Name", numbers=("Count",))
    rows.add_row("a" * 40, "1,234,567")
    assert "1,234,567" in _printed(indented(rows), width=24)


def test_markup_in_a_title_is_text():
    assert _printed(title("[bold]x[/bold]")).strip() == "[bold]x[/bold]"
