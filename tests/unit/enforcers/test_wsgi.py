"""Flask, and bare WSGI, behind the gate: never one person more than the limit, and nothing left reserved."""

import contextlib
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask, Response, g, jsonify, request

from ecluse.enforcers.wsgi import EcluseMiddleware, Identity, Refused, disclosure
from ecluse.model.errors import CallerError
from ecluse.routes.routes import Route as PathRoute
from ecluse.routes.routes import Routes
from fakes.gate import FakeGate
from fakes.servers import fetched, left_early, until, wsgi_served

ME = {"X-Account": "adviser"}
BROWSER = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "fr"}
A = "adviser"


def who(environ):
    account = environ.get("HTTP_X_ACCOUNT")
    return account and Identity(
        account=account, source=environ["REMOTE_ADDR"], factor=environ.get("HTTP_X_FACTOR")
    )


def application(gate, *, handled=True, **settings):
    app = Flask(__name__)
    settings = {"guarded": ["/people"], "application": "portal", "identify": who, **settings}
    app.wsgi_app = EcluseMiddleware(app.wsgi_app, gate=gate, **settings)
    if handled:
        app.register_error_handler(Refused, lambda _: ("", 403))

    @app.get("/people/<int:number>")
    def person(number):
        disclosure(request).disclose(number, categories=["identity"], operation="view")
        return jsonify(person=number, notice=disclosure(request).notice)

    @app.get("/people")
    def people():
        page = int(request.args.get("page", 0))
        numbers = range(page * 10, page * 10 + 10)
        disclosure(request).disclose(numbers, operation="list")
        return jsonify(list(numbers))

    @app.get("/people/export")
    def export():
        rows = disclosure(request).stream(range(1000), person=str, on_cut=lambda _: "cut")
        return Response((f"{row}\n" for row in rows), mimetype="text/csv")

    @app.get("/people/forgotten")
    def forgotten():
        return jsonify(person="never disclosed")

    @app.get("/people/swallowing")
    def swallowing():
        with contextlib.suppress(Refused):
            disclosure(request).disclose("999")
        return jsonify(person="999")

    @app.get("/people/failing")
    def failing():
        disclosure(request).disclose("555")
        raise ZeroDivisionError

    @app.get("/people/late")
    def late():
        asking = disclosure(request)

        def parts():
            yield "first"
            with contextlib.suppress(Refused):
                asking.disclose("999")
            yield "999"

        return Response(parts())

    @app.post("/echo")
    def echo():
        return jsonify(request.form)

    @app.route("/people/empty", methods=["DELETE"])
    def empty():
        return "", 204

    @app.get("/help")
    def helping():
        return "help"

    return app


def get(app, target, *, headers=(), method="GET", **more):
    more = {"buffered": True, **more}  # closes the response, as servers do
    return app.test_client().open(target, method=method, headers={**ME, **dict(headers)}, **more)


def test_file_views_stop_at_the_limit():
    gate = FakeGate(limit=5)
    app = application(gate)
    got = [get(app, f"/people/{n}") for n in range(20)]
    assert [g.status_code for g in got] == [200] * 5 + [429] * 15
    assert gate.shown[A] == {"0", "1", "2", "3", "4"}
    assert not gate.open
    assert got[5].content_type == "application/problem+json"
    assert got[5].headers["Retry-After"] == "700"
    assert (gate.asked[0].application, gate.asked[0].source) == ("portal", "127.0.0.1")


@pytest.mark.parametrize("handled", [True, False])
def test_a_refusal_needs_no_handler(handled):
    got = get(application(FakeGate(limit=0), handled=handled), "/people/1", headers=BROWSER)
    assert got.status == "429 Too Many Requests"
    assert "Vous avez atteint une limite" in got.text


def test_a_list_is_shown_whole_or_not():
    gate = FakeGate(limit=25)
    app = application(gate)
    assert [get(app, f"/people?page={n}").status_code for n in range(4)] == [200, 200, 429, 429]
    assert len(gate.shown[A]) == 20
    assert not gate.open


def test_an_export_is_cut_at_the_limit():
    gate = FakeGate(limit=37)
    got = get(application(gate), "/people/export")
    assert got.text.split() == [*(str(n) for n in range(37)), "cut"]
    assert gate.shown[A] == {str(n) for n in range(37)}
    assert not gate.open
    assert get(application(FakeGate(limit=0)), "/people/export").status_code == 429


def test_an_export_whose_client_goes_is_charged_for_what_left():
    gate = FakeGate(limit=500)
    got = get(application(gate), "/people/export", buffered=False)
    parts = got.iter_encoded()
    for _ in range(12):
        next(parts)
    got.close()
    assert len(gate.shown[A]) in {12, 13}
    assert not gate.open


