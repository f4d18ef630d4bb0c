"""How are words put into a header? Without control characters whatever comes, and in UTF-8 where ASCII is not enough."""

import re
from typing import Final
from urllib.parse import quote, unquote_to_bytes

__all__ = ["challenge", "decode_extended", "extended", "plain", "quoted"]

_SPEAKABLE: Final = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")
"""What error_description may not hold (RFC 6750, section 3): controls, quotes, back slashes, anything beyond ASCII."""

_ATTR_CHAR: Final = "!#$&+-.^_`|~"
"""Besides letters and digits, what RFC 8187 leaves as it is."""


def plain(text: str) -> str:
    r"""Leaves only visible ASCII and spaces, so that no value ends its header.

    >>> plain("a\r\nSet-Cookie: é")
    'aSet-Cookie: '
    """
    return "".join(c for c in text if " " <= c <= "~")


def quoted(text: str) -> str:
    """Writes a quoted string (RFC 9110, section 5.6.4)."""
    return '"' + plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def extended(text: str, *, language: str) -> str:
    """Writes text in UTF-8 as an extended value (RFC 8187).

    >>> extended("à 9 h", language="fr")
    "UTF-8'fr'%C3%A0%209%20h"
    """
    return f"UTF-8'{language}'" + quote(text.encode("utf-8", "replace"), safe=_ATTR_CHAR)


def decode_extended(value: str) -> str:
    """Reads a header's text: an extended value, or bytes that are UTF-8 and that servers hand over as Latin-1."""
    charset, mark, rest = value.partition("'")
    _, second, text = rest.partition("'")
    if mark and second and charset.upper() == "UTF-8":
        return unquote_to_bytes(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    try:
        return value.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return value


def challenge(description: str, *, acr_values: tuple[str, ...], max_age: int | None) -> str:
    """Writes the challenge by which a stronger log-in is asked for (RFC 9470, section 3).

    >>> challenge("again", acr_values=("urn:a", "urn:b"), max_age=300)
    'Bearer error="insufficient_user_authentication", error_description="again", acr_values="urn:a urn:b", max_age="300"'
    """
    parts = [
        'error="insufficient_user_authentication"',
        f'error_description="{_SPEAKABLE.sub("", description)}"',
    ]
    wanted = [value for value in map(plain, acr_values) if value and " " not in value]
    if (
        wanted
    ):  # a list of values separated by spaces (RFC 9470): one with a space in it cannot be written
        parts.append(f"acr_values={quoted(' '.join(wanted))}")
    if max_age is not None:
        parts.append(f'max_age="{max(0, max_age)}"')
    return "Bearer " + ", ".join(parts)
