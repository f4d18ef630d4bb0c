"""AuthZEN 1.0: the requests of the OpenID certification scenario, with our types, and our own mapping."""

import asyncio

import pytest

from asgi_kit import call
from desk_kit import DENY, PERMIT, FakeDesk
from ecluse.api.app import App
from ecluse.api.authentication import Authenticator
from ecluse.api.authzen import EVALUATIONS_MAX, routes
from ecluse.api.peer import Peer
from ecluse.model.asked import Answer, Asked, Why
from ecluse.model.enrolment import Enrolment
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.service.tally import Tally

ALICE = {"type": "account", "id": "alice"}
PERSON = {"type": "person", "id": "p-1"}
VIEW = {"name": "view"}
ASKED = {"subject": ALICE, "resource": PERSON, "action": VIEW}
TYPE = (b"content-type", b"application/json")


class Point:
    def __init__(self, *answers, base=""):
        self.desk = FakeDesk(*answers)
        self.app = App(
            routes(self.desk, base=base), Authenticator(Enrolment(), now=lambda: 0), Tally()
        )

    def one(self, document, *headers):
        return call(
            self.app, "POST", "/access/v1/evaluation", body=document, headers=(TYPE, *headers)
        )

    def many(self, document, *headers):
        return call(
            self.app, "POST", "/access/v1/evaluations", body=document, headers=(TYPE, *headers)
        )


def decisions(answer):
    assert answer.status == 200
    return [e["decision"] for e in answer.json["evaluations"]]


class TestEvaluation:
    """Basic certification (2)."""

    def test_permit(self):
        point = Point()
        answer = point.one(ASKED)
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.json == {"decision": True, "context": {"effect": "permit", "entry": 7}}
        ((operation, asked, client),) = point.desk.asked
        assert (operation, client.id) == ("check", "unix")
        assert asked == Asked(account="alice", persons=("p-1",), operation="view")

    def test_deny_is_200(self):
        answer = Point(DENY).one(ASKED)
        assert answer.status == 200
        assert answer.json == {
            "decision": False,
            "context": {"effect": "deny", "entry": 8, "retry_after": 60},
        }

    def test_unknown_members_are_ignored(self):
        document = ASKED | {
            "foo": "bar",
            "futureField": {"nested": True},
            "subject": ALICE | {"properties": {"department": "Sales"}, "x": 1},
            "context": {"time": "2025-06-27T18:03-07:00", "ip": "192.0.2.1"},
        }
        point = Point()
        assert point.one(document).json["decision"] is True
        assert point.desk.questions == [Asked(account="alice", persons=("p-1",), operation="view")]

    @pytest.mark.parametrize(
        "document",
        [
            {k: v for k, v in ASKED.items() if k != "subject"},
            {k: v for k, v in ASKED.items() if k != "action"},
            {k: v for k, v in ASKED.items() if k != "resource"},
            ASKED | {"subject": {"id": "alice"}},
            ASKED | {"subject": {"type": "account"}},
            ASKED | {"action": {}},
            ASKED | {"resource": {"id": "p-1"}},
            ASKED | {"resource": {"type": "person"}},
            ASKED | {"subject": "alice"},
            ASKED | {"action": {"name": 123}},
            ASKED | {"subject": ALICE | {"properties": []}},
            ASKED | {"subject": {"type": "group", "id": "a"}},
            ASKED | {"resource": {"type": "document", "id": "a"}},
            ASKED | {"resource": {"type": "persons", "id": "a"}},
            ASKED | {"resource": {"type": "persons", "id": "a", "properties": {"persons": "p-1"}}},
            ASKED | {"resource": {"type": "persons", "id": "a", "properties": {"persons": [1]}}},
            ASKED | {"resource": {"type": "person", "id": ""}},
            ASKED | {"subject": {"type": "account", "id": "a" * 300}},
            ASKED | {"context": {"bytes": -1}},
            ASKED | {"context": {"categories": "health"}},
            b"",
            b"{",
            b"[]",
            b'"x"',
        ],
    )
    def test_what_is_wrong_is_400(self, document):
        point = Point()
        answer = point.one(document, (b"x-request-id", b"r-1"))
        assert answer.status == 400
        assert answer.headers["x-request-id"] == "r-1"
        assert point.desk.asked == []

    @pytest.mark.parametrize("kind", [b"text/plain", b"", None])
    def test_another_content_type_is_400(self, kind):
        headers = () if kind is None else ((b"content-type", kind),)
        point = Point()
        answer = call(point.app, "POST", "/access/v1/evaluation", body=ASKED, headers=headers)
        assert answer.status == 400
        assert point.desk.asked == []

    def test_a_charset_is_no_other_content_type(self):
        headers = ((b"content-type", b"Application/JSON; charset=utf-8"),)
        answer = call(Point().app, "POST", "/access/v1/evaluation", body=ASKED, headers=headers)
        assert answer.status == 200

    @pytest.mark.parametrize(
        ("error", "status"),
        [(CallerError("no"), 400), (UnavailableError("full"), 503), (IntegrityError("no"), 500)],
    )
    def test_errors_of_the_gate(self, error, status):
        answer = Point(error).one(ASKED, (b"x-request-id", b"r-1"))
        assert answer.status == status
        assert answer.headers["x-request-id"] == "r-1"

    @pytest.mark.parametrize(
        ("given", "echoed"), [(b"bfe9eb29-ab87", True), (b"a\r\nb: c", False), (b"x" * 300, False)]
    )
    def test_the_name_of_the_request_comes_back(self, given, echoed):
        headers = Point().one(ASKED, (b"x-request-id", given)).headers
        assert headers.get("x-request-id") == (given.decode() if echoed else None)
        assert "x-request-id" not in Point().one(ASKED).headers

    def test_a_stranger(self):
        point = Point()
        answer = call(
            point.app, "POST", "/access/v1/evaluation", body=ASKED, headers=(TYPE,), peer=Peer()
        )
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_everything_that_is_mapped():
    point = Point()
    point.one(
        {
            "subject": {
                "type": "user",
                "id": "alice",
                "properties": {
                    "session": "s", "organization": "o", "factor": "key", "auth_time": 5, "ip_address": "192.0.2.1",
                },
            },
            "resource": {"type": "persons", "id": "page 2", "properties": {"persons": ["a", "b"]}},
            "action": {"name": "list"},
            "context": {
                "application": "files", "categories": ["health"], "justification": "why", "bytes": 9,
            },
        }
    )  # fmt: skip
    assert point.desk.questions == [
        Asked(
            account="alice", persons=("a", "b"), operation="list", session="s", organization="o", factor="key",
            auth_time=5, source="192.0.2.1", application="files", categories=("health",), justification="why", bytes=9,
        )
    ]  # fmt: skip
    point.one(
        ASKED
        | {
            "subject": ALICE | {"properties": {"ip_address": "192.0.2.1", "session": None}},
            "context": {"source": "192.0.2.2"},
        }
    )
    assert point.desk.questions[1].source == "192.0.2.2"
    assert point.desk.questions[1].session is None


