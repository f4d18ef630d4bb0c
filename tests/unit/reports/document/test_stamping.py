"""A stamped letter is the letter that Typst would have set: word for word, glyph for glyph, and as accessible."""

import re
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.model.letter import Personal, Wording
from ecluse.notices.letter_body import letter
from ecluse.notices.letter_kinds import KINDS
from ecluse.reports.document.letter_pdf import LetterPress, address_lines, set_letter
from ecluse.reports.document.stamping import Field, make_stamp
from notice_factory import affair

MADE = affair()
SENDER = (MADE.controller.name, MADE.controller.address)
PRESS = LetterPress(lambda w, p: letter(MADE, w, p), sender=SENDER)
ONE = Personal("7K3F-9QWX-M2TD", "ABCD-EFGH-JKLM", "NPQR-STUV-WXYZ", "12/07/2025 - 14/07/2025")
ADDRESS = address_lines("Zoé Exemple (d’Ömer) \\ [x] <y>", "12 rue de l’Exemple\n75000 EXEMPLE")


def objects(pdf):
    start = int(re.search(rb"startxref\s+(\d+)", pdf)[1])
    assert pdf[start:].startswith(b"xref\n0 ")
    lines = pdf[start:].split(b"\n")
    count = int(lines[1].split()[1])
    for number, line in enumerate(lines[2 : 2 + count]):
        if line[17:18] == b"n":
            place = int(line[:10])
            assert pdf[place:].startswith(b"%d 0 obj\n" % number)
            yield number, pdf[place : pdf.index(b"endobj\n", place)]


def shown(pdf):
    """Of each page, in order: where each text stands, its size, and its characters."""
    found = dict(objects(pdf))
    for whole in found.values():
        if b"/Type/Page/" not in whole:
            continue
        resources = found[int(re.search(rb"/Resources (\d+) 0 R", whole)[1])]
        fonts = dict(re.findall(rb"/(f\d+) (\d+) 0 R", resources))
        content = stream(found[int(re.search(rb"/Contents (\d+) 0 R", whole)[1])])
        yield list(texts(content, {name: characters(found, int(n)) for name, n in fonts.items()}))


def texts(content, fonts):
    place = b""
    for line in re.finditer(rb"([-0-9. ]+) cm|/(f\d+) ([0-9.]+) Tf [-0-9. ]+Tm\[", content):
        if line[1]:
            place = line[1]
            continue
        glyphs = bytes(array(content, line.end()))
        text = "".join(fonts[line[2]][glyphs[n : n + 2]] for n in range(0, len(glyphs), 2))
        if text.strip():
            yield place, line[3], text


ESCAPED = {b"n": 10, b"r": 13, b"t": 9, b"b": 8, b"f": 12}


def array(content, at):
    """The bytes that an array shows: literal strings, with their escapes and balanced parentheses, and hexadecimal ones."""
    depth = 0
    while depth or content[at : at + 1] != b"]":
        sign = content[at : at + 1]
        if not depth and sign == b"<":
            end = content.index(b">", at)
            yield from bytes.fromhex(content[at + 1 : end].decode())
            at = end
        elif sign == b"\\":
            octal = re.match(rb"[0-7]{1,3}", content[at + 1 : at + 4])
            yield int(octal[0], 8) if octal else ESCAPED.get(content[at + 1 : at + 2], content[at + 1])  # fmt: skip
            at += len(octal[0]) if octal else 1
        elif sign in {b"(", b")"}:
            if depth and (sign == b"(" or depth > 1):
                yield sign[0]
            depth += 1 if sign == b"(" else -1
        elif depth:
            yield sign[0]
        at += 1


def characters(found, font):
    number = int(re.search(rb"/ToUnicode (\d+) 0 R", found[font])[1])
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", stream(found[number]))
    return {bytes.fromhex(g.decode()): bytes.fromhex(u.decode()).decode("utf-16-be") for g, u in pairs}  # fmt: skip


def stream(whole):
    head, _, rest = whole.partition(b"stream\n")
    return zlib.decompress(rest[: int(re.search(rb"/Length (\d+)", head)[1])])


