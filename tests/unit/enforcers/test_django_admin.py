"""The Django admin discloses its lists, forms, histories and actions."""

import pytest

from fakes.gate import FakeGate
from fakes.people.project import configure, database, gate_in_front

configure()

from django.contrib.auth.models import User  # noqa: E402 - settings first
from django.test import Client  # noqa: E402

from fakes.people.models import File, Person  # noqa: E402

A = "root"
PERSONS = "/admin/people/person/"


@pytest.fixture(scope="module", autouse=True)
def persons():
    with database():
        Person.objects.bulk_create(Person(pk=n, name=f"name {n}") for n in range(1, 13))
        File.objects.create(pk=1, person_id=3, text="a file")
        User.objects.create_superuser(A, password="x")
        yield


@pytest.fixture
def gate():
    made = FakeGate(limit=7)
    with gate_in_front(made, guarded=["/admin/people", "/admin/autocomplete"]):
        yield made


@pytest.fixture
def client():
    made = Client(raise_request_exception=False)
    assert made.login(username=A, password="x")
    return made


def test_lists_and_forms_are_disclosed(gate, client):
    got = client.get(PERSONS)
    assert got.status_code == 200
    assert gate.shown[A] == {"1", "2", "3", "4", "5"}
    assert gate.asked[0].categories == ("identity",)
    assert gate.asked[0].session
    assert client.session.session_key not in repr(gate.asked)
    assert client.get(PERSONS + "?p=2").status_code == 429
    assert "name 6" in client.get(PERSONS + "6/change/").text
    assert client.get(PERSONS + "7/history/").status_code == 200
    got = client.get(PERSONS + "8/change/")
    assert got.status_code == 429
    assert "name 8" not in got.text
    assert client.get(PERSONS + "8/delete/").status_code == 429
    assert client.get(PERSONS + "999/change/").status_code == 302
    assert not gate.open


def test_an_action_discloses_all_that_it_is_given(gate, client):
    chosen = {"action": "export", "_selected_action": ["1", "2", "9"]}
    got = client.post(PERSONS, chosen)
    assert got.text.split("\n") == ["name 1", "name 2", "name 9"]
    assert gate.shown[A] == {"1", "2", "3", "4", "5", "9"}, "with the page itself"
    everybody = {**chosen, "select_across": "1"}
    assert client.post(PERSONS, everybody).status_code == 429
    assert gate.asked[-1].operation == "export"
    assert not gate.open


def test_an_empty_form_shows_nobody(gate, client):
    assert client.get(PERSONS + "add/").status_code == 200
    assert gate.counted(A) == set()


def test_the_person_may_be_in_another_attribute(gate, client):
    assert client.get("/admin/people/file/1/change/").status_code == 200
    assert gate.shown[A] == {"3"}


def test_what_is_not_disclosed_does_not_leave(gate, client):
    query = "?app_label=people&model_name=file&field_name=person&term=name"
    got = client.get("/admin/autocomplete/" + query)
    assert got.status_code == 500
    assert "name 1" not in got.text
    assert client.get("/admin/").status_code == 200
