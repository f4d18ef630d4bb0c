"""Was a reason in words sent with a request? In a header, or in the form of the refusal page, which asks for the same again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from ecluse.refusal.headers import decode_extended
from ecluse.refusal.page import AGAIN, JUSTIFICATION

__all__ = ["FORM_MAX", "HEADER", "Again", "is_small_form", "read_form", "reason_in", "same_origin"]

HEADER: Final = "Ecluse-Justification"
FORM_MAX: Final = 16 * 1024
"""Bytes: a reason of 500 characters, each of them encoded as twelve, and room."""

_WORDS_MAX: Final = 2000

Header = Callable[[str], str | None]
"""Finds a header of the request by name; None when it is missing."""


@dataclass(frozen=True, slots=True)
class Again:
    """The page's form: do what was asked with GET, for this reason."""

    justification: str


def is_small_form(method: str, header: Header) -> bool:
    """Whether the body may be the page's form, so that it is worth reading."""
    kind = (header("Content-Type") or "").partition(";")[0].strip().lower()
    length = header("Content-Length") or ""
    return (
        method == "POST"
        and kind == "application/x-www-form-urlencoded"
        and header("Transfer-Encoding") is None
        and length.isascii()
        and length.isdigit()
        and int(length[:9]) <= FORM_MAX
        and same_origin(header)
    )


def same_origin(header: Header) -> bool:
    """Whether a page of this very site sent the request; another site's form would put words into somebody's mouth.

    Browsers say so in Sec-Fetch-Site, older ones by Origin (Fetch Standard); whoever says neither is no browser.
    """
    site = header("Sec-Fetch-Site")
    if site is not None:
        return site.strip().lower() == "same-origin"
    origin, host = header("Origin"), header("Host")
    if not origin or not host:
        return False
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def read_form(body: bytes) -> Again | None:
    """Reads the page's form; None when it is another form.

    >>> read_form(b"ecluse_again=GET&ecluse_justification=she+called")
    Again(justification='she called')
    >>> read_form(b"name=x")
    """
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=2)
    except (UnicodeDecodeError, ValueError):
        return None
    fields = dict(pairs)
    if fields.keys() != {AGAIN, JUSTIFICATION} or fields[AGAIN] != "GET":
        return None
    return Again(fields[JUSTIFICATION][:_WORDS_MAX])


def reason_in(header: Header) -> str | None:
    """The reason that a program sends in the header `Ecluse-Justification`."""
    written = header(HEADER)
    return None if written is None else decode_extended(written)[:_WORDS_MAX] or None