def as_set(wording, personal, address):
    return set_letter(letter(MADE, wording, personal), personal, address, SENDER)


@pytest.mark.parametrize(
    "wording",
    [
        Wording("fr", shown=("contact", "identity"), minor=True),
        Wording("en", exported=tuple(sorted(KINDS))),
        Wording("fr", listed=("identity",), linked=True),
    ],
)
def test_a_stamped_letter_is_the_one_that_typst_sets(wording):
    stamped = PRESS.print(wording, ONE, ADDRESS)
    assert list(shown(stamped)) == list(shown(as_set(wording, ONE, ADDRESS)))
    assert len(list(shown(stamped))) == PRESS.pages(wording) >= 2


NAMES = st.text(st.characters(codec="latin-1", exclude_categories=("Cc", "Cf", "Zs")), min_size=1, max_size=38)  # fmt: skip


@given(st.lists(NAMES, max_size=10))
@settings(max_examples=12, deadline=None)
def test_any_name_is_shown_as_it_is(names):
    lines = [line for name in names for line in address_lines(name, "")][:10]
    (first, *_) = shown(PRESS.print(Wording("fr", shown=("identity",)), ONE, lines))
    found = [text for _, size, text in first if size == b"9"]
    assert found[: len(lines)] == lines


def test_every_word_of_a_person_stands_where_it_belongs_and_nothing_is_left_of_the_marks():
    pages = list(shown(PRESS.print(Wording("fr", shown=("identity",)), ONE, ADDRESS)))
    said = [text for page in pages for _, _, text in page]
    assert said.count(ONE.reference) == 1 + len(pages)  # above, and at the foot of each page
    assert said.count(ONE.code) == said.count(ONE.attestation) == said.count(ONE.seen) == 1
    assert not re.search("[↔-↡]", "".join(said))
    assert not any(size == b"0.25" for page in pages for _, size, _ in page)


def test_it_stays_tagged_and_the_same_words_are_the_same_bytes():
    wording = Wording("fr", shown=("identity",))
    one, again = PRESS.print(wording, ONE, ADDRESS), PRESS.print(wording, ONE, ADDRESS)
    assert one == again
    assert b"/StructTreeRoot" in one
    assert b"pdfuaid:part" in one
    other = PRESS.print(wording, Personal("X", "Y", "Z", "1"), ADDRESS)
    assert re.search(rb"/ID\[.*?\]", one)[0] != re.search(rb"/ID\[.*?\]", other)[0]


def test_signs_of_other_alphabets_get_a_stamp_with_them():
    wording = Wording("en", shown=("identity",))
    lines = address_lines("Łukasz Şahin Ωμέγα 汉", "")
    (first, *_) = shown(PRESS.print(wording, ONE, lines))
    assert "Łukasz Şahin Ωμέγα \\u6c49" in [text for _, _, text in first]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="`reference` holds 14 signs"):
        PRESS.print(Wording("fr", shown=("identity",)), Personal("x" * 15, "", "", ""), ())
    with pytest.raises(ValueError, match="at most 10 lines"):
        address_lines("x" * 400, "")


def test_a_long_name_is_broken_into_lines_and_not_cut():
    lines = address_lines("Marie-Hélène Éléonore " * 5 + "DUPOND", "1 rue X\r\n\r\n75000 Y")
    assert max(map(len, lines)) <= 38
    assert " ".join(lines).startswith("Marie-Hélène Éléonore Marie-Hélène")
    assert lines[-2:] == ("1 rue X", "75000 Y")


def test_a_file_that_is_not_as_expected_is_refused():
    pdf = as_set(Wording("fr", shown=("identity",)), ONE, ADDRESS)
    with pytest.raises(ValueError, match="no font"):
        make_stamp(pdf, {"code": Field("↔", 14)})
    with pytest.raises(ValueError, match="no table"):
        make_stamp(pdf[:-30], {"code": Field("A", 14)})
    with pytest.raises(ValueError, match="fields code do not stand"):
        make_stamp(pdf, {"code": Field("7", 14)})
