import pytest

from asgi_kit import call
from ecluse.api.app import App
from ecluse.api.authentication import Authenticator
from ecluse.api.exchange import BODY_MAX, Exchange, Reply, Route
from ecluse.api.peer import Peer
from ecluse.model.enrolment import Enrolment
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.service.tally import Tally

ASK = frozenset({"ask"})


async def echo(exchange: Exchange) -> Reply:
    return Reply(200, exchange.body or exchange.path.encode())


def failing(error):
    async def handler(_):
        raise error

    return handler


@pytest.fixture
def app():
    routes = (
        Route("POST", "/ask", echo, ASK),
        Route("GET", "/ask", echo, ASK),
        Route("GET", "/open", echo, None),
        Route("GET", "/manage", echo, frozenset({"manage"})),
        Route("*", "/below/", echo, ASK),
        Route("GET", "/caller", failing(CallerError("wrong", help="do right")), None),
        Route("GET", "/away", failing(UnavailableError("full", help="free it")), None),
        Route("GET", "/broken", failing(IntegrityError("altered")), None),
    )
    return App(routes, Authenticator(Enrolment(), now=lambda: 0), Tally())


def test_a_request_reaches_its_handler_whole(app):
    assert call(app, "POST", "/ask", body=b"x" * 100_000, pieces=7).body == b"x" * 100_000


def test_paths_are_exact_but_for_those_that_end_in_a_slash(app):
    assert call(app, "GET", "/below/any/thing").body == b"/below/any/thing"
    assert call(app, "DELETE", "/below/x").status == 200
    assert call(app, "GET", "/ask/").status == 404
    assert call(app, "GET", "/nothing").json["title"] == "there is no such path"


def test_another_method_is_told_which_there_are(app):
    answer = call(app, "DELETE", "/ask")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")


def test_nobody_reaches_only_what_is_open(app):
    stranger = Peer()
    assert call(app, "GET", "/open", peer=stranger).status == 200
    for path in ("/ask", "/manage", "/below/x"):
        answer = call(app, "GET", path, peer=stranger)
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_client_does_only_what_it_is_enrolled_for(app):
    answer = call(app, "GET", "/manage")
    assert answer.status == 403
    assert "it needs `manage`" in answer.json["title"]


def test_a_body_without_end_is_cut_off(app):
    answer = call(app, "POST", "/ask", body=b"x" * (BODY_MAX + 1), pieces=3)
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert call(app, "POST", "/ask", body=b"x" * (BODY_MAX + 1)).status == 413


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [("/caller", 400, "wrong"), ("/away", 503, "full"), ("/broken", 500, "altered")],
)
def test_errors_are_problem_details(app, path, status, title):
    answer = call(app, "GET", path)
    assert (answer.status, answer.json["title"]) == (status, title)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.headers.get("retry-after") is not None) == (status == 503)


def test_what_is_answered_is_timed(app):
    call(app, "GET", "/open")
    assert sum(app._tally.latency) == 1
    assert app._tally.latency_sum > 0
