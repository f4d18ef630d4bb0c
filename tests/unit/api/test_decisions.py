import pytest

from asgi_kit import call
from ecluse.api.app import App
from ecluse.api.authentication import Authenticator
from ecluse.api.decisions import CALLS_MAX, routes
from ecluse.api.peer import Peer
from ecluse.model.enrolment import Enrolment
from ecluse.runners.embedded import Decider
from gate_kit import GateKit


class NoDisk:
    """Counts in memory, and takes every entry as written."""

    def __init__(self, decider: Decider) -> None:
        self.decider = decider

    async def ask(self, operation, asked, client):
        return self.decider.decide(operation, asked, client)[0]

    async def ask_many(self, calls, client):
        return [self.decider.decide(o, asked, client)[0] for o, asked in calls]

    async def post(self, name, client, shown=None):
        return self.decider.post(name, client, shown)

    async def release(self, name, client):
        return self.decider.release(name, client)


@pytest.fixture
def app(tmp_path):
    with GateKit(tmp_path / "ledger") as kit:
        yield App(
            routes(NoDisk(kit.decider)), Authenticator(Enrolment(), now=kit.clock), kit.keeper.tally
        )


def question(*persons, **more):
    return {"account": "agent", "application": "files", "persons": list(persons), **more}


def test_released_and_refused(app):
    answer = call(app, "POST", "/v1/check", body=question("1", "2", "3"))
    assert (answer.status, answer.json) == (200, {"effect": "permit", "released": True, "entry": 0})
    refused = call(app, "POST", "/v1/check", body=question("4"))
    assert refused.status == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["retry-after"]) == 3600
    assert refused.json["answer"]["effect"] == "deny"
    assert refused.json["status"] == 429


def test_the_problem_speaks_the_language_asked_for(app):
    call(app, "POST", "/v1/check", body=question("1", "2", "3"))
    english = call(app, "POST", "/v1/check", body=question("4")).json
    french = call(
        app, "POST", "/v1/check", body=question("4"), headers=((b"accept-language", b"fr-FR"),)
    ).json
    assert english["title"] != french["title"]


def test_reservations_are_settled(app):
    name = call(app, "POST", "/v1/reserve", body=question("1", "2")).json["reservation"]
    assert call(app, "POST", "/v1/release", body={"reservation": name}).json == {"settled": True}
    assert call(app, "POST", "/v1/release", body={"reservation": name}).json == {"settled": False}
    name = call(app, "POST", "/v1/reserve", body=question("1", "2", "3")).json["reservation"]
    body = {"reservation": name, "shown": ["1"]}
    assert call(app, "POST", "/v1/post", body=body).json == {"settled": True}
    assert call(app, "POST", "/v1/check", body=question("4", "5")).status == 200


def test_nobody_is_posted_who_was_not_reserved(app):
    name = call(app, "POST", "/v1/reserve", body=question("1", "2", "3")).json["reservation"]
    for shown in (["4"], ["1", "4"], ["1"] * 10_001, [""], ["x" * 257]):
        body = {"reservation": name, "shown": shown}
        assert call(app, "POST", "/v1/post", body=body).status == 400
    assert call(app, "POST", "/v1/check", body=question("4")).status == 429
    body = {"reservation": name, "shown": []}
    assert call(app, "POST", "/v1/post", body=body).json == {"settled": True}


def test_what_is_observed_is_always_taken(app):
    answer = call(app, "POST", "/v1/observe", body=question(*map(str, range(10))))
    assert (answer.status, answer.json["effect"], answer.json["released"]) == (200, "deny", True)


def test_a_batch_answers_in_order(app):
    calls = [question(str(n)) for n in range(4)] + [
        {"call": "observe", **question("9", operation="view")}
    ]
    answers = call(app, "POST", "/v1/batch", body={"calls": calls}).json["answers"]
    assert [a["effect"] for a in answers] == ["permit"] * 3 + ["deny", "deny"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"account": 1}',
        b'{"account": ""}',
        b'{"account": "a", "unknown": 1}',
        b'{"account": "a", "application": "files", "persons": [""]}',
        b'{"account": "a", "application": "files", "bytes": -1}',
        b'{"account": "' + b"a" * 257 + b'"}',
        b'{"account": "a\xff"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_question_is_a_400(app, body):
    assert call(app, "POST", "/v1/check", body=body).status == 400


def test_ten_thousand_persons_are_one_question_and_more_are_none(app):
    persons = [str(n) for n in range(10_000)]
    assert call(app, "POST", "/v1/check", body=question(*persons)).status in {403, 429}
    assert call(app, "POST", "/v1/check", body=question(*persons, "x")).status == 400


def test_a_batch_has_an_end_and_known_operations(app):
    many = {"calls": [question("1")] * (CALLS_MAX + 1)}
    assert call(app, "POST", "/v1/batch", body=many).status == 400
    for word in ("delete", [], {}, None, 1):
        unknown = call(app, "POST", "/v1/batch", body={"calls": [{"call": word, **question("1")}]})
        assert (unknown.status, "is one of" in unknown.json["title"]) == (400, True)
    assert call(app, "POST", "/v1/batch", body={"calls": [{"call": "check"}]}).status == 400


def test_strangers_are_not_answered(app):
    assert call(app, "POST", "/v1/check", body=question("1"), peer=Peer()).status == 401
