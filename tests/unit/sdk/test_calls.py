"""Whatever is not a clear permit is a refusal, and no answer can be taken for another."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.model.asked import Answer, Asked, Settled, Why
from ecluse.sdk import calls
from ecluse.sdk.errors import GateBadAnswer, GateRefusedCall, GateRefusedClient, GateUnavailable

ASKED = Asked(account="adviser", persons=("1", "2"), categories=("identity",), operation="view")
JSON, PROBLEM = "application/json", "application/problem+json"
PERMIT = msgspec.json.encode(Answer(effect="permit", released=True, reservation="r1"))
DENY = Answer(
    effect="deny", released=False, reasons=(Why("account", "deny", 60, 3, 2),), retry_after=9
)


def told(answer=None, **members):
    document = {"type": "about:blank", "title": "no", **members}
    if answer is not None:
        document["answer"] = msgspec.to_builtins(answer)
    return msgspec.json.encode(document)


@pytest.mark.parametrize("operation", ["check", "reserve", "observe"])
def test_a_question_is_written_as_the_gate_reads_it(operation):
    call = calls.ask(operation, ASKED)
    assert (call.method, call.path, call.idempotent) == ("POST", f"/v1/{operation}", False)
    assert msgspec.json.decode(call.body, type=Asked) == ASKED
    assert call.read(200, JSON, PERMIT).reservation == "r1"


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_refusal_comes_with_its_answer(status):
    read = calls.ask("reserve", ASKED).read
    assert read(status, PROBLEM + "; charset=utf-8", told(DENY)) == DENY
    assert read(200, JSON, msgspec.json.encode(DENY)) == DENY


@pytest.mark.parametrize(
    ("status", "kind", "body", "error"),
    [
        (401, PROBLEM, told(), GateRefusedClient),
        (403, PROBLEM, told(), GateRefusedClient),
        (403, "text/html", b"<h1>no</h1>", GateRefusedClient),
        (429, "text/html", told(DENY), GateUnavailable),
        (429, PROBLEM, told(), GateUnavailable),
        (503, PROBLEM, told(), GateUnavailable),
        (502, "text/html", b"", GateUnavailable),
        (400, PROBLEM, told(), GateRefusedCall),
        (404, "text/plain", b"", GateRefusedCall),
        (413, PROBLEM, b"{", GateRefusedCall),
        (302, JSON, PERMIT, GateBadAnswer),
        (204, JSON, PERMIT, GateBadAnswer),
        (201, JSON, PERMIT, GateBadAnswer),
        (100, JSON, PERMIT, GateBadAnswer),
        (200, JSON, b"", GateBadAnswer),
        (200, JSON, b"[]", GateBadAnswer),
        (200, JSON, b'{"effect": "permit"}', GateBadAnswer),
        (200, JSON, b'{"effect": "permit", "released": 1}', GateBadAnswer),
        (200, JSON, b'{"effect": "deny", "released": true}', GateBadAnswer),
        (200, JSON, b'{"effect": "unheard", "released": true}', GateBadAnswer),
        (403, PROBLEM, told(Answer(effect="permit", released=True)), GateBadAnswer),
    ],
)
def test_anything_else_is_an_error(status, kind, body, error):
    with pytest.raises(error):
        calls.ask("check", ASKED).read(status, kind, body)


@given(
    st.integers(100, 599),
    st.sampled_from([JSON, PROBLEM, "", "text/html"]),
    st.binary() | st.just(PERMIT),
)
def test_only_a_200_with_a_permit_releases(status, kind, body):
    try:
        answer = calls.ask("reserve", ASKED).read(status, kind, body)
    except (GateBadAnswer, GateRefusedCall, GateRefusedClient, GateUnavailable):
        return
    assert not answer.released or (status == 200 and body == PERMIT)


def test_what_was_observed_may_have_any_effect():
    read = calls.ask("observe", ASKED).read
    assert read(200, JSON, b'{"effect": "deny", "released": true}').effect == "deny"
    with pytest.raises(GateUnavailable):
        read(500, JSON, b"")


def test_a_title_is_told_and_nothing_that_was_sent():
    with pytest.raises(GateRefusedCall) as error:
        calls.ask("check", ASKED).read(400, PROBLEM, told(title="bad\nname", detail="person-1"))
    assert str(error.value) == "the gate answered 400: badname"


def test_what_a_person_asked_for_brings_the_gates_advice():
    with pytest.raises(GateRefusedCall) as error:
        calls.act("application", {}).read(
            400, PROBLEM, told(title="past", detail="give a\nlater date")
        )
    assert (str(error.value), error.value.help) == (
        "the gate answered 400: past",
        "give alater date",
    )
    with pytest.raises(GateRefusedClient) as refused:
        calls.fetch("/v1/findings").read(403, PROBLEM, told(title="no"))
    assert "ecluse client add" in refused.value.help
    with pytest.raises(GateUnavailable) as failed:
        calls.fetch("/v1/findings").read(500, "text/plain", b"Internal Server Error")
    assert "log" in failed.value.help


def test_several_questions_are_one_call():
    call = calls.ask_many([("check", ASKED), ("observe", ASKED)])
    written = msgspec.json.decode(call.body)["calls"]
    assert [each.pop("call") for each in written] == ["check", "observe"]
    for each in written:
        assert msgspec.convert(each, Asked) == ASKED
    answers = [{"effect": "permit", "released": True}, {"effect": "deny", "released": True}]
    assert len(call.read(200, JSON, msgspec.json.encode({"answers": answers}))) == 2
    for wrong in (answers[:1], answers[::-1]):
        with pytest.raises(GateBadAnswer):
            call.read(200, JSON, msgspec.json.encode({"answers": wrong}))
    with pytest.raises(GateRefusedClient):
        call.read(403, PROBLEM, told())


def test_what_is_settled_may_be_sent_again():
    post = calls.post("r1", ["1"])
    assert post.idempotent
    assert msgspec.json.decode(post.body) == {"reservation": "r1", "shown": ["1"]}
    assert msgspec.json.decode(calls.post("r1").body) == {"reservation": "r1"}
    assert post.read(200, JSON, b'{"settled": false}') == Settled(False)
    assert calls.release("r1").path == "/v1/release"
    with pytest.raises(GateBadAnswer):
        post.read(200, JSON, b"{}")


def test_documents_are_fetched():
    call = calls.fetch("/v1/status", account="a&b", application="")
    assert (call.method, call.path) == ("GET", "/v1/status?account=a%26b")
    assert calls.fetch("/v1/findings").path == "/v1/findings"
    assert call.read(200, JSON, b'{"x": 1}') == {"x": 1}
    assert msgspec.json.decode(calls.explain(7).body) == {"entry": 7}
    assert msgspec.json.decode(calls.explain(ASKED).body, type=Asked) == ASKED


def test_a_gate_may_say_that_it_is_unwell():
    assert calls.health().read(503, JSON, b'{"status": "fail"}') == {"status": "fail"}
    with pytest.raises(GateUnavailable):
        calls.health().read(502, JSON, b"{}")


def test_acts_are_not_repeated():
    call = calls.act("hold", {"key": "account", "name": "a"})
    assert (call.path, call.idempotent) == ("/v1/manage/hold", False)
    assert calls.without_nothing(a=1, b=None, c=False) == {"a": 1, "c": False}


def test_what_is_no_unicode_is_the_caller_s_fault():
    with pytest.raises(GateRefusedCall) as error:
        calls.ask("check", Asked(account="\ud800"))
    assert "ud800" not in str(error.value)
