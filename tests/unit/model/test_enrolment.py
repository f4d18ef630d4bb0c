"""Clients are found by their id."""

from ecluse.model.client import Client
from ecluse.model.enrolment import Enrolled, Enrolment


def test_find():
    enrolled = Enrolled(Client("a", frozenset()))
    assert Enrolment(None, (enrolled,)).find("a") is enrolled
    assert Enrolment(None, (enrolled,)).find("b") is None
