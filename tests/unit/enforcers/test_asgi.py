"""Starlette behind the gate: never one person more than the limit, and nothing left reserved."""

import asyncio
import contextlib
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute

from ecluse.enforcers.asgi import EcluseMiddleware, Identity, Refused, disclosure
from ecluse.model.errors import CallerError
from ecluse.routes.routes import Route as PathRoute
from ecluse.routes.routes import Routes
from ecluse.sdk.errors import GateUnavailable
from fakes.asgi import Got, call, scope_of
from fakes.gate import FakeAwaitedGate, FakeGate
from fakes.servers import asgi_served, fetched, left_early, until

BROWSER = [("Accept", "text/html,*/*;q=0.8"), ("Accept-Language", "fr")]
ME = [("X-Account", "adviser")]
A = "adviser"


def identify(scope):
    headers = dict(scope["headers"])
    account = headers.get(b"x-account")
    factor = headers.get(b"x-factor", b"none").decode()
    return account and Identity(account=account.decode(), source=scope["client"][0], factor=factor)


async def person(request):
    number = request.path_params["number"]
    await disclosure(request).disclose(number, categories=["identity"], operation="view")
    return JSONResponse({"person": number, "notice": disclosure(request).notice})


async def people(request):
    page = int(request.query_params.get("page", 0))
    numbers = range(page * 10, page * 10 + 10)
    await disclosure(request).disclose(numbers, operation="list")
    return JSONResponse(list(numbers))


async def export(request):
    rows = await disclosure(request).stream(range(1000), person=str, on_cut=lambda _: "cut")
    return StreamingResponse((f"{row}\n" async for row in rows), media_type="text/csv")


async def forgotten(request):
    return JSONResponse({"person": "never disclosed"})


async def swallowing(request):
    with contextlib.suppress(Refused):
        await disclosure(request).disclose("999")
    return JSONResponse({"person": "999"})


async def failing(request):
    await disclosure(request).disclose("555")
    raise ZeroDivisionError


async def error_page(request):
    await disclosure(request).disclose("555")
    return PlainTextResponse("person 555 could not be written", status_code=500)


async def late(request):
    async def parts():
        yield "first"
        try:
            await disclosure(request).disclose("999")
        except Refused:
            yield "999"
        yield "after"

    return StreamingResponse(parts())


async def asking(request):
    answer = await disclosure(request).ask("999")
    return PlainTextResponse("shown" if answer.released else "hidden")


async def background(request):
    await disclosure(request).disclose("1")
    seen = []
    request.app.state.seen = seen
    return PlainTextResponse("x", background=BackgroundTask(lambda: seen.append("ran")))


def plain(request):
    disclosure(request).from_thread.disclose(request.path_params["number"])
    return PlainTextResponse("shown")


async def echo(request):
    return Response(await request.body(), media_type=request.headers.get("content-type"))


async def empty(request):
    return Response(status_code=204)


async def socket(websocket):
    await websocket.accept()
    await websocket.close()


VIEWS = [
    Route("/people/{number:int}", person),
    Route("/people", people),
    Route("/people/export", export),
    Route("/people/forgotten", forgotten),
    Route("/people/swallowing", swallowing),
    Route("/people/failing", failing),
    Route("/people/error", error_page),
    Route("/people/late", late),
    Route("/people/asking", asking),
    Route("/people/background", background),
    Route("/people/plain/{number}", plain),
    Route("/people/empty", empty, methods=["GET", "DELETE"]),
    Route("/echo", echo, methods=["POST"]),
    Route("/help", forgotten),
    WebSocketRoute("/people/live", socket),
    WebSocketRoute("/help/live", socket),
]


def application(gate, *, awaitable=True, **settings):
    settings = {"guarded": ["/people"], "application": "portal", **settings}
    wrapped = FakeAwaitedGate(gate) if awaitable else gate
    own = Middleware(EcluseMiddleware, gate=wrapped, identify=identify, **settings)
    return Starlette(routes=VIEWS, middleware=[own])


def get(app, target, *, method="GET", headers=(), **more):
    return asyncio.run(
        asyncio.wait_for(call(app, method, target, headers=[*ME, *headers], **more), 30)
    )


