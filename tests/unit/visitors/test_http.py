"""Reading through an application: the person, a refusal, or something that is neither."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ecluse.model.drill import Place, SignIn
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.visitors.http import HttpVisitor

SHOWN = r'data-person="(\w+)"'


@pytest.fixture
def application():
    """Answers as `answers` says by path, and remembers the requests."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            server.seen.append((self.path, dict(self.headers)))
            status, headers, body = server.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.answers, server.seen = {}, []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def place(server, **more):
    return Place("files", url=f"http://127.0.0.1:{server.server_port}", path="/p/{person}/", shown=SHOWN, **more)  # fmt: skip


def test_the_person_a_refusal_and_a_refusal_that_leaks(application):
    page = b'<p data-person="H1">'
    application.answers = {"/p/H1/": (200, {}, page), "/p/H2/": (429, {}, b""), "/p/H3/": (403, {}, page)}  # fmt: skip
    with HttpVisitor(place(application)) as visitor:
        shown, refused, leak = (visitor.visit(f"H{n}") for n in (1, 2, 3))
    assert (shown.refused, shown.persons) == (False, {"H1"})
    assert (refused.refused, refused.persons, refused.by) == (True, frozenset(), "status 429")
    assert (leak.refused, leak.persons) == (True, {"H1"})


def test_a_stronger_log_in_that_is_asked_for_is_a_refusal(application):
    challenge = {"WWW-Authenticate": 'Bearer error="insufficient_user_authentication"'}
    application.answers = {"/p/a/": (401, challenge, b""), "/p/b/": (401, {}, b"")}
    with HttpVisitor(place(application)) as visitor:
        assert visitor.visit("a").refused
        with pytest.raises(UnavailableError, match="answered 401"):
            visitor.visit("b")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_is_neither_ends_it(application, status):
    application.answers = {"/p/a/": (status, {"Location": "/p/b/"}, b"")}
    with HttpVisitor(place(application)) as visitor, pytest.raises(UnavailableError, match=f"answered {status}"):  # fmt: skip
        visitor.visit("a")
    assert len(application.seen) == 1, "no redirection is followed"


def test_a_page_without_the_person_ends_it(application):
    application.answers = {"/p/a/": (200, {}, b'<p data-person="other">')}
    with HttpVisitor(place(application)) as visitor, pytest.raises(UnavailableError, match="without the honey person"):  # fmt: skip
        visitor.visit("a")


def test_an_identifier_cannot_leave_its_segment(application):
    with HttpVisitor(place(application)) as visitor, pytest.raises(UnavailableError):
        visitor.visit("../x?y")
    assert application.seen[0][0] == "/p/..%2Fx%3Fy/"


@pytest.mark.parametrize(
    ("sign_in", "header"),
    [(("header", "Authorization", "Bearer "), ("Authorization", "Bearer v1")), (("cookie", "sid", ""), ("Cookie", "sid=v1"))],
)  # fmt: skip
def test_the_account_shows_who_it_is(application, tmp_path, sign_in, header):
    (tmp_path / "s").write_text("v1\n")
    where, name, prefix = sign_in
    application.answers = {"/p/a/": (429, {}, b"")}
    with HttpVisitor(place(application, sign_in=SignIn(where, name, str(tmp_path / "s"), prefix))) as visitor:  # fmt: skip
        visitor.visit("a")
    assert application.seen[0][1][header[0]] == header[1]


@pytest.mark.parametrize("content", [None, "", "a\nb\n"])
def test_a_sign_in_that_is_none(application, tmp_path, content):
    if content is not None:
        (tmp_path / "s").write_text(content)
    with pytest.raises(CallerError):
        HttpVisitor(place(application, sign_in=SignIn("cookie", "c", str(tmp_path / "s"))))


def test_an_application_that_is_gone():
    gone = Place("files", url="http://127.0.0.1:1", path="/{person}", shown=SHOWN)
    with HttpVisitor(gone) as visitor, pytest.raises(UnavailableError, match="`files` does not answer"):  # fmt: skip
        visitor.visit("a")
