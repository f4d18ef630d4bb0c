"""A prefix guards every spelling of itself; what is free is free in the plain spelling only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.enforcers._guard import Guard, target_of
from ecluse.model.errors import CallerError
from ecluse.routes.outcome import Refused
from ecluse.routes.paths import canonical

GUARD = Guard.of(["/people/"], ["/people/help"])


@pytest.mark.parametrize(
    "path",
    [
        "/people", "/people/", "/people/1", "//people/1", "/people//1", "/PEOPLE/1", "/./people/1",
        "/x/../people/1", "/people;v=1/1", "/;x/people/1", "/people ./1", "/people./1", "\\people\\1", "/people/help/../1",
        "/people//help", "/people/help;x", "/people/Help", "/..", "/people/helpless",
    ],
)  # fmt: skip
def test_every_spelling_is_guarded(path):
    assert GUARD.covers(path)


@pytest.mark.parametrize(
    "path", ["/", "/peoples", "/help/people", "/people/help", "/people/help/x"]
)
def test_other_paths_are_not(path):
    assert not GUARD.covers(path)


def test_a_slash_guards_everything():
    guard = Guard.of(["/"], ["/static", "/log-in"])
    assert guard.covers("/")
    assert guard.covers("/x")
    assert not guard.covers("/static/page.css")
    assert guard.covers("/static/../x")


def test_no_prefix_guards_nothing():
    assert not Guard.of([]).covers("/x/../y")


@pytest.mark.parametrize("wrong", [["people"], [""], "/people/"])
def test_a_prefix_that_is_no_path_is_refused(wrong):
    with pytest.raises(CallerError):
        Guard.of(wrong)
    with pytest.raises(CallerError):
        Guard.of(["/"], wrong)


@given(st.text(st.sampled_from("/.;%\\aAé\udc80 "), max_size=12))
def test_longer_paths_are_guarded_with_their_beginning(tail):
    assert GUARD.covers("/people/1/" + tail)


@pytest.mark.parametrize(
    ("path", "query", "segments"),
    [("/people/12", "tab=1", ("people", "12")), ("/people/é", "", ("people", "é")),
     ("/a b/x;jsessionid=1", "", ("a b", "x"))],
)  # fmt: skip
def test_a_decoded_path_is_written_as_a_target(path, query, segments):
    found = canonical(target_of(path, query))
    assert found.segments == segments
    assert found.query == query.encode()


@pytest.mark.parametrize("path", ["/a%31", "/a\udcff", "/a\\b", "/a?b", "/a#b"])
def test_what_only_double_encoding_gives_is_refused(path):
    assert isinstance(canonical(target_of(path, "")), Refused)
