"""How does a letter become a PDF, a hundred thousand times over? Typst sets each wording once (PDF/UA-1), persons are stamped in."""

import textwrap
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any, Final

import msgspec

from ecluse.model.letter import FIELD_LENGTHS, Personal, Wording
from ecluse.reports.document.blocks import Document
from ecluse.reports.document.payload import numbered, values
from ecluse.reports.document.pdf import check_installed
from ecluse.reports.document.stamping import Field, Stamp, make_stamp

__all__ = ["ADDRESS_LINES", "ADDRESS_WIDTH", "LetterPress", "address_lines", "set_letter"]

ADDRESS_LINES: Final = 10
ADDRESS_WIDTH: Final = 38
"""NF Z 10-011: 38 signs a line; six lines for the address, and four more for long names."""

_MARKS: Final = "↔↕↖↗↘↙↚↛↜↝↞↟↠↡"
_NAMES: Final = (*FIELD_LENGTHS, *(f"address{n}" for n in range(ADDRESS_LINES)))
_FIELDS: Final = {
    name: Field(mark, FIELD_LENGTHS.get(name, ADDRESS_WIDTH))
    for name, mark in zip(_NAMES, _MARKS, strict=True)
}
_SIGNS: Final = frozenset(
    chr(code)
    for low, high in ((0x21, 0x7F), (0xA1, 0xAD), (0xAE, 0x100), (0x152, 0x154), (0x160, 0x162))
    for code in range(low, high)
) | {"Ÿ", "–", "—", "‘", "’", "“", "”", "€"}
"""What names and addresses of western Europe are written with; whoever has other signs gets a stamp with them as well."""

_STAMPS: Final = 64
"""The most stamps that are kept; each takes some 80 kB."""


def address_lines(name: str, address: str, *, also: str = "") -> tuple[str, ...]:
    """Name and address in lines of 38 signs; `also` stands under the name.

    Raises:
        ValueError: when they need more than ten lines.
    """
    parts = [name, also, *address.replace("\r", "\n").split("\n")]
    lines = [line for part in parts for line in textwrap.wrap(_plain(part), ADDRESS_WIDTH)]
    if len(lines) > ADDRESS_LINES:
        raise ValueError(f"an address has at most {ADDRESS_LINES} lines of {ADDRESS_WIDTH} signs")
    return tuple(lines)


def _plain(text: str) -> str:
    """With ordinary spaces, and what the fonts lack or nobody sees written by its number."""
    return numbered(unicodedata.normalize("NFC", " ".join(text.split())))


class LetterPress:
    """Prints letters of one affair; wordings are set when they first come."""

    def __init__(
        self, build: Callable[[Wording, Personal], Document], *, sender: Sequence[str]
    ) -> None:
        """
        Args:
            build: the letter of a wording.
            sender: lines above the letter.
        """
        check_installed()
        self._build = build
        self._sender = tuple(sender)
        self._stamps: OrderedDict[tuple[Wording, frozenset[str]], Stamp] = OrderedDict()

    def print(self, wording: Wording, personal: Personal, address: Sequence[str]) -> bytes:
        """One letter as a whole PDF; the same words give the same bytes.

        Raises:
            ValueError: when a field is too long for its place.
        """
        padded = [*address, *[""] * (ADDRESS_LINES - len(address))]
        words = {name: getattr(personal, name) for name in FIELD_LENGTHS}
        words |= {f"address{n}": line for n, line in enumerate(padded)}
        return self._stamp(wording, frozenset("".join(words.values()))).fill(words)

    def pages(self, wording: Wording) -> int:
        """Pages of every letter of a wording."""
        return self._stamp(wording, frozenset()).pages

    def _stamp(self, wording: Wording, signs: frozenset[str]) -> Stamp:
        key = (wording, signs - _SIGNS - {" "})
        stamp = self._stamps.get(key)
        if stamp is None:
            marked = Personal(**{name: _FIELDS[name].run for name in FIELD_LENGTHS})
            address = [_FIELDS[f"address{n}"].run for n in range(ADDRESS_LINES)]
            letters = "".join(sorted(_SIGNS | key[1]))
            pdf = set_letter(self._build(wording, marked), marked, address, self._sender, signs=letters)  # fmt: skip
            stamp = self._stamps[key] = make_stamp(pdf, _FIELDS)
            if len(self._stamps) > _STAMPS:
                self._stamps.popitem(last=False)
        self._stamps.move_to_end(key)
        return stamp


def set_letter(
    document: Document,
    personal: Personal,
    address: Sequence[str],
    sender: Sequence[str],
    *,
    signs: str = "",
) -> bytes:
    """Sets one letter with Typst, word for word.

    Options:
        signs: whose glyphs the file gets besides, for a stamp.
    """
    import typst  # noqa: PLC0415 - an extra, and large

    whole: dict[str, Any] = values(document) | {
        "sender": [numbered(line) for line in sender],
        "address": [*address, *[""] * (ADDRESS_LINES - len(address))],
        "reference": personal.reference,
        "signs": " ".join((signs[:1], signs[1:])) if signs else "",
    }
    template = files("ecluse.reports").joinpath("templates", "letter.typ").read_text("utf-8")
    made: bytes = typst.compile(
        template.encode(),
        sys_inputs={"letter": msgspec.json.encode(whole).decode()},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=document.made_at // 1_000_000,
    )
    return made
