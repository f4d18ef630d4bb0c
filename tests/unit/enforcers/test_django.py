"""Django behind the gate, in threads and on an event loop: never one person more than the limit, and nothing left reserved."""

import asyncio
import threading

import pytest

from ecluse.enforcers.identity import Identity
from ecluse.model.errors import CallerError
from ecluse.routes.routes import Route, Routes
from fakes.gate import FakeGate
from fakes.people.project import configure, gate_in_front

configure()

from django.core.files.base import ContentFile  # noqa: E402 - settings first
from django.http import HttpRequest  # noqa: E402 - Django wants its settings first
from django.test import AsyncClient, Client, override_settings  # noqa: E402

from ecluse.enforcers.django import EcluseMiddleware, Refused, disclose  # noqa: E402

BROWSER = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "fr"}
A = "adviser"


def who(request):
    account = request.headers.get("X-Account")
    return account and Identity(account=account, factor=request.headers.get("X-Factor"))


@pytest.fixture
def gate():
    made = FakeGate(limit=10)
    with gate_in_front(made, identify=who, application="portal"):
        yield made


def send(target, *, method="GET", headers=(), **more):
    client = Client(raise_request_exception=False)
    response = client.generic(method, target, headers={"X-Account": A, **dict(headers)}, **more)
    return finished(response)


def finished(response):
    """Reads and closes as a server does."""
    response.text_ = (
        b"".join(response.streaming_content) if response.streaming else response.content
    ).decode()
    response.close()
    return response


def asend(target, *, method="GET", headers=()):
    async def main():
        client = AsyncClient(raise_request_exception=False)
        response = await client.generic(method, target, headers={"X-Account": A, **dict(headers)})
        parts = [part async for part in response] if response.streaming else [response.content]
        response.text_ = b"".join(parts).decode()
        await asyncio.to_thread(response.close)
        return response

    return asyncio.run(asyncio.wait_for(main(), 30))


@pytest.mark.parametrize("path", ["/people/{}", "/people/decorated/{}", "/people/adecorated/{}"])
@pytest.mark.parametrize("sending", [send, asend])
def test_file_views_stop_at_the_limit(gate, path, sending):
    got = [sending(path.format(n)) for n in range(15)]
    assert [g.status_code for g in got] == [200] * 10 + [429] * 5
    assert gate.shown[A] == {str(n) for n in range(10)}
    assert not gate.open
    assert got[10]["Content-Type"] == "application/problem+json"
    assert got[10]["Retry-After"] == "700"
    assert gate.asked[0].application == "portal"
    assert gate.asked[0].operation == "view"


@pytest.mark.parametrize(
    ("path", "sending"), [("/people", send), ("/people/async", asend), ("/people/async", send)]
)
def test_a_list_is_shown_whole_or_not(gate, path, sending):
    gate.limit = 25
    assert [sending(f"{path}?page={n}").status_code for n in range(4)] == [200, 200, 429, 429]
    assert len(gate.shown[A]) == 20
    assert not gate.open


@pytest.mark.parametrize(
    ("path", "sending"), [("/people/export", send), ("/people/async/export", asend)]
)
def test_an_export_is_cut_at_the_limit(gate, path, sending):
    gate.limit = 37
    got = sending(path)
    assert got.text_.split() == [*(str(n) for n in range(37)), "cut"]
    assert gate.shown[A] == {str(n) for n in range(37)}
    assert not gate.open
    gate.limit = 0
    assert sending(path, headers={"X-Account": "other"}).status_code == 429


def test_an_export_whose_client_goes_is_charged_for_what_left(gate):
    gate.limit = 500
    response = Client().get("/people/export", headers={"X-Account": A})
    parts = iter(response.streaming_content)
    for _ in range(12):
        next(parts)
    response.close()
    assert len(gate.shown[A]) in {12, 13}
    assert not gate.open


def test_an_async_export_whose_client_goes_is_charged_for_what_left(gate):
    gate.limit = 500

    async def main():
        response = await AsyncClient().get("/people/async/export", headers={"X-Account": A})
        parts = aiter(response)
        for _ in range(12):
            await anext(parts)
        await asyncio.to_thread(response.close)

    asyncio.run(main())
    assert len(gate.shown[A]) in {12, 13}
    assert not gate.open


