"""What does an application show of a person? Its columns, for pages, files, exports and the API alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format

from people.models import Person

__all__ = ["Column", "Shown"]


@dataclass(frozen=True)
class Column:
    """One thing that is shown.

    Attributes:
        name: in exports and in the API.
        label: on pages.
        of: finds it in a person.
        listed: whether lists show it, or only the person's own page and exports.
    """

    name: str
    label: Any
    of: Callable[[Person], Any]
    listed: bool = True


@dataclass(frozen=True)
class Shown:
    """One application's way to show persons.

    Attributes:
        application: its id.
        title: on pages.
        categories: of personal data that it shows.
        persons: gives the persons with all that the columns need.
    """

    application: str
    title: Any
    categories: tuple[str, ...]
    columns: tuple[Column, ...]
    persons: Callable[[], QuerySet[Person]]

    @property
    def listed(self) -> tuple[Column, ...]:
        """The columns of lists."""
        return tuple(column for column in self.columns if column.listed)

    def row(self, person: Person) -> list[str]:
        """A person as a row of an export."""
        return [str(column.of(person)) for column in self.columns]

    def cells(self, person: Person) -> list[str]:
        """A person as a line of a page, without the number, which is the link."""
        return [_written(column.of(person)) for column in self.listed]

    def lines(self, person: Person) -> list[tuple[Any, str]]:
        """A person as labels with what they are about."""
        return [(column.label, _written(column.of(person))) for column in self.columns]

    def document(self, person: Person, *, whole: bool) -> dict[str, str]:
        """A person for a program."""
        columns = self.columns if whole else self.listed
        return {
            "number": person.number,
            "name": str(person),
            **{column.name: str(column.of(person)) for column in columns},
        }


def _written(value: Any) -> str:
    return date_format(value, "j F Y") if isinstance(value, date) else str(value)
