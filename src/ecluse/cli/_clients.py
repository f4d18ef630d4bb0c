"""How do the commands change a clients file? Read, changed and written as a whole, one at a time."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

from ecluse.api.tokens import ClientKey, create_key, read_key
from ecluse.cli._output import whole
from ecluse.loaders.clients import fingerprint, load_clients
from ecluse.loaders.clients_text import amend, render
from ecluse.model.client import Client, Scope
from ecluse.model.enrolment import Enrolled, Enrolment
from ecluse.model.errors import CallerError, ConfigError
from ecluse.model.time import SECOND, format_instant
from ecluse.sources.written import read_written

__all__ = ["Book", "described", "fingerprint_of", "made", "read_clients", "write_secret"]

_MODE: Final = 0o640  # no secret is in it, but the names of persons


class Book:
    """A clients file with the changes that are asked for.

    Attributes:
        notes: what the operator must know besides.
    """

    def __init__(self, file: Path, now: int) -> None:
        self.file, self.notes = file, list[str]()
        self._now = now // SECOND * SECOND
        self._text = None
        if file.exists():
            self._text = read_written(file).decode("utf-8-sig", "replace")
        self._old = self._new = Enrolment() if self._text is None else read_clients(file)

    @classmethod
    @contextmanager
    def open(cls, file: Path, now: int) -> Iterator[Self]:
        """Reads the file; no other `ecluse client` changes it meanwhile."""
        if not file.parent.is_dir():
            raise CallerError(f"`{file.parent}`: there is no such folder", help="make it first")
        descriptor = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield cls(file, now)
        finally:
            os.close(descriptor)

    def enrol(self, client: Client) -> None:
        """A client more.

        Raises:
            CallerError: when its name is taken.
        """
        known = self._new.find(client.id)
        if known is not None:
            what = (
                "was revoked: its name is not given again"
                if known.revoked
                else "is enrolled already"
            )
            raise CallerError(
                f"`{client.id}` {what}",
                help="name the new one otherwise; `ecluse client token` gives an enrolled one a further token",
            )
        self._new = replace(self._new, clients=(*self._new.clients, Enrolled(client)))

    def issue(self, name: str, days: int) -> str:
        """A token more for a client; returns the secret."""
        enrolled, key = self._live(name), self._key()
        secret, token = key.issue(name, now=self._now, days=days)
        self._put(replace(enrolled, tokens=(token, *enrolled.tokens)))
        self._new = replace(self._new, key=key.public)
        return secret

    def revoke(self, name: str, jti: str | None) -> None:
        """Takes back a token, or the client with everything that it can show."""
        enrolled = self._live(name)
        if jti is None:
            self._put(replace(enrolled, revoked=self._now))
            return
        if jti not in {t.id for t in enrolled.tokens}:
            raise CallerError(
                f"`{name}` has no token `{jti}`", help="`ecluse client list` shows them"
            )
        tokens = (
            replace(t, revoked=t.revoked or self._now) if t.id == jti else t
            for t in enrolled.tokens
        )
        self._put(replace(enrolled, tokens=tuple(tokens)))

    def add_unix(self, name: str, account: str) -> None:
        """A user of the operating system who is this client."""
        enrolled = self._live(name)
        self._put(replace(enrolled, unix=(account, *enrolled.unix)))

    def add_certificate(self, name: str, digest: str) -> None:
        """A certificate that this client shows."""
        enrolled = self._live(name)
        self._put(replace(enrolled, certificates=(digest, *enrolled.certificates)))

    def write(self) -> None:
        """Puts the changed file in the place of the old one, after reading it as the gate will.

        Raises:
            CallerError: when the gate would refuse it.
        """
        new, kept = self._new, True
        try:
            load_clients(render(new), file=str(self.file))
        except ConfigError as error:
            issue = error.issues[0]
            raise CallerError(issue.message, help=issue.help) from None
        text = render(new)
        if self._text is not None:
            text, kept = amend(self._text, self._old, new)
        if not kept:
            self.notes.append(f"{self.file}: written anew, without the remarks that were in it")
        _replace(self.file, text)

    def _live(self, name: str) -> Enrolled:
        enrolled = self._new.find(name)
        if enrolled is None:
            raise CallerError(f"`{name}` is not enrolled", help="`ecluse client list` shows who is")
        if enrolled.revoked is not None:
            raise CallerError(f"`{name}` was revoked", help="enrol a new one with another name")
        return enrolled

    def _put(self, changed: Enrolled) -> None:
        name = changed.client.id
        clients = tuple(changed if e.client.id == name else e for e in self._new.clients)
        self._new = replace(self._new, clients=clients)

    def _key(self) -> ClientKey:
        """The private key beside the file; made for the first token."""
        path, public = self.file.with_suffix(".key"), self._new.key
        if public is None and not path.exists():
            self.notes.append(
                f"{path}: made; it is secret, signs tokens, and the gate does not need it"
            )
            return create_key(path)
        key = read_key(path)
        if public is not None and key.public != public:
            raise CallerError(
                f"`{path}` is not the key whose public half is in `{self.file}`",
                help="restore the key of this file, or remove `key` and all tokens from it and enrol anew",
            )
        return key


def made(name: str, may: str, applications: tuple[str, ...], person: str) -> Client:
    """The client that the command line describes.

    Raises:
        CallerError: for a word that is no scope.
    """
    words = [word.strip() for word in may.split(",")]
    wrong = [word for word in words if word not in set(Scope)]
    if wrong:
        known = ", ".join(Scope)
        raise CallerError(
            f"`{wrong[0]}` is nothing that a client may do", help=f"one or more of {known}"
        )
    if Scope.MANAGE in words and not person.strip():
        raise CallerError("`manage` is for a named person", help="add --person with the name")
    scopes = frozenset(Scope(word) for word in words)
    return Client(name, scopes, frozenset(applications) or None, person)


def read_clients(file: Path) -> Enrolment:
    """The clients file."""
    return load_clients(read_written(file), file=str(file))


def fingerprint_of(written: str | None, pem: Path | None) -> str:
    """SHA-256 of the certificate that the command line names in one of two ways.

    Raises:
        CallerError: when it names none, both, or something else.
    """
    import ssl

    if (written is None) == (pem is None):
        raise CallerError("say which certificate", help="give --fingerprint or --pem")
    if pem is not None:
        try:
            text = pem.read_text("ascii")
            begin = text.index("-----BEGIN CERTIFICATE-----")
            end = text.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")
            return sha256(ssl.PEM_cert_to_DER_cert(text[begin:end])).hexdigest()
        except ValueError:
            raise CallerError(f"`{pem}` is not a certificate in PEM") from None
    found = fingerprint(written or "")
    if found is None:
        raise CallerError(
            f"`{written}` is not a SHA-256 fingerprint",
            help="`openssl x509 -noout -fingerprint -sha256 -in FILE` prints it",
        )
    return found


def write_secret(path: Path, secret: str) -> None:
    """Writes a token to a new file, readable by its owner alone.

    Raises:
        CallerError: when the file is there already.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise CallerError(
            f"`{path}` exists already", help="name another file, or remove it first"
        ) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")


