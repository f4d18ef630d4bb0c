from io import StringIO

from rich.console import Console

from ecluse.cli._demo_screen import _drawn, screen, summary
from ecluse.cli._demo_watch import Visit, Watch


def watch():
    watch = Watch()
    watch.feed(Visit(6.0, "partner-09", True, "file by file", "/x", 200, 1, 60))
    watch.feed(
        Visit(6.5, "partner-09", True, "file by file", "/x", 429, 0, 60, "You have [b]reached")
    )
    watch.feed(Visit(7.0, "adviser-01", False, "view", "/x", 200, 1, 12))
    return watch


def test_numbers_in_lines():
    assert summary(watch()) == [
        "partner-09 (the thief): 60 persons, 2 requests, 1 refused",
        "1 others at work: 1 requests, 0 refused",
    ]
    assert len(summary(Watch())) == 1


def test_plain_lines_where_nobody_watches(capsys):
    with screen(1000, quiet=False) as shown:
        seen = watch()
        shown.show(seen)
        shown.show(seen)  # at once: not again
        shown.ended(seen.manners[0])
        shown.finish(seen)
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "  0:07  partner-09 (the thief): 60 persons, 2 requests, 1 refused"
    assert out[2:] == [
        "  0:06  file by file: 60 more persons, 1 of 2 requests refused (You have [b]reached)"
    ]


def test_on_standard_error_when_a_document_is_asked_for(capsys):
    with screen(1000, quiet=True) as shown:
        shown.show(watch())
    printed = capsys.readouterr()
    assert not printed.out
    assert "the thief" in printed.err


def test_the_picture():
    out = StringIO()
    console = Console(file=out, width=110, force_terminal=True, color_system=None)
    console.print(_drawn(watch(), 100_000))
    text = out.getvalue()
    assert "60 of 100,000 persons read by partner-09" in text
    assert "0 requests of 1 other accounts refused" in text
    assert "You have [b]reached" in text
