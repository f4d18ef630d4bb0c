"""Which enrolled client is speaking? A token, a TLS certificate, or the user at the other end of the Unix socket.

An `Authorization` header decides alone: one that does not hold is refused, and nothing weaker is tried instead.
What a client may do comes from the clients file at each look, never from the token, so that revoking and
narrowing work at once. A token's signature is checked once; its SHA-256 is remembered until it ends.
"""

import pwd
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ecluse.api.peer import Peer
from ecluse.api.tokens import Verifier
from ecluse.loaders.clients import UNMAPPED
from ecluse.model.client import Client, Scope
from ecluse.model.enrolment import Enrolled, Enrolment
from ecluse.model.errors import ConfigError
from ecluse.model.finding import Finding, Severity
from ecluse.model.time import SECOND

__all__ = ["LEEWAY", "REMEMBERED", "Authenticator", "Refusal", "uid_of"]

LEEWAY: Final = 30
"""Seconds by which the clock of whoever signed a token may be ahead of the gate's, or behind."""

REMEMBERED: Final = 4096
"""Tokens whose signature need not be checked again."""

_HEADER_MAX: Final = 4096  # bytes; a token of ours has about 300
_INVALID: Final = ', error="invalid_token"'
_ERRORS: Final = {
    "missing": "",
    "twice": ', error="invalid_request"',
    "malformed": ', error="invalid_request"',
}
"""What a challenge says of each reason (RFC 6750, 3.1); of the others, that the token is invalid."""

