"""How does a document become a file that a word processor edits? DOCX, with headings as styles, the same bytes every time.

A person takes it over: what is changed in it is no longer what was checked. python-docx is an extra. No word of the document
can become a field, a link or a macro: every text is a run of plain text.
"""

import io
import re
import zipfile
from datetime import timedelta
from typing import Any, Final

from ecluse.model.errors import CallerError
from ecluse.model.time import EPOCH
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Cell,
    Contents,
    Document,
    Fact,
    Facts,
    Figure,
    FindingList,
    Heading,
    KeyNumbers,
    Note,
    PageBreak,
    Paragraph,
    Table,
)
from ecluse.reports.text import exact

__all__ = ["check_installed", "render"]

_FIRST: Final = (1980, 1, 1, 0, 0, 0)
"""The only time that a ZIP file and every clock agree on."""
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WARNS: Final = "C00000"
_SOFT: Final = "4A4D57"
_SHADES: Final = {"missing": "F9DDCB", "changed": "FBF0CF", "unstated": "FFFFFF", "": "F7F7F9"}
_TONES: Final = {"none": "F1F2F5", "low": "E1F0E4", "middle": "FBF0CF", "high": "F9DDCB", "open": "F4C7C0"}  # fmt: skip
_REGIONS: Final = {"fr": "fr-FR", "en": "en-GB"}


def check_installed() -> None:
    """Called before long work that a DOCX ends.

    Raises:
        CallerError: when python-docx is not installed.
    """
    try:
        import docx  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise CallerError(
            "a DOCX needs python-docx, which is not installed",
            help='install it with `pip install "ecluse[docx]"`, or ask for HTML',
        ) from None


def render(document: Document) -> bytes:
    """Writes the document as DOCX.

    Raises:
        CallerError: when python-docx is not installed.
    """
    check_installed()
    import docx  # noqa: PLC0415 - an extra

    written = docx.Document()
    _prepare(written, document)
    title = written.add_heading(level=0)
    _run(title, document.title)
    _run(written.add_paragraph(style="Subtitle"), document.subtitle)
    for block in document.blocks:
        _add(written, document, block)
    raw = io.BytesIO()
    written.save(raw)
    return _same_bytes(raw.getvalue())


