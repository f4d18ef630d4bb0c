"""What does a clients file say? Who may speak to the gate, by which proof, and what each may do."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Collection
from functools import partial
from typing import Final

from ecluse.loaders.located import Fields, Kind, Node, Reader, quote, scalars, suggest
from ecluse.model.client import Client, Scope
from ecluse.model.enrolment import Enrolled, Enrolment, Token

__all__ = ["CLIENT_KEYS", "ID", "KEYS", "TOKEN_KEYS", "UNMAPPED", "fingerprint", "load_clients"]

KEYS: Final = ("version", "key", "clients")
CLIENT_KEYS: Final = (
    "id", "may", "applications", "person", "revoked", "tokens", "certificates", "unix",
)  # fmt: skip
TOKEN_KEYS: Final = ("id", "expires", "revoked")

UNMAPPED: Final = "unix"
"""Id of whoever comes over the Unix socket and is nobody of the file."""

ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_PUBLIC: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_UNIX: Final = re.compile(r"[a-z_][a-z0-9_.-]{0,31}\$?|0|[1-9][0-9]{0,9}")
_SCOPES: Final = {scope.value: scope for scope in Scope}


def load_clients(
    text: bytes | str, *, file: str, applications: Collection[str] | None = None
) -> Enrolment:
    """Reads a clients file; with `applications` (of the estate), also checks that they exist.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, KEYS, what="a clients file")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    key = top.get("key", _public, None)
    nodes = top.items("clients")
    fields = [Fields(reader, node, CLIENT_KEYS, what="a client") for node in nodes]
    clients = tuple(_client(f, applications) for f in fields)
    if key is None and "key" not in top and any(c.tokens for c in clients):
        reader.note(
            top.node,
            "`key` is missing, and without it no token can be checked",
            "`ecluse client add` writes it; it is the public half of the file beside this one",
        )
    _check_unique(reader, fields)
    reader.raise_if_issues()
    return Enrolment(key, clients)


def fingerprint(written: str) -> str | None:
    """SHA-256 of a certificate as 64 digits in lower case, from the ways in which it is written.

    >>> fingerprint("sha256:" + "AB" * 32) == fingerprint(":".join(["ab"] * 32)) == "ab" * 32
    True
    """
    bare = written.lower().removeprefix("sha256 fingerprint=").removeprefix("sha256:")
    bare = bare.replace(":", "")
    return bare if _HEX.fullmatch(bare) else None


def _client(fields: Fields, applications: Collection[str] | None) -> Enrolled:
    name = fields.string(
        "id", "", required=True, pattern=ID, shape="a name of small letters, digits, `.`, `_`, `-`"
    )
    if name == UNMAPPED:
        fields.reader.note(
            fields.place("id"),
            f"`{UNMAPPED}` is who comes over the Unix socket and is not in this file",
            "name it otherwise",
        )
    may = frozenset(fields.words("may", _SCOPES, required=True))
    person = fields.string("person", "")
    if Scope.MANAGE in may and not person:
        fields.reader.note(
            fields.place("may"),
            "`manage` is for a named person, and `person` is missing",
            "add `person:` with the name of who answers for what this client does",
        )
    return Enrolled(
        client=Client(name, may, _applications(fields, applications), person),
        tokens=tuple(_token(fields.reader, node) for node in fields.items("tokens")),
        certificates=fields.each("certificates", _certificate),
        unix=fields.each("unix", _user),
        revoked=fields.instant("revoked", None),
    )


def _applications(fields: Fields, known: Collection[str] | None) -> frozenset[str] | None:
    if "applications" not in fields:
        return None
    if known is not None:
        node = fields.place("applications")
        for item in node.items if node.kind is Kind.LIST else (node,):
            if item.kind is Kind.SCALAR and item.text and item.text not in known:
                advice = suggest(item.text, known) or f"known are {', '.join(sorted(known)[:8])}"
                message = f"{quote(item.text)} is not an application of this estate"
                fields.reader.note(item, message, advice)
    return frozenset(fields.strings("applications"))


def _token(reader: Reader, node: Node) -> Token:
    fields = Fields(reader, node, TOKEN_KEYS, what="a token")
    shape = "the 32 hexadecimal digits of a token's `jti`"
    return Token(
        id=fields.string("id", "", required=True, pattern=_TOKEN, shape=shape),
        expires=fields.instant("expires", 0, required=True),
        revoked=fields.instant("revoked", None),
    )


def _public(node: Node) -> bytes:
    shape = "an Ed25519 public key in base64url, 43 characters (RFC 8037, `x`)"
    return urlsafe_b64decode(scalars.text(node, pattern=_PUBLIC, shape=shape) + "=")


def _certificate(node: Node) -> str:
    found = fingerprint(scalars.text(node))
    if found is None:
        raise scalars.Fault(
            f"{quote(node.text)} is not a SHA-256 fingerprint",
            "`ecluse client certificate ID --pem FILE` writes it",
        )
    return found


def _user(node: Node) -> str:
    number = node.plain and node.text.isdecimal()
    written = str(scalars.integer(node, least=0)) if number else scalars.text(node)
    if not _UNIX.fullmatch(written):
        raise scalars.Fault(f"{quote(written)} is not the name or the number of a user")
    return written


def _check_unique(reader: Reader, clients: list[Fields]) -> None:
    """No two clients share an id, a token, a certificate or a user: who speaks would be left to chance."""
    seen: dict[tuple[str, str], Node] = {}
    note = partial(_once, reader, seen)
    for fields in clients:
        if "id" in fields:
            note("id", fields.place("id"), fields.place("id").text)
        for key, read in (("certificates", fingerprint), ("unix", str)):
            for node in _listed(fields, key):
                note(key, node, read(node.text))
        for node in _listed(fields, "tokens"):
            for key_node, value in node.entries:
                if key_node.text == "id":
                    note("tokens", value, value.text)


def _listed(fields: Fields, key: str) -> tuple[Node, ...]:
    if key not in fields:
        return ()
    node = fields.place(key)
    return node.items if node.kind is Kind.LIST else (node,)


def _once(
    reader: Reader, seen: dict[tuple[str, str], Node], kind: str, node: Node, value: str | None
) -> None:
    if not value:
        return
    first = seen.setdefault((kind, value), node)
    if first is not node:
        message = f"{quote(node.text)} is in this file twice"
        reader.note(node, message, f"it is already on line {first.line}")