@pytest.mark.parametrize("awaitable", [True, False])
def test_file_views_stop_at_the_limit(awaitable):
    gate = FakeGate(limit=5)
    app = application(gate, awaitable=awaitable)
    got = [get(app, f"/people/{n}") for n in range(20)]
    assert [g.status for g in got] == [200] * 5 + [429] * 15
    assert gate.shown[A] == {"0", "1", "2", "3", "4"}
    assert not gate.open
    assert got[5].json()["type"] == "urn:ecluse:problem:deny"
    assert got[5].header("Retry-After") == "700"
    assert gate.asked[0].application == "portal"
    assert (gate.asked[0].categories, gate.asked[0].operation) == (("identity",), "view")


def test_a_browser_gets_the_page():
    got = get(application(FakeGate(limit=0)), "/people/1", headers=BROWSER)
    assert got.status == 429
    assert got.header("content-type").startswith("text/html")
    assert "Vous avez atteint une limite" in got.body.decode()
    assert len(got.body) == int(got.header("content-length"))


def test_a_list_is_shown_whole_or_not():
    gate = FakeGate(limit=25)
    app = application(gate)
    assert [get(app, f"/people?page={n}").status for n in range(4)] == [200, 200, 429, 429]
    assert len(gate.shown[A]) == 20
    assert len(gate.released.get(A, ())) == 0
    assert not gate.open


def test_an_export_is_cut_at_the_limit():
    gate = FakeGate(limit=37)
    got = get(application(gate), "/people/export")
    assert got.status == 200
    assert got.body.decode().split() == [*(str(n) for n in range(37)), "cut"]
    assert gate.shown[A] == {str(n) for n in range(37)}
    assert not gate.open


def test_an_export_of_which_nothing_may_be_shown_is_a_refusal():
    assert get(application(FakeGate(limit=0)), "/people/export").status == 429


def test_an_export_whose_client_goes_is_charged_for_what_left():
    gate = FakeGate(limit=500)

    def gone(got):
        if len(got.parts) == 12:
            raise OSError("the client is gone")

    got = get(application(gate), "/people/export", on_part=gone)
    assert got.error is not None
    assert {str(n) for n in range(12)} <= gate.shown[A]
    assert len(gate.shown[A]) <= 15, "what was reserved and not handed out is released"
    assert not gate.open


def test_fifty_requests_at_once_share_the_limit():
    gate = FakeGate(limit=60)
    app = application(gate)

    async def main():
        targets = [f"/people?page={n}" for n in range(25)] + [
            f"/people/{n}" for n in range(300, 325)
        ]
        return await asyncio.gather(*(call(app, target=t, headers=ME) for t in targets))

    got = asyncio.run(asyncio.wait_for(main(), 30))
    shown = set()
    for each in got:
        if each.status == 200:
            found = each.json()
            shown |= {str(n) for n in found} if isinstance(found, list) else {str(found["person"])}
    assert len(shown) <= 60
    assert shown == gate.shown[A]
    assert gate.most[A] <= 60
    assert not gate.open


def test_an_answer_that_disclosed_nobody_does_not_leave():
    got = get(application(FakeGate()), "/people/forgotten")
    assert got.status == 500
    assert got.json()["type"] == "urn:ecluse:problem:undisclosed"
    assert b"never disclosed" not in got.body
    assert get(application(FakeGate()), "/help").status == 200
    assert get(application(FakeGate(), guarded=["/"], free=["/help"]), "/help").status == 200


def test_a_refusal_holds_whatever_the_application_does():
    got = get(application(FakeGate(limit=0)), "/people/swallowing")
    assert got.status == 429
    assert b"999" not in got.body


def test_an_application_may_tell_a_refusal_itself():
    assert get(application(FakeGate(limit=0)), "/people/asking").body == b"hidden"
    assert get(application(FakeGate(limit=1)), "/people/asking").body == b"shown"


def test_an_exception_releases():
    gate = FakeGate()
    got = get(application(gate), "/people/failing")
    assert isinstance(got.error, ZeroDivisionError)
    assert got.status == 500
    assert gate.counted(A) == set()


def test_an_error_page_is_replaced_and_releases():
    gate = FakeGate()
    got = get(application(gate), "/people/error")
    assert got.status == 500
    assert b"555" not in got.body
    assert got.json()["type"] == "urn:ecluse:problem:failed"
    assert gate.counted(A) == set()


def test_an_error_page_of_the_application_s_own_counts():
    gate = FakeGate()
    got = get(application(gate, error_pages="theirs"), "/people/error")
    assert b"555" in got.body
    assert gate.shown[A] == {"555"}


