"""Who is in front of the screen? What an application tells of it, with names that give nothing away."""

import hashlib

import msgspec

from ecluse.routes.asker import session_name, source_from

__all__ = ["Identity", "name_session", "source_of"]


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, as the application knows it.

    Attributes:
        account: the log-in name.
        session: a name of the log-in, from `name_session`; never the cookie.
        organization: the body that the account works for, where the estate's table does not say.
        source: network address, from `source_of`.
        factor: kind of the second factor that the session gave (`none`, `mail`, `totp`, `key`, …).
        auth_time: when it last gave its factors, seconds since 1970.
    """

    account: str
    session: str | None = None
    organization: str | None = None
    source: str | None = None
    factor: str | None = None
    auth_time: int | None = None


def name_session(key: str | bytes, secret: str | bytes) -> str:
    """Names a session by a keyed hash (BLAKE2b-128) of its key, so that the ledger never holds what opens it.

    Args:
        key: the session's key or cookie.
        secret: the application's own, kept apart from the ledger; another secret gives other names.

    >>> name_session("k", "s") == name_session(b"k", b"s"), len(name_session("k", "s"))
    (True, 32)
    """
    folded = hashlib.blake2b(
        _bytes(secret)
    ).digest()  # a secret of any length becomes a key of 64 bytes
    return session_name(_bytes(key), folded)


def source_of(remote: str | None, forwarded_for: str | None = None, *, hops: int = 0) -> str | None:
    """Finds the address that a request comes from, behind so many proxies of one's own.

    Args:
        remote: the other end of the connection, as the server sees it.
        forwarded_for: X-Forwarded-For, several headers joined with commas. Each proxy adds at the end whom
            it heard; what stands further left was written by the client, and is believed by nobody here.
        hops: how many proxies of one's own stand before the application. 0 ignores the header. A request
            that passed fewer comes from the other end of the connection.

    >>> source_of("10.0.0.1", "203.0.113.9, 192.0.2.7", hops=1), source_of("192.0.2.9", None, hops=1)
    ('192.0.2.7', '192.0.2.9')
    """
    return source_from(forwarded_for, hops) or source_from(remote, 1)


def _bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
