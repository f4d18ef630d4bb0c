"""Who speaks: every way to show it, and every way in which it does not hold."""

import os
from dataclasses import replace
from hashlib import sha256

import pytest

from ecluse.api.authentication import LEEWAY, REMEMBERED, Authenticator, Refusal, uid_of
from ecluse.api.peer import Peer
from ecluse.api.tokens import ClientKey
from ecluse.model.client import Client, Scope
from ecluse.model.enrolment import Enrolled, Enrolment
from ecluse.model.errors import ConfigError
from ecluse.model.time import DAY, SECOND

KEY = ClientKey(bytes(32))
START = 1_795_000_000 * SECOND
SECRET, TOKEN = KEY.issue("portal", now=START, days=30)
PORTAL = Enrolled(
    Client("portal", frozenset({Scope.ASK}), frozenset({"orientation"})),
    tokens=(TOKEN,),
    certificates=(sha256(b"der").hexdigest(),),
)
ON_CALL = Enrolled(
    Client("on-call", frozenset({Scope.MANAGE}), None, "Claude Martin"), unix=("ana",)
)
BOTH = Enrolment(KEY.public, (PORTAL, ON_CALL))
USERS = {"ana": 1001, "bob": 1002, "again": 1001}
TCP, UNIX = Peer(), Peer(uid=1002, gid=1002)


class Clock:
    def __init__(self):
        self.at = START + SECOND

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def gate(clock):
    return Authenticator(BOTH, now=clock, find_uid=USERS.get)


def bearer(secret, scheme="Bearer"):
    return [(b"host", b"gate"), (b"authorization", f"{scheme} {secret}".encode())]


def reason(found):
    assert isinstance(found, Refusal), found
    return found.reason


def test_a_token(gate):
    for _ in range(3):
        assert gate.client(bearer(SECRET), TCP) is PORTAL.client
    assert gate.client(bearer(SECRET, "bEARER"), TCP) is PORTAL.client
    assert not gate.refused


def test_nothing_is_shown(gate):
    found = gate.client([(b"host", b"gate"), (b"x-authorization", b"Bearer x")], TCP)
    assert reason(found) == "missing"
    assert found.challenge == 'Bearer realm="ecluse"'


def test_two_headers_are_refused_even_when_both_hold(gate):
    found = gate.client(bearer(SECRET) * 2, TCP)
    assert reason(found) == "twice"
    assert found.challenge == 'Bearer realm="ecluse", error="invalid_request"'


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", f"Basic {SECRET}", SECRET, f"Bearer  {SECRET}", f"Bearer {SECRET} ", "Bearer a b",
     f"Bearer {SECRET}," + "x" * 5000],
)  # fmt: skip
def test_a_malformed_header(gate, value):
    assert reason(gate.client([(b"authorization", value.encode())], TCP)) == "malformed"


def test_a_bad_token_on_the_unix_socket_is_not_downgraded(gate):
    assert gate.client([], UNIX).id == "unix"
    other = ClientKey(b"\1" * 32).issue("portal", now=START, days=1)[0]
    found = gate.client(bearer(other), UNIX)
    assert reason(found) == "signature"
    assert found.challenge == 'Bearer realm="ecluse", error="invalid_token"'
    assert other not in repr(found)
    assert gate.client(bearer(SECRET), UNIX) is PORTAL.client


def test_the_end_of_a_token(gate, clock):
    assert gate.client(bearer(SECRET), TCP) is PORTAL.client
    clock.at = TOKEN.expires + LEEWAY * SECOND - 1
    assert gate.client(bearer(SECRET), TCP) is PORTAL.client
    clock.at += 1
    assert reason(gate.client(bearer(SECRET), TCP)) == "expired"


def test_the_end_that_the_file_names_counts_too(gate, clock):
    shorter = replace(PORTAL, tokens=(replace(TOKEN, expires=START + DAY),))
    gate.adopt(replace(BOTH, clients=(shorter,)))
    assert gate.client(bearer(SECRET), TCP) is PORTAL.client
    clock.at = START + DAY + LEEWAY * SECOND
    assert reason(gate.client(bearer(SECRET), TCP)) == "expired"


def test_the_clock_of_whoever_signed_may_be_ahead_a_little(gate, clock):
    clock.at = START - LEEWAY * SECOND
    assert gate.client(bearer(SECRET), TCP) is PORTAL.client
    gate.adopt(BOTH)
    clock.at -= 1
    assert reason(gate.client(bearer(SECRET), TCP)) == "early"