def test_a_refusal_after_the_first_byte_cuts_the_answer():
    gate = FakeGate(limit=0)
    got = get(application(gate, guarded=[]), "/people/late")
    assert isinstance(got.error, Refused)
    assert got.body == b"first"
    assert not got.complete


def test_what_was_reserved_is_posted_before_background_work():
    gate = FakeGate()
    app = application(gate)
    assert get(app, "/people/background").status == 200
    assert app.state.seen == ["ran"]
    assert gate.shown[A] == {"1"}
    assert not gate.open


def test_a_plain_endpoint_discloses_from_its_thread():
    gate = FakeGate(limit=1)
    app = application(gate)
    assert get(app, "/people/plain/1").body == b"shown"
    assert get(app, "/people/plain/2").status == 429
    assert not gate.open


def test_nobody_logged_in_is_shown_nobody():
    got = asyncio.run(call(application(FakeGate()), target="/people/1"))
    assert got.status == 403
    assert got.json()["type"] == "urn:ecluse:problem:anonymous"


def test_a_gate_out_of_reach_is_a_503():
    gate = FakeGate()
    gate.go_down()
    got = get(application(gate), "/people/1")
    assert got.status == 503
    assert got.header("Retry-After") == "30"


def test_a_gate_that_cannot_be_told_does_not_hold_the_answer_back():
    gate = FakeGate()
    gate.deaf = GateUnavailable("gone")
    assert get(application(gate), "/people/1").status == 200
    assert gate.counted(A) == {"1"}


def test_a_limit_that_is_near_is_told():
    gate = FakeGate(limit=9, warn_from=2)
    app = application(gate)
    assert get(app, "/people/1").header("Ecluse-Notice") is None
    got = get(app, "/people/2", headers=[("Accept-Language", "fr")])
    assert got.header("Ecluse-Notice").startswith("warn; text=")
    assert "Vous approchez" in got.json()["notice"]
    assert got.header("Cache-Control") == "private"


def test_a_reason_may_be_given_by_header_or_form():
    gate = FakeGate(limit=1, effect="justify", more=2)
    app = application(gate)
    assert get(app, "/people/1").status == 200
    got = get(app, "/people/2", headers=BROWSER)
    assert got.status == 403
    assert "<form" in got.body.decode()
    assert get(app, "/people/2", headers=[("Ecluse-Justification", "she called")]).status == 200
    form = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Length", "60"),
        ("Sec-Fetch-Site", "same-origin"),
    ]
    body = b"ecluse_again=GET&ecluse_justification=he+called"
    got = get(app, "/people/3", method="POST", headers=form, body=body)
    assert (got.status, got.json()["person"]) == (200, 3)
    assert gate.asked[-1].justification == "he called"
    elsewhere = [*form[:2], ("Sec-Fetch-Site", "cross-site")]
    assert get(app, "/people/4", method="POST", headers=elsewhere, body=body).status == 405


def test_other_forms_are_handed_on_whole():
    form = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Length", "9"),
        ("Sec-Fetch-Site", "same-origin"),
    ]
    assert (
        get(application(FakeGate()), "/echo", method="POST", headers=form, body=b"name=a%26b").body
        == b"name=a%26b"
    )


def test_a_step_up_sends_to_the_log_in():
    gate = FakeGate(limit=0, effect="step_up", more=1)
    app = application(gate, login_url="/in?next={next}")
    got = get(app, "/people/1?a=b", headers=BROWSER)
    assert got.status == 401
    assert got.header("WWW-Authenticate").startswith(
        'Bearer error="insufficient_user_authentication"'
    )
    assert 'href="/in?next=%2Fpeople%2F1%3Fa%3Db"' in got.body.decode()
    assert get(app, "/people/1", headers=[("X-Factor", "key")]).status == 200


ROUTES = Routes(
    [
        PathRoute("/help/{person}", operation="view"),
        PathRoute("/people", free=True, disclosed=True),
    ],
    permit_others=True,
)


def test_routes_find_persons_without_the_application():
    gate = FakeGate(limit=1)
    app = Starlette(
        routes=[Route("/help/{number}", forgotten), Route("/people", forgotten)],
        middleware=[
            Middleware(
                EcluseMiddleware, gate=FakeAwaitedGate(gate), identify=identify, routes=ROUTES
            )
        ],
    )
    assert get(app, "/help/1").status == 200
    assert get(app, "/help/2").status == 429
    assert get(app, "/help/..%2f2").status == 400
    assert get(app, "/people").status == 500, "a disclosed route discloses"
    assert gate.shown[A] == {"1"}
    assert not gate.open