def test_fifty_threads_share_the_limit(gate):
    gate.limit = 60
    shown, lock = set(), threading.Lock()

    def reads(number):
        got = send(f"/people?page={number}" if number % 2 else f"/people/{number + 500}")
        if got.status_code == 200:
            found = got.json()
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


@pytest.mark.parametrize("sending", [send, asend])
def test_a_browser_gets_the_page(gate, sending):
    gate.limit = 0
    got = sending("/people/1", headers=BROWSER)
    assert got.status_code == 429
    assert "Vous avez atteint une limite" in got.text_
    assert "default-src 'none'" in got["Content-Security-Policy"]


@pytest.mark.parametrize("sending", [send, asend])
def test_an_answer_that_disclosed_nobody_does_not_leave(gate, sending):
    got = sending("/people/forgotten")
    assert got.status_code == 500
    assert "never disclosed" not in got.text_
    assert sending("/help").text_ == "never disclosed"
    assert sending("/people/redirected").status_code == 302
    assert sending("/people/none").status_code == 404


def test_a_refusal_holds_whatever_the_view_does(gate):
    gate.limit = 0
    got = send("/people/swallowing")
    assert got.status_code == 429
    assert "999" not in got.text_
    assert send("/people/asking").text_ == "hidden"


@pytest.mark.parametrize("sending", [send, asend])
def test_an_exception_releases(gate, sending):
    got = sending("/people/failing")
    assert got.status_code == 500
    assert got.json()["type"] == "urn:ecluse:problem:failed"
    assert gate.counted(A) == set()


def test_an_error_page_of_the_project_s_own_counts():
    gate = FakeGate()
    with gate_in_front(gate, identify=who, error_pages="theirs"):
        assert send("/people/failing").status_code == 500
    assert gate.shown[A] == {"555"}


def test_a_refusal_is_not_logged_as_an_error(gate, caplog):
    gate.limit = 0
    assert send("/people/1").status_code == 429
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_refusal_after_the_first_byte_cuts_the_answer(gate):
    gate.limit = 0
    response = Client().get("/late", headers={"X-Account": A})
    out = []
    with pytest.raises(Refused):
        out.extend(response.streaming_content)
    response.close()
    assert out == [b"first"]


def test_a_file_is_sent_as_django_sends_it(gate):
    got = send("/people/attachment")
    assert "attachment" in got.text_
    assert gate.shown[A] == {"1"}


def test_a_response_that_is_replaced_gives_its_files_back(gate):
    with gate_in_front(gate, identify=who, guarded=["/late"]):
        assert send("/late").status_code == 500


@pytest.mark.parametrize("sending", [send, asend])
def test_nobody_logged_in_is_shown_nobody(gate, sending):
    assert sending("/people/1", headers={"X-Account": ""}).status_code == 403


@pytest.mark.parametrize("sending", [send, asend])
def test_a_gate_out_of_reach_is_a_503(gate, sending):
    gate.go_down()
    assert sending("/people/1").status_code == 503


def test_a_limit_that_is_near_is_told(gate):
    gate.warn_from = 1
    got = send("/people/1", headers={"Accept-Language": "fr"})
    assert got["Ecluse-Notice"].startswith("warn; ")
    assert got["Cache-Control"] == "private"
    assert "Vous approchez" in got.json()["notice"]


def test_the_page_s_form_needs_no_token_of_the_project(gate):
    gate.limit, gate.effect, gate.more = 0, "justify", 1
    client = Client(enforce_csrf_checks=True)

    def post(target, form):
        kind = "application/x-www-form-urlencoded"
        headers = {"X-Account": A, "Sec-Fetch-Site": "same-origin"}
        return client.post(target, form, content_type=kind, headers=headers)

    assert post("/people/2", "ecluse_again=GET&ecluse_justification=he+called").status_code == 200
    assert post("/people/written", "ecluse_justification=x").status_code == 403