def test_revoking_works_at_once(gate):
    assert gate.client(bearer(SECRET), TCP) is PORTAL.client
    gate.adopt(replace(BOTH, clients=(replace(PORTAL, tokens=(replace(TOKEN, revoked=START),)),)))
    assert reason(gate.client(bearer(SECRET), TCP)) == "revoked"
    gate.adopt(replace(BOTH, clients=(replace(PORTAL, revoked=START),)))
    assert reason(gate.client(bearer(SECRET), TCP)) == "revoked"
    assert reason(gate.client([], Peer(certificate=b"der"))) == "certificate"
    gate.adopt(replace(BOTH, clients=(replace(PORTAL, tokens=()),)))
    assert reason(gate.client(bearer(SECRET), TCP)) == "unknown"
    gate.adopt(replace(BOTH, clients=()))
    assert reason(gate.client(bearer(SECRET), TCP)) == "unknown"
    gate.adopt(Enrolment())
    assert reason(gate.client(bearer(SECRET), TCP)) == "signature"
    assert gate.refused == {"revoked": 2, "certificate": 1, "unknown": 2, "signature": 1}


def test_narrowing_works_at_once(gate):
    gate.client(bearer(SECRET), TCP)
    narrow = replace(PORTAL, client=Client("portal", frozenset({Scope.REPORT}), frozenset()))
    gate.adopt(replace(BOTH, clients=(narrow,)))
    assert gate.client(bearer(SECRET), TCP) is narrow.client


def test_a_token_of_another_client_of_the_file(gate):
    """`jti` and `sub` belong together."""
    gate.adopt(
        Enrolment(KEY.public, (replace(PORTAL, tokens=()), replace(ON_CALL, tokens=(TOKEN,))))
    )
    assert reason(gate.client(bearer(SECRET), TCP)) == "unknown"


def test_a_certificate(gate):
    for _ in range(2):
        assert gate.client([], Peer(certificate=b"der")) is PORTAL.client
    assert reason(gate.client([], Peer(certificate=b"other"))) == "certificate"
    assert reason(gate.client(bearer("x"), Peer(certificate=b"der"))) == "signature"


def test_users_of_the_system(gate):
    assert gate.client([], Peer(uid=1001)) is ON_CALL.client
    anybody = gate.client([], Peer(uid=1002))
    assert (anybody.id, anybody.may, anybody.applications, anybody.person) == (
        "unix", {Scope.ASK, Scope.REPORT}, None, "",
    )  # fmt: skip
    assert gate.client([], Peer(uid=0)).id == "unix"
    gate.adopt(replace(BOTH, clients=(replace(ON_CALL, revoked=START),)))
    assert reason(gate.client([], Peer(uid=1001))) == "user"


def test_a_user_that_the_machine_does_not_have_is_told(gate):
    assert gate.findings() == ()
    gate.adopt(replace(BOTH, clients=(replace(ON_CALL, unix=("nobody-here",)),)))
    (finding,) = gate.findings()
    assert finding.code == "unknown-unix-user"
    assert "`nobody-here`" in finding.what


def test_one_user_is_not_two_clients(gate):
    two = replace(BOTH, clients=(ON_CALL, replace(PORTAL, unix=("again",))))
    with pytest.raises(ConfigError, match="`on-call` and `portal` are the same user"):
        gate.adopt(two)
    assert gate.client([], Peer(uid=1001)) is ON_CALL.client
    assert gate.client(bearer(SECRET), TCP) is PORTAL.client


def test_what_is_remembered_has_a_bound(gate):
    tokens = [KEY.issue("portal", now=START, days=1) for _ in range(20)]
    gate.adopt(Enrolment(KEY.public, (replace(PORTAL, tokens=tuple(t for _, t in tokens)),)))
    for spelling in range(REMEMBERED // 16 + 1):  # the scheme's case: 2**6 spellings of one token
        for secret, _ in tokens:
            scheme = "".join(c.upper() if spelling >> i & 1 else c for i, c in enumerate("bearer"))
            assert gate.client(bearer(secret, scheme), TCP).id == "portal"
    assert len(gate._known) <= REMEMBERED
    for number in range(REMEMBERED + 10):
        gate._known[number.to_bytes(32, "big")] = (PORTAL.client, START)
    gate.client(bearer(tokens[0][0]), TCP)
    for number in range(REMEMBERED + 10):
        gate.client([], Peer(certificate=number.to_bytes(4, "big")))
    assert len(gate._fingerprints) == REMEMBERED


def test_numbers_and_names_of_users():
    assert uid_of(str(os.getuid())) == os.getuid()
    assert uid_of("root") == 0
    assert uid_of("no-such-user-here") is None