_ANYBODY: Final = Client(UNMAPPED, frozenset({Scope.ASK, Scope.REPORT}))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is nobody's.

    Attributes:
        reason: stable word, counted for the metrics.
        what: a sentence for whoever set the client up; it holds nothing of what was shown.
        challenge: value of `WWW-Authenticate` (RFC 6750, 3).
    """

    reason: str
    what: str
    challenge: str


def _refusal(reason: str, what: str) -> Refusal:
    return Refusal(reason, what, f'Bearer realm="ecluse"{_ERRORS.get(reason, _INVALID)}')


_REFUSALS: Final = {
    r.reason: r
    for r in (
        _refusal("missing", "the request shows neither a token nor a certificate"),
        _refusal("twice", "the request has two `Authorization` headers"),
        _refusal("malformed", "the `Authorization` header is not `Bearer` and a token"),
        _refusal("signature", "the token was not signed by this gate's key"),
        _refusal("expired", "the token has ended"),
        _refusal("early", "the token was made in the future: compare the clocks"),
        _refusal("unknown", "the token is not in the clients file"),
        _refusal("revoked", "the token or its client was revoked"),
        _refusal("certificate", "the certificate is not in the clients file, or was revoked"),
        _refusal("user", "the user at the other end of the socket is a client that was revoked"),
    )
}


class Authenticator:
    """Knows the enrolled clients.

    Attributes:
        refused: how often a request was nobody's, by reason.
    """

    def __init__(
        self,
        enrolment: Enrolment,
        *,
        now: Callable[[], int],
        leeway: int = LEEWAY,
        find_uid: Callable[[str], int | None] | None = None,
    ) -> None:
        """Starts with a clients file.

        Args:
            enrolment: what the file says.
            now: the clock, microseconds.
            leeway: 0 to 60 seconds.
            find_uid: number of a user of the operating system, by name; None for one that does not exist.
        """
        assert 0 <= leeway <= 60, leeway
        self.refused: Counter[str] = Counter()
        self._now, self._leeway, self._find_uid = now, leeway * SECOND, find_uid or uid_of
        self._known: OrderedDict[bytes, tuple[Client, int]] = OrderedDict()
        self.adopt(enrolment)

    def adopt(self, enrolment: Enrolment) -> None:
        """Puts another clients file in force, from the next request on.

        Raises:
            ConfigError: when two clients are the same user; the file before stays in force.
        """
        users, lost = _users(enrolment.clients, self._find_uid)
        verifier = None if enrolment.key is None else Verifier(enrolment.key)
        self._users, self._lost, self._verifier = users, lost, verifier
        self._clients = {e.client.id: e for e in enrolment.clients}
        self._certificates = {c: e for e in enrolment.clients for c in e.certificates}
        self._fingerprints: dict[bytes, str] = {}
        self._known.clear()

    def client(self, headers: Iterable[tuple[bytes, bytes]], peer: Peer) -> Client | Refusal:
        """Who speaks. About 1 µs for a token seen before."""
        shown = None
        for name, value in headers:
            if name == b"authorization":
                if shown is not None:
                    return self._refuse("twice")
                shown = value
        if shown is not None:
            if len(shown) > _HEADER_MAX:
                return self._refuse("malformed")
            digest = sha256(shown).digest()
            known = self._known.get(digest)
            if known is not None and self._now() < known[1]:
                self._known.move_to_end(digest)
                return known[0]
            return self._read(shown, digest)
        if peer.uid is not None:
            return self._by_user(peer.uid)
        if peer.certificate is not None:
            return self._by_certificate(peer.certificate)
        return self._refuse("missing")

    def findings(self) -> tuple[Finding, ...]:
        """Users of the file that this machine does not have: whoever should be them is only `unix`."""
        return tuple(
            Finding(
                code="unknown-unix-user",
                severity=Severity.MEDIUM,
                what=f"client `{client}` is the user `{name}`, whom this machine does not have",
                help="create the user, or correct `unix` in the clients file",
                about=client,
            )
            for client, name in self._lost
        )

    def _refuse(self, reason: str) -> Refusal:
        self.refused[reason] += 1
        return _REFUSALS[reason]

    def _read(self, shown: bytes, digest: bytes) -> Client | Refusal:
        scheme, _, token = shown.partition(b" ")
        if scheme.lower() != b"bearer" or not token or b" " in token:
            return self._refuse("malformed")
        claims = None if self._verifier is None else self._verifier.claims(token)
        if claims is None:
            return self._refuse("signature")
        now, end = self._now(), claims["exp"] * SECOND + self._leeway
        if now >= end:
            return self._refuse("expired")
        if claims["iat"] * SECOND > now + self._leeway:
            return self._refuse("early")
        enrolled = self._clients.get(claims["sub"])
        listed = (
            None
            if enrolled is None
            else next((t for t in enrolled.tokens if t.id == claims["jti"]), None)
        )
        if enrolled is None or listed is None:
            return self._refuse("unknown")
        if enrolled.revoked is not None or listed.revoked is not None:
            return self._refuse("revoked")
        end = min(end, listed.expires + self._leeway)
        if now >= end:
            return self._refuse("expired")
        self._known[digest] = (enrolled.client, end)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return enrolled.client

    def _by_user(self, uid: int) -> Client | Refusal:
        enrolled = self._users.get(uid)
        if enrolled is None:
            return _ANYBODY
        return self._refuse("user") if enrolled.revoked is not None else enrolled.client

    def _by_certificate(self, certificate: bytes) -> Client | Refusal:
        fingerprint = self._fingerprints.get(certificate)
        if fingerprint is None:
            fingerprint = sha256(certificate).hexdigest()
            if len(self._fingerprints) < REMEMBERED:
                self._fingerprints[certificate] = fingerprint
        enrolled = self._certificates.get(fingerprint)
        if enrolled is None or enrolled.revoked is not None:
            return self._refuse("certificate")
        return enrolled.client


def uid_of(name: str) -> int | None:
    """The number of a user of the operating system; a number stands for itself."""
    if name.isdecimal():
        return int(name)
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _users(
    clients: Iterable[Enrolled], find: Callable[[str], int | None]
) -> tuple[dict[int, Enrolled], tuple[tuple[str, str], ...]]:
    users: dict[int, Enrolled] = {}
    lost = []
    for enrolled in clients:
        for name in enrolled.unix:
            uid = find(name)
            if uid is None:
                lost.append((enrolled.client.id, name))
                continue
            first = users.setdefault(uid, enrolled)
            if first is not enrolled:
                raise ConfigError(
                    f"clients `{first.client.id}` and `{enrolled.client.id}` are the same user, `{name}`",
                    help="name each user of the operating system for one client",
                )
    return users, tuple(lost)