def test_an_upload_is_not_read_for_a_reason(gate):
    gate.limit, gate.effect, gate.more = 0, "justify", 1
    routes = Routes([Route("/people/{person}")], permit_others=True)
    form = {"ecluse_justification": "in an upload", "file": ContentFile(b"x", name="x")}
    with gate_in_front(gate, identify=who, routes=routes, guarded=[]):
        got = Client().post("/people/written", form, headers={"X-Account": A})
    assert got.status_code == 403
    assert gate.asked[-1].justification is None


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_a_reason_may_be_given_by_header_or_form(gate, client):
    gate.limit, gate.effect, gate.more = 0, "justify", 3

    def post(target, data, **headers):
        sent = client().post(
            target,
            data,
            content_type="application/x-www-form-urlencoded",
            headers={"X-Account": A, **headers},
        )
        return asyncio.run(sent) if client is AsyncClient else sent

    assert "<form" in send("/people/1", headers=BROWSER).text_
    assert send("/people/1", headers={"Ecluse-Justification": "she called"}).status_code == 200
    form = "ecluse_again=GET&ecluse_justification=he+called"
    got = finished(post("/people/2", form, **{"Sec-Fetch-Site": "same-origin"}))
    assert (got.status_code, got.json()["person"]) == (200, 2)
    assert gate.asked[-1].justification == "he called"
    got = finished(post("/people/written", form, **{"Sec-Fetch-Site": "cross-site"}))
    assert got.text_ == "[('ecluse_again', 'GET'), ('ecluse_justification', 'he called')]"
    assert gate.asked[-1].justification == "he called", "from a form that the view itself accepts"
    got = finished(
        post("/people/written", "ecluse_justification=own", **{"Sec-Fetch-Site": "same-origin"})
    )
    assert got.text_ == "[('ecluse_justification', 'own')]"
    assert gate.asked[-1].justification == "own"


def test_a_step_up_sends_to_the_log_in(gate):
    gate.limit, gate.effect, gate.more = 0, "step_up", 1
    with gate_in_front(gate, identify=who, login_url="/in?next={next}"):
        got = send("/people/1?a=b", headers=BROWSER)
        assert got.status_code == 401
        assert 'href="/in?next=%2Fpeople%2F1%3Fa%3Db"' in got.text_
        assert send("/people/1", headers={"X-Factor": "key"}).status_code == 200


@pytest.mark.parametrize("sending", [send, asend])
def test_routes_find_persons_without_the_view(gate, sending):
    routes = Routes(
        [Route("/people/forgotten/{person}"), Route("/people/{person}")], permit_others=True
    )
    gate.limit = 1
    with gate_in_front(gate, identify=who, routes=routes):
        assert sending("/people/forgotten").text_ == "never disclosed"
        assert sending("/people/7").status_code == 429
        assert sending("/people/%2537").status_code == 400
    assert gate.shown[A] == {"forgotten"}
    assert not gate.open


def test_a_head_request_is_counted_and_has_no_body(gate):
    gate.limit = 1
    assert send("/people/1", method="HEAD").status_code == 200
    got = send("/people/2", method="HEAD")
    assert (got.status_code, got.text_) == (429, "")


def test_a_decorator_names_a_parameter_that_is_there(gate):
    with pytest.raises(CallerError, match="`nobody`"):
        Client().get("/people/misnamed/1", headers={"X-Account": A})
    assert gate.counted(A) == set()


def test_a_request_without_the_middleware_says_so():
    with pytest.raises(CallerError, match="middleware"):
        disclose(HttpRequest(), "1")


def test_other_exceptions_are_django_s_matter(gate):
    middleware = EcluseMiddleware(lambda request: None)
    assert middleware.process_exception(HttpRequest(), ValueError()) is None


def test_the_notice_is_safe_in_a_template(gate):
    from django.template import engines

    gate.warn_from = 1
    seen = []

    def view(request):
        disclose(request, "1")
        template = engines["django"].from_string("{{ request.ecluse.notice }}")
        seen.append(template.render({"request": request}))
        from django.http import HttpResponse

        return HttpResponse("x")

    request = HttpRequest()
    request.method, request.path_info = "GET", "/people"
    request.META = {"HTTP_X_ACCOUNT": A}
    EcluseMiddleware(view)(request).close()
    assert seen[0].startswith('<div class="ecluse-notice"')


def test_settings_are_needed():
    from django.core.exceptions import ImproperlyConfigured

    with override_settings(ECLUSE=None), pytest.raises(ImproperlyConfigured, match="ECLUSE"):
        EcluseMiddleware(lambda request: None)
