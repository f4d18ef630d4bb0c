"""What do the parts of the terminal page share? The report and its width, names made harmless, titles and tables."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ecluse.model.report import ReplayReport
from ecluse.reports.language import Words, words
from ecluse.reports.text import visible

__all__ = ["LONGEST", "Page", "by_count", "indented", "more", "table", "title"]

LONGEST: Final = 10
"""Rows of a list before it is cut; `--json` has them all."""


@dataclass(frozen=True, slots=True)
class Page:
    """What every part of the page needs to know."""

    report: ReplayReport
    width: int
    unicode: bool
    words: Words

    def name(self, text: str, longest: int = 64) -> str:
        """A name that a stranger chose, made harmless."""
        return visible(text, longest=longest, ascii_only=not self.unicode)

    def number(self, value: int) -> str:
        """A whole number with its thousands apart."""
        return self.words.number(value)

    def many(self, value: int, one: str, other: str) -> str:
        """A number with its noun."""
        return f"{self.number(value)} {one if value == 1 else other}"

    def instant(self, micros: int) -> str:
        """An instant in UTC, to the second."""
        return words("en").stamp(micros)

    @property
    def local(self) -> bool:
        """Whether instants are shown in a zone beside UTC."""
        return self.words.zone_name != "UTC"


def by_count(counts: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    """Sorts counts, the largest first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def title(text: str, *, style: str = "bold") -> Text:
    """A line that begins a part, with an empty one before it."""
    return Text("\n" + text, style=style)


def indented(block: RenderableType) -> Padding:
    """Sets a block in by two columns."""
    return Padding(block, (0, 0, 0, 2))


def more(total: int) -> Iterator[RenderableType]:
    """Says how many rows of a list were cut, if any."""
    if total > LONGEST:
        yield indented(Text(f"and {total - LONGEST:,} more (see --json)", style="dim"))


def table(*heads: str, numbers: tuple[str, ...], after: tuple[str, ...] = ()) -> Table:
    """A table without lines: words to the left, numbers to the right and never broken."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in heads:
        made.add_column(head, overflow="fold")
    for head in numbers:
        made.add_column(head, justify="right", no_wrap=True)
    for head in after:
        made.add_column(head, overflow="fold")
    return made