def test_a_head_request_is_counted_and_has_no_body():
    gate = FakeGate(limit=1)
    app = application(gate)
    assert get(app, "/people/1", method="HEAD").status == 200
    got = get(app, "/people/2", method="HEAD")
    assert got.status == 429
    assert got.body == b""


def test_an_empty_answer_discloses_nobody():
    assert get(application(FakeGate()), "/people/empty", method="DELETE").status == 204


def test_a_mounted_application_is_guarded_by_its_own_paths():
    gate = FakeGate(limit=1)
    app = Starlette(routes=[Mount("/portal", app=application(gate))])
    assert get(app, "/portal/people/1").status == 200
    assert get(app, "/portal/people/forgotten").status == 500
    assert get(app, "/portal/people/2").status == 429


@pytest.mark.parametrize(
    ("path", "settings", "opened"),
    [
        ("/people/live", {}, False),
        ("/help/live", {}, True),
        ("/help/live", {"routes": Routes([PathRoute("/help/{*}", free=True)])}, True),
        ("/help/live", {"routes": Routes([])}, False),
        (
            "/help/live",
            {"routes": Routes([PathRoute("/help/{*}", free=True, disclosed=True)])},
            False,
        ),
    ],
)
def test_a_websocket_is_refused_where_persons_may_be_shown(path, settings, opened):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message["type"])

    scope = {**scope_of(target=path, kind="websocket"), "subprotocols": []}
    asyncio.run(application(FakeGate(), **settings)(scope, receive, send))
    assert sent[0] == ("websocket.accept" if opened else "websocket.close")


def test_a_request_without_the_middleware_says_so():
    with pytest.raises(CallerError, match="middleware"):
        disclosure({"type": "http"})


def test_an_application_that_does_not_answer_releases():
    gate = FakeGate()

    async def silent(scope, receive, send):
        await disclosure(scope).disclose("1")

    app = EcluseMiddleware(silent, gate=FakeAwaitedGate(gate), identify=identify)
    assert get(app, "/x") == Got()
    assert gate.counted(A) == set()


def test_an_endless_answer_that_was_replaced_is_told_that_the_client_is_gone():
    gate = FakeGate(limit=0)

    async def endless(scope, receive, send):
        with contextlib.suppress(Refused):
            await disclosure(scope).disclose("1")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        assert (await receive())["type"] == "http.disconnect"
        await send({"type": "http.response.body", "body": b"1"})

    got = get(EcluseMiddleware(endless, gate=FakeAwaitedGate(gate), identify=identify), "/x")
    assert got.error is None
    assert got.status == 429
    assert json.loads(got.body)["status"] == 429


def test_lifespan_passes():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    wrapped = EcluseMiddleware(app, gate=FakeGate(), identify=identify)
    asyncio.run(wrapped({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]


async def heavy(request):
    rows = await disclosure(request).stream(range(100_000), person=str)
    return StreamingResponse(f"person {row} {'x' * 5000}\n" async for row in rows)


def numbers(body):
    return {found.decode() for found in re.findall(rb"person (\d+) ", body)}


def test_behind_a_real_server_a_client_that_goes_is_charged_for_what_left():
    gate = FakeGate(limit=50_000)
    own = Middleware(EcluseMiddleware, gate=FakeAwaitedGate(gate), identify=identify)
    app = Starlette(routes=[Route("/export", heavy)], middleware=[own])
    with asgi_served(app) as port:
        body = left_early(port, "/export", f"X-Account: {A}", after=200_000)
        until(lambda: not gate.open and gate.shown.get(A))
        seen = numbers(body)
        assert len(seen) > 10
        assert seen <= gate.shown[A]
        assert len(gate.shown[A]) < 20_000, "what was not handed out is not charged"


def test_behind_a_real_server_a_thief_with_fifty_connections_gets_the_limit():
    gate = FakeGate(limit=200)
    with asgi_served(application(gate)) as port, ThreadPoolExecutor(50) as thieves:
        got = list(
            thieves.map(lambda n: fetched(port, f"/people/{n}", f"X-Account: {A}"), range(400))
        )
    assert sorted(status for status, _ in got) == [200] * 200 + [429] * 200
    assert len(gate.shown[A]) == 200
    assert not gate.open