def test_fifty_threads_share_the_limit():
    gate = FakeGate(limit=60)
    app, shown, lock = application(gate), set(), threading.Lock()

    def reads(number):
        target = f"/people?page={number}" if number % 2 else f"/people/{number + 500}"
        got = get(app, target)
        if got.status_code == 200:
            found = got.json
            with lock:
                shown.update(map(str, found if isinstance(found, list) else [found["person"]]))

    threads = [threading.Thread(target=reads, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert shown == gate.shown[A]
    assert gate.most[A] <= 60
    assert not gate.open


def test_an_answer_that_disclosed_nobody_does_not_leave():
    got = get(application(FakeGate()), "/people/forgotten")
    assert got.status_code == 500
    assert "never disclosed" not in got.text
    assert get(application(FakeGate()), "/help").text == "help"


def test_a_refusal_holds_whatever_the_application_does():
    got = get(application(FakeGate(limit=0)), "/people/swallowing")
    assert got.status_code == 429
    assert "999" not in got.text


def test_a_failure_releases_and_its_page_is_replaced():
    gate = FakeGate()
    app = application(gate)
    got = get(app, "/people/failing")
    assert got.status_code == 500
    assert got.json["type"] == "urn:ecluse:problem:failed"
    assert gate.counted(A) == set()
    app.testing = True  # the exception passes through
    with pytest.raises(ZeroDivisionError):
        get(app, "/people/failing")
    assert gate.counted(A) == set()
    assert not gate.open


def test_an_error_page_of_the_application_s_own_counts():
    gate = FakeGate()
    assert get(application(gate, error_pages="theirs"), "/people/failing").status_code == 500
    assert gate.shown[A] == {"555"}


def test_a_refusal_after_the_first_byte_cuts_the_answer():
    with pytest.raises(Refused):
        get(application(FakeGate(limit=0), guarded=[]), "/people/late", buffered=True)


def test_who_asks_may_be_found_in_the_framework():
    gate = FakeGate()
    app = application(gate, identify=lambda _: Identity(account=g.account))

    @app.before_request
    def log_in():
        g.account = "from-the-session"

    assert get(app, "/people/1").status_code == 200
    assert gate.shown["from-the-session"] == {"1"}


def test_nobody_logged_in_is_shown_nobody():
    assert application(FakeGate()).test_client().get("/people/1").status_code == 403


def test_a_gate_out_of_reach_is_a_503():
    gate = FakeGate()
    gate.go_down()
    assert get(application(gate), "/people/1").status_code == 503


def test_a_limit_that_is_near_is_told():
    app = application(FakeGate(warn_from=1))
    got = get(app, "/people/1", headers={"Accept-Language": "fr"})
    assert got.headers["Ecluse-Notice"].startswith("warn; ")
    assert got.headers["Cache-Control"] == "private"
    assert "Vous approchez" in got.json["notice"]


def test_a_reason_may_be_given_by_header_or_form():
    gate = FakeGate(limit=0, effect="justify", more=2)
    app = application(gate)
    assert "<form" in get(app, "/people/1", headers=BROWSER).text
    words = {"Ecluse-Justification": "appel à 9 h".encode().decode("latin-1")}
    assert get(app, "/people/1", headers=words).status_code == 200
    assert gate.asked[-1].justification == "appel à 9 h"
    form = {"ecluse_again": "GET", "ecluse_justification": "il a appelé"}
    same = {"Sec-Fetch-Site": "same-origin"}
    got = get(app, "/people/2", method="POST", headers=same, data=form)
    assert (got.status_code, got.json["person"]) == (200, 2)
    assert gate.asked[-1].justification == "il a appelé"
    assert get(app, "/people/3", method="POST", data=form).status_code == 405
    got = get(app, "/echo", method="POST", headers=same, data={"name": "a&b"})
    assert got.json == {"name": "a&b"}


def test_routes_find_persons_without_the_application():
    gate = FakeGate(limit=1)
    app = application(gate, routes=Routes([PathRoute("/people/{person}")], permit_others=True))
    assert get(app, "/people/forgotten").status_code == 200, "disclosed by its path"
    assert get(app, "/people/7").status_code == 429
    assert get(app, "/people/%2537").status_code == 400
    assert get(
        app, "/people/\udcff".encode("utf-8", "surrogateescape").decode("latin-1")
    ).status_code
    assert gate.shown[A] == {"forgotten"}
    assert not gate.open


def test_a_head_request_is_counted_and_has_no_body():
    gate = FakeGate(limit=1)
    app = application(gate)
    assert get(app, "/people/1", method="HEAD").status_code == 200
    got = get(app, "/people/2", method="HEAD")
    assert (got.status_code, got.data) == (429, b"")


def test_options_and_empty_answers_disclose_nobody():
    app = application(FakeGate())
    assert get(app, "/people/1", method="OPTIONS").status_code == 200
    assert get(app, "/people/empty", method="DELETE").status_code == 204


def serve(app, gate, *, path="/x", method="GET"):
    """Calls a bare WSGI application as a server does; gives status and parts."""
    started, parts = [], []

    def start_response(status, headers, exc_info=None):
        if exc_info and started:
            raise exc_info[1]
        started.append((status, headers))
        return parts.append

    wrapped = EcluseMiddleware(app, gate=gate, identify=who)
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_X_ACCOUNT": A, "REMOTE_ADDR": ""}
    body = wrapped(environ, start_response)
    try:
        parts.extend(body)
    finally:
        body.close()
        body.close()
    return started, parts


def test_headers_wait_for_the_first_byte():
    gate = FakeGate(limit=0)

    def app(environ, start_response):
        start_response("200 OK", [])
        yield b""
        disclosure(environ).disclose("1")
        yield b"person"

    started, parts = serve(app, gate)
    assert started[0][0] == "429 Too Many Requests"
    assert b"person" not in b"".join(parts)


def test_the_write_of_old_applications_counts():
    gate = FakeGate(limit=1)

    def app(environ, start_response):
        disclosure(environ).disclose("1")
        write = start_response("200 OK", [])
        write(b"person 1")
        with contextlib.suppress(Refused):
            disclosure(environ).disclose("2")
        with pytest.raises(Refused):
            write(b"person 2")
        return []

    _, parts = serve(app, gate)
    assert parts == [b"person 1"]
    assert gate.shown[A] == {"1"}


def test_the_write_of_old_applications_is_replaced():
    def app(environ, start_response):
        with contextlib.suppress(Refused):
            disclosure(environ).disclose("1")
        start_response("200 OK", [])(b"person 1")
        return [b"person 1"]

    started, parts = serve(app, FakeGate(limit=0))
    assert started[0][0].startswith("429")
    assert b"person 1" not in b"".join(parts)


def test_an_error_page_after_the_start_is_the_server_s_matter():
    gate = FakeGate()

    def app(environ, start_response):
        disclosure(environ).disclose("1")
        start_response("200 OK", [])
        yield b"person 1"
        error = ZeroDivisionError()
        start_response("500 Oops", [], (type(error), error, None))

    with pytest.raises(ZeroDivisionError):
        serve(app, gate)
    assert gate.shown[A] == {"1"}


def test_an_error_page_before_the_start_takes_its_place():
    def app(environ, start_response):
        start_response("200 OK", [])
        start_response("404 Not Found", [], (None, None, None))
        return [b"nothing"]

    started, _ = serve(app, FakeGate())
    assert started == [("404 Not Found", [])]


def test_a_response_without_a_body_starts():
    gate = FakeGate()

    def app(environ, start_response):
        disclosure(environ).disclose("1")
        start_response("302 Found", [("Location", "/y")])
        return []

    started, parts = serve(app, gate)
    assert started[0][0] == "302 Found"
    assert parts == []
    assert gate.shown[A] == {"1"}


def test_the_application_s_iterable_is_closed():
    class Parts(list):
        closed = 0

        def close(self):
            self.closed += 1

    parts = Parts([b"x"])

    def app(environ, start_response):
        start_response("200 OK", [])
        return parts

    serve(app, FakeGate())
    assert parts.closed == 1


def test_an_application_that_does_not_start_releases():
    gate = FakeGate()

    def app(environ, start_response):
        disclosure(environ).disclose("1")
        return []

    assert serve(app, gate) == ([], [])
    assert gate.counted(A) == set()


def test_a_request_without_the_middleware_says_so():
    with pytest.raises(CallerError, match="middleware"):
        disclosure({})


def exporting(environ, start_response):
    rows = disclosure(environ).stream(range(100_000), person=str)
    start_response("200 OK", [("Content-Type", "text/csv")])
    return (f"person {row} {'x' * 5000}\n".encode() for row in rows)


def test_behind_a_real_server_a_client_that_goes_is_charged_for_what_left():
    gate = FakeGate(limit=50_000)
    with wsgi_served(EcluseMiddleware(exporting, gate=gate, identify=who)) as port:
        body = left_early(port, "/export", f"X-Account: {A}", after=200_000)
        until(lambda: not gate.open and gate.shown.get(A))
    seen = {found.decode() for found in re.findall(rb"person (\d+) ", body)}
    assert len(seen) > 10
    assert seen <= gate.shown[A]
    assert len(gate.shown[A]) < 20_000, "what was not handed out is not charged"


def test_behind_a_real_server_a_thief_with_fifty_connections_gets_the_limit():
    gate = FakeGate(limit=100)
    with wsgi_served(application(gate)) as port, ThreadPoolExecutor(50) as thieves:
        got = list(
            thieves.map(lambda n: fetched(port, f"/people/{n}", f"X-Account: {A}"), range(200))
        )
    assert sorted(status for status, _ in got) == [200] * 100 + [429] * 100
    assert len(gate.shown[A]) == 100
    assert not gate.open
