"""What is a document made of? Blocks of plain text, numbers and drawings, without any markup.

Every text is shown as it is written: a renderer escapes it, and reads no sign in it as its own. So nothing that stands in
a block can format, link or fetch anything. Names that strangers chose are made visible (`reports.text.visible`) before.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ecluse.reports.document.drawing import Drawing

__all__ = [
    "Block",
    "Bullets",
    "Cell",
    "Column",
    "Contents",
    "Document",
    "Fact",
    "Facts",
    "Figure",
    "FindingItem",
    "FindingList",
    "Heading",
    "KeyNumber",
    "KeyNumbers",
    "Note",
    "PageBreak",
    "Paragraph",
    "Table",
    "Tone",
]

Tone: TypeAlias = Literal["", "none", "low", "middle", "high", "open"]
"""How grave a cell is, for its colour; its text says the same, for whoever sees no colour."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; levels follow one another without a gap, from 1."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text.

    Attributes:
        lead: whether it is what the reader should read if nothing else.
        language: of the text, when it is not the document's.
    """

    text: str
    lead: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without an order; `language` when it is not the document's."""

    items: tuple[str, ...]
    language: str = ""


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number and what it is."""

    figure: str
    label: str


@dataclass(frozen=True, slots=True)
class KeyNumbers:
    """A few numbers, large."""

    items: tuple[KeyNumber, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Numbers stand to the right and are never broken."""

    title: str
    number: bool = False
    width: int = 1
    """Its share of the page beside the others, where the renderer cannot find out by itself."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell; `small` stands under the text."""

    text: str
    small: str = ""
    strong: bool = False
    code: bool = False
    tone: Tone = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table. The first cell of each row names the row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        assert self.columns, "a table has columns"
        assert all(len(row) == len(self.columns) for row in self.rows), "a cell for each column"


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing.

    Attributes:
        description: what it shows, for whoever does not see it.
        caption: stands under it.
    """

    title: str
    description: str
    drawing: Drawing
    caption: str = ""

    def __post_init__(self) -> None:
        assert self.description.strip(), "whoever does not see it must be told what it shows"


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value, which may have several lines; a `code` is set in letters of one width.

    Attributes:
        mark: whether the value is `missing` although it must be there, `unstated`, or `changed` since an earlier document.
        small: stands under the value.
    """

    name: str
    value: str
    code: bool = False
    mark: Literal["", "missing", "unstated", "changed"] = ""
    small: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one below the other; in `boxes`, when a person copies them into a form."""

    items: tuple[Fact, ...]
    boxes: bool = False


@dataclass(frozen=True, slots=True)
class FindingItem:
    """Something that a person must look at.

    Attributes:
        severity: in words.
        title: in the document's language.
        text, help: the software's own sentences, in `language`.
    """

    severity: str
    code: str
    title: str
    text: str
    help: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class FindingList:
    """Findings, the most severe first."""

    items: tuple[FindingItem, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark set apart; one that `warns` says that something is missing or wrong."""

    text: str
    warns: bool = False


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins a new page in print."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The list of the headings of the first level."""

    title: str


Block: TypeAlias = (
    Heading
    | Paragraph
    | Bullets
    | KeyNumbers
    | Table
    | Figure
    | Facts
    | FindingList
    | Note
    | PageBreak
    | Contents
)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document in one language.

    Attributes:
        language: of its text (BCP 47).
        made_at: microseconds; also the date of the file.
        footer: stands at the foot of each printed page, before the number.
        direction: in which the language is written.
    """

    title: str
    subtitle: str
    language: str
    made_at: int
    blocks: tuple[Block, ...]
    footer: str = ""
    direction: Literal["ltr", "rtl"] = "ltr"

    def headings(self) -> tuple[Heading, ...]:
        """The headings of the first level, in order."""
        return tuple(b for b in self.blocks if isinstance(b, Heading) and b.level == 1)