def described(enrolled: Enrolled, now: int) -> dict[str, Any]:
    """A client for `--json`."""
    client = enrolled.client
    return {
        "id": client.id,
        "may": [s.value for s in Scope if s in client.may],
        "applications": None if client.applications is None else sorted(client.applications),
        "person": client.person,
        "revoked": None if enrolled.revoked is None else format_instant(enrolled.revoked),
        "tokens": [
            {
                "id": t.id,
                "expires": format_instant(t.expires),
                "state": "revoked"
                if t.revoked or enrolled.revoked
                else "valid"
                if now < t.expires
                else "ended",
            }
            for t in enrolled.tokens
        ],
        "certificates": list(enrolled.certificates),
        "unix": list(enrolled.unix),
    }


def _replace(file: Path, text: str) -> None:
    """Writes the file as a whole, for the same readers as before, or for those of its folder."""
    there = file.stat() if file.exists() else None
    group = file.parent.stat().st_gid if there is None else there.st_gid
    with whole(file) as unfinished:
        descriptor = os.open(
            unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600
        )
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            with suppress(
                PermissionError
            ):  # not ours to give away: it stays with who runs the command
                os.fchown(descriptor, -1 if there is None else there.st_uid, group)
            os.fchmod(descriptor, _MODE if there is None else stat.S_IMODE(there.st_mode))
            opened.write(text)
            opened.flush()
            os.fsync(descriptor)
