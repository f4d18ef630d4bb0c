"""What goes out instead of an application's response, and what is added to it."""

import pytest

from ecluse.enforcers._book import Book
from ecluse.enforcers._exchange import Exchange, Rules, rules_of
from ecluse.enforcers._guard import Guard
from ecluse.enforcers._plan import Disclosing
from ecluse.enforcers.identity import Identity
from ecluse.model.asked import Answer
from ecluse.model.errors import CallerError, ConfigError
from ecluse.refusal.case import UNCLEAR
from ecluse.refusal.reply import Asking
from ecluse.routes.routes import Route, Routes

ROUTES = Routes([
    Route("/people/{person}", operation="view", categories=("identity",), application="files"),
    Route("/search", free=True, disclosed=True, operation="search", categories=("contact",)),
    Route("/help", free=True),
])  # fmt: skip


def exchange(path="/people/1", *, method="GET", **fields):
    book = Book(identify=lambda: Identity(account="a"), application="portal")
    rules = Rules("portal", Guard.of(["/people"]), **fields)
    made = Exchange(rules, book, path, Asking(method=method))
    made.routed("")
    return made


def reserved(made, effect="permit"):
    made.book.asked = True
    (asked,) = made.book.questions(("1",))
    made.book.took(asked, Answer(effect=effect, released=True, reservation="r1"))
    return made


def test_an_answer_that_disclosed_nobody_is_not_sent(caplog):
    case = exchange("/people/secret-7").replacement(200, "12")
    assert (case.kind, case.status) == ("undisclosed", 500)
    assert "disclosed nobody" in caplog.text
    assert "secret-7" not in caplog.text
    assert exchange().replacement(206, None).kind == "undisclosed"


@pytest.mark.parametrize(
    ("status", "length"), [(302, "0"), (404, "9"), (204, None), (200, "0"), (500, "9"), (101, None)]
)
def test_what_shows_nobody_may_go(status, length):
    assert exchange().replacement(status, length) is None


def test_unguarded_paths_may_go():
    assert exchange("/help").replacement(200, "5") is None


def test_a_disclosed_answer_may_go():
    assert reserved(exchange()).replacement(200, "5") is None


def test_a_refusal_replaces_everything():
    made = reserved(exchange())
    made.book.refused(Answer(effect="deny", released=False, retry_after=5))
    assert made.replacement(200, "5").status == 429
    assert made.replacement(302, "0").status == 429


def test_an_error_after_a_disclosure_is_replaced_so_that_nothing_left():
    case = reserved(exchange()).replacement(503, "5")
    assert (case.kind, case.status) == ("failed", 503)
    assert reserved(exchange(error_pages="theirs")).replacement(503, "5") is None
    assert exchange().replacement(500, "5") is None, "nothing was reserved"


def test_a_notice_and_a_cache_header_are_added():
    made = reserved(exchange(), "warn")
    assert [name for name, _ in made.added(["Content-Type"])] == ["Ecluse-Notice", "Cache-Control"]
    assert [name for name, _ in made.added(["cache-control"])] == ["Ecluse-Notice"]
    assert exchange().added([]) == []


def test_routes_find_persons_before_the_application_runs():
    made = exchange(routes=ROUTES)
    assert made.routed("tab=2") == Disclosing(("1",), ("identity",), "view")
    assert made.book.application == "files"


def test_a_disclosed_route_is_guarded_and_describes_what_is_disclosed():
    made = exchange("/search", routes=ROUTES)
    assert made.guarded
    assert (made.book.operation, made.book.categories) == ("search", ("contact",))
    assert made.book.application == "portal"
    assert not exchange("/help", routes=ROUTES).guarded


def test_a_target_of_two_readings_is_refused(caplog):
    made = exchange("/people/1/../2", routes=ROUTES)
    assert made.routed("") is UNCLEAR
    assert "dots" in caplog.text


def test_a_case_is_told_as_the_client_asked():
    book = Book(identify=lambda: None)
    asking = Asking(accept="text/html", accept_language="fr")
    told = Exchange(Rules(), book, "/", asking).told(UNCLEAR)
    assert told.status == 400
    assert b'lang="fr"' in told.body


@pytest.mark.parametrize(
    ("status", "passes"), [(200, False), (404, False), (500, False), (302, True), (401, True)]
)
def test_who_is_not_logged_in_is_let_to_the_log_in_and_no_further(status, passes):
    book = Book(identify=lambda: None)
    made = Exchange(Rules(routes=ROUTES), book, "/people/1", Asking())
    assert made.routed("") is None
    case = made.replacement(status, None)
    assert (case is None) is passes
    assert passes or case.kind == "anonymous"


@pytest.mark.parametrize(
    "wrong",
    [{"language": "de"}, {"error_pages": "none"}, {"guarded": "/x"}, {"free": ["x"]}],
)
def test_rules_are_checked(wrong):
    with pytest.raises(CallerError):
        rules_of(application="portal", **wrong)


def test_routes_are_read_from_a_file(tmp_path):
    file = tmp_path / "routes.yaml"
    file.write_text(
        "version: 1\nroutes:\n  - path: /people/{person}\n    operation: view\n", "utf-8"
    )
    made = exchange(routes=rules_of(application="x", routes=str(file)).routes)
    assert made.routed("").persons == ("1",)
    file.write_text("version: 7\n", "utf-8")
    with pytest.raises(ConfigError):
        rules_of(application="x", routes=str(file))
    with pytest.raises(CallerError, match="cannot be read: no such file"):
        rules_of(application="x", routes=str(tmp_path / "none.yaml"))
