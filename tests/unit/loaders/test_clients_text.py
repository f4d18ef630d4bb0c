"""Changes are written where they belong, and what people wrote stays."""

from dataclasses import replace

import pytest

from ecluse.loaders.clients import load_clients
from ecluse.loaders.clients_text import amend, render
from ecluse.model.client import Client, Scope
from ecluse.model.enrolment import Enrolled, Enrolment, Token
from ecluse.model.time import DAY

TOKEN = Token("0" * 32, 400 * DAY)
NEW = Token("1" * 32, 500 * DAY)
PORTAL = Enrolled(
    Client("portal", frozenset({Scope.ASK}), frozenset({"a b", "c"})), tokens=(TOKEN,)
)
ON_CALL = Enrolled(
    Client("on-call", frozenset({Scope.MANAGE, Scope.READ}), None, 'Ana "A" \\ Zoé'),
    certificates=("ab" * 32, "cd" * 32),
    unix=("33", "www-data"),
)
BOTH = Enrolment(bytes(range(32)), (PORTAL, ON_CALL))


def read(text):
    return load_clients(text, file="c.yaml")


def change(enrolment, name, **what):
    clients = tuple(replace(e, **what) if e.client.id == name else e for e in enrolment.clients)
    return replace(enrolment, clients=clients)


CHANGES = {
    "token": lambda e: change(e, "portal", tokens=(NEW, TOKEN)),
    "two tokens": lambda e: change(e, "portal", tokens=(NEW, Token("2" * 32, DAY), TOKEN)),
    "first token": lambda e: change(e, "on-call", tokens=(NEW,)),
    "token revoked": lambda e: change(e, "portal", tokens=(replace(TOKEN, revoked=3 * DAY),)),
    "client revoked": lambda e: change(e, "on-call", revoked=3 * DAY),
    "certificate": lambda e: change(e, "on-call", certificates=("ef" * 32, *ON_CALL.certificates)),
    "first certificate": lambda e: change(e, "portal", certificates=("ef" * 32,)),
    "user": lambda e: change(e, "on-call", unix=("gate", *ON_CALL.unix)),
    "first user": lambda e: change(e, "portal", unix=("12",)),
    "client": lambda e: replace(e, clients=(*e.clients, Enrolled(Client("x", frozenset({Scope.ASK}))))),
    "key": lambda e: replace(e, key=bytes(32)) if e.key is None else e,
}  # fmt: skip


@pytest.mark.parametrize("enrolment", [Enrolment(), Enrolment(bytes(32)), BOTH])
def test_what_is_written_is_read(enrolment):
    assert read(render(enrolment)) == enrolment


@pytest.mark.parametrize("name", CHANGES)
def test_remarks_stay(name):
    text = (
        render(BOTH)
        .replace("  - id", "\n  # about this one\n  - id")
        .replace("tokens:", "tokens:  # all")
    )
    after = CHANGES[name](BOTH)
    edited, kept = amend(text, BOTH, after)
    assert kept
    assert read(edited) == after
    assert set(text.splitlines()) - set(edited.splitlines()) <= {
        line for line in text.splitlines() if "[" in line or "{" in line
    }
    assert edited.count("# about this one") == 2


BY_HAND = f"""\
# ours
version: 1
key: "{"A" * 43}"

clients:   # the list
- may: ask
  id: portal   # first
  applications: ["a b", c]
  tokens:
  - id: "{"0" * 32}"
    expires: 1971-02-05
    # the only one
- {{id: on-call, may: [manage, read], person: 'Ana "A" \\ Zoé', certificates: ["{"ab" * 32}", "{"cd" * 32}"], unix: [33, www-data]}}
"""


@pytest.mark.parametrize("name", CHANGES)
def test_a_file_that_people_wrote(name):
    before = read(BY_HAND)
    after = CHANGES[name](before)
    edited, kept = amend(BY_HAND, before, after)
    assert kept
    assert read(edited) == after
    for remark in ("# ours", "# the list", "# first", "# the only one"):
        assert remark in edited


def test_something_below_the_clients():
    text = f'clients:\n  - id: a\n    may: ask\n\nkey: "{"A" * 43}"\nversion: 1\n'
    before = read(text)
    after = replace(before, clients=(*before.clients, PORTAL))
    edited, kept = amend(text, before, after)
    assert kept
    assert read(edited) == after


@pytest.mark.parametrize("name", ["first client", "key"])
def test_a_file_with_nobody(name):
    text = "# nobody yet\nversion: 1\n"
    after = (
        Enrolment(None, (ON_CALL,)) if name == "first client" else Enrolment(bytes(32), (PORTAL,))
    )
    edited, kept = amend(text, Enrolment(), after)
    assert kept
    assert edited.startswith("# nobody yet\n")
    assert read(edited) == after


@pytest.mark.parametrize(
    "text",
    [
        '{"version": 1, "clients": [{"id": "a", "may": "ask", "unix": "b"}]}',
        "version: 1\nclients:\n  - id: a\n    may: ask\n    unix: b\n",
        "version: 1\r\nclients:\r\n  - id: a\r\n    may: ask\r\n    unix: b\r\n",
    ],
)
def test_another_manner_is_written_anew(text):
    before = read(text)
    after = change(before, "a", unix=("c", "b"))
    edited, kept = amend(text, before, after)
    assert read(edited) == after
    assert not kept
    assert edited == render(after)
