"""Django REST framework discloses by itself what goes into a serializer."""

import pytest

from ecluse.enforcers.identity import Identity
from fakes.gate import FakeGate
from fakes.people.project import configure, database, gate_in_front

configure()

from django.test import Client  # noqa: E402 - settings first

from fakes.people.models import File, Person  # noqa: E402

A = "adviser"


def who(request):
    return Identity(account=A)


@pytest.fixture(scope="module", autouse=True)
def persons():
    with database():
        Person.objects.bulk_create(Person(pk=n, name=f"name {n}") for n in range(1, 13))
        File.objects.create(person_id=3, text="a file")
        yield


@pytest.fixture
def gate():
    made = FakeGate(limit=7)
    with gate_in_front(made, identify=who, guarded=["/api"], free=["/api/free"]):
        yield made


def send(target, method="GET", data=None):
    client = Client(raise_request_exception=False)
    return client.generic(
        method,
        target,
        data or "",
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


def test_pages_and_objects_are_disclosed(gate):
    first = send("/api/people/")
    assert first.status_code == 200
    assert gate.shown[A] == {str(each["id"]) for each in first.json()["results"]}
    assert len(gate.shown[A]) == 5
    assert (gate.asked[0].operation, gate.asked[0].categories) == ("list", ("identity",))
    assert send("/api/people/?page=2").status_code == 429
    assert send("/api/people/6/").json() == {"id": 6, "name": "name 6"}
    assert gate.asked[-1].operation == "view"
    assert send("/api/people/7/").status_code == 200
    refused = send("/api/people/8/")
    assert refused.status_code == 429
    assert b"name 8" not in refused.content
    assert send("/api/people/1/").status_code == 200, "who was shown may be shown again"
    assert not gate.open


def test_an_unpaginated_list_is_disclosed_whole(gate):
    assert send("/api/people/everybody/").status_code == 429
    gate.limit = 12
    assert len(send("/api/people/everybody/").json()) == 12
    assert len(gate.shown[A]) == 12


def test_the_person_may_be_in_another_attribute(gate):
    assert send("/api/files/").json()[0]["person"] == 3
    assert gate.shown[A] == {"3"}


def test_a_view_that_forgets_is_stopped(gate):
    got = send("/api/people/forgotten/")
    assert got.status_code == 500
    assert b"name 1" not in got.content


def test_changes_are_disclosed(gate):
    created = send("/api/people/", "POST", b'{"name": "new"}')
    assert created.status_code == 201
    number = created.json()["id"]
    assert gate.shown[A] == {str(number)}
    assert send(f"/api/people/{number}/", "PATCH", b'{"name": "newer"}').json()["name"] == "newer"
    assert gate.asked[-1].operation == "update"
    assert send(f"/api/people/{number}/", "DELETE").status_code == 204
    assert not gate.open


def test_options_show_nobody(gate):
    assert send("/api/people/", "OPTIONS").status_code == 200
    assert gate.counted(A) == set()


def test_the_browsable_pages_show_nobody_else(gate):
    got = Client().get("/api/people/1/", headers={"Accept": "text/html"})
    assert got.status_code == 200
    got.close()
    assert {asked.persons for asked in gate.asked} == {("1",)}
    assert gate.shown[A] == {"1"}
