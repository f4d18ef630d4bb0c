"""Which texts are mail addresses that a letter can be sent to? Those that a server can be told without reading anything else into them."""

import re
from typing import Final

__all__ = ["envelope_address", "mail_address"]

_LOCAL: Final = re.compile(r"[^\x00-\x20\x7f-\xa0\"(),:;<>@\[\\\]\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]{1,64}")  # fmt: skip
_LABEL: Final = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_LONGEST: Final = 254


def mail_address(text: str) -> str:
    """The address with its domain in small letters; empty when it is none (RFC 5321, 6531 without quoted local parts).

    >>> mail_address(" Zoe@EXAMPLE.org "), mail_address("a@b@example.org"), mail_address("zoé@exämple.test")
    ('Zoe@example.org', '', 'zoé@exämple.test')
    """
    local, _, domain = text.strip().rpartition("@")
    whole = f"{local}@{domain.lower()}"
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    labels = domain.split(".")
    if dots or len(labels) < 2 or len(whole.encode()) > _LONGEST or not _LOCAL.fullmatch(local):
        return ""
    if not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return ""
    return whole if _ascii_domain(domain.lower()) else ""


def envelope_address(address: str) -> str:
    """The address as a server is told it: a domain of other letters in its ASCII form (RFC 5891), the local part as it is.

    >>> envelope_address("zoe@exämple.test")
    'zoe@xn--exmple-cua.test'
    """
    local, _, domain = address.rpartition("@")
    return f"{local}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""
