r"""How is one letter of many made without setting it anew? Typst sets the letter once, and the words of one person are put in.

Setting a letter costs 10 to 30 ms, and all letters of a wording differ in a few short words only. So a *stamp* is made from one
PDF of Typst in which each field is a run of a sign of its own: the places of those runs are found in the streams of the pages, and
a letter is the same file with other glyphs there. The fields are in a font of one width, so nothing else moves; the file
has the glyphs of every sign that a field may take, from a line of the template that is taken out here.

Nothing is guessed: what is not as Typst 0.14 and 0.15 write it (plain objects, one table of references) is refused with ValueError, and
`tests/unit/reports/document/test_stamping.py` holds stamped letters against ones that Typst set with the same words.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

__all__ = ["SIGNS_SIZE", "Field", "Stamp", "make_stamp"]

SIGNS_SIZE: Final = b"0.25"
"""The size of the line that brings the glyphs, in points; nothing else of a template has it."""

_XREF: Final = re.compile(rb"startxref\s+([0-9]+)\s+%%EOF\s*\Z")
_STREAM: Final = re.compile(rb"\A([0-9]+) 0 obj\n<<(.*?)>>\nstream\n", re.DOTALL)
_LENGTH: Final = re.compile(rb"/Length ([0-9]+)")
_FONTS: Final = re.compile(rb"/Font<<(.*?)>>", re.DOTALL)
_REFERENCE: Final = re.compile(rb"/([A-Za-z0-9]+) ([0-9]+) 0 R")
_RESOURCES: Final = re.compile(rb"/Resources ([0-9]+) 0 R")
_CONTENTS: Final = re.compile(rb"/Contents ([0-9]+) 0 R")
_CHARACTER: Final = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4})>\n")
_SHOWN: Final = re.compile(
    rb"/([A-Za-z0-9]+) ([0-9.]+) Tf ([-0-9. ]+) Tm(\[(?:\((?:[^\\()]|\\.)*\)|<[0-9A-Fa-f]*>|[-0-9. ])*\]TJ)",
    re.DOTALL,
)
_PIECE: Final = re.compile(rb"\(((?:[^\\()]|\\.)*)\)|<([0-9A-Fa-f]*)>", re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True, slots=True)
class Field:
    """A place in the template: so many times this sign."""

    sign: str
    width: int

    @property
    def run(self) -> str:
        """What stands in the template."""
        return self.sign * self.width


@dataclass(frozen=True, slots=True)
class _Page:
    """A stream with fields: what stands between them, and which they are."""

    number: int
    entries: bytes
    between: tuple[bytes, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """A letter that waits for its words.

    Attributes:
        signs: what a field can show.
        pages: of the letter.
    """

    signs: frozenset[str]
    pages: int
    _widths: Mapping[str, int]
    _glyphs: Mapping[str, bytes]
    _fixed: bytes
    _offsets: tuple[tuple[int, int], ...]
    _pages: tuple[_Page, ...]
    _trailer: bytes

    def fill(self, values: Mapping[str, str]) -> bytes:
        """The file with these words; every field must be given.

        Raises:
            ValueError: when a word is too long for its place, or has a sign that the file has no glyph for.
        """
        shown = {name: self._shown(name, values[name]) for name in self._widths}
        parts, offsets, position = [self._fixed], dict(self._offsets), len(self._fixed)
        for page in self._pages:
            content = [page.between[0]]
            for name, text in zip(page.fields, page.between[1:], strict=True):
                content += [shown[name], text]
            packed = zlib.compress(b"".join(content), 6)
            offsets[page.number] = position
            whole = b"%d 0 obj\n<</Length %d%s>>\nstream\n%s\nendstream\nendobj\n" % (page.number, len(packed), page.entries, packed)  # fmt: skip
            parts.append(whole)
            position += len(whole)
        table = b"".join(b"%010d 00000 n \n" % offsets[n] for n in range(1, len(offsets) + 1))
        identity = sha256(b"".join(parts[1:])).hexdigest()[:32].encode()
        trailer = self._trailer.replace(b"@", identity)
        size = len(offsets) + 1
        parts.append(b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, table, size, trailer, position))  # fmt: skip
        return b"".join(parts)

    def _shown(self, name: str, value: str) -> bytes:
        if len(value) > self._widths[name]:
            raise ValueError(f"the field `{name}` holds {self._widths[name]} signs")
        try:
            return b"[<%s>]TJ" % b"".join(self._glyphs[sign] for sign in value)
        except KeyError:
            raise ValueError(f"the field `{name}` has a sign without a glyph") from None


def make_stamp(pdf: bytes, fields: Mapping[str, Field]) -> Stamp:
    """Finds the places of the fields in a PDF of Typst.

    Raises:
        ValueError: when the file is not as expected, or a field does not stand in it.
    """
    objects = dict(_objects(pdf))
    glyphs, calls = _font(objects, fields)
    names = {bytes.fromhex(glyphs[f.sign].decode()) * f.width: name for name, f in fields.items()}
    pages, fixed, offsets = [], [pdf[: min(_table(pdf).values())]], []
    position = len(fixed[0])
    for number, whole in objects.items():
        page = _page(number, whole, names, calls.get(number))
        if page is not None:
            pages.append(page)
            continue
        offsets.append((number, position))
        fixed.append(whole)
        position += len(whole)
    missing = fields.keys() - {name for page in pages for name in page.fields}
    if missing:
        raise ValueError(f"the fields {', '.join(sorted(missing))} do not stand in the template")
    return Stamp(
        signs=frozenset(glyphs) - {field.sign for field in fields.values()},
        pages=sum(b"/Type/Page/" in whole for whole in objects.values()),
        _widths={name: field.width for name, field in fields.items()},
        _glyphs=glyphs,
        _fixed=b"".join(fixed),
        _offsets=tuple(offsets),
        _pages=tuple(pages),
        _trailer=_trailer(pdf),
    )


def _table(pdf: bytes) -> dict[int, int]:
    """Where each object begins."""
    end = _XREF.search(pdf)
    place = int(end[1]) if end else -1
    head = re.compile(rb"xref\n0 ([0-9]+)\n").match(pdf, place) if end else None
    if head is None:
        raise ValueError("the file has no table of references")
    lines = pdf[head.end() :].split(b"\n", int(head[1]))
    return {
        n: int(line[:10]) for n, line in enumerate(lines[: int(head[1])]) if line[17:18] == b"n"
    }


def _objects(pdf: bytes) -> Iterator[tuple[int, bytes]]:
    table = _table(pdf)
    ends = sorted([*table.values(), pdf.rindex(b"xref\n0 ")])
    for number, start in sorted(table.items(), key=lambda item: item[1]):
        whole = pdf[start : ends[ends.index(start) + 1]].rstrip(b"\n") + b"\n"
        if not whole.startswith(b"%d 0 obj\n" % number) or not whole.endswith(b"endobj\n"):
            raise ValueError(f"object {number} is not where the table says")
        yield number, whole


def _trailer(pdf: bytes) -> bytes:
    """The entries of the trailer but its size, with a place for the second half of the identity."""
    found = re.search(rb"trailer\n<</Size [0-9]+(/Root [0-9]+ 0 R)(/Info [0-9]+ 0 R)?", pdf)
    if found is None:
        raise ValueError("the file has no trailer")
    first = sha256(pdf).hexdigest()[:32].encode()
    return found[1] + (found[2] or b"") + b"/ID[<" + first + b"><@>]"


def _content(whole: bytes) -> tuple[bytes, bytes]:
    """Entries of the dictionary but the length, and the unpacked content; nothing for what is no packed stream."""
    head = _STREAM.match(whole)
    length = _LENGTH.search(head[2]) if head else None
    if head is None or length is None or b"/FlateDecode" not in head[2]:
        return b"", b""
    packed = whole[head.end() : head.end() + int(length[1])]
    return head[2].replace(length[0], b""), zlib.decompress(packed)


def _font(
    objects: Mapping[int, bytes], fields: Mapping[str, Field]
) -> tuple[dict[str, bytes], dict[int, bytes]]:
    """Glyphs of the font in which the fields are set, and by which name each stream of a page calls it."""
    wanted = {field.sign for field in fields.values()}
    named = {
        number: (block, name, int(font))
        for number, whole in objects.items()
        for block in _FONTS.findall(whole)
        for name, font in _REFERENCE.findall(block)
        if wanted <= _glyphs(objects, int(font)).keys()
    }
    if not named:
        raise ValueError("no font of the file has the signs of the fields")
    if len({font for _, _, font in named.values()}) > 1:
        raise ValueError("several fonts of the file have the signs of the fields")
    calls = {}
    for whole in objects.values():
        resources, contents = _RESOURCES.search(whole), _CONTENTS.search(whole)
        if b"/Type/Page/" in whole and resources and contents and int(resources[1]) in named:
            calls[int(contents[1])] = named[int(resources[1])][1]
    return _glyphs(objects, next(iter(named.values()))[2]), calls


def _glyphs(objects: Mapping[int, bytes], font: int) -> dict[str, bytes]:
    found = re.search(rb"/ToUnicode ([0-9]+) 0 R", objects[font])
    if found is None:
        return {}
    _, text = _content(objects[int(found[1])])
    return {chr(int(sign, 16)): glyph for glyph, sign in _CHARACTER.findall(text)}


def _page(
    number: int, whole: bytes, names: Mapping[bytes, str], font: bytes | None
) -> _Page | None:
    """The stream of a page whose fields are in a font that it calls so; None for one without."""
    entries, content = _content(whole) if font is not None else (b"", b"")
    between: list[bytes] = []
    found: list[str] = []
    rest = bytearray()
    last = 0
    for shown in _SHOWN.finditer(content):
        if shown[1] != font:
            continue
        name = names.get(_text(shown[4]))
        if shown[2] == SIGNS_SIZE:
            rest += content[last : shown.start(4)] + b"[]TJ"
        elif name is not None:
            between.append(bytes(rest + content[last : shown.start(4)]))
            found.append(name)
            rest = bytearray()
        else:
            continue
        last = shown.end(4)
    if not last:
        return None
    between.append(bytes(rest + content[last:]))
    return _Page(number, entries, tuple(between), tuple(found))


def _text(shown: bytes) -> bytes:
    """The glyphs of what is shown, two bytes each."""
    text = b""
    for literal, digits in _PIECE.findall(shown):
        text += _ESCAPE.sub(_escaped, literal) + bytes.fromhex(digits.decode())
    return text


def _escaped(found: re.Match[bytes]) -> bytes:
    sign = found[1]
    return bytes([int(sign, 8)]) if sign[:1].isdigit() else _ESCAPED.get(sign, sign)