def test_the_context_of_a_refusal():
    why = (
        Why("per-account", "step_up", 86_400, 301, 300, text={"en": "At most.", "fr": "Au plus."}),
        Why("hold", "hold"),
    )
    answer = Answer(
        effect="step_up", released=False, entry=8, reasons=why, acr_values=("urn:a",), max_age=300,
        contact={"en": "Call us."}, degraded="deny",
    )  # fmt: skip
    assert Point(answer).one(ASKED).json == {
        "decision": False,
        "context": {
            "effect": "step_up",
            "entry": 8,
            "id": "per-account",
            "reason_user": {"en": "At most.", "fr": "Au plus."},
            "reason_admin": {"per-account": "step_up: 301 of 300 in 86400 s", "hold": "hold"},
            "acr_values": ["urn:a"],
            "max_age": 300,
            "contact": {"en": "Call us."},
            "degraded": "deny",
        },
    }


class TestEvaluations:
    """Batch certification (3)."""

    def test_defaults(self):
        point = Point(PERMIT, DENY)
        answer = point.many(
            {
                "subject": ALICE,
                "action": VIEW,
                "context": {"application": "files"},
                "evaluations": [
                    {"resource": PERSON},
                    {
                        "resource": {"type": "person", "id": "p-2"},
                        "action": {"name": "export"},
                        "context": {"application": "other"},
                    },
                ],
            }
        )
        assert decisions(answer) == [True, False]
        assert "decision" not in answer.json
        assert [(q.persons, q.operation, q.application) for q in point.desk.questions] == [
            (("p-1",), "view", "files"),
            (("p-2",), "export", "other"),
        ]

    def test_no_defaults(self):
        answer = Point(PERMIT, DENY).many({"evaluations": [ASKED, ASKED]})
        assert decisions(answer) == [True, False]

    def test_type_and_id_fall_back_and_properties_do_not(self):
        point = Point()
        listed = {"type": "persons", "id": "list", "properties": {"persons": ["a"]}}
        answer = point.many(
            ASKED
            | {
                "resource": listed,
                "evaluations": [
                    {"resource": {"properties": {"persons": ["b", "c"]}}},
                    {"resource": {"id": "other"}},
                    {},
                ],
            }
        )
        assert decisions(answer) == [True, False, True]
        assert [q.persons for q in point.desk.questions] == [("b", "c"), ("a",)]

    def test_what_is_wrong_with_one_is_its_own(self):
        point = Point(PERMIT, CallerError("the application is missing"), UnavailableError("full"))
        each = [
            {"resource": PERSON},
            {},
            {"resource": PERSON},
            {"resource": PERSON},
            {"resource": 5},
        ]
        answer = point.many({"subject": ALICE, "action": VIEW, "evaluations": each})
        assert decisions(answer) == [True, False, False, False, False]
        errors = [e["context"].get("error", {}).get("status") for e in answer.json["evaluations"]]
        assert errors == [None, 400, 400, 503, 400]
        assert len(point.desk.asked) == 3

    @pytest.mark.parametrize("document", [ASKED, ASKED | {"evaluations": []}])
    def test_one_alone(self, document):
        assert Point().many(document).json["decision"] is True

    @pytest.mark.parametrize(
        ("semantic", "told"),
        [
            ("execute_all", [True, False, True, False]),
            ("deny_on_first_deny", [True, False]),
            ("permit_on_first_permit", [True]),
        ],
    )
    def test_semantics(self, semantic, told):
        point = Point(PERMIT, DENY, PERMIT, DENY)
        document = {
            "options": {"evaluations_semantic": semantic, "another_option": 1},
            "evaluations": [ASKED] * 4,
        }
        assert decisions(point.many(document)) == told
        assert len(point.desk.asked) == len(told)

    def test_a_denial_goes_on_to_the_first_permit(self):
        point = Point(DENY, DENY, PERMIT, PERMIT)
        options = {"evaluations_semantic": "permit_on_first_permit"}
        assert decisions(point.many({"options": options, "evaluations": [ASKED] * 4})) == [
            False, False, True,
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "document",
        [
            {"options": {"evaluations_semantic": "maybe"}, "evaluations": [ASKED]},
            {"options": {"evaluations_semantic": []}, "evaluations": [ASKED]},
            {"evaluations": [ASKED] * (EVALUATIONS_MAX + 1)},
            {"evaluations": "all"},
            {"evaluations": [1]},
            {"evaluations": []},
        ],
    )
    def test_a_wrong_payload_is_400(self, document):
        point = Point()
        assert point.many(document, (b"x-request-id", b"r")).headers["x-request-id"] == "r"
        assert point.many(document).status == 400
        assert point.desk.asked == []

    def test_a_list_said_once_for_many_evaluations_does_not_keep_others_waiting(self):
        point, begun, most = Point(), 0, 0
        ask = point.desk.ask

        async def slow_ask(operation, asked, client):
            nonlocal begun, most
            begun += len(asked.persons)
            most = max(most, begun)
            await asyncio.sleep(0)
            begun -= len(asked.persons)
            return await ask(operation, asked, client)

        point.desk.ask = slow_ask
        persons = [str(n) for n in range(3_000)]
        properties = {"properties": {"persons": persons}}
        document = ASKED | {"resource": {"type": "persons", "id": "list", **properties}}
        odd = [
            {"resource": odd}
            for odd in (None, [], {"properties": 1}, {"id": "x", "type": "person"})
        ]
        told = point.many(document | {"evaluations": [{}] * 20 + odd})
        assert decisions(told) == [True] * 20 + [False] * 3 + [True]
        assert most <= 12_000

    def test_slow_waits_once(self, monkeypatch):
        waits = []
        sleep = asyncio.sleep

        async def noted(seconds):
            waits.append(seconds)
            await sleep(0)

        monkeypatch.setattr(asyncio, "sleep", noted)
        slow = Answer(effect="slow", released=True, delay=500)
        assert decisions(Point(slow, slow).many({"evaluations": [ASKED] * 2})) == [True, True]
        assert Point(slow).one(ASKED).json == {"decision": True, "context": {"effect": "slow"}}
        assert waits == [0.5, 0.5]


class TestMetadata:
    """Discovery certification (6)."""

    def test_the_base_that_is_set(self):
        answer = call(
            Point(base="https://gate.example.org/").app,
            "GET",
            "/.well-known/authzen-configuration",
            peer=Peer(),
        )
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        assert answer.json == {
            "policy_decision_point": "https://gate.example.org",
            "access_evaluation_endpoint": "https://gate.example.org/access/v1/evaluation",
            "access_evaluations_endpoint": "https://gate.example.org/access/v1/evaluations",
        }

    def test_the_host_that_was_asked(self):
        def asked(*hosts):
            headers = tuple((b"host", h) for h in hosts)
            return call(Point().app, "GET", "/.well-known/authzen-configuration", headers=headers)

        assert asked(b"gate:8750").json["policy_decision_point"] == "https://gate:8750"
        assert asked(b"[::1]:8750").json["policy_decision_point"] == "https://[::1]:8750"
        for wrong in ((), (b"a", b"b"), (b"a/b",), (b'"',)):
            assert asked(*wrong).status == 400