def _prepare(written: Any, document: Document) -> None:
    """Paper, fonts, language, footer with the page's number, and what the file says of itself."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - an extra
    from docx.shared import Mm, Pt  # noqa: PLC0415

    section = written.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(18), Mm(20)
    written.styles["Normal"].font.name = "Liberation Sans"
    written.styles["Normal"].font.size = Pt(10)
    language = _REGIONS.get(document.language, document.language)
    for style in written.styles.element.iter(_w("lang")):
        style.set(_w("val"), language)
    made = EPOCH + timedelta(microseconds=document.made_at)
    own = written.core_properties
    own.title, own.language, own.author = exact(document.title)[:255], language, "Ecluse"
    own.subject = own.keywords = own.comments = own.last_modified_by = ""
    own.created = own.modified = made.replace(tzinfo=None)
    own.revision = 1
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _run(foot, f"{document.footer}   ")
    _field(foot, "PAGE")


def _add(written: Any, document: Document, block: Block) -> None:
    match block:
        case Heading():
            _run(written.add_heading(level=block.level), block.text)
        case Paragraph():
            _run(written.add_paragraph(), block.text, bold=block.lead, language=block.language)
        case Bullets():
            for item in block.items:
                _run(written.add_paragraph(style="List Bullet"), item, language=block.language)
        case KeyNumbers():
            _facts(written, Facts(tuple(Fact(n.label, n.figure) for n in block.items)))
        case Table():
            _table(written, block)
        case Figure():
            _run(written.add_paragraph(), block.title, bold=True)
            _run(
                written.add_paragraph(), block.description
            )  # the drawing in words, for every reader
            if block.caption:
                _run(written.add_paragraph(), block.caption, colour=_SOFT)
        case Facts():
            _facts(written, block)
        case FindingList():
            for one in block.items:
                text = ". ".join(filter(None, (one.title, one.text, one.help)))
                _run(written.add_paragraph(style="List Bullet"), f"[{one.severity}] {one.code}: {text}")  # fmt: skip
        case Note():
            _run(written.add_paragraph(style="Intense Quote" if block.warns else "Quote"), block.text, colour=_WARNS if block.warns else "")  # fmt: skip
        case PageBreak():
            written.add_page_break()
        case Contents():
            _run(written.add_paragraph(), block.title, bold=True)
            for heading in document.headings():
                _run(written.add_paragraph(style="List Bullet"), heading.text)


def _facts(written: Any, block: Facts) -> None:
    from docx.shared import Mm  # noqa: PLC0415 - an extra

    table = written.add_table(rows=0, cols=2, style="Table Grid" if block.boxes else None)
    table.autofit = False
    for fact in block.items:
        name, value = table.add_row().cells
        name.width, value.width = Mm(56), Mm(118)
        _run(name.paragraphs[0], fact.name, colour=_SOFT)
        _run(value.paragraphs[0], fact.value, mono=fact.code)
        if fact.small:
            _run(value.add_paragraph(), fact.small, colour=_SOFT)
        if block.boxes:
            _shade(value, _SHADES[fact.mark])
    written.add_paragraph()


def _table(written: Any, block: Table) -> None:
    _run(written.add_paragraph(style="Caption"), block.caption)
    table = written.add_table(rows=1, cols=len(block.columns), style="Table Grid")
    for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
        _run(cell.paragraphs[0], column.title, bold=True)
    _repeat(table.rows[0])
    for row in block.rows:
        cells = table.add_row().cells
        for cell, said, column in zip(cells, row, block.columns, strict=True):
            _cell(cell, said, number=column.number)
    if block.note:
        _run(written.add_paragraph(), block.note, colour=_SOFT)


def _cell(cell: Any, said: Cell, *, number: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - an extra

    first = cell.paragraphs[0]
    if number:
        first.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(first, said.text, bold=said.strong, mono=said.code, language=said.language)
    if said.small:
        _run(cell.add_paragraph(), said.small, colour=_SOFT, language=said.language)
    if said.tone:
        _shade(cell, _TONES[said.tone])


def _run(paragraph: Any, text: str, *, bold: bool = False, mono: bool = False, colour: str = "", language: str = "") -> None:  # fmt: skip
    """Adds text with its line breaks; what XML cannot hold becomes U+FFFD."""
    from docx.shared import RGBColor  # noqa: PLC0415 - an extra

    run = paragraph.add_run(_FORBIDDEN.sub("\ufffd", exact(text)))
    run.bold = bold or None
    if mono:
        run.font.name = "Liberation Mono"
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    if language:
        mark = run._r.get_or_add_rPr().makeelement(_w("lang"), {_w("val"): _REGIONS.get(language, language)})  # noqa: SLF001  # fmt: skip
        run._r.get_or_add_rPr().append(mark)  # noqa: SLF001 - the library has no method for it


def _shade(cell: Any, colour: str) -> None:
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - the library has no method for it
    fill = {_w("val"): "clear", _w("color"): "auto", _w("fill"): colour}
    properties.append(properties.makeelement(_w("shd"), fill))


def _repeat(row: Any) -> None:
    """A heading row: repeated on each page, and told to a screen reader."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - the library has no method for it
    properties.append(properties.makeelement(_w("tblHeader"), {_w("val"): "true"}))


def _field(paragraph: Any, name: str) -> None:
    """A field of the word processor, such as the number of the page."""
    run = paragraph.add_run()._r  # noqa: SLF001 - the library has no method for it
    for kind in ("begin", "", "end"):
        if kind:
            run.append(run.makeelement(_w("fldChar"), {_w("fldCharType"): kind}))
        else:
            text = run.makeelement(_w("instrText"), {})
            text.text = name
            run.append(text)


def _w(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}"


def _same_bytes(raw: bytes) -> bytes:
    """The same parts in the same order, without the time at which they were packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(packed, "w") as after:
        for name in sorted(before.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            part = zipfile.ZipInfo(name, _FIRST)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            after.writestr(part, before.read(name))
    return packed.getvalue()
