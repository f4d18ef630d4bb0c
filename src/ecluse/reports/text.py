"""How is a name that a stranger chose shown without letting it do anything? Names of accounts and files are untrusted."""

import shlex
import unicodedata
from typing import Final

__all__ = ["exact", "plain", "shell_word", "unseen", "visible"]

LONGEST: Final = 64
"""Characters of a name that a report shows; `--json` has them all."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
"""Categories of Unicode that act without being seen: controls, directions, separators, unassigned ones."""


def visible(text: str, *, longest: int = LONGEST, ascii_only: bool = False) -> str:
    r"""Writes a name so that a reader sees every character and a terminal or browser obeys none.

    Terminal sequences, bidirectional overrides (Unicode TR36 §2.10.4), zero-width characters and odd
    spaces become `\x1b`, `\u202e` and the like; a name that is too long ends in `…`, an empty one is `''`. A backslash is
    left alone, because `DOMAIN\user` is an ordinary account.

    >>> visible("partner\x1b[31m")
    'partner\\x1b[31m'
    """
    assert longest > 0
    if not text.strip(" "):
        return f"'{text[: longest - 2]}'"
    cut = len(text) > longest
    shown = "".join(
        _seen(character, ascii_only) for character in (text[: longest - 1] if cut else text)
    )
    return shown + ("..." if ascii_only else "…") if cut else shown


def plain(text: str) -> str:
    r"""Writes a whole line, names and all, with every unseen character spelled out; nothing is cut.

    >>> plain("no account `a\nb`")
    'no account `a\\x0ab`'
    """
    return "".join(_seen(character, ascii_only=False) for character in text)


def unseen(character: str) -> bool:
    """Whether a character acts without being seen: a control, a direction, an odd space; the ordinary space is not."""
    return character != " " and unicodedata.category(character) in _UNSEEN


def _seen(character: str, ascii_only: bool) -> str:  # noqa: FBT001 - private
    if unseen(character) or (ascii_only and not character.isascii()):
        return _escaped(character)
    return character


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def exact(text: str) -> str:
    """Returns the text as it is, but for bytes of file names that are no UTF-8, which become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def shell_word(text: str, *, ascii_only: bool = False) -> str:
    r"""Quotes a name for a POSIX shell; one with unseen characters is written as bash's `$'…'`.

    >>> shell_word("partner 0311"), shell_word("a\nb")
    ("'partner 0311'", "$'a\\x0ab'")
    """
    if all(_seen(c, ascii_only) == c for c in text):
        return shlex.quote(text)
    body = "".join(_shell_character(c, ascii_only) for c in text)
    return f"$'{body}'"


def _shell_character(character: str, ascii_only: bool) -> str:  # noqa: FBT001 - private
    if character in "\\'":
        return f"\\{character}"
    if _seen(character, ascii_only) == character:
        return character
    raw = character.encode("utf-8", "surrogateescape")
    return "".join(f"\\x{byte:02x}" for byte in raw)
